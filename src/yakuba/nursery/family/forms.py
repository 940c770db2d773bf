"""The entry form: a code and a birth date chosen from lists, so that one hand is enough."""

from __future__ import annotations

from datetime import date

from yakuba.core.ui import resident_dates

YEARS_BACK = 8  # children of nursery age, and a sibling who has just left


def years(today: date, language: str) -> list[tuple[int, str]]:
    """Years to choose from, newest first, in both calendars."""
    return resident_dates.years(today.year, today.year - YEARS_BACK + 1, language)
