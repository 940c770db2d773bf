"""Opening rules: which slots a pattern of weekdays, hours, holidays and exceptions gives.

Times are local and naive; whoever stores them adds the zone. Whether a day is a holiday is asked of the
caller (``is_holiday``), so that nothing here knows a year's table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

MOST_DAYS = 400  # of one rule
MOST_SLOTS = 2_000
MOST_MINUTES = 12 * 60
STEP = 5  # minutes; resources are counted in such steps
DAYS_A_WEEK = 7

IsHoliday = Callable[[date], bool]


class Why(StrEnum):
    """Why a day of the pattern has no slots."""

    HOLIDAY = "holiday"
    CLOSED = "closed"


class Fault(StrEnum):
    """What is wrong with a pattern."""

    ORDER = "order"  # last day before first
    TOO_LONG = "too_long"
    NO_WEEKDAY = "no_weekday"
    HOURS = "hours"  # end not after begin
    LENGTH = "length"  # minutes of a slot
    STEP = "step"  # not on five minutes
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Weekly hours. ``weekdays``: 0 = Monday; ``weeks``: nth such weekday of the month, empty for each.

    ``extra`` days open whatever their weekday, and on holidays too; ``closed`` days never do.
    """

    first: date
    last: date
    weekdays: frozenset[int]
    begin: time
    end: time
    minutes: int
    pause: int = 0
    weeks: frozenset[int] = frozenset()
    on_holidays: bool = False
    closed: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """One slot to be."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A day that the weekdays name and that stays closed."""

    day: date
    why: Why


def faults(pattern: Pattern) -> list[Fault]:
    """What makes a pattern unusable; empty when slots can be made of it."""
    found = []
    if pattern.last < pattern.first:
        found.append(Fault.ORDER)
    elif (pattern.last - pattern.first).days >= MOST_DAYS:
        found.append(Fault.TOO_LONG)
    if not pattern.weekdays and not pattern.extra:
        found.append(Fault.NO_WEEKDAY)
    if _minute(pattern.end) <= _minute(pattern.begin):
        found.append(Fault.HOURS)
    if not STEP <= pattern.minutes <= MOST_MINUTES or not 0 <= pattern.pause <= MOST_MINUTES:
        found.append(Fault.LENGTH)
    if any(one % STEP for one in (_minute(pattern.begin), pattern.minutes, pattern.pause)):
        found.append(Fault.STEP)
    if not found and _count(pattern) > MOST_SLOTS:
        found.append(Fault.TOO_MANY)
    return found


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _starts(pattern: Pattern) -> range:
    """Minutes of the day at which slots begin; the last one ends within the hours."""
    last = _minute(pattern.end) - pattern.minutes
    return range(_minute(pattern.begin), last + 1, pattern.minutes + pattern.pause)


def _count(pattern: Pattern) -> int:
    return len(_starts(pattern)) * sum(1 for _ in _named(pattern))


def _named(pattern: Pattern) -> Iterator[date]:
    """Days that the weekdays or the extra days name, in order."""
    for ahead in range((pattern.last - pattern.first).days + 1):
        day = pattern.first + timedelta(days=ahead)
        if day in pattern.extra or _weekly(pattern, day):
            yield day


def _weekly(pattern: Pattern, day: date) -> bool:
    nth = (day.day - 1) // DAYS_A_WEEK + 1
    return day.weekday() in pattern.weekdays and (not pattern.weeks or nth in pattern.weeks)


def _closed(pattern: Pattern, day: date, is_holiday: IsHoliday) -> Why | None:
    if day in pattern.closed:
        return Why.CLOSED
    if day in pattern.extra or pattern.on_holidays:
        return None
    return Why.HOLIDAY if is_holiday(day) else None


def openings(pattern: Pattern, is_holiday: IsHoliday) -> list[Opening]:
    """Every slot of the pattern, in order of time. Raises ``ValueError`` when it has faults."""
    if found := faults(pattern):
        raise ValueError(f"the pattern cannot be used: {', '.join(found)}")
    length = timedelta(minutes=pattern.minutes)
    made = []
    for day in _named(pattern):
        if _closed(pattern, day, is_holiday) is None:
            for minute in _starts(pattern):
                start = datetime.combine(day, time()) + timedelta(minutes=minute)
                made.append(Opening(start, start + length))
    return made


def left_out(pattern: Pattern, is_holiday: IsHoliday) -> list[LeftOut]:
    """Days of the pattern that stay closed, and why."""
    found = ((day, _closed(pattern, day, is_holiday)) for day in _named(pattern))
    return [LeftOut(day, why) for day, why in found if why is not None]


def steps(start: datetime, end: datetime) -> list[datetime]:
    """The five-minute steps that a slot covers; what begins or ends within a step covers it whole."""
    first = start - timedelta(
        minutes=start.minute % STEP, seconds=start.second, microseconds=start.microsecond
    )
    covered = []
    while first < end:
        covered.append(first)
        first += timedelta(minutes=STEP)
    return covered
