"""Single cells: texts, capacities, dates, points."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yakuba.core.facilities.domain import dates
from yakuba.core.facilities.domain.capacity import capacity
from yakuba.core.facilities.domain.points import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    BadPoint,
    Point,
    in_japan,
    kilometres,
    point,
)
from yakuba.core.facilities.domain.texts import fold, plain, shown, words


@pytest.mark.parametrize(
    ("text", "total", "unlimited", "parts"),
    [
        ("20名（うち0歳児3名）", 20, False, (("0歳児", 3),)),
        ("９０名（うち0歳児９名、1歳児15名）", 90, False, (("0歳児", 9), ("1歳児", 15))),
        ("60", 60, False, ()),
        ("定員１，２００人", 1200, False, ()),
        ("10組", 10, False, ()),
        ("各回15組程度", 15, False, ()),
        ("0歳児3名、1歳児6名", 9, False, (("0歳児", 3), ("1歳児", 6))),
        ("定員なし", None, True, ()),
        ("制限なし", None, True, ()),
        ("", None, False, ()),
        ("要問合せ", None, False, ()),
        ("不明", None, False, ()),
        ("180床", 180, False, ()),
    ],
)
def test_capacities_of_mixed_text(
    text: str, total: int | None, unlimited: bool, parts: tuple[tuple[str, int], ...]
) -> None:
    found = capacity(text)
    assert (found.total, found.unlimited, found.parts) == (total, unlimited, parts)


def test_a_rough_capacity_says_that_it_is_rough() -> None:
    assert capacity("約20名").rough
    assert not capacity("20名").rough


@given(st.integers(0, 99_999), st.sampled_from(["名", "人", "", "組"]))
def test_a_plain_figure_is_its_own_capacity(count: int, unit: str) -> None:
    wide = f"{count}".translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert capacity(f"{count}{unit}").total == capacity(f"{wide}{unit}").total == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-04-01", date(2026, 4, 1)),
        ("2026/4/1", date(2026, 4, 1)),
        ("20260401", date(2026, 4, 1)),
        ("２０２６年４月１日", date(2026, 4, 1)),
        ("令和8年4月1日", date(2026, 4, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("S64.1.7", date(1989, 1, 7)),
        ("r8/4/1", date(2026, 4, 1)),
        ("昭和58年4月1日", date(1983, 4, 1)),
        ("2026-04-01 00:00:00", date(2026, 4, 1)),
    ],
)
def test_dates_of_both_calendars(text: str, found: date) -> None:
    assert dates.day(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "令和8年",
        "4月1日",
        "令和元年4月30日",
        "昭和元年12月24日",
        "2026-13-01",
        "未定",
        "R0.1.1x",
    ],
)
def test_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        dates.day(text)


@given(st.dates(date(1868, 2, 1), date(2100, 1, 1)))
def test_every_day_is_read_in_its_era(day: date) -> None:
    name, (begin, letter) = next((one, era) for one, era in dates.ERAS.items() if era[0] <= day)
    year = day.year - begin.year + 1
    shown_year = "元" if year == 1 else str(year)
    assert dates.day(f"{name}{shown_year}年{day.month}月{day.day}日") == day
    assert dates.day(f"{letter}{year}.{day.month}.{day.day}") == day
    assert dates.day(day.isoformat()) == day


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_is_read(hour: int, minute: int) -> None:
    wanted = 60 * hour + minute
    assert dates.minute(f"{hour}:{minute:02}") == wanted
    assert dates.minute(f"{hour:02}:{minute:02}:00") == wanted
    assert dates.minute(f"{hour}時{minute}分") == wanted
    half = "午前" if hour < 12 else "午後"
    assert dates.minute(f"{half}{hour if hour < 12 else hour - 12}時{minute:02}分") == wanted


def test_a_point_in_japan_is_taken_and_no_point_is_none() -> None:
    assert point("35.681", "１３９．７６７") == Point(35.681, 139.767)
    assert point(" ", "") is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "column", "says"),
    [
        ("139.767", "35.681", "latitude", "入れ替わ"),
        ("35.681", "", "longitude", "十進"),
        ("", "139.7", "latitude", "十進"),
        ("51.5", "139.7", "latitude", "日本の中"),
        ("35.6", "2.35", "longitude", "日本の中"),
        ("35°40′", "139.7", "latitude", "十進"),
        ("nan", "139.7", "latitude", "十進"),
        ("35.6", "inf", "longitude", "十進"),
        ("0", "0", "latitude", "日本の中"),
    ],
)
def test_what_is_no_point_in_japan_is_named(latitude: str, longitude: str, column: str, says: str) -> None:
    with pytest.raises(BadPoint) as caught:
        point(latitude, longitude)
    assert caught.value.column == column
    assert says in caught.value.expected


POINTS = st.builds(Point, st.floats(SOUTH, NORTH), st.floats(WEST, EAST))


@given(POINTS, POINTS)
def test_distances_are_those_of_vectors_on_the_sphere(one: Point, two: Point) -> None:
    def vector(p: Point) -> tuple[float, float, float]:
        north, east = map(math.radians, p)
        return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)

    a, b = vector(one), vector(two)
    chord = math.dist(a, b)
    assert kilometres(one, two) == pytest.approx(2 * 6371.0088 * math.asin(min(1.0, chord / 2)), abs=1e-6)
    assert kilometres(one, two) == kilometres(two, one)


@given(POINTS)
def test_swapped_columns_are_always_found(place: Point) -> None:
    with pytest.raises(BadPoint) as caught:
        point(f"{place.longitude:f}", f"{place.latitude:f}")
    assert in_japan(place)
    assert "入れ替わ" in caught.value.expected


def test_distance_of_two_known_cities() -> None:
    assert kilometres(Point(35.681, 139.767), Point(34.702, 135.496)) == pytest.approx(403, abs=2)


@given(st.text(max_size=40))
@example("e-\u0301")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert plain(plain(text)) == plain(text)
    assert "\n" not in shown(text)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ハマカゼ保育園", "はまかぜ　保育園"),
        ("ＡＢＣ", "abc"),
        ("ﾌｧﾐﾘｰ", "ふぁみりー"),
        ("一時・預かり", "一時預かり"),
    ],
)
def test_spellings_of_one_word_are_one(one: str, two: str) -> None:
    assert fold(one) == fold(two)


def test_a_search_is_cut_into_words() -> None:
    assert words("汐見　児童館 ") == ("汐見", "児童館")
    assert words(" ・ ") == ()
