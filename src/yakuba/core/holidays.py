"""National holidays of Japan (国民の祝日に関する法律): a thin door to the library that keeps them.

Domain code never imports it: it takes ``is_holiday`` as an argument. Holidays of coming years follow the law
as it stands; the equinoxes are announced by the National Astronomical Observatory in the year before.
"""

from __future__ import annotations

from datetime import date

import jpholiday

FIRST, LAST = 1949, 2099


def is_holiday(day: date) -> bool:
    """Whether a day is a national holiday (祝日) or takes one's place (振替休日, 国民の休日).

    >>> [is_holiday(date(2026, 9, day)) for day in (20, 21, 22, 23)]
    [False, True, True, True]
    """
    return bool(jpholiday.is_holiday(day))


def holiday_name(day: date) -> str:
    """The holiday's name; empty for a day that is none."""
    return str(jpholiday.is_holiday_name(day) or "")
