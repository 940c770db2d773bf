"""One booking as a calendar file (RFC 5545): stable UID, rising SEQUENCE, CANCEL when it is called off.

The summary never names the child or the vaccine: a lock screen shows it to everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_OCTETS = 75


@dataclass(frozen=True, slots=True)
class Visit:
    """What the file says. Times are aware."""

    uid: str
    sequence: int
    start: datetime
    end: datetime
    summary: str
    place: str
    stamp: datetime
    cancelled: bool = False


def uid_of(visit: str) -> str:
    """The calendar entry of a visit, in its own file and in the handbook's."""
    return f"{visit}@handbook-bookings"


def calendar_file(visit: Visit) -> str:
    """The file's text, lines folded at 75 octets and ended by CR LF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Yakuba//handbook bookings//JA",
        f"METHOD:{'CANCEL' if visit.cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{escaped(visit.uid)}",
        f"SEQUENCE:{visit.sequence}",
        f"DTSTAMP:{_utc(visit.stamp)}",
        f"DTSTART:{_utc(visit.start)}",
        f"DTEND:{_utc(visit.end)}",
        f"SUMMARY:{escaped(visit.summary)}",
        f"LOCATION:{escaped(visit.place)}",
        f"STATUS:{'CANCELLED' if visit.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped (RFC 5545, 3.3.11)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, never within a character (RFC 5545, 3.1)."""
    pieces, piece, octets = [], "", 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > _OCTETS:
            pieces.append(piece)
            piece, octets = "", 1  # the space that begins the next piece
        piece += sign
        octets += size
    return "\r\n ".join([*pieces, piece])


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
