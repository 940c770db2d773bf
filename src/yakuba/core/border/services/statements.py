"""The officers' own words on a task, in force once a second person approved them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.border.models import Statement
from yakuba.core.border.services.types import BorderError
from yakuba.core.people.approval import consequences, on_approved, place, request_approval
from yakuba.core.people.models import Approval

KIND = "border.statement"


@transaction.atomic
def propose_statement(
    system: str, kind: str, *, staff_part: str, ai_part: str, reason: str, by: Any
) -> Statement:
    """Send a new text for a kind to an approver of the system. ``BorderError``, ``ApprovalError``."""
    for name, text in (("職員が行う範囲", staff_part), ("AIが行う範囲", ai_part)):
        if not text.strip():
            raise BorderError(f"{name}：空です。文章を入力してください。")
        if len(text) > 2000:
            raise BorderError(f"{name}：{len(text):,}字あります。2,000字までにしてください。")
    statement = Statement.objects.create(
        system=system, kind=kind, staff_part=staff_part.strip(), ai_part=ai_part.strip(), written_by=by
    )
    statement.approval = request_approval(
        KIND,
        f"border.statement:{statement.pk}",
        {"statement": statement.pk},
        by=by,
        reason=reason,
        system=system,
    )
    statement.save(update_fields=["approval"])
    record(
        "border.statement.request",
        actor=by,
        target=f"border.statement:{statement.pk}",
        detail={"system": system},
    )
    return statement


def statement_of(system: str, kind: str) -> Statement | None:
    """The text in force: the latest approved one."""
    return (
        Statement.objects.filter(system=system, kind=kind, approved_at__isnull=False)
        .select_related("approved_by", "written_by")
        .order_by("-approved_at", "-pk")
        .first()
    )


@on_approved(KIND, label="職員が行う範囲／AIが行う範囲")
def _approved(approval: Approval) -> None:
    statement = Statement.objects.get(pk=approval.payload["statement"])
    statement.approved_by, statement.approved_at = approval.decided_by, timezone.now()
    statement.save(update_fields=["approved_by", "approved_at"])
    record(
        "border.statement.approved",
        actor=approval.decided_by or "system:border",
        target=f"border.statement:{statement.pk}",
        detail={"approval": approval.pk},
    )


@consequences(KIND)
def _consequences(approval: Approval) -> str:
    statement = Statement.objects.get(pk=approval.payload["statement"])
    return (
        f"「{statement.kind}」の説明が、この文章に替わります。"
        f"職員が行う範囲：{statement.staff_part}　AIが行う範囲：{statement.ai_part}"
    )


@place(KIND)
def _place(approval: Approval) -> str:
    return f"{reverse('border:home')}statements/{approval.payload['statement']}/"
