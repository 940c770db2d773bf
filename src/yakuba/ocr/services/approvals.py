"""A draft comes into use: its read test is done and a second person approves (使用開始)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.approval import ApprovalError, consequences, on_approved, place, request_approval
from yakuba.core.people.models import Approval
from yakuba.ocr.domain.form_faults import faults_of
from yakuba.ocr.models import FormVersion, VersionState
from yakuba.ocr.services.forms import FormError, stamp_of

KIND = "ocr.version"


def target_of(version: FormVersion) -> str:
    """How approvals and audit lines name the version."""
    return f"ocr.version:{version.pk}"


def newest_request(version: FormVersion) -> Approval | None:
    """The last request for use of the version, whatever became of it."""
    rows = Approval.objects.filter(kind=KIND, target=target_of(version))
    return rows.select_related("requested_by", "decided_by").order_by("-pk").first()


def obstacles(version: FormVersion) -> list[str]:
    """Why the version can't come into use now; empty when it can."""
    if version.state != VersionState.DRAFT:
        return [f"この版は「{version.get_state_display()}」です。"]
    found = []
    if faults := faults_of(version.definition):
        found.append(f"定義に直すところが{len(faults)}か所あります。設計の画面で直してください。")
    test = version.read_test
    if not test:
        found.append("読取りの試験が終わっていません。記入済みの見本を読ませ、正誤を記録してください。")
    elif test.get("stamp") != stamp_of(version):
        found.append("読取りの試験のあとに定義が変わりました。試験をやり直してください。")
    request = newest_request(version)
    if request is not None and request.state == "waiting":
        found.append("承認を待っています。")
    return found


def ask_activation(version: FormVersion, *, by: Any, reason: str) -> Approval:
    """Ask a second person to let the version read. ``FormError`` says what stands in the way."""
    with transaction.atomic():
        locked = FormVersion.objects.select_for_update().select_related("form").get(pk=version.pk)
        if why := obstacles(locked):
            raise FormError("".join(why))
        test = locked.read_test or {}
        payload = {
            "version": locked.pk,
            "title": str(locked),
            "stamp": stamp_of(locked),
            "right": test.get("right", 0),
            "wrong": test.get("wrong", 0),
            "samples": test.get("samples", 0),
        }
        return request_approval(KIND, target_of(locked), payload, by=by, reason=reason, system="ocr")


def register() -> None:
    """Tell the approval primitive what this approval does and how it reads."""
    on_approved(KIND, label="帳票の版の使用開始")(activate)
    consequences(KIND)(tell_consequences)
    place(KIND)(page_of)


def page_of(approval: Approval) -> str:
    """Where the approver sees the version."""
    return reverse("ocr:version", args=[approval.payload["version"]])


def tell_consequences(approval: Approval) -> str:
    """What the approver reads before deciding."""
    facts = approval.payload
    checked = facts["right"] + facts["wrong"]
    return (
        f"「{facts['title']}」で帳票を読み始めます。"
        f"読取りの試験：見本{facts['samples']}枚、{checked}欄のうち正しい読み{facts['right']}欄。"
        "使用を始めた版の定義は変えられません。認定がない欄は、すべて職員が確認します。"
    )


def activate(approval: Approval) -> None:
    """The version reads from here on. A draft that changed since the request is refused."""
    version = FormVersion.objects.select_for_update().filter(pk=approval.payload["version"]).first()
    if version is None or version.state != VersionState.DRAFT:
        raise ApprovalError("この版は下書きではなくなっています。差し戻してください。")
    if stamp_of(version) != approval.payload["stamp"]:
        raise ApprovalError("依頼のあとに定義が変わりました。差し戻して、試験のやり直しを伝えてください。")
    version.state = VersionState.ACTIVE
    version.activated_at = timezone.now()
    version.activated_by = approval.decided_by
    version.save(update_fields=["state", "activated_at", "activated_by"])
    record(
        "ocr.form.activate",
        actor=approval.decided_by or "system:people",
        target=approval.target,
        detail={"form": version.form_id, "approval": approval.pk},
    )
