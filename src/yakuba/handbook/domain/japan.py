"""The Japanese calendar of immunisation law. Source ids (S01 …) are those of ``rulebooks/jp/2026.yaml``."""

from __future__ import annotations

from datetime import date, timedelta

from yakuba.handbook.domain.calendars import (
    AGE,
    FIXED,
    Origin,
    Point,
    add_months,
    real_or_next_first,
)
from yakuba.handbook.domain.offsets import Offset

_DAY = timedelta(days=1)
PREGNANCY_DAYS = 280
SCHOOL_YEAR_MONTH = 4
AFTER_AGE = "after_age"
DAYS_AFTER_BIRTH = "days_after_birth"
SCHOOL_YEAR_START = "school_year_start"
SCHOOL_YEAR_END = "school_year_end"
GESTATION = "gestation"


def month_age_reached(birth: date, months: int) -> date:
    """The day on which 生後n月 is reached: the eve of the same day n months later (S01).

    A month without such a day: its last day, because the period ends with the month (民法143条).

    >>> month_age_reached(date(2026, 7, 31), 2).isoformat()
    '2026-09-30'
    >>> month_age_reached(date(2026, 8, 1), 2).isoformat()
    '2026-09-30'
    """
    year, month, day = add_months(birth, months)
    try:
        return date(year, month, day) - _DAY
    except ValueError:
        return date(year, month + 1, 1) - _DAY  # December has every day, so there is a next month


def age_reached(birth: date, years: int) -> date:
    """The day on which an age is reached: the eve of the birthday (年齢計算ニ関スル法律; S03, S01)."""
    return month_age_reached(birth, 12 * years)


def days_after_birth(birth: date, weeks: int = 0, days: int = 0) -> date:
    """出生n週m日後: the day of birth is day 0 (S01)."""
    return birth + timedelta(weeks=weeks, days=days)


def interval_days(previous: date, days: int) -> date:
    """The first day that keeps 「n日以上の間隔」: n whole days lie between (S04).

    >>> interval_days(date(2026, 11, 2), 27) - date(2026, 11, 2)
    datetime.timedelta(days=28)
    """
    return previous + timedelta(days=days + 1)


def interval_months(previous: date, months: int) -> date:
    """The first day that keeps 「n月以上の間隔」: the same day n months later, else the next 1st (S05)."""
    return real_or_next_first(*add_months(previous, months))


def gestation(due: date, weeks: int, days: int = 0) -> date:
    """The day of a pregnancy week; the due date is 40 weeks and 0 days (S20)."""
    return due - timedelta(days=PREGNANCY_DAYS) + timedelta(weeks=weeks, days=days)


def school_year(day: date) -> int:
    """The school year (04-01 to 03-31) that a day lies in, named by the year of its April."""
    return day.year if day.month >= SCHOOL_YEAR_MONTH else day.year - 1


def school_year_of_turning(birth: date, years: int) -> int:
    """The school year in which an age is reached; a birth on 04-01 counts with the year before (S19, S05)."""
    return school_year(age_reached(birth, years))


def school_year_cohort(fiscal_year: int, turning: int) -> tuple[date, date]:
    """First and last birth date of those who reach an age in a school year (04-02 … 04-01)."""
    first = fiscal_year - turning
    return date(first, SCHOOL_YEAR_MONTH, 2), date(first + 1, SCHOOL_YEAR_MONTH, 1)


class JapaneseCalendar:
    """Points and intervals of Japanese rule books."""

    def point(self, point: Point, origin: Origin) -> date | None:
        """The day of a point; None when the birth (or, for ``gestation``, the due date) is not known."""
        if point.kind == FIXED:
            return None if point.day is None else point.day + timedelta(days=point.plus_days)
        start = origin.due if point.kind == GESTATION else origin.birth
        if start is None:
            return None
        return self._day(point, start) + timedelta(days=point.plus_days)

    def _day(self, point: Point, start: date) -> date:
        gap = point.offset
        if point.kind in (AGE, AFTER_AGE):
            if gap == Offset():
                return start
            reached = month_age_reached(start, gap.whole_months) + timedelta(days=gap.days)
            return reached + _DAY if point.kind == AFTER_AGE else reached
        if point.kind == DAYS_AFTER_BIRTH:
            return days_after_birth(start, days=gap.days)
        if point.kind == GESTATION:
            return gestation(start, 0, gap.days)
        year = school_year_of_turning(start, gap.years)
        if point.kind == SCHOOL_YEAR_START:
            return date(year, SCHOOL_YEAR_MONTH, 1)
        if point.kind == SCHOOL_YEAR_END:
            return date(year + 1, SCHOOL_YEAR_MONTH, 1) - _DAY
        raise ValueError(f"the Japanese calendar has no points of the kind {point.kind!r}")

    def after(self, reference: date, gap: Offset) -> date:
        """First day of 「n日以上」 or 「n月以上」; «2 months and 15 days» adds the days to the months."""
        if gap.whole_months:
            return interval_months(reference, gap.whole_months) + timedelta(days=gap.days)
        return interval_days(reference, gap.days) if gap.days else reference

    def window_end(self, reference: date, gap: Offset) -> date:
        """「n日まで」「n月まで」 includes its last day, so the day after it is the first beyond."""
        return self.after(reference, gap) + _DAY
