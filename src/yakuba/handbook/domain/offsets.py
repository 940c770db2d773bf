"""Lengths of time as rules write them: «12 months - 4 days», «27d», «2m». Years, months and days stay apart.

A length becomes a date only through a calendar (``calendars``): the same «2 months» ends on different days
in different laws.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(r"([+-]?)\s*([0-9]{1,4})\s*(years?|yrs?|y|months?|m|weeks?|w|days?|d)(?![a-z])\s*")
_KEY = {"y": "years", "m": "months", "w": "weeks", "d": "days"}


@dataclass(frozen=True, slots=True)
class Offset:
    """A length of time. Each part may be negative; weeks are written as days."""

    years: int = 0
    months: int = 0
    days: int = 0

    @property
    def whole_months(self) -> int:
        """Years and months together, in months."""
        return self.years * 12 + self.months


def parse_offset(text: str) -> Offset:
    """Read «12 months - 4 days», «5 months + 4 weeks», «27d», «7y6m».

    Raises ``ValueError`` naming the text when any of it is not a length.

    >>> parse_offset("12 months - 4 days")
    Offset(years=0, months=12, days=-4)
    >>> parse_offset("7y6m").whole_months
    90
    """
    stripped = text.strip().lower()
    totals = {"years": 0, "months": 0, "weeks": 0, "days": 0}
    at = 0
    while at < len(stripped):
        found = _PART.match(stripped, at)
        if found is None:
            break
        sign = -1 if found[1] == "-" else 1
        totals[_KEY[found[3][0]]] += sign * int(found[2])
        at = found.end()
    if not stripped or at < len(stripped):
        raise ValueError(f"{text!r} is not a length of time such as '2 months - 4 days' or '27d'")
    return Offset(totals["years"], totals["months"], totals["days"] + 7 * totals["weeks"])
