"""Text that leaves the product in a table, as a cell that no spreadsheet runs as a formula."""

from __future__ import annotations

import re

# A Japanese Excel takes the full-width signs for the start of a formula, too (OWASP, CSV injection).
_FORMULA_START = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def neutralised(text: str) -> str:
    """The text, with an apostrophe before it when it starts like a formula.

    >>> neutralised("=1+1"), neutralised("＠SUM"), neutralised("山田")
    ("'=1+1", "'＠SUM", '山田')
    """
    return f"'{text}" if _FORMULA_START.match(text) else text
