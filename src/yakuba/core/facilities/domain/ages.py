"""For which ages something is (対象年齢, 受入年齢), as data; what is not understood stays unknown.

An end is a day of a child's life: so many months after birth, so many days, or an April counted from the one
in which the child enters primary school (the school year of a child born from 04-02 to the next 04-01:
学校教育法17条, 年齢計算ニ関スル法律). A birthday itself counts as the day on which an age begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["months", "days", "school"]
ENTRY_AGE = 6


@dataclass(frozen=True, slots=True)
class End:
    """``months`` or ``days`` after birth; ``school``: April 1 so many years after entering primary school."""

    kind: Kind
    count: int

    def on(self, birth: date) -> date:
        """The first day of it for a child."""
        if self.kind == "days":
            return birth + timedelta(days=self.count)
        if self.kind == "months":
            return months_after(birth, self.count)
        return date(school_entry(birth) + self.count, 4, 1)


@dataclass(frozen=True, slots=True)
class Ages:
    """From ``low`` (included) until ``high`` (excluded); ``None`` = open. ``known`` is false for a text that
    is not understood. ``pregnant``: also, or only, for a child that is not born yet."""

    text: str
    known: bool = False
    low: End | None = None
    high: End | None = None
    born: bool = True  # false: for pregnant women alone
    pregnant: bool = False


def months_after(birth: date, months: int) -> date:
    """The same day so many months later; in a month without it the 1st of the next (民法143条2項).

    >>> months_after(date(2024, 2, 29), 12)
    datetime.date(2025, 3, 1)
    """
    year, month = divmod(birth.year * 12 + birth.month - 1 + months, 12)
    try:
        return date(year, month + 1, birth.day)
    except ValueError:
        return date(year, month + 2, 1)  # only months of 30 days and February: there is a next one


def school_entry(birth: date) -> int:
    """The year in whose April a child enters primary school; who is born on 04-01 goes with the older ones.

    >>> school_entry(date(2020, 4, 1)), school_entry(date(2020, 4, 2))
    (2026, 2027)
    """
    return birth.year + ENTRY_AGE + (0 if (birth.month, birth.day) <= (4, 1) else 1)


def age_in_months(birth: date, on: date) -> int:
    """Whole months of life on a day; negative before birth.

    >>> [age_in_months(date(2025, 8, 31), day) for day in (date(2026, 2, 28), date(2026, 3, 1))]
    [5, 6]
    """
    count = (on.year - birth.year) * 12 + on.month - birth.month
    while months_after(birth, count) > on:
        count -= 1
    return count


@dataclass(frozen=True, slots=True)
class Child:
    """A child born between two days (both included); one day when the birth date is known."""

    earliest: date
    latest: date

    @classmethod
    def born(cls, birth: date) -> Child:
        """A child whose birth date is known."""
        return cls(birth, birth)

    @classmethod
    def aged(cls, months: int, on: date) -> Child:
        """A child of so many whole months on a day."""
        latest = _months_before(on, months)
        earliest = _months_before(on, months + 1) + timedelta(days=1)
        while age_in_months(latest, on) < months:
            latest -= timedelta(days=1)
        while age_in_months(earliest, on) > months:
            earliest += timedelta(days=1)
        return cls(min(earliest, latest), latest)


def _months_before(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, on.day)


def fits(ages: Ages, child: Child, on: date) -> bool | None:
    """Whether something is for the child on a day; ``None`` = can't be said (要確認).

    With a birth date known only roughly the answer is given when it is the same for all of them: an end
    never comes earlier for a child born later.
    """
    if not ages.known:
        return None
    if on < child.earliest:
        return ages.pregnant
    if on < child.latest:
        return None
    if not ages.born:
        return False
    low = [_begun(ages.low, birth, on) for birth in (child.earliest, child.latest)]
    high = [_begun(ages.high, birth, on) if ages.high else False for birth in (child.earliest, child.latest)]
    if not low[0] or high[1]:
        return False
    return True if low[1] and not high[0] else None


def _begun(end: End | None, birth: date, on: date) -> bool:
    return end is None or end.on(birth) <= on
