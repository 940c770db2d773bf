"""Which children an officer may see (支援措置の対象者は、指名された職員だけが見られる)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from yakuba.core.people import protected
from yakuba.nursery.models import ChildOutcome

SUBJECT = "child"


def visible_children(user: Any, rows: QuerySet[ChildOutcome]) -> QuerySet[ChildOutcome]:
    """The rows without the protected children that ``user`` is not named for."""
    return rows.exclude(child_id__in=protected.hidden_from(user, SUBJECT))


def is_protected(child_id: str) -> bool:
    """Whether outputs of this child need a second person's release."""
    return protected.is_protected(SUBJECT, child_id)
