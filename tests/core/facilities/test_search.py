"""The search against a plain programme, and what one place in two tables becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.facilities.domain.ages import Child, fits
from yakuba.core.facilities.domain.hours import open_on
from yakuba.core.facilities.domain.points import Point, kilometres
from yakuba.core.facilities.domain.records import SERVICES, Place, Scheme
from yakuba.core.facilities.domain.search import Found, Query, listed, schemes_for, search
from yakuba.core.facilities.domain.texts import fold, words
from yakuba.core.holidays import is_holiday

DAY = date(2026, 12, 5)
HERE = Point(33.60, 138.40)

PLACES = st.builds(
    Place,
    kind=st.sampled_from(["childcare", "clinic", "baby", "public"]),
    code=st.uuids().map(str),
    name=st.uuids().map(lambda one: f"施設{one}"),
    category=st.sampled_from(["児童館", "図書館", "小児科"]),
    latitude=st.one_of(st.none(), st.floats(33.5, 33.7)),
    longitude=st.floats(138.3, 138.5),
    days=st.sampled_from(["月火水木金", "毎日", "土日祝", "不定期", ""]),
    opens=st.sampled_from(["9:00", "10:30", ""]),
    closes=st.sampled_from(["17:00", "12:00", ""]),
    remarks=st.sampled_from(["", "祝日は休み", "行事により変更"]),
    ages=st.sampled_from(["", "0歳～就学前", "3歳未満", "小学生", "おおむね3歳"]),
    services=st.lists(st.sampled_from(list(SERVICES)), unique=True).map(tuple),
)
QUERIES = st.builds(
    Query,
    on=st.dates(date(2026, 11, 1), date(2027, 2, 1)),
    words=st.sampled_from([(), words("児童館"), words("授乳室 図書館"), ("小児科",)]),
    kinds=st.frozensets(st.sampled_from(["childcare", "clinic", "baby", "public"])),
    services=st.frozensets(st.sampled_from(list(SERVICES)), max_size=1),
    child=st.one_of(st.none(), st.builds(Child.born, st.dates(date(2015, 1, 1), date(2027, 6, 1)))),
    opening=st.booleans(),
    minute=st.one_of(st.none(), st.integers(0, 1439)),
    near=st.one_of(st.none(), st.just(HERE)),
    within=st.one_of(st.none(), st.just(5.0)),
    sure=st.booleans(),
)


def plainly(place: Place, query: Query) -> tuple[bool, bool] | None:
    """Whether a place is in the answer, and whether it is sure: one line a condition."""
    texts = fold(" ".join([place.category, place.name, *(SERVICES[one] for one in place.services)]))
    if query.kinds and place.kind not in query.kinds:
        return None
    if not query.services <= set(place.services) or not all(word in texts for word in query.words):
        return None
    if (
        query.near
        and query.within
        and (place.point is None or kilometres(query.near, place.point) > query.within)
    ):
        return None
    fit: bool | None = True
    if query.child and (place.ages or place.kind == "childcare"):
        fit = fits(place.for_ages(), query.child, query.on)
    opened: bool | None = True
    if query.opening:
        opened = open_on(place.hours(), query.on, query.minute, is_holiday)
    if fit is False or opened is False:
        return None
    sure = fit is True and opened is True
    return None if query.sure and not sure else (True, sure)


@given(st.lists(PLACES, max_size=12), QUERIES)
def test_the_search_finds_what_a_plain_programme_finds(places: list[Place], query: Query) -> None:
    found = search(listed(places), query, is_holiday)
    wanted = {one.code: plainly(one, query) for one in places}
    assert {one.listed.place.code: (True, one.sure) for one in found} == {
        code: answer for code, answer in wanted.items() if answer is not None
    }
    assert [one.sure for one in found] == sorted((one.sure for one in found), reverse=True)
    for part in (True, False):
        away = [one.distance for one in found if one.sure is part]
        known = [one for one in away if one is not None]
        assert known == sorted(known)
        assert all(one is None for one in away[len(known) :])


JIDOKAN = Place("public", "P8", "汐見児童館", address="汐見区松籟町二丁目", latitude=33.61, longitude=138.39)


def test_a_place_in_two_tables_is_shown_once_with_all_that_it_offers() -> None:
    station = Place(
        "baby", "4", "汐見 児童館", latitude=33.6101, longitude=138.3901, services=("nursing_room",)
    )
    found = listed([JIDOKAN, station])
    assert len(found) == 1
    assert found[0].kinds == {"public", "baby"}
    assert found[0].services == ("nursing_room",)
    assert found[0].place.kind == "baby"
    assert search(found, Query(DAY, words=words("授乳室")), is_holiday) == [Found(found[0])]


def test_what_one_table_leaves_out_is_taken_from_the_other_and_hours_only_as_a_whole() -> None:
    hall = replace(JIDOKAN, english="Children's Hall", days="月火水木金", opens="9:30", closes="18:00")
    station = Place("baby", "4", "汐見児童館", latitude=33.61, longitude=138.39, days="毎日")
    found = listed([hall, station])[0].place
    assert (found.english, found.address, found.days, found.opens) == (
        "Children's Hall",
        hall.address,
        "毎日",
        "",
    )
    silent = listed([hall, replace(station, days="")])[0].place
    assert (silent.days, silent.opens, silent.closes) == ("月火水木金", "9:30", "18:00")


@pytest.mark.parametrize(
    "other",
    [
        replace(JIDOKAN, code="P9"),  # the same table says that they are two
        replace(JIDOKAN, kind="baby", latitude=33.63),  # two kilometres away
        replace(JIDOKAN, kind="baby", name="磯辺野児童館"),
        replace(JIDOKAN, kind="baby", latitude=None, address="汐見区帆風町"),
    ],
)
def test_two_places_stay_two(other: Place) -> None:
    assert len(listed([JIDOKAN, other])) == 2


def test_a_row_without_a_place_joins_by_its_address() -> None:
    assert len(listed([JIDOKAN, replace(JIDOKAN, kind="baby", latitude=None)])) == 1


def test_places_stand_in_the_order_of_their_readings() -> None:
    names = [("b", "イソベ"), ("a", "アサナギ"), ("c", "ハマカゼ")]
    found = listed([Place("public", code, code, kana=kana) for code, kana in names])
    assert [one.place.code for one in found] == ["a", "b", "c"]


def scheme(code: str, target: str, **more: str) -> Scheme:
    return Scheme("support", code, f"制度{code}", target=target, **more)


def test_schemes_that_fit_come_first_and_those_that_ended_are_gone() -> None:
    given_ones = [
        scheme("1", "ひとり親家庭の方"),
        scheme("2", "0歳～就学前"),
        scheme("3", "小学生"),
        scheme("4", "0歳～就学前", ends="2026-12-04"),
        scheme("5", "0歳～就学前", starts="2026-12-06"),
        scheme("6", "0歳～就学前", starts="2026-12-05", ends="2026-12-05"),
    ]
    query = Query(DAY, child=Child.born(date(2025, 8, 1)))
    found = schemes_for(given_ones, query)
    assert [(one.scheme.code, one.fit, one.accepting) for one in found] == [
        ("2", True, True),
        ("5", True, False),
        ("6", True, True),
        ("1", None, True),
    ]
    assert [one.scheme.code for one in schemes_for(given_ones, replace(query, sure=True))] == ["2", "5", "6"]
    assert [one.scheme.code for one in schemes_for(given_ones, Query(DAY, words=words("ひとり親")))] == ["1"]
