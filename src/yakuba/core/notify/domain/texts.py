"""Values that go into a text, and texts that leave the browser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST_VALUE = 300
_RUBY = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
# Marks that turn the reading direction round can make a text say something else than it holds.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_value(value: Any) -> str:
    """A parameter as it may stand inside of a text: one line, no control signs, no braces of ruby.

    Names keep their variation selectors (葛󠄀). Longer values are cut at 300 characters.
    """
    kept = "".join(
        sign
        for sign in str(value)
        if sign.isspace() or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _TURNING)
    )
    line = " ".join(kept.split()).translate({ord("{"): "（", ord("}"): "）", ord("|"): "／"})
    return line[:LONGEST_VALUE].rstrip()


def clean_values(values: Mapping[str, Any]) -> dict[str, str]:
    """Every parameter made fit for a text."""
    return {str(name): clean_value(value) for name, value in values.items()}


def without_ruby(text: str) -> str:
    """``{園|えん}`` as 園（えん）, for mail and paper."""
    return _RUBY.sub(r"\1（\2）", text)
