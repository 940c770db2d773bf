"""When a reminder is due: lead times before an event, moved out of the quiet hours of Japan's day.

Japan Standard Time is UTC+9 all year (標準時ニ関スル件, 明治28年勅令第167号), so no time zone data is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
MINUTE = timedelta(minutes=1)
LONGEST_LEAD = 400 * 24 * 60  # minutes: a reminder more than a year ahead is a mistake


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is sent, in JST: ``start`` inclusive, ``end`` exclusive; equal means none."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Whether a time of day lies in it; it may run over midnight."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


NO_QUIET = Quiet(time(0), time(0))


def parse_quiet(text: str) -> Quiet:
    """``"21:00-08:00"`` as quiet hours; an empty text is none. ``ValueError`` says what was expected."""
    if not text.strip():
        return NO_QUIET
    start, dash, end = text.partition("-")
    try:
        hours = [time.fromisoformat(part.strip()) for part in (start, end)]
    except ValueError:
        hours = []
    if not dash or len(hours) != 2 or any(one.second or one.microsecond or one.tzinfo for one in hours):
        raise ValueError(f"「{text}」は時間帯として読めません。21:00-08:00 の形にしてください。")
    return Quiet(hours[0], hours[1])


def is_quiet(at: datetime, quiet: Quiet) -> bool:
    """Whether an instant (aware) lies in the quiet hours."""
    return quiet.covers(at.astimezone(JST).time())


def next_allowed(at: datetime, quiet: Quiet) -> datetime:
    """The instant itself when it is allowed, else the end of the quiet hours that it lies in."""
    local = at.astimezone(JST)
    if not quiet.covers(local.time()):
        return at
    day = local.date()
    if quiet.end <= local.time():  # the hours run over midnight and it is still evening
        day += timedelta(days=1)
    return datetime.combine(day, quiet.end, JST).astimezone(at.tzinfo)


def last_allowed(at: datetime, quiet: Quiet) -> datetime:
    """The instant itself when it is allowed, else the last whole minute before the quiet hours began."""
    local = at.astimezone(JST)
    if not quiet.covers(local.time()):
        return at
    day = local.date()
    if quiet.start > local.time():
        day -= timedelta(days=1)
    return (datetime.combine(day, quiet.start, JST) - MINUTE).astimezone(at.tzinfo)


def due_at(event: datetime, lead: int, quiet: Quiet) -> datetime:
    """When the reminder ``lead`` minutes before an event leaves.

    Out of the quiet hours, to their end; where that would be at or after the event (an appointment at
    eight in the morning), to the last minute of the evening before.
    """
    wanted = event - lead * MINUTE
    later = next_allowed(wanted, quiet)
    return later if later < event or later == wanted else last_allowed(wanted, quiet)


def clean_leads(leads: Iterable[int]) -> tuple[int, ...]:
    """Lead times in minutes, each once, the longest first. ``ValueError`` below 0 and above 400 days."""
    found = sorted(set(leads), reverse=True)
    wrong = [lead for lead in found if not 0 <= lead <= LONGEST_LEAD]
    if wrong:
        raise ValueError(f"lead times must be 0 to {LONGEST_LEAD} minutes, not {wrong}")
    return tuple(found)


def timetable(event: datetime, leads: Iterable[int], quiet: Quiet, now: datetime) -> dict[int, datetime]:
    """Lead time → due time of the reminders that are still to be sent for an event.

    Reminders whose time is over are left out. When all are over but the event is ahead (it was made at
    short notice), the shortest one leaves at the next allowed minute before the event, or not at all.
    """
    if event <= now:
        return {}
    every = {lead: due_at(event, lead, quiet) for lead in clean_leads(leads)}
    ahead = {lead: due for lead, due in every.items() if due > now}
    if ahead or not every:
        return ahead
    soon = next_allowed(now, quiet)
    return {min(every): soon} if soon < event else {}
