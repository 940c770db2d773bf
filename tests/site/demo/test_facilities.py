"""The published tables of the demo city fit its map, its nurseries and one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from yakuba.core.facilities.domain.points import Point
from yakuba.core.facilities.domain.records import Place
from yakuba.core.facilities.files import read_file
from yakuba.core.facilities.models import Dataset, MapShape, Vacancy
from yakuba.site.demo.city import Area, make_city
from yakuba.site.demo.facilities import FOLDER, SEATS, load_facilities


def inside(area: Area, point: Point) -> bool:
    """Whether a convex ring goes round a point on one side of every edge."""
    x, y = point.longitude, point.latitude
    turns = [
        (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
        for a, b in zip(area.ring, area.ring[1:], strict=False)
    ]
    return all(turn >= -1e-9 for turn in turns) or all(turn <= 1e-9 for turn in turns)


def places(path: Path) -> list[Place]:
    return [one for one in read_file(path.name, path.read_bytes()).records if isinstance(one, Place)]


def test_every_place_stands_in_the_block_of_its_address() -> None:
    blocks = {area.name: area for area in make_city(1).level("chome")}
    found = [one for path in FOLDER.glob("*.csv") for one in places(path)]
    assert len(found) == 90
    for place in found:
        block = next(area for name, area in blocks.items() if place.address.startswith(f"汐見区{name}"))
        assert place.point is not None
        assert inside(block, place.point), (place.name, place.address)


def test_the_nurseries_are_those_of_the_city_and_stand_where_they_stand() -> None:
    known = {one.name: one.point for one in make_city(1).facilities}
    nurseries = [
        one
        for one in places(FOLDER / "childcare.csv")
        if "保育所" in one.category or "小規模" in one.category
    ]
    assert {one.name for one in nurseries} == set(SEATS)
    for one in nurseries:
        assert one.point is not None
        assert known[one.name] == pytest.approx((one.longitude, one.latitude), abs=1e-5)


def test_one_table_is_in_the_old_encoding_and_one_has_a_mark() -> None:
    assert (FOLDER / "clinic.csv").read_bytes().decode("cp932")
    with pytest.raises(UnicodeDecodeError):
        (FOLDER / "clinic.csv").read_bytes().decode("utf-8")
    assert (FOLDER / "public_facility.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.django_db
def test_loading_twice_loads_once() -> None:
    city = make_city(1)
    said = load_facilities(city)
    assert said == load_facilities(city) == "施設と制度 102件、空き状況 12園"
    assert Dataset.objects.count() == 5
    assert MapShape.objects.filter(kind="district").count() == 8
    assert not Vacancy.objects.filter(state="free", seats__in=[1, 2]).exists()
