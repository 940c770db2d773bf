"""How figures are written on staff pages: thousands, times and minutes (no Django here)."""

from __future__ import annotations

from datetime import time
from decimal import ROUND_HALF_UP, Decimal

NOTHING = "—"
MINUS = "−"


def thousands(value: float | int | Decimal | None, digits: int | None = None) -> str:
    """``1,258``; ``—`` for nothing, ``0`` for zero, a true minus sign before losses.

    ``digits`` fixes the number of decimals; without it whole numbers have none and others keep theirs.
    """
    if value is None:
        return NOTHING
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if digits is not None:
        number = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    elif number == number.to_integral_value():
        number = number.quantize(Decimal(1))
    text = f"{abs(number):,f}"
    return f"{MINUS}{text}" if number < 0 else text


def clock(value: time) -> str:
    """``9:42``, as tables write it."""
    return f"{value.hour}:{value.minute:02d}"


def clock_in_sentence(value: time) -> str:
    """``9時42分``, as sentences write it."""
    return f"{value.hour}時{value.minute:02d}分"


def minutes(value: float | None) -> tuple[str, bool]:
    """``("41分", False)``, ``("−14分", True)`` for a loss, ``("未測定", False)`` when not measured."""
    if value is None:
        return "未測定", False
    whole = int(Decimal(str(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return f"{thousands(whole)}分", whole < 0
