"""Ages as people say them, corrected ages, the day of a legal age (民法, 年齢計算ニ関スル法律)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yakuba.handbook.domain.calendars import add_months
from yakuba.handbook.domain.japan import PREGNANCY_DAYS, month_age_reached

TERM_WEEKS = 37  # a birth before this week is preterm (早産)
MONTHS = 12
WEEKS_TOLD = 52  # from then on an age is told in months


@dataclass(frozen=True, slots=True)
class Age:
    """Completed years and months, and the days beyond them."""

    years: int
    months: int
    days: int


def age(birth: date, day: date) -> Age:
    """The age that people say on a day: a birthday counts from the day itself.

    A month without such a day ends its count on its last day. ``ValueError`` before the birth.

    >>> age(date(2026, 9, 3), date(2027, 1, 19))
    Age(years=0, months=4, days=16)
    """
    if day < birth:
        raise ValueError(f"{day} is before the birth on {birth}")
    months = (day.year - birth.year) * MONTHS + day.month - birth.month
    if _same_day(birth, months) > day:
        months -= 1
    return Age(months // MONTHS, months % MONTHS, (day - _same_day(birth, months)).days)


def _same_day(birth: date, months: int) -> date:
    year, month, day = add_months(birth, months)
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def exact_age(birth: date, day: date) -> Age | None:
    """The age that is reached by law on exactly this day, or the day after birth; None for a day between.

    >>> exact_age(date(2026, 9, 3), date(2027, 2, 2))
    Age(years=0, months=5, days=0)
    """
    if day < birth:
        return None
    begun = (day.year - birth.year) * MONTHS + day.month - birth.month
    for months in (begun, begun + 1):  # an age is reached on the eve, which may lie in the month before
        if month_age_reached(birth, months) == day:
            return Age(months // MONTHS, months % MONTHS, 0)
    weeks, rest = divmod((day - birth).days, 7)
    return Age(0, 0, 7 * weeks) if weeks <= WEEKS_TOLD and rest == 0 else None


def gestation_at_birth(birth: date, due: date) -> tuple[int, int]:
    """Weeks and days of the pregnancy on the day of birth; the due date is 40 weeks and 0 days."""
    return divmod((birth - due).days + PREGNANCY_DAYS, 7)


def preterm(birth: date, due: date | None) -> bool:
    """Whether the child came before 37 weeks, so that growth is read by the corrected age (修正月齢)."""
    return due is not None and gestation_at_birth(birth, due)[0] < TERM_WEEKS


def corrected_age(due: date, day: date) -> Age | None:
    """The age counted from the due date (修正月齢); None before it."""
    return age(due, day) if day >= due else None
