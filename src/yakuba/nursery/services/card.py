"""What the portal's first page says of this system."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Sum

from yakuba.core.systems import Card
from yakuba.effects.services import minutes_saved_today
from yakuba.nursery.models import Allocation, Ledger
from yakuba.nursery.services.rounds import waiting_rounds


def card(user: Any, today: date) -> Card:
    """Waiting: results sent for approval, blocking results, tied ledgers without a run, rounds."""
    approvals = Allocation.objects.filter(approval__state="waiting").count()
    blocked = (
        Allocation.objects.exclude(blocking_families=[])
        .filter(finished_at__isnull=False, approval=None)
        .count()
    )
    newer = Ledger.objects.filter(title=OuterRef("title"), number__gt=OuterRef("number"))
    tied = Ledger.objects.exclude(ties=[]).filter(~Exists(newer), allocations=None, scoring=None).count()
    deciding = waiting_rounds()
    parts = [
        ("承認待ち", approvals),
        ("不成立のある結果", blocked),
        ("同点のある台帳", tied),
        ("判断を待つ選考", deciding),
    ]
    handled = (
        Allocation.objects.filter(finished_at__date=today).aggregate(children=Sum("ledger__children"))[
            "children"
        ]
        or 0
    )
    return Card(
        waiting=approvals + blocked + tied + deciding,
        waiting_note="、".join(f"{label} {count}件" for label, count in parts if count)
        or "確認待ちはありません",
        handled=f"{handled:,}人" if handled else "—",
        minutes_saved=minutes_saved_today("nursery", today),
    )
