"""Dates as residents read them, in their language; in やさしい日本語 with readings (``core.ui.readings``)."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from yakuba.core.ui.wareki import WEEKDAYS, wareki

WEEKDAY_READINGS = ("げつ", "か", "すい", "もく", "きん", "ど", "にち")


def day(found: date | None) -> str:
    """A date with its weekday, of a moment the date that it has here; empty for nothing."""
    if isinstance(found, datetime):
        found = timezone.localtime(found).date()
    return "" if found is None else _day(get_language() or "ja", found)


@lru_cache(maxsize=4096)
def _day(language: str, found: date) -> str:
    if language == "ja-x-easy":
        weekday = found.weekday()
        return (
            f"{found.year}{{年|ねん}}{found.month}{{月|がつ}}{found.day}{{日|にち}}"
            f"（{{{WEEKDAYS[weekday]}|{WEEKDAY_READINGS[weekday]}}}）"
        )
    return wareki(found) if language.startswith("ja") else date_format(found, "l j F Y")


def span(first: date | None, last: date | None) -> str:
    """From one day to another; an open end is said in words."""
    english = not (get_language() or "ja").startswith("ja")
    if first is None or last is None:
        if first is not None:
            return f"from {day(first)}" if english else f"{day(first)}から"
        return "" if last is None else f"until {day(last)}" if english else f"{day(last)}まで"
    return f"{day(first)} – {day(last)}" if english else f"{day(first)} 〜 {day(last)}"


def month(found: date | None) -> str:
    """A month with its year; empty for nothing."""
    if found is None:
        return ""
    language = get_language() or "ja"
    if language == "ja-x-easy":
        return f"{found.year}{{年|ねん}}{found.month}{{月|がつ}}"
    if language.startswith("ja"):
        return wareki(found, weekday=False).partition("月")[0] + "月"
    return date_format(found, "F Y")


def years(newest: int, oldest: int, language: str) -> list[tuple[int, str]]:
    """Years to choose from, newest first, in both calendars."""
    found = []
    for year in range(newest, oldest - 1, -1):
        era = wareki(date(year, 12, 31), weekday=False).partition("年")[0]
        found.append((year, f"{era}年（{year}年）" if language.startswith("ja") else f"{year}（{era}）"))
    return found


def day_of(year: str, month: str, day: str) -> date | None:
    """The date of three fields, or ``None`` for what is none."""
    parts = (year, month, day)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None
