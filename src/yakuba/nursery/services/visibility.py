"""Which children an officer may see (支援措置の対象者は、指名された職員だけが見られる).

What is shown never names a protected child to anybody else: its rows are left out, and texts about other
children say 「（非表示）」 in its place. Counts of a class or a result include protected children.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from yakuba.core.people import protected
from yakuba.core.people.models import ProtectedAccess, ProtectedPerson
from yakuba.nursery.models import Allocation, ChildOutcome, Ledger

SUBJECT = "nursery.child"
HIDDEN = "（非表示）"
HIDDEN_LINE = "支援措置の対象に関わるため、指名された職員だけに示します。"


def protected_ids() -> set[str]:
    """受付番号 of the children who are protected now."""
    rows = ProtectedPerson.objects.filter(subject_kind=SUBJECT, ended_at=None)
    return set(rows.values_list("subject_id", flat=True))


def hidden_from(user: Any) -> set[str]:
    """Protected children that the user is not named for. Writes nothing: ``note_views`` does."""
    guarded = protected_ids()
    if not guarded or not user.is_active:
        return guarded
    named = ProtectedAccess.objects.filter(
        user=user, ended_at=None, protected__subject_kind=SUBJECT, protected__ended_at=None
    )
    return guarded - set(named.values_list("protected__subject_id", flat=True))


def note_views(user: Any, shown: Iterable[str]) -> None:
    """Put on record that the user was shown these children, as far as they are protected."""
    seen = protected_ids() & set(shown)
    if seen:
        protected.visible(user, SUBJECT, seen)


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
    if isinstance(value, str):
        return HIDDEN if value in hidden else value
    if isinstance(value, list):
        return [_shown(one, hidden) for one in value]
    if isinstance(value, dict):
        return {field: _shown(one, hidden) for field, one in value.items()}
    return value


def named_in(claims: Any, among: set[str]) -> set[str]:
    """Which of the ids stand anywhere in the claims."""
    if isinstance(claims, str):
        return {claims} & among
    parts = claims.values() if isinstance(claims, dict) else claims if isinstance(claims, list) else ()
    return set().union(*(named_in(part, among) for part in parts))


def mentions(text: str, ids: set[str]) -> bool:
    """Whether a text names one of the ids as a word of its own (``12`` is not in ``4120``)."""
    if not ids:
        return False
    either = "|".join(re.escape(one) for one in sorted(ids))
    return re.search(rf"(?<![0-9A-Za-z_])(?:{either})(?![0-9A-Za-z_])", text) is not None


def mentioned(lines: Iterable[str]) -> set[str]:
    """The protected children that the lines name."""
    text = "\n".join(lines)
    return {one for one in protected_ids() if mentions(text, {one})}


def ledger_lines(ledger: Ledger, lines: Sequence[str], hidden: set[str]) -> list[str]:
    """Warnings or ties of a ledger; one that names a hidden child or its household says only that."""
    if not hidden or not lines:
        return list(lines)
    ids = hidden | _households(ledger, hidden)
    return [HIDDEN_LINE if mentions(line, ids) else line for line in lines]


def _households(ledger: Ledger, hidden: set[str]) -> set[str]:
    """世帯番号 of the children, from the rows of a finished run or else from the ledger itself."""
    rows = ChildOutcome.objects.filter(allocation__ledger=ledger)
    if rows.exists():
        return set(rows.filter(child_id__in=hidden).values_list("family_id", flat=True))
    from yakuba.nursery.services.ledgers import source_of

    families = source_of(ledger).load(0).market.families
    return {family.id for family in families if hidden & set(family.children)}


def hidden_families(allocation: Allocation, hidden: set[str]) -> set[str]:
    """世帯番号 of the hidden children in a result."""
    if not hidden:
        return set()
    return set(allocation.child_rows.filter(child_id__in=hidden).values_list("family_id", flat=True))


def shown_families(allocation: Allocation, families: Sequence[str], hidden: set[str]) -> list[str]:
    """Families of a result, with 「（非表示）」 for those of hidden children: their number stays true."""
    guarded = hidden_families(allocation, hidden)
    return [HIDDEN if family in guarded else family for family in families]


def holds_protected(allocation: Allocation) -> bool:
    """Whether a whole-result file would carry a protected child out."""
    guarded = protected_ids()
    return bool(guarded) and allocation.child_rows.filter(child_id__in=guarded).exists()


def may_leave(allocation: Allocation, text: str) -> bool:
    """Whether a file names no protected child of this result, and no household of one."""
    guarded = protected_ids()
    return not mentions(text, guarded | hidden_families(allocation, guarded))
