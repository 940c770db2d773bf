"""Which children an officer may see (支援措置の対象者は、指名された職員だけが見られる)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from yakuba.core.people import protected
from yakuba.core.people.models import ProtectedPerson
from yakuba.nursery.models import Allocation, ChildOutcome

SUBJECT = "child"


def protected_ids() -> set[str]:
    """受付番号 of the children who are protected now."""
    rows = ProtectedPerson.objects.filter(subject_kind=SUBJECT, ended_at=None)
    return set(rows.values_list("subject_id", flat=True))


def visible_children(user: Any, rows: QuerySet[ChildOutcome]) -> QuerySet[ChildOutcome]:
    """The rows without the protected children that ``user`` is not named for."""
    guarded = protected_ids()
    hidden = guarded - protected.visible(user, SUBJECT, guarded) if guarded else guarded
    return rows.exclude(child_id__in=hidden) if hidden else rows


def unprotected_children(rows: QuerySet[ChildOutcome]) -> QuerySet[ChildOutcome]:
    """The rows that may leave in an export; each protected one leaves only by a release of its own."""
    guarded = protected_ids()
    return rows.exclude(child_id__in=guarded) if guarded else rows


def holds_protected(allocation: Allocation) -> bool:
    """Whether a whole-result file would carry a protected child out."""
    guarded = protected_ids()
    return bool(guarded) and allocation.child_rows.filter(child_id__in=guarded).exists()
