"""The two calendars, each by the examples of its own source and by properties of its rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain import japan
from yakuba.handbook.domain.calendars import AGE, FIXED, CdsiCalendar, Origin, Point
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.offsets import Offset, parse_offset

CDSI, JAPAN = CdsiCalendar(), JapaneseCalendar()
DAY = timedelta(days=1)
days = st.dates(date(1950, 1, 1), date(2060, 12, 31))
months = st.integers(0, 300)


@pytest.mark.parametrize(
    ("start", "gap", "expected"),
    [  # table 3-6 of the Logic Specification
        ("2000-01-01", "3 years", "2003-01-01"),
        ("2000-01-01", "6 months", "2000-07-01"),
        ("2000-11-01", "6 months", "2001-05-01"),
        ("2000-01-01", "3 days", "2000-01-04"),
        ("2000-01-01", "3 weeks", "2000-01-22"),
        ("2000-02-01", "5 weeks", "2000-03-07"),
        ("2001-02-01", "5 weeks", "2001-03-08"),
        ("2000-03-31", "6 months", "2000-10-01"),
        ("2010-08-31", "6 months", "2011-03-01"),
        ("2000-01-31", "6 months - 4 days", "2000-07-27"),
    ],
)
def test_the_printed_examples_of_cdsi_date_arithmetic_hold(start: str, gap: str, expected: str) -> None:
    found = CDSI.add(date.fromisoformat(start), parse_offset(gap))
    assert found == date.fromisoformat(expected)
    assert CDSI.after(date.fromisoformat(start), parse_offset(gap)) == found
    assert CDSI.window_end(date.fromisoformat(start), parse_offset(gap)) == found


def test_the_cdsi_calendar_knows_ages_and_days_and_refuses_other_points() -> None:
    born = Origin(date(2026, 1, 31))
    assert CDSI.point(Point(AGE, Offset(months=1)), born) == date(2026, 3, 1)
    assert CDSI.point(Point(AGE, Offset(months=1), plus_days=2), born) == date(2026, 3, 3)
    assert CDSI.point(Point(FIXED, day=date(2026, 5, 5)), born) == date(2026, 5, 5)
    assert CDSI.point(Point(AGE, Offset(months=1)), Origin(None)) is None
    with pytest.raises(ValueError, match="school_year_start"):
        CDSI.point(Point(japan.SCHOOL_YEAR_START), born)


@pytest.mark.parametrize(
    ("birth", "count", "expected"),
    [
        ("2026-07-31", 2, "2026-09-30"),  # S01: no 31 September, so the month's last day
        ("2026-08-01", 2, "2026-09-30"),  # S01: the eve of 1 October
        ("2025-12-31", 2, "2026-02-28"),
        ("2023-12-30", 2, "2024-02-29"),
        ("2026-05-15", 12, "2027-05-14"),
        ("2026-10-31", 1, "2026-11-30"),
    ],
)
def test_months_of_age_are_reached_on_the_eve_or_on_the_last_day(
    birth: str, count: int, expected: str
) -> None:
    assert japan.month_age_reached(date.fromisoformat(birth), count) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("birth", "years", "expected"),
    [("2020-04-02", 6, "2026-04-01"), ("2021-04-01", 6, "2027-03-31"), ("2024-02-29", 1, "2025-02-28"),
     ("2024-02-29", 4, "2028-02-28"), ("2007-04-01", 20, "2027-03-31")],
)  # fmt: skip
def test_an_age_is_reached_on_the_eve_of_the_birthday(birth: str, years: int, expected: str) -> None:
    assert japan.age_reached(date.fromisoformat(birth), years) == date.fromisoformat(expected)


@given(days, months)
def test_an_age_is_never_reached_later_than_its_own_day_and_at_most_a_day_before(
    birth: date, count: int
) -> None:
    reached = japan.month_age_reached(birth, count)
    after = CDSI.add(birth, Offset(months=count))  # the same day, or the first of the next month
    assert after - reached == DAY


@given(days, months)
def test_the_two_month_rules_fall_on_opposite_sides_of_a_missing_day(day: date, count: int) -> None:
    """生後n月 ends with the month (S01); 「n月以上の間隔」 begins with the next (S05): never the same day."""
    assert japan.interval_months(day, count) == japan.month_age_reached(day, count) + DAY


@pytest.mark.parametrize(("gap", "weeks"), [(27, 4), (139, 20), (20, 3), (6, 1)])
def test_intervals_in_days_fall_on_the_same_weekday_weeks_later(gap: int, weeks: int) -> None:
    given_on = date(2026, 11, 2)
    assert japan.interval_days(given_on, gap) == given_on + timedelta(weeks=weeks)  # S04


@given(days, st.integers(0, 400))
def test_n_days_or_more_leave_exactly_n_whole_days_between(day: date, gap: int) -> None:
    later = japan.interval_days(day, gap)
    between = [day + DAY * number for number in range(1, (later - day).days)]
    assert len(between) == gap


@pytest.mark.parametrize(
    ("previous", "count", "expected"),
    [("2026-08-31", 6, "2027-03-01"), ("2026-08-30", 6, "2027-03-01"), ("2026-08-28", 6, "2027-02-28"),
     ("2026-01-31", 3, "2026-05-01"), ("2026-03-15", 5, "2026-08-15")],
)  # fmt: skip
def test_intervals_in_months_move_to_the_next_first_when_there_is_no_such_day(
    previous: str, count: int, expected: str
) -> None:
    assert japan.interval_months(date.fromisoformat(previous), count) == date.fromisoformat(expected)


def test_six_weeks_after_birth_is_42_days_later() -> None:
    assert japan.days_after_birth(date(2020, 8, 1), weeks=6) == date(2020, 9, 12)  # S01, S02
    assert japan.days_after_birth(date(2020, 8, 1), weeks=14, days=6) == date(2020, 8, 1) + DAY * 104


def test_pregnancy_weeks_count_back_from_the_due_date() -> None:
    due = date(2026, 10, 1)
    assert japan.gestation(due, 40) == due
    assert japan.gestation(due, 28) == due - timedelta(weeks=12)
    assert japan.gestation(due, 36, 6) - japan.gestation(due, 28) == timedelta(weeks=8, days=6)


@pytest.mark.parametrize(
    ("year", "turning", "first", "last"),
    [(2026, 12, "2014-04-02", "2015-04-01"), (2026, 16, "2010-04-02", "2011-04-01"),
     (2026, 6, "2020-04-02", "2021-04-01")],
)  # fmt: skip
def test_a_school_years_cohort_is_born_from_2_april_to_1_april(
    year: int, turning: int, first: str, last: str
) -> None:
    cohort = japan.school_year_cohort(year, turning)
    assert cohort == (date.fromisoformat(first), date.fromisoformat(last))


@given(days, st.integers(1, 20))
def test_a_birth_lies_in_the_cohort_of_the_school_year_in_which_it_turns(birth: date, turning: int) -> None:
    first, last = japan.school_year_cohort(japan.school_year_of_turning(birth, turning), turning)
    assert first <= birth <= last


@given(days)
def test_a_school_year_runs_from_april_to_march(day: date) -> None:
    year = japan.school_year(day)
    assert date(year, 4, 1) <= day <= date(year + 1, 3, 31)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (Point(AGE, Offset()), "2026-04-01"),
        (Point(AGE, Offset(), plus_days=1), "2026-04-02"),
        (Point(AGE, Offset(months=7)), "2026-10-31"),
        (Point(AGE, Offset(months=7), plus_days=1), "2026-11-01"),
        (Point(AGE, Offset(months=7, days=3)), "2026-11-03"),
        (Point(japan.AFTER_AGE, Offset(months=7)), "2026-11-01"),
        (Point(japan.DAYS_AFTER_BIRTH, Offset(days=42)), "2026-05-13"),
        (Point(japan.SCHOOL_YEAR_START, Offset(years=6)), "2031-04-01"),
        (Point(japan.SCHOOL_YEAR_END, Offset(years=6)), "2032-03-31"),
        (Point(FIXED, day=date(2027, 3, 31), plus_days=1), "2027-04-01"),
    ],
)
def test_points_of_a_japanese_life(point: Point, expected: str) -> None:
    assert JAPAN.point(point, Origin(date(2026, 4, 1))) == date.fromisoformat(expected)


def test_points_that_cannot_be_counted_are_none_and_unknown_kinds_are_refused() -> None:
    assert JAPAN.point(Point(AGE), Origin(None, date(2026, 10, 1))) is None
    assert JAPAN.point(Point(japan.GESTATION, Offset(days=196)), Origin(date(2026, 4, 1))) is None
    assert JAPAN.point(Point(FIXED), Origin(date(2026, 4, 1))) is None
    due = Origin(None, date(2026, 10, 1))
    assert JAPAN.point(Point(japan.GESTATION, Offset(days=196), plus_days=1), due) == date(2026, 7, 10)
    with pytest.raises(ValueError, match="'full_moon'"):
        JAPAN.point(Point("full_moon"), Origin(date(2026, 4, 1)))


def test_japanese_gaps_of_months_days_and_both() -> None:
    start = date(2026, 1, 31)
    assert JAPAN.after(start, Offset(months=1)) == date(2026, 3, 1)
    assert JAPAN.after(start, Offset(years=1)) == date(2027, 1, 31)
    assert JAPAN.after(start, Offset(days=27)) == date(2026, 2, 28)
    assert JAPAN.after(start, Offset(months=2, days=15)) == date(2026, 4, 15)
    assert JAPAN.after(start, Offset()) == start
    assert JAPAN.window_end(start, Offset(days=27)) == date(2026, 3, 1)


@given(days, months)
def test_age_bands_that_meet_never_overlap_and_leave_no_gap(birth: date, count: int) -> None:
    """「n月に至るまで」 ends on the day it is reached, the next band starts on the day after (S06)."""
    end = JAPAN.point(Point(AGE, Offset(months=count + 1), plus_days=1), Origin(birth))
    start = JAPAN.point(Point(japan.AFTER_AGE, Offset(months=count + 1)), Origin(birth))
    assert end == start
