"""Codes of families (閲覧コード): issue, reissue, revoke. The code itself is only printed, never kept.

The resident side needs nothing but ``FamilyCode`` rows (reference and digest) and ``key``: whoever publishes
families' pages listens to ``changed``.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from yakuba.core import access_codes as codes
from yakuba.core.audit.services import record
from yakuba.nursery.family.digests import CODE_PURPOSE, code_key
from yakuba.nursery.models import Allocation, FamilyCode

BATCH = 500  # rows an INSERT, and ids a query
REFERENCE_BYTES = 24
changed = Signal()  # allocation, family_ids; sent inside the transaction, after the rows are written


def key() -> bytes:
    """The key of the digests: the same on the staff and on the resident side (``core.exchange``)."""
    return code_key()


def draw(family_ids: Iterable[str]) -> dict[str, str]:
    """New codes by family, of 16 signs, not kept yet: what is being printed may still fail."""
    return {family: codes.draw(secrets.randbelow) for family in dict.fromkeys(family_ids)}


@transaction.atomic
def keep(allocation: Allocation, drawn: Mapping[str, str], *, by: Any) -> None:
    """Make drawn codes the valid ones; earlier codes of the same families end here."""
    if not drawn:
        return
    Allocation.objects.select_for_update().get(pk=allocation.pk)  # one change of codes at a time
    ended = _end(allocation, list(drawn), by)
    secret = key()
    FamilyCode.objects.bulk_create(
        [
            FamilyCode(
                allocation=allocation,
                family_id=family,
                reference=secrets.token_urlsafe(REFERENCE_BYTES),
                digest=codes.digest(code, secret, CODE_PURPOSE),
                issued_by=by,
            )
            for family, code in drawn.items()
        ],
        batch_size=BATCH,
    )
    record(
        "nursery.code.reissue" if ended else "nursery.code.issue",
        actor=by or "system:nursery",
        target=f"nursery.allocation:{allocation.pk}",
        detail={"issued": len(drawn), "ended": ended},
    )
    changed.send(FamilyCode, allocation=allocation, family_ids=tuple(drawn))


def issue(allocation: Allocation, family_ids: Iterable[str], *, by: Any) -> dict[str, str]:
    """New codes by family, kept at once; earlier codes of these families end."""
    drawn = draw(family_ids)
    keep(allocation, drawn, by=by)
    return drawn


@transaction.atomic
def revoke(allocation: Allocation, family_id: str, *, by: Any) -> bool:
    """End the family's code; ``False`` when there was none."""
    Allocation.objects.select_for_update().get(pk=allocation.pk)
    if not _end(allocation, [family_id], by):
        return False
    record(
        "nursery.code.revoke",
        actor=by or "system:nursery",
        target=f"nursery.allocation:{allocation.pk}",
        detail={"ended": 1},
    )
    changed.send(FamilyCode, allocation=allocation, family_ids=(family_id,))
    return True


def valid(allocation: Allocation, family_id: str) -> FamilyCode | None:
    """The family's code that opens its page now."""
    return allocation.family_codes.filter(family_id=family_id, revoked_at=None).first()


def _end(allocation: Allocation, families: list[str], by: Any) -> int:
    now = timezone.now()
    ended = 0
    for begin in range(0, len(families), BATCH):
        going = allocation.family_codes.filter(family_id__in=families[begin : begin + BATCH], revoked_at=None)
        ended += going.update(revoked_at=now, revoked_by=by)
    return ended
