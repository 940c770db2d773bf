"""What form reading says of itself on the portal's first page."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.core.systems import Card
from yakuba.ocr.models import FieldValue, ValueState

WAITING = (ValueState.WAITING, ValueState.ONCE, ValueState.DIFFERS, ValueState.ESCALATED)


def card(user: Any, today: date) -> Card:
    """Fields that wait for a person, and those that passed by certificate today."""
    waiting = FieldValue.objects.filter(state__in=WAITING)
    passed = FieldValue.objects.filter(state=ValueState.AUTO, page__read_at__date=today).count()
    pages = waiting.values("page").distinct().count()
    return Card(
        waiting=waiting.count(),
        waiting_note=f"{pages:,}ページの欄" if pages else "ありません",
        handled=f"{passed:,}欄" if passed else "—",
    )
