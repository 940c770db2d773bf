"""What of a family's plan is still to come: one count for pages, calendars and notices."""

from __future__ import annotations

from collections import Counter
from typing import Any

from yakuba.handbook.models import Child, PlannedVisit


def still_open(child: Child) -> list[tuple[PlannedVisit, list[dict[str, Any]]]]:
    """Planned visits, soonest first, with the doses still to be given; none that has nothing left."""
    given = Counter(child.doses.filter(taken_back_at=None).values_list("vaccine", flat=True))
    found = (
        (one, [shot for shot in one.shots if shot["dose"] > given[shot["vaccine"]]])
        for one in child.planned_visits.order_by("on")
    )
    return [(one, left) for one, left in found if left]
