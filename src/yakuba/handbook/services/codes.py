"""Registration codes (登録コード): draw, keep, revoke. The code itself is only printed, never kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core import access_codes
from yakuba.core.audit.services import record
from yakuba.handbook.digests import code_digest
from yakuba.handbook.models import EntryBatch, IssuedCode, RegisteredChild
from yakuba.handbook.services import publishing

VALID_DAYS = 365
AT_ONCE = 500


def draw(children: Sequence[RegisteredChild]) -> dict[int, str]:
    """New codes by child, not kept yet: what is being printed may still fail."""
    return {child.pk: access_codes.draw(secrets.randbelow) for child in children}


@transaction.atomic
def keep(
    drawn: Mapping[int, str],
    *,
    by: Any,
    batch: EntryBatch | None = None,
    pages: Mapping[int, int] | None = None,
) -> None:
    """Make drawn codes the valid ones and hand them to the residents' side; earlier codes end here."""
    if not drawn:
        return
    children = _locked(list(drawn))
    ended = _end([child.pk for child in children], by)
    expires = timezone.now() + timedelta(days=VALID_DAYS)
    IssuedCode.objects.bulk_create(
        [
            IssuedCode(
                child=child,
                batch=batch,
                page=(pages or {}).get(child.pk),
                digest=code_digest(drawn[child.pk]),
                issued_by=by,
                expires_at=expires,
            )
            for child in children
        ],
        batch_size=AT_ONCE,
    )
    action = "handbook.code.reissue" if ended else "handbook.code.issue"
    single = children[0].pk if len(children) == 1 else None
    record(
        action,
        actor=by or "system:handbook",
        target=f"handbook.child:{single}" if single else f"handbook.entry:{batch.pk if batch else ''}",
        detail={"issued": len(children), "ended": ended},
    )
    publishing.put_everything(children)


@transaction.atomic
def revoke(child: RegisteredChild, *, by: Any) -> bool:
    """End the child's code; ``False`` when there was none. A family that used it stays registered."""
    _locked([child.pk])
    if not _end([child.pk], by):
        return False
    record("handbook.code.revoke", actor=by, target=f"handbook.child:{child.pk}", detail={"ended": 1})
    publishing.put_children([child])
    return True


def _locked(keys: Sequence[int]) -> list[RegisteredChild]:
    found: list[RegisteredChild] = []
    for begin in range(0, len(keys), AT_ONCE):
        rows = RegisteredChild.objects.select_for_update().filter(pk__in=keys[begin : begin + AT_ONCE])
        found += rows.order_by("pk")
    return found


def _end(keys: Sequence[int], by: Any) -> int:
    now = timezone.now()
    ended = 0
    for begin in range(0, len(keys), AT_ONCE):
        going = IssuedCode.objects.filter(child__in=keys[begin : begin + AT_ONCE], revoked_at=None)
        ended += going.update(revoked_at=now, revoked_by=by)
    return ended
