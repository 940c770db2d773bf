"""One cell to one value. Each function raises ``ValueError`` with the expectation in Japanese."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from yakuba.core.sheets.cells import EXACT as EXACT
from yakuba.core.sheets.cells import Cell as Cell
from yakuba.core.sheets.cells import code as code
from yakuba.core.sheets.cells import is_blank as is_blank
from yakuba.core.sheets.cells import label as label
from yakuba.core.sheets.cells import shown as shown
from yakuba.core.sheets.cells import text as text
from yakuba.nursery.domain.priority import Key

_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,10})?")


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
    plain = label(cell).replace(",", "")
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
