"""What people do with a task: have it certified, stop it, start it again, change its policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.models import BorderTask
from yakuba.core.border.services import BorderError, certify, certify_pool, resume, set_policy, suspend
from yakuba.core.border.services.tasks import task_of
from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require_sign_in

REASON = 500  # characters

Act = Callable[[BorderTask, Any, str, HttpRequest], str]


@require_POST
@require_sign_in
def act(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Do it and say so on the task's page; a refusal says why there."""
    if act not in ACTS:
        raise Http404
    role, do = ACTS[act]
    task = get_object_or_404(BorderTask, pk=pk)
    if not allowed(request.user, task.system, role):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()
    try:
        if len(reason) > REASON:
            raise BorderError(f"理由：{len(reason):,}字あります。{REASON}字までにしてください。")
        messages.success(request, do(task, request.user, reason, request))
    except (BorderError, ApprovalError) as refused:
        messages.error(request, str(refused))
    return redirect("border:task", pk=task.pk)


def _certify(task: BorderTask, user: Any, reason: str, request: HttpRequest) -> str:
    made = (
        certify_pool(task.system, task.pool, by=user, reason=reason)[0]
        if task.pool
        else certify(task_of(task), by=user, reason=reason)
    )
    if made.certified:
        return "認定の承認を依頼しました。別の承認者が決めると、自動処理が始まります。"
    missing = (made.result.get("missing") or {}).get("labels", 0)
    return f"認定できませんでした。誤りのない確認が、あと{missing:,}件以上必要です。計算は記録に残りました。"


def _suspend(task: BorderTask, user: Any, reason: str, request: HttpRequest) -> str:
    suspend(task_of(task), by=user, reason=reason)
    return "自動処理を停止しました。これからのものは、すべて職員が確認します。"


def _resume(task: BorderTask, user: Any, reason: str, request: HttpRequest) -> str:
    resume(task_of(task), by=user, reason=reason)
    return "自動処理を再開しました。はじめの200件は、すべて監査します。"


def _policy(task: BorderTask, user: Any, reason: str, request: HttpRequest) -> str:
    try:
        policy = Policy(request.POST.get("policy", ""))
    except ValueError:
        raise BorderError("方針：選ばれていません。方針を選んでください。") from None
    set_policy(task_of(task), policy, by=user, reason=reason)
    return "方針を変更しました。"


ACTS: dict[str, tuple[Role, Act]] = {
    "certify": (Role.OFFICER, _certify),
    "suspend": (Role.OFFICER, _suspend),
    "resume": (Role.APPROVER, _resume),
    "policy": (Role.APPROVER, _policy),
}
