"""What the portal's first page says of this system."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.core.systems import Card
from yakuba.effects.services import minutes_saved_today
from yakuba.handbook.models import StaffTask


def card(user: Any, today: date) -> Card:
    """Waiting: what families and records left for a person to look at."""
    waiting = StaffTask.objects.filter(closed_at=None).count()
    closed = StaffTask.objects.filter(closed_at__date=today).count()
    return Card(
        waiting=waiting,
        waiting_note=f"職員の確認 {waiting}件" if waiting else "確認待ちはありません",
        handled=f"{closed:,}件" if closed else "—",
        minutes_saved=minutes_saved_today("handbook", today),
    )
