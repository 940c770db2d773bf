"""Dates as forms carry them: Western or by era (和暦), with signs or 年月日, or as boxed digits.

Eras and their limits. Source: 元号法 (昭和54年法律第43号) and the cabinet orders that changed the era:
明治 to 45年7月29日, 大正 from 1912-07-30 to 15年12月24日, 昭和 from 1926-12-25 to 64年1月7日, 平成 from
1989-01-08 to 31年4月30日, 令和 from 2019-05-01. Dates of 明治 are taken from 6年1月1日 (1873-01-01) on,
when the calendar became Gregorian (明治5年太政官布告第337号).
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass

Date = datetime.date


@dataclass(frozen=True, slots=True)
class Era:
    """One era (元号): how it is written and its first and last day."""

    name: str
    short: str
    letter: str
    first_year: int  # the Western year of its 元年
    first: Date
    last: Date


ERAS = (
    Era("明治", "明", "M", 1868, Date(1873, 1, 1), Date(1912, 7, 29)),
    Era("大正", "大", "T", 1912, Date(1912, 7, 30), Date(1926, 12, 24)),
    Era("昭和", "昭", "S", 1926, Date(1926, 12, 25), Date(1989, 1, 7)),
    Era("平成", "平", "H", 1989, Date(1989, 1, 8), Date(2019, 4, 30)),
    Era("令和", "令", "R", 2019, Date(2019, 5, 1), Date(2099, 12, 31)),
)
FIRST_WESTERN, LAST_WESTERN = 1873, 2099
_LETTERS = {one: era for era in ERAS for one in (era.letter, era.letter.lower(), era.short)}
_LIGATURES = {"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"}
_WRITTEN = re.compile(
    r"(?:(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])[.・]?(?P<era_year>元|\d{1,2})"
    r"|(?:西暦)?(?P<western>\d{4}))"
    r"(?P<sep>年度?|[-./・／,])(?P<month>\d{1,2})(?:月|[-./・／,])(?P<day>\d{1,2})日?"
)
_BOXED = re.compile(r"(?P<era>[MTSHRmtshr明大昭平令1-5]?)(?P<digits>\d{5,8})")


def era_named(text: str) -> Era:
    """The era of a name, its first character or its letter; ``KeyError`` when there is none."""
    for era in ERAS:
        if text in (era.name, era.short, era.letter, era.letter.lower()):
            return era
    raise KeyError(text)


def in_era(era: Era, year: int, month: int, day: int) -> Date | None:
    """The day, or ``None`` when it does not exist or does not lie in the era (昭和64年1月8日)."""
    try:
        found = Date(era.first_year + year - 1, month, day)
    except ValueError:
        return None
    return found if year >= 1 and era.first <= found <= era.last else None


def western(year: int, month: int, day: int) -> Date | None:
    """The day, or ``None`` when it does not exist or lies outside 1873 to 2099."""
    if not FIRST_WESTERN <= year <= LAST_WESTERN:
        return None
    try:
        return Date(year, month, day)
    except ValueError:
        return None


def tidy(text: str) -> str:
    """Digits, letters and signs in their usual width, no spaces."""
    for ligature, name in _LIGATURES.items():
        text = text.replace(ligature, name)
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[‐‑–—―−ー]", "-", re.sub(r"\s", "", text))


def parse_date(text: str) -> Date | None:
    """The day that ``text`` names, or ``None``: nothing is guessed.

    >>> parse_date("令和元年５月１日").isoformat(), parse_date("S64.1.7").isoformat()
    ('2019-05-01', '1989-01-07')
    >>> parse_date("昭和64年1月8日"), parse_date("平成31年5月1日"), parse_date("令和9年2月30日")
    (None, None, None)
    """
    found = _WRITTEN.fullmatch(tidy(text))
    if found is None or found["sep"].endswith("度"):
        return None
    month, day = int(found["month"]), int(found["day"])
    if found["western"] is not None:
        return western(int(found["western"]), month, day)
    year = 1 if found["era_year"] == "元" else int(found["era_year"])
    return in_era(era_named(found["era"]), year, month, day)


def parse_boxed(cells: tuple[str, ...]) -> Date | None:
    """A date written one character a box, empty boxes allowed: ``R 9 1 19`` or ``2027 01 19``.

    With an era letter before them six boxes are year, month, day of two each; eight boxes are a
    Western date. Empty boxes count as leading places, so 7 boxes hold ``R``, `` 9``, `` 1``, ``19``.
    Without empty boxes a compact text (``R9119``) is taken only when a single reading exists.
    """
    count = len(cells)
    shown = [tidy(cell) for cell in cells]
    if count == 7:
        letter, rest = shown[0], shown[1:]
        year, month, day = (_pair(rest[at : at + 2]) for at in (0, 2, 4))
        era = _LETTERS.get(letter)
        if era is None or None in (year, month, day):
            return None
        return in_era(era, year or 0, month or 0, day or 0)
    if count == 8:
        four = "".join(shown[:4])
        month, day = _pair(shown[4:6]), _pair(shown[6:8])
        if not re.fullmatch(r"\d{4}", four) or month is None or day is None:
            return None
        return western(int(four), month, day)
    readings = compact_readings("".join(shown))
    return readings[0] if len(readings) == 1 else None


def _pair(cells: list[str]) -> int | None:
    text = "".join(cells)
    if text == "元":
        return 1
    return int(text) if re.fullmatch(r"\d{1,2}", text) else None


def compact_readings(text: str) -> list[Date]:
    """Every day that digits without signs may mean (``R9119``: 令和9年1月19日 or 令和9年11月9日)."""
    found = _BOXED.fullmatch(tidy(text))
    if found is None:
        return []
    digits, days = found["digits"], set()
    if found["era"] and not found["era"].isdigit():
        era = era_named(found["era"])
        for year_length in (1, 2):
            for month_length in (1, 2):
                parts = (
                    digits[:year_length],
                    digits[year_length : year_length + month_length],
                    digits[year_length + month_length :],
                )
                if len(parts[2]) in (1, 2):
                    days.add(in_era(era, *(int(part) for part in parts)))
    elif len(digits) == 8 and not found["era"]:
        days.add(western(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    return sorted(day for day in days if day is not None)


def render(day: Date, style: str = "iso") -> str:
    """The day as forms write it: ``iso``, ``slash``, ``kanji`` (2027年1月19日), ``era``, ``letter``."""
    if style == "iso":
        return day.isoformat()
    if style == "slash":
        return f"{day.year}/{day.month}/{day.day}"
    if style == "kanji":
        return f"{day.year}年{day.month}月{day.day}日"
    era = next(one for one in ERAS if one.first <= day <= one.last)
    year = day.year - era.first_year + 1
    if style == "era":
        return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    if style == "letter":
        return f"{era.letter}{year}.{day.month}.{day.day}"
    raise ValueError(f"unknown style {style!r}")
