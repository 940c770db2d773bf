"""Amounts of whole yen as they are written, as plain digits."""

from __future__ import annotations

import re
import unicodedata

MOST_DIGITS = 13
_WRITTEN = re.compile(
    r"[¥\\]?(?P<sign>[-△▲]?)[¥\\]?(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,13})(?:円|円也|也|-|円-)?"
)


def parse_amount(text: str) -> str | None:
    """ASCII digits without separators, «-» before them for a loss (△, ▲, −); ``None`` when it is none.

    >>> parse_amount("¥1,234,500円"), parse_amount("△ ３，０００"), parse_amount("12,34")
    ('1234500', '-3000', None)
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    text = re.sub(r"[‐‑–—―−ー─]", "-", text)
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    digits = found["digits"].replace(",", "")
    if len(digits) > MOST_DIGITS:
        return None
    digits = digits.lstrip("0") or "0"
    return f"-{digits}" if found["sign"] and digits != "0" else digits


def render(amount: int) -> str:
    """The amount with separators, a loss with △."""
    return f"{'△' if amount < 0 else ''}{abs(amount):,}"
