"""The boundary between rules and dates: a rule book names lengths, a calendar says which day they mean.

Two calendars exist: ``CdsiCalendar`` (date arithmetic of the CDC's Logic Specification, table 3-6) and
``japan.JapaneseCalendar`` (民法, 年齢計算ニ関スル法律, 予防接種実施規則). The engine knows neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from yakuba.handbook.domain.offsets import Offset

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
AGE = "age"
FIXED = "date"
NOTHING = Offset()


@dataclass(frozen=True, slots=True)
class Point:
    """A day of a person's life as a rule names it.

    ``kind`` is read by the calendar: ``age`` (everywhere), ``date`` (``day``), and in Japan
    ``after_age``, ``days_after_birth``, ``school_year_start``, ``school_year_end``, ``gestation``.
    ``plus_days`` is added to the result: 1 turns a last permitted day into the first that is too late.
    """

    kind: str
    offset: Offset = NOTHING
    day: date | None = None
    plus_days: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """What a person's dates are counted from. ``due``: expected date of birth of a pregnancy."""

    birth: date | None
    due: date | None = None


class Calendar(Protocol):
    """How lengths become days."""

    def point(self, point: Point, origin: Origin) -> date | None:
        """The day that a point names; None when what it is counted from is not known."""

    def after(self, reference: date, gap: Offset) -> date:
        """The first day that keeps at least ``gap`` from ``reference``."""

    def window_end(self, reference: date, gap: Offset) -> date:
        """The first day that lies beyond «up to ``gap``» from ``reference``."""


def add_months(start: date, months: int) -> tuple[int, int, int]:
    """Year, month and day that many months later; the day may not exist in that month."""
    index = start.year * 12 + start.month - 1 + months
    return index // 12, index % 12 + 1, start.day


def real_or_next_first(year: int, month: int, day: int) -> date:
    """The day, or the first of the following month when the month has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1)  # December has every day, so there is a next month


class CdsiCalendar:
    """Date arithmetic of the Logic Specification: section 3.4, table 3-6, CALCDT-1 to CALCDT-6."""

    def add(self, start: date, gap: Offset) -> date:
        """Years, then months, then days; a day that does not exist moves to the next first (CALCDT-5, -6)."""
        return real_or_next_first(*add_months(start, gap.whole_months)) + timedelta(days=gap.days)

    def point(self, point: Point, origin: Origin) -> date | None:
        """An age or a fixed day; every other kind of point belongs to another calendar."""
        if point.kind == FIXED:
            return point.day
        if point.kind != AGE:
            raise ValueError(f"the CDSi calendar has no points of the kind {point.kind!r}")
        if origin.birth is None:
            return None
        return self.add(origin.birth, point.offset) + timedelta(days=point.plus_days)

    def after(self, reference: date, gap: Offset) -> date:
        """CALCDTINT-3 to CALCDTINT-6: the reference date plus the interval."""
        return self.add(reference, gap)

    def window_end(self, reference: date, gap: Offset) -> date:
        """The latest recommended interval is itself the first day that is late (FORECASTDT-3)."""
        return self.add(reference, gap)
