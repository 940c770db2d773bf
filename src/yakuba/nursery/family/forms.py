"""The entry form: a code and a birth date chosen from lists, so that one hand is enough."""

from __future__ import annotations

from datetime import date

from yakuba.core.ui.wareki import wareki

YEARS_BACK = 8  # children of nursery age, and a sibling who has just left


def years(today: date, language: str) -> list[tuple[int, str]]:
    """Years to choose from, newest first, in both calendars."""
    found = []
    for year in range(today.year, today.year - YEARS_BACK, -1):
        era = wareki(date(year, 12, 31), weekday=False).partition("年")[0]
        if language.startswith("ja"):
            found.append((year, f"{era}年（{year}年）"))
        else:
            found.append((year, f"{year}（{era}）"))
    return found


def birth_of(year: str, month: str, day: str) -> date | None:
    """The date, or ``None`` for what is none."""
    parts = (year, month, day)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None
