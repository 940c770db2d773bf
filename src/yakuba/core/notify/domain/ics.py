"""Calendar files (RFC 5545), written with UTC times so that no time zone table is needed.

An entry keeps its UID for ever. Each change raises SEQUENCE; a removed entry stays for a while as
``STATUS:CANCELLED``, because a calendar that subscribed keeps what merely disappears (RFC 5546, 3.2.5).

A calendar must hold at least one component (RFC 5545, 3.6): one without dates holds Japan's time zone, which
calendar programs read and show nothing of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

LINE = 75  # octets a line, without its end (RFC 5545, 3.1)
PRODUCT = "-//Yakuba//Notify 1//JA"
Method = Literal["PUBLISH", "CANCEL"]
TIME_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Tokyo",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0900",
    "TZNAME:JST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One date. ``start`` and ``end`` are both aware instants or both days (``end`` exclusive)."""

    uid: str
    sequence: int
    summary: str
    start: datetime | date
    changed: datetime
    end: datetime | date | None = None
    description: str = ""
    location: str = ""
    url: str = ""
    cancelled: bool = False


def escape(text: str) -> str:
    """A TEXT value (3.3.11): backslash, semicolon, comma and line ends; other control signs are dropped."""
    joined = "\n".join(text.splitlines())
    kept = "".join(sign for sign in joined if sign == "\n" or (ord(sign) >= 32 and ord(sign) != 127))
    for sign in ("\\", ";", ","):
        kept = kept.replace(sign, "\\" + sign)
    return kept.replace("\n", "\\n")


def fold(line: str) -> str:
    """A content line in pieces of at most 75 octets, never inside of a character (3.1)."""
    pieces: list[str] = []
    piece, size = "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += width
    return "\r\n".join([*pieces, piece])


def moment(at: datetime) -> str:
    """An aware instant as a UTC DATE-TIME. ``ValueError`` for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _when(name: str, value: datetime | date) -> str:
    if isinstance(value, datetime):
        return f"{name}:{moment(value)}"
    return f"{name};VALUE=DATE:{value:%Y%m%d}"


def _end(entry: Entry) -> datetime | date:
    if entry.end is not None:
        if isinstance(entry.end, datetime) != isinstance(entry.start, datetime):
            raise ValueError(f"{entry.uid}: start and end must both be instants or both be days")
        if entry.end <= entry.start:
            raise ValueError(f"{entry.uid}: the end {entry.end} is not after the start {entry.start}")
        return entry.end
    return entry.start + (timedelta(minutes=30) if isinstance(entry.start, datetime) else timedelta(days=1))


def _event(entry: Entry, organiser: tuple[str, str] | None) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape(entry.uid)}",
        f"DTSTAMP:{moment(entry.changed)}",
        f"LAST-MODIFIED:{moment(entry.changed)}",
        f"SEQUENCE:{entry.sequence}",
        _when("DTSTART", entry.start),
        _when("DTEND", _end(entry)),
        f"SUMMARY:{escape(entry.summary)}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT" if entry.cancelled else "TRANSP:OPAQUE",
    ]
    if organiser is not None:
        lines.append(f'ORGANIZER;CN="{_parameter(organiser[0])}":mailto:{organiser[1]}')
    for name, text in (("DESCRIPTION", entry.description), ("LOCATION", entry.location)):
        if text:
            lines.append(f"{name}:{escape(text)}")
    if entry.url:
        lines.append(f"URL:{_one_line(entry.url)}")
    return [*lines, "END:VEVENT"]


def _one_line(text: str) -> str:
    return "".join(sign for sign in text if ord(sign) > 32 and ord(sign) != 127)


def _parameter(text: str) -> str:
    return "".join(sign for sign in text if ord(sign) >= 32 and sign != '"')


def render(
    entries: Iterable[Entry],
    *,
    name: str,
    method: Method | None = None,
    organiser: tuple[str, str] | None = None,
) -> bytes:
    """The calendar as bytes. ``organiser``: name and mail address.

    ``method``: ``None`` for a plain file or a subscribed feed, ``PUBLISH`` or ``CANCEL`` for one sent by
    mail; these need an organiser and an entry (RFC 5546, 3.2.1 and 3.2.5), and CANCEL holds cancelled
    entries alone.
    Raises ``ValueError`` otherwise.
    """
    every: Sequence[Entry] = list(entries)
    if method is not None and organiser is None:
        raise ValueError(f"METHOD:{method} needs an organiser")
    if method is not None and not every:
        raise ValueError(f"METHOD:{method} needs an entry")
    if method == "CANCEL" and not all(entry.cancelled for entry in every):
        raise ValueError("METHOD:CANCEL holds cancelled entries alone")
    if len({entry.uid for entry in every}) != len(every):
        raise ValueError("each UID stands once in a calendar")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    if method is not None:
        lines.append(f"METHOD:{method}")
    lines += [f"X-WR-CALNAME:{escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"]
    for entry in every:
        lines += _event(entry, organiser)
    if not every:
        lines += TIME_ZONE
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines).encode()
