"""Dates as town halls write them: real dates, Excel serials, ISO, 年月日, Japanese eras."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

# era -> letter, first day, last calendar year (元号を改める政令)
ERAS = {
    "令和": ("R", date(2019, 5, 1), 9999),
    "平成": ("H", date(1989, 1, 8), 2019),
    "昭和": ("S", date(1926, 12, 25), 1989),
    "大正": ("T", date(1912, 7, 30), 1926),
    "明治": ("M", date(1873, 1, 1), 1912),
}
FIRST_YEAR = {"令和": 2019, "平成": 1989, "昭和": 1926, "大正": 1912, "明治": 1868}
_SEPARATED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?00:00(?::00)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ERA = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])\.?(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.I
)
_SERIAL = range(20_000, 80_000)  # 1954-10 to 2119-01
EXCEL_EPOCH = date(1899, 12, 30)


def parse_day(value: object) -> date:
    """Read a date cell. Raises ``ValueError`` whose text says what is wrong, in Japanese.

    >>> parse_day("令和8年4月2日"), parse_day("H30/1/5"), parse_day("2026/4/2")
    (datetime.date(2026, 4, 2), datetime.date(2018, 1, 5), datetime.date(2026, 4, 2))
    """
    if isinstance(value, date):  # a datetime is a date, too
        return date(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if not isinstance(value, str):
        raise ValueError("日付ではありません")
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", value))
    if match := _SEPARATED.fullmatch(text) or _COMPACT.fullmatch(text):
        return _checked(*(int(part) for part in match.groups()[:3]))
    if match := _ERA.fullmatch(text):
        return _from_era(*match.groups())
    if text.isdecimal():
        return _from_number(int(text))
    raise ValueError("日付として読めません")


def _from_number(value: float) -> date:
    if value != int(value):
        raise ValueError("日付として読めません")
    number = int(value)
    if number in _SERIAL:
        return EXCEL_EPOCH + timedelta(days=number)
    if match := _COMPACT.fullmatch(str(number)):
        return _checked(*(int(part) for part in match.groups()))
    raise ValueError("日付として読めません")


def _from_era(era: str, year: str, month: str, day: str) -> date:
    name = next(key for key, (letter, _, _) in ERAS.items() if era.upper() in (key, letter))
    _, first_day, last_year = ERAS[name]
    count = 1 if year == "元" else int(year)
    found = _checked(FIRST_YEAR[name] + count - 1, int(month), int(day))
    if count < 1 or found < first_day or found.year > last_year:
        raise ValueError(f"{name}にない日付です")
    return found


def _checked(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("ない日付です") from None
