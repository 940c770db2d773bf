"""When a place is open: days, times, exceptions, as data; and whether it is open then, or unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = "月火水木金土日"
DAY = 24 * 60
EVERY = 0  # «every week» beside the first to fifth of a month
Holiday = Callable[[date], bool]
YEAR_END = ((12, 28), (1, 4))  # outside of these days nobody calls it 年末年始


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes after midnight, the end excluded; an end above 1440 lies on the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week: (weekday, 0 = Monday; n-th of the month, 0 = every). ``holidays``: 祝日 named too."""

    weekly: frozenset[tuple[int, int]] = frozenset()
    holidays: bool = False

    def named(self, day: date) -> bool:
        """Whether the weekday of a day is among them."""
        nth = (day.day - 1) // 7 + 1
        return bool({(day.weekday(), EVERY), (day.weekday(), nth)} & self.weekly)


@dataclass(frozen=True, slots=True)
class Hours:
    """``None`` and ``clear = False`` mean: not known. ``text`` is what was read, for people."""

    text: str = ""
    days: Days | None = None
    span: Span | None = None
    holidays: bool | None = None  # open on national holidays that fall on an open weekday
    year_end: bool | None = None  # False: closed 年末年始, on days that the text does not give
    closed: tuple[Days, ...] = ()
    closed_dates: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()  # ((month, day), (month, day))
    other: tuple[tuple[Days, Span], ...] = ()  # other times on some days
    breaks: tuple[Span, ...] = ()
    clear: bool = True  # every remark was understood


def open_on(hours: Hours, day: date, minute: int | None, holiday: Holiday) -> bool | None:
    """Whether a place is open on a day (at a minute of it, 0–1439); ``None`` = can't be said (要確認)."""
    today = _of_day(hours, day, minute, holiday)
    if minute is None or today:
        return today
    late = _of_day(hours, day - timedelta(days=1), minute + DAY, holiday) if _goes_on(hours) else False
    if late:
        return True
    return None if today is None or late is None else False


def _goes_on(hours: Hours) -> bool:
    return any(one.end > DAY for one in _spans(hours))


def _spans(hours: Hours) -> list[Span]:
    return [*([hours.span] if hours.span else []), *(span for _, span in hours.other)]


def _of_day(hours: Hours, day: date, minute: int | None, holiday: Holiday) -> bool | None:
    if not hours.clear:
        return None
    given = _day_open(hours, day, holiday)
    if given is False or minute is None:
        return given
    span = next((span for days, span in hours.other if _named(days, day, holiday)), hours.span)
    if span is None:
        return None
    inside = span.start <= minute < span.end and not any(b.start <= minute < b.end for b in hours.breaks)
    return given if inside else False


def _named(days: Days, day: date, holiday: Holiday) -> bool:
    return (days.holidays and holiday(day)) or days.named(day)


def _day_open(hours: Hours, day: date, holiday: Holiday) -> bool | None:
    if any(_named(days, day, holiday) for days in hours.closed) or _between(hours.closed_dates, day):
        return False
    certain: bool | None = True
    if _year_end(day):
        if hours.year_end is False:
            certain = False if (day.month, day.day) in ((12, 31), (1, 1), (1, 2)) else None
        elif hours.year_end is None and not _between(hours.closed_dates, date(day.year, 1, 1)):
            certain = None
    if hours.days is None:
        weekly: bool | None = None
    elif holiday(day):
        weekly = _on_holiday(hours, day)
    else:
        weekly = hours.days.named(day)
    if weekly is False or certain is False:
        return False
    return None if weekly is None or certain is None else True


def _on_holiday(hours: Hours, day: date) -> bool | None:
    days = hours.days
    if days is None:
        return None
    if days.holidays:
        return True
    if not days.named(day):
        return False
    return hours.holidays


def _year_end(day: date) -> bool:
    return (day.month, day.day) >= YEAR_END[0] or (day.month, day.day) <= YEAR_END[1]


def _between(ranges: tuple[tuple[tuple[int, int], tuple[int, int]], ...], day: date) -> bool:
    now = (day.month, day.day)
    return any(
        first <= now <= last if first <= last else now >= first or now <= last for first, last in ranges
    )
