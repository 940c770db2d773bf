"""One cell to one value. Each function raises ``ValueError`` with the expectation in Japanese."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from yakuba.nursery.domain.priority import Key

Cell = str | float | int | bool | date | datetime | time | timedelta

_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,10})?")
_SPACE = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INVISIBLE = "\ufeff\u200b\u200e\u200f"
EXACT = 10**15  # Excel keeps 15 significant digits


def is_blank(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and not cell.strip().strip(_INVISIBLE))


def text(cell: Cell) -> str:
    """Free text such as a name: only the outer spaces go; no character is exchanged for another."""
    return _visible(cell if isinstance(cell, str) else shown(cell)).strip().strip(_INVISIBLE).strip()


def _visible(cell: str) -> str:
    if _CONTROL.search(cell):
        raise ValueError("見えない制御文字が入っています")
    return cell


def shown(cell: Cell) -> str:
    """The cell as a person sees it, for messages."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    return str(cell)


def code(cell: Cell) -> str:
    """A code such as 受付番号: half-width, without spaces; 12.0 of a spreadsheet is ``"12"``."""
    if isinstance(cell, str):
        return _visible(_code(cell))
    return shown(cell)


def label(cell: Cell) -> str:
    """A heading or a sheet's name, to be compared with ours."""
    return _code(cell) if isinstance(cell, str) else shown(cell)


@lru_cache(maxsize=65536)
def _code(cell: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", cell)).strip(_INVISIBLE)


def number(cell: Cell) -> Key:
    """An integer or an exact decimal. Accepts full-width digits, thousands separators, ▲ and △ for minus."""
    if isinstance(cell, bool):
        raise ValueError("数を入力する欄です")
    if isinstance(cell, (int, float)):
        if not abs(cell) < EXACT:  # also true of "not a number"
            raise ValueError("15桁を超える数は、Excelでは末尾の桁が失われます")
        return int(cell) if cell == int(cell) else Decimal(repr(cell))
    if not isinstance(cell, str):
        raise ValueError("数を入力する欄です")
    return _number(cell)


@lru_cache(maxsize=65536)
def _number(cell: str) -> Key:
    plain = _code(cell).replace(",", "")
    plain = re.sub(r"^[▲△−ー‐‑–—]", "-", plain)
    if not _NUMBER.fullmatch(plain):
        raise ValueError("数を入力する欄です")
    value = Decimal(plain)
    return int(value) if value == value.to_integral_value() else value


def whole(cell: Cell) -> int:
    """An integer."""
    value = number(cell)
    if not isinstance(value, int):
        raise ValueError("整数を入力する欄です")
    return value


def age(cell: Cell) -> int:
    """0–5; also 「1歳」「１歳児」."""
    cleaned = re.sub(r"歳児?(クラス)?$", "", code(cell))
    try:
        value = whole(cleaned)
    except ValueError:
        value = -1
    if not 0 <= value <= 5:
        raise ValueError("0から5までの年齢を入力する欄です")
    return value
