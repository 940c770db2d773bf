"""Dates of forms: what is written comes back, what can not be is refused."""

from __future__ import annotations

import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.dates import ERAS, compact_readings, era_named, parse_boxed, parse_date, render

days = st.dates(datetime.date(1873, 1, 1), datetime.date(2099, 12, 31))
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(days, st.sampled_from(["iso", "slash", "kanji", "era", "letter"]))
def test_a_rendered_day_parses_back(day: datetime.date, style: str) -> None:
    text = render(day, style)
    assert parse_date(text) == day
    assert parse_date(text.translate(WIDE)) == day
    assert parse_date(" ".join(text)) == day


@given(days)
def test_a_day_in_seven_boxes_parses_back(day: datetime.date) -> None:
    era = next(one for one in ERAS if one.first <= day <= one.last)
    year = day.year - era.first_year + 1
    cells = tuple(f"{era.letter}{year:>2}{day.month:>2}{day.day:>2}")
    assert parse_boxed(cells) == day
    assert parse_boxed(tuple(cell.strip() for cell in cells)) == day


@given(days)
def test_a_day_in_eight_boxes_parses_back(day: datetime.date) -> None:
    assert parse_boxed(tuple(day.strftime("%Y%m%d"))) == day


@pytest.mark.parametrize(
    "text",
    ["昭和64年1月8日", "平成31年5月1日", "令和9年2月30日", "平成元年1月7日", "R0.1.1", "2027-02-29",
     "令和9年度1月1日", "1868年1月1日", "明治5年12月31日", "", "月日", "令和9年"],
)  # fmt: skip
def test_days_that_do_not_exist_are_none(text: str) -> None:
    assert parse_date(text) is None


def test_every_day_lies_in_exactly_one_era() -> None:
    for one, following in pairwise(ERAS):
        assert following.first - one.last == datetime.timedelta(1)


@pytest.mark.parametrize(
    ("era", "western", "before", "after"),
    [
        ("明治6年1月1日", "1873-01-01", "明治5年12月31日", "明治6年1月2日"),
        ("明治45年7月29日", "1912-07-29", "明治45年7月28日", "明治45年7月30日"),
        ("大正元年7月30日", "1912-07-30", "大正元年7月29日", "大正元年7月31日"),
        ("大正15年12月24日", "1926-12-24", "大正15年12月23日", "大正15年12月25日"),
        ("昭和元年12月25日", "1926-12-25", "昭和元年12月24日", "昭和元年12月26日"),
        ("昭和64年1月7日", "1989-01-07", "昭和64年1月6日", "昭和64年1月8日"),
        ("平成元年1月8日", "1989-01-08", "平成元年1月7日", "平成元年1月9日"),
        ("平成31年4月30日", "2019-04-30", "平成31年4月29日", "平成31年5月1日"),
        ("令和元年5月1日", "2019-05-01", "平成31年5月1日", "令和元年5月2日"),
        ("令和81年12月31日", "2099-12-31", "令和81年12月30日", "令和82年1月1日"),
    ],
)
def test_each_era_begins_and_ends_on_the_days_of_the_law(
    era: str, western: str, before: str, after: str
) -> None:
    day = datetime.date.fromisoformat(western)
    assert parse_date(era) == day
    assert render(day, "era") == era
    inside = {parse_date(one) for one in (before, after)} - {None}
    assert inside in ({day - datetime.timedelta(1)}, {day + datetime.timedelta(1)})


def test_ligatures_and_short_names_are_eras() -> None:
    assert parse_date("㋿元年5月1日") == parse_date("令1.5.1") == datetime.date(2019, 5, 1)
    assert era_named("s").name == "昭和"
    with pytest.raises(KeyError):
        era_named("X")


def test_digits_without_signs_are_read_only_when_one_day_is_possible() -> None:
    assert len(compact_readings("R9119")) == 2  # 1月19日 or 11月9日
    assert parse_boxed(tuple("R9119")) is None
    assert parse_boxed(tuple("R91231")) == datetime.date(2027, 12, 31)
    assert compact_readings("20270119") == [datetime.date(2027, 1, 19)]
    assert compact_readings("abc") == []


def test_broken_boxes_are_none() -> None:
    assert parse_boxed(tuple("X 9 119")) is None
    assert parse_boxed(("R", "", "", "1", "1", "1", "9")) is None
    assert parse_boxed(tuple("20a70119")) is None
    with pytest.raises(ValueError, match="style"):
        render(datetime.date(2027, 1, 1), "roman")
