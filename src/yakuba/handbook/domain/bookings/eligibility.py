"""Who may book what on which day: windows of age by the calendar of the law, residents only, pregnancies.

Windows come from the rule book's health checks (健診) or from ages that the office wrote; all of them must
hold. Ends are exclusive, as everywhere in the rule books: ``until`` is the first day that is too late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from yakuba.handbook.domain.calendars import AGE, Calendar, Origin, Point
from yakuba.handbook.domain.offsets import Offset, parse_offset


class Audience(StrEnum):
    """For whom something is offered."""

    CHILD = "child"
    PREGNANCY = "pregnancy"
    BOTH = "both"


class Reason(StrEnum):
    """Why somebody may not book."""

    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    NOT_BORN = "not_born"
    BORN = "born"
    NOT_RESIDENT = "not_resident"


@dataclass(frozen=True, slots=True)
class Window:
    """Ages between which something is offered; None leaves an end open."""

    first: Point | None = None
    until: Point | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What must hold on the day of a slot."""

    windows: tuple[Window, ...] = ()
    audience: Audience = Audience.CHILD
    residents_only: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child (``birth``) or a pregnancy (``due``), and whether the municipality's register knows it."""

    birth: date | None
    due: date | None = None
    resident: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day (both inclusive) on which a child is of the right age; None: no such end."""

    first: date | None = None
    last: date | None = None

    @property
    def empty(self) -> bool:
        """Whether no day is left."""
        return self.first is not None and self.last is not None and self.last < self.first


def age_window(first: str, until: str) -> Window:
    """A window from lengths as staff write them: 「18m」 to 「2y」; empty means no such end.

    ``first`` is the age that must be reached, ``until`` the age that must not be reached yet. Raises
    ``ValueError`` with the text that is no length of time, or for an end that is not after the start.
    """
    start, end = (parse_offset(text) if text.strip() else None for text in (first, until))
    for text, offset in ((first, start), (until, end)):
        if offset is not None and _size(offset) < 0:
            raise ValueError(f"{text!r} is before birth")
    if start is not None and end is not None and _size(end) <= _size(start):
        raise ValueError(f"{until!r} is not later than {first!r}")
    return Window(_point(start), _point(end))


def _size(offset: Offset) -> int:
    return offset.whole_months * 31 + offset.days


def _point(offset: Offset | None) -> Point | None:
    return None if offset is None else Point(AGE, offset)


def days_of(windows: Sequence[Window], birth: date, calendar: Calendar) -> Days:
    """The days on which every window holds for a child."""
    origin = Origin(birth)
    firsts = [day for one in windows if one.first and (day := calendar.point(one.first, origin))]
    untils = [day for one in windows if one.until and (day := calendar.point(one.until, origin))]
    last = min(untils) - timedelta(days=1) if untils else None
    return Days(max(firsts, default=None), last)


def refusal(rule: Eligibility, who: Candidate, day: date, calendar: Calendar) -> Reason | None:
    """Why ``who`` may not book a slot of that day; None when nothing stands against it."""
    return refusals(rule, who, calendar)(day)


def refusals(rule: Eligibility, who: Candidate, calendar: Calendar) -> Callable[[date], Reason | None]:
    """``refusal`` for many days: the window is computed once."""
    days = Days() if who.birth is None else days_of(rule.windows, who.birth, calendar)

    def of(day: date) -> Reason | None:
        if rule.residents_only and not who.resident:
            return Reason.NOT_RESIDENT
        if who.birth is None or day < who.birth:
            return Reason.NOT_BORN if rule.audience is Audience.CHILD else None
        if rule.audience is Audience.PREGNANCY:
            return Reason.BORN
        if days.first is not None and day < days.first:
            return Reason.TOO_YOUNG
        if days.last is not None and day > days.last:
            return Reason.TOO_OLD
        return None

    return of
