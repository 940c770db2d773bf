"""Two persons stand behind a result (承認)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from yakuba.core.audit.services import record
from yakuba.core.people.approval import Approval, on_approved, request_approval
from yakuba.nursery.models import Allocation

KIND = "nursery.allocation"


class NotReady(ValueError):
    """The allocation can't be sent for approval now."""


def ask_for_approval(allocation: Allocation, *, by: Any, reason: str) -> Approval:
    """Send a finished result to an approver; only one request for a result may be open."""
    with transaction.atomic():
        locked = Allocation.objects.select_for_update().get(pk=allocation.pk)
        if not locked.is_finished:
            raise NotReady("計算が終わっていません。終わってから承認を依頼してください。")
        if locked.approval is not None and locked.approval.state != "refused":
            raise NotReady("承認はすでに依頼されています。")
        figures = locked.figures
        approval = request_approval(
            KIND,
            f"nursery.allocation:{locked.pk}",
            {
                "allocation": locked.pk,
                "title": str(locked.ledger),
                "placed": figures.get("placed", 0),
                "waiting": figures.get("waiting", 0),
                "blocking": len(locked.blocking_families),
            },
            by=by,
            reason=reason,
            system="nursery",
        )
        locked.approval = approval
        locked.save(update_fields=["approval"])
    allocation.refresh_from_db()
    return approval


@on_approved(KIND)
def note_approval(approval: Approval) -> None:
    """The result is final from here on; the audit log says so."""
    record(
        "nursery.allocation.approved",
        actor=approval.decided_by or "system:people",
        target=approval.target,
        detail={"approval": approval.pk},
    )
