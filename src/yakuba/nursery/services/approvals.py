"""Two persons stand behind a result (承認)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse

from yakuba.core.audit.services import record
from yakuba.core.people.approval import ApprovalError, consequences, on_approved, place, request_approval
from yakuba.core.people.models import Approval
from yakuba.nursery.models import Allocation
from yakuba.nursery.services.pins import pins_changed

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
        if pins_changed(locked):
            raise NotReady("この割当のあとに固定が変わりました。割り当て直してから、承認を依頼してください。")
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


def register() -> None:
    """Tell the approval primitive what an approval of a result does and how it reads."""
    on_approved(KIND, label="割当の結果")(note_approval)
    consequences(KIND)(tell_consequences)
    place(KIND)(result_page)


def result_page(approval: Approval) -> str:
    """Where the approver sees the result."""
    return reverse("nursery:proof", args=[approval.payload["allocation"]])


def tell_consequences(approval: Approval) -> str:
    """What the approver reads before deciding."""
    facts = approval.payload
    text = (
        f"「{facts['title']}」の結果を確定します。内定 {facts['placed']:,}人、保留 {facts['waiting']:,}人。"
    )
    if facts["blocking"]:
        text += f"不成立の世帯が {facts['blocking']}世帯あります。"
    return text


def note_approval(approval: Approval) -> None:
    """The result is final from here on; the audit log says so.

    A pin that came into force, or was removed, while the request waited makes another result: refused.
    """
    allocation = Allocation.objects.select_related("ledger").get(pk=approval.payload["allocation"])
    if pins_changed(allocation):
        raise ApprovalError(
            "承認を待つ間に、児童の固定が変わりました。この結果は固定と合いません。"
            "差し戻して、割り当て直すよう依頼した人に伝えてください。"
        )
    record(
        "nursery.allocation.approved",
        actor=approval.decided_by or "system:people",
        target=approval.target,
        detail={"approval": approval.pk},
    )
