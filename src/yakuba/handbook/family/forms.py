"""Reading what was typed in: texts cut to a length, dates, figures. Faults are said by ``words``."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

from yakuba.core.ui.resident_dates import day_of
from yakuba.handbook.services.families.errors import BadField

LONGEST = 200  # characters taken from a field; what a field may hold is less
YEARS_BACK, YEARS_AHEAD = 18, 1
FIGURE = 8  # characters


def text(request: HttpRequest, name: str, most: int = LONGEST) -> str:
    """A field of the form."""
    return request.POST.get(name, "")[:most].strip()


def day(request: HttpRequest, name: str) -> date | None:
    """A date as browsers send it (YYYY-MM-DD), or typed full-width; ``None`` for what is none."""
    try:
        typed = unicodedata.normalize("NFKC", text(request, name, 10)).replace("/", "-")
        return date.fromisoformat(typed)
    except ValueError:
        return None


def day_in_lists(request: HttpRequest) -> date | None:
    """A date of three lists."""
    return day_of(text(request, "year", 4), text(request, "month", 2), text(request, "day", 2))


def whole(request: HttpRequest, name: str) -> int:
    """A whole number; -1 for what is none."""
    typed = text(request, name, FIGURE)
    return int(typed) if typed.isascii() and typed.isdigit() else -1


def figure(
    request: HttpRequest, name: str, *, scale: int, least: Decimal, most: Decimal, unit: str
) -> int | None:
    """A figure in the unit that people say, as a whole number of the kept unit. Raises ``BadField``.

    ``scale``: how many kept units (g, mm) make one said unit (kg, cm).
    """
    typed = text(request, name, FIGURE).translate(str.maketrans("０１２３４５６７８９．，,", "0123456789..."))
    if not typed:
        return None
    try:
        found = Decimal(typed)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise BadField(name, "number", {"example": least})
    if not least <= found <= most:
        raise BadField(name, "out_of_range", {"least": least, "most": most, "unit": unit})
    return int((found * scale).to_integral_value())
