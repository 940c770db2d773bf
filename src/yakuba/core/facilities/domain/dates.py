"""Dates and times of day as Japanese tables write them."""

from __future__ import annotations

import re
from datetime import date

from yakuba.core.facilities.domain.texts import plain

# First day of each era (元号を改める政令): a year of an era is counted from the era's first calendar year.
ERAS = {
    "令和": (date(2019, 5, 1), "R"),
    "平成": (date(1989, 1, 8), "H"),
    "昭和": (date(1926, 12, 25), "S"),
    "大正": (date(1912, 7, 30), "T"),
    "明治": (date(1868, 1, 25), "M"),
}
MIDNIGHT = 24 * 60

_WESTERN = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[ T].*)?", re.ASCII)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ERA = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])\.?(元|\d{1,2})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?",
    re.ASCII | re.IGNORECASE,
)
_TIME = re.compile(
    r"(午前|午後|AM|PM)?T?(\d{1,2})(?::(\d{1,2})(?::\d{1,2})?|時(?:(\d{1,2})分|(半))?)",
    re.ASCII | re.IGNORECASE,
)


def day(text: str) -> date:
    """A date written in the western or the Japanese calendar. ``ValueError`` for anything else.

    >>> day("令和元年５月１日"), day("H31.4.30"), day("2026/4/1")
    (datetime.date(2019, 5, 1), datetime.date(2019, 4, 30), datetime.date(2026, 4, 1))
    """
    given = plain(text).replace(" ", "") if "年" in text else plain(text)
    for pattern in (_WESTERN, _PACKED):
        found = pattern.fullmatch(given)
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    era = _ERA.fullmatch(given)
    if era is None:
        raise ValueError(f"no date: {text!r}")
    return _of_era(era[1], era[2], int(era[3]), int(era[4]))


def _of_era(name: str, year: str, month: int, day_: int) -> date:
    begin = next(first for era, (first, letter) in ERAS.items() if name == era or name.upper() == letter)
    found = date(begin.year + (1 if year == "元" else int(year)) - 1, month, day_)
    if found < begin:
        raise ValueError(f"{found} lies before {name}")
    return found


def minute(text: str) -> int:
    """Minutes after midnight, 0 to 1440. ``ValueError`` for anything else.

    >>> minute("9:00"), minute("午後５時半"), minute("24:00")
    (540, 1050, 1440)
    """
    found = _TIME.fullmatch(plain(text).replace(" ", ""))
    if found is None:
        raise ValueError(f"no time: {text!r}")
    return clock_of(found)


TIME = _TIME.pattern  # for patterns of whole sentences; five groups
TIME_GROUPS = 5


def clock_of(found: re.Match[str], first: int = 1) -> int:
    """The minutes of a match of ``TIME`` whose groups begin at ``first``."""
    half_day, hour = (found[first] or "").upper(), int(found[first + 1])
    minutes = 30 if found[first + 4] else int(found[first + 2] or found[first + 3] or 0)
    if half_day and hour > 12:
        raise ValueError(f"{half_day} {hour}")
    if half_day in ("午後", "PM") and hour < 12:
        hour += 12
    total = 60 * hour + minutes
    if minutes > 59 or total > MIDNIGHT:
        raise ValueError(f"no time of day: {hour}:{minutes:02}")
    return total
