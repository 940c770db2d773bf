"""What this system shows on the page of the border: proven allocations, and what staff always decide."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from yakuba.core.border.lines import Basis, Line
from yakuba.nursery.models import Allocation, Decision, Pin


def lines(since: datetime) -> list[Line]:
    """Children allocated by rule since a moment; ties, other judgements and pins by staff."""
    runs = Allocation.objects.filter(finished_at__gte=since)
    children = runs.aggregate(children=Sum("ledger__children"))["children"] or 0
    judged = Decision.objects.filter(decided_at__gte=since, withdrawn_at=None).count()
    pinned = Pin.objects.filter(asked_at__gte=since).count()
    count = runs.count()
    return [
        Line(
            "割当の計算",
            Basis.RULE,
            auto=children,
            staff=0,
            bound="証明つき",
            because=f"割当{count:,}回、すべて検証の証明書つき" if count else "割当ごとに検証の証明書",
        ),
        Line("同点・採点の判断・固定", Basis.STAFF, auto=0, staff=judged + pinned),
    ]
