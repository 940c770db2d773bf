"""A month as a table of weeks, with what lies in it."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yakuba.core.holidays import holiday_name
from yakuba.handbook.family.booked import Booked
from yakuba.handbook.family.timeline import Timeline

SUNDAY_FIRST = 6
SUNDAY, SATURDAY = 6, 5  # date.weekday()


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a day.

    ``kind``: done, visit, booked, next (from this day), check (the same), until (by law), ends.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Day:
    """A cell of the table; ``day`` None: belongs to another month."""

    day: date | None
    events: tuple[Event, ...] = ()
    today: bool = False
    css: str = ""
    closed: bool = False  # Sundays and national holidays
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its neighbours."""

    first: date
    before: date
    after: date
    weeks: tuple[tuple[Day, ...], ...]
    listed: tuple[Day, ...]  # days on which something is, in order: the same as a list


def events_of(line: Timeline, booked: Sequence[Booked] = ()) -> dict[date, list[Event]]:
    """Everything that has a day."""
    found: dict[date, list[Event]] = {}

    def put(day: date | None, kind: str, names: tuple[str, ...]) -> None:
        if day is not None:
            found.setdefault(day, []).extend(Event(kind, name) for name in names)

    for done in line.done:
        put(done.day, "done", done.names)
    for visit in line.visits:
        put(visit.visit.on, "visit", visit.names)
    for place in booked:
        put(place.day, "booked", (f"{place.starts} {place.title}",))
    for group in (*line.soon, *line.far):
        put(group.day, "next", tuple(one.name for one in group.lines))
    for group in filter(None, (line.now, *line.soon, *line.far)):
        for one in group.lines:
            put(one.one.legal_until, "ends" if one.optional else "until", (one.name,))
    for check in line.checks:
        put(check.check.first, "check", (check.name,))
    return found


def month_of(first: date, line: Timeline, today: date, booked: Sequence[Booked] = ()) -> Month:
    """The month that begins on ``first``."""
    events = events_of(line, booked)
    weeks = []
    for week in calendar.Calendar(SUNDAY_FIRST).monthdatescalendar(first.year, first.month):
        weeks.append(tuple(_day(day, first, events, today) for day in week))
    listed = tuple(one for week in weeks for one in week if one.events)
    after = (first + timedelta(days=31)).replace(day=1)
    return Month(first, (first - timedelta(days=1)).replace(day=1), after, tuple(weeks), listed)


def _day(day: date, first: date, events: dict[date, list[Event]], today: date) -> Day:
    if day.month != first.month:
        return Day(None)
    holiday = holiday_name(day)
    css = "sun" if holiday else {SUNDAY: "sun", SATURDAY: "sat"}.get(day.weekday(), "")
    return Day(day, tuple(events.get(day, ())), day == today, css, css == "sun", holiday)
