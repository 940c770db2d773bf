"""One cell of a table, as a person sees it. ``ValueError`` tells the expectation in Japanese."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Cell = str | float | int | bool | date | datetime | time | timedelta

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
