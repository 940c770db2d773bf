"""The demo ward: one seed, one city; areas fit together."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from yakuba.site.demo.city import Area, City, Point, make_city


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(1)


def surface(ring: tuple[Point, ...]) -> float:
    """Signed, by the shoelace rule: positive for a counter-clockwise ring."""
    return sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise(ring)) / 2


def inside(point: Point, ring: tuple[Point, ...]) -> bool:
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < x1 + (point[1] - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


def test_the_same_seed_gives_the_same_city_and_another_seed_another() -> None:
    assert make_city(1) == make_city(1)
    assert make_city(1).areas != make_city(2).areas


@pytest.mark.parametrize("seed", range(20))
def test_areas_neither_overlap_nor_leave_gaps(seed: int) -> None:
    city = make_city(seed)
    assert all(surface(area.ring) > 0 and area.ring[0] == area.ring[-1] for area in city.areas)
    for upper, lower in (("district", "town"), ("town", "chome")):
        for area in city.level(upper):
            parts = [part for part in city.level(lower) if part.parent == area.code]
            assert sum(surface(part.ring) for part in parts) == pytest.approx(surface(area.ring), rel=1e-3)
    districts = city.level("district")
    for area in districts:
        others: list[Area] = [other for other in districts if other != area]
        assert inside(area.centre, area.ring)
        assert not any(inside(area.centre, other.ring) for other in others)


def test_names_and_codes_are_unique(city: City) -> None:
    for level in ("district", "town", "chome"):
        areas = city.level(level)
        assert len({area.name for area in areas}) == len({area.code for area in areas}) == len(areas)
    assert len({facility.name for facility in city.facilities}) == len(city.facilities)
    assert (len(city.level("district")), len(city.level("town"))) == (8, 32)


def test_every_facility_stands_in_its_chome(city: City) -> None:
    rings = {area.code: area.ring for area in city.level("chome")}
    assert all(inside(facility.point, rings[facility.chome]) for facility in city.facilities)
    assert any(facility.name == "はまかぜ保育園" for facility in city.facilities)


def test_more_nurseries_than_names_are_refused() -> None:
    assert len(make_city(1, nurseries=360).facilities) == 361
    with pytest.raises(ValueError, match="at most 360"):
        make_city(1, nurseries=361)


def test_staff_have_roles_in_known_departments(city: City) -> None:
    codes = {department.code for department in city.departments}
    roles = [role for person in city.staff for role in person.roles]
    assert {code for code, _ in roles} <= codes
    assert {role for _, role in roles} == {"viewer", "officer", "approver", "admin"}
    assert len({person.username for person in city.staff}) == len(city.staff)


def test_the_map_is_geojson(city: City) -> None:
    shapes = json.loads(json.dumps(city.geojson()))
    kinds = {feature["geometry"]["type"] for feature in shapes["features"]}
    assert (shapes["type"], kinds) == ("FeatureCollection", {"Polygon", "LineString", "Point"})
    for feature in shapes["features"]:
        if feature["geometry"]["type"] == "Polygon":
            (ring,) = feature["geometry"]["coordinates"]
            assert ring[0] == ring[-1]
            assert len(ring) == 5
