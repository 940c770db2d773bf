"""Which children an officer may see (支援措置の対象者は、指名された職員だけが見られる)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from yakuba.core.people import protected
from yakuba.core.people.models import ProtectedPerson
from yakuba.nursery.models import Allocation, ChildOutcome

SUBJECT = "child"
HIDDEN = "（非表示）"


def protected_ids() -> set[str]:
    """受付番号 of the children who are protected now."""
    rows = ProtectedPerson.objects.filter(subject_kind=SUBJECT, ended_at=None)
    return set(rows.values_list("subject_id", flat=True))


def visible_children(user: Any, rows: QuerySet[ChildOutcome]) -> QuerySet[ChildOutcome]:
    """The rows without the protected children that ``user`` is not named for."""
    hidden = hidden_from(user)
    return rows.exclude(child_id__in=hidden) if hidden else rows


def unprotected_children(rows: QuerySet[ChildOutcome]) -> QuerySet[ChildOutcome]:
    """The rows that may leave in an export; each protected one leaves only by a release of its own."""
    guarded = protected_ids()
    return rows.exclude(child_id__in=guarded) if guarded else rows


def without_names_of(hidden: set[str], claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The claims of one child, in which other children who may not be seen here are not named."""
    if not hidden:
        return list(claims)
    return [{field: _shown(value, hidden) for field, value in claim.items()} for claim in claims]


def _shown(value: Any, hidden: set[str]) -> Any:
    return HIDDEN if isinstance(value, str) and value in hidden else value


def hidden_from(user: Any) -> set[str]:
    """Protected children that the user is not named for."""
    guarded = protected_ids()
    return guarded - protected.visible(user, SUBJECT, guarded) if guarded else guarded


def holds_protected(allocation: Allocation) -> bool:
    """Whether a whole-result file would carry a protected child out."""
    guarded = protected_ids()
    return bool(guarded) and allocation.child_rows.filter(child_id__in=guarded).exists()
