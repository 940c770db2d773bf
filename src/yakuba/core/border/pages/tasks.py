"""One kind of decision with certificate, officers' words, audit and history; one suspension's re-checks."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.core.audit.services import record
from yakuba.core.border.domain.bounds import upper_bound
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.models import AuditSample, BorderTask, Certificate, Happening, Statement, Suspension
from yakuba.core.border.overview import labels_missing, system_name, task_rows
from yakuba.core.border.pages.home import PERIODS, _tabs, period
from yakuba.core.border.services.statements import statement_of
from yakuba.core.border.services.suspensions import open_suspension
from yakuba.core.border.services.tasks import standing_of
from yakuba.core.people.models import Approval, Role
from yakuba.core.people.permissions import allowed, require_sign_in

RECHECKS = 100  # rows of a page
STEPS = {
    Happening.What.CERTIFIED: "done",
    Happening.What.SUSPENDED: "ask",
    Happening.What.REQUESTED: "ask",
}


def _task(pk: int) -> BorderTask:
    return get_object_or_404(BorderTask.objects.select_related("certificate", "certificate__watch"), pk=pk)


@require_safe
@require_sign_in
def task_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything about one task, and what the person may do with it."""
    task = _task(pk)
    asked, since = period(request)
    certificate = task.certificate
    labels, missing = labels_missing(task)
    disputed = task.labels.filter(correct=None, second_correct__isnull=False).count()
    context: dict[str, Any] = {
        "task": task,
        "system_name": system_name(task.system),
        "form": task.kind.partition("/")[0] if "/" in task.kind else "",
        "row": task_rows([task], since)[0],
        "standing": standing_of(task),
        "certificate": certificate,
        "attempts": task.certificates.select_related("requested_by", "approved_by", "approval"),
        "waiting": _waiting(task),
        "audit": _audit(certificate),
        "labels": labels,
        "simulated": task.labels.filter(simulated=True, correct__isnull=False).count(),
        "missing": missing,
        "half": task.labels.filter(correct=None).count() - disputed,
        "disputed": disputed,
        "statement": statement_of(task.system, task.kind),
        "older": Statement.objects.filter(system=task.system, kind=task.kind).select_related(
            "written_by", "approved_by", "approval"
        ),
        "suspension": open_suspension(task),
        "happenings": [
            (one, STEPS.get(Happening.What(one.what), ""))
            for one in task.happenings.select_related("by").order_by("-at", "-pk")[:50]
        ],
        "others": BorderTask.objects.filter(system=task.system, kind=task.kind)
        .exclude(pk=task.pk)
        .order_by("-created_at"),
        "tabs": _tabs(asked),
        "label": "期間",
        "period": next(name for key, name, _ in PERIODS if key == asked),
        "is_officer": allowed(request.user, task.system, Role.OFFICER),
        "is_approver": allowed(request.user, task.system, Role.APPROVER),
        "policies": [(one.value, name) for one, name in _POLICIES if one.value != task.policy],
    }
    return render(request, "border/task.html", context)


_POLICIES = (
    (Policy.ALWAYS_STAFF, "必ず職員"),
    (Policy.AUTO_IF_CERTIFIED, "認定された範囲は自動"),
    (Policy.BLANK_AUTO, "空欄だけ自動"),
)


def _waiting(task: BorderTask) -> Approval | None:
    found = (
        task.certificates.filter(approval__state=Approval.State.WAITING).select_related("approval").first()
    )
    return None if found is None else found.approval


def _audit(certificate: Certificate | None) -> dict[str, Any] | None:
    """The running audit in figures."""
    if certificate is None or certificate.watch is None:
        return None
    watch = certificate.watch
    return {
        "watch": watch,
        "bound": upper_bound(watch.audited, watch.errors, 0.95) if watch.audited else None,
        "waiting": AuditSample.objects.filter(watch=watch, correct=None).count(),
        "shared": watch.certificates.count() > 1,
    }


@require_safe
@require_sign_in
def suspension_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a suspension asks people to look at again: references, never contents."""
    held = get_object_or_404(
        Suspension.objects.select_related("task", "certificate", "by", "ended_by"), pk=pk
    )
    rows = held.rechecks.select_related("item", "by").order_by("item__pk")
    page = Paginator(rows, RECHECKS).get_page(request.GET.get("page"))
    context = {
        "held": held,
        "task": held.task,
        "system_name": system_name(held.task.system),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "left": rows.filter(correct=None).count(),
        "wrong": rows.filter(correct=False).count(),
        "documents": rows.order_by().values("item__document").distinct().count(),
    }
    return render(request, "border/suspension.html", context)


@require_POST
@require_sign_in
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The task with every certificate, suspension and statement as JSON; the export is recorded."""
    task = _task(pk)
    record("border.export", actor=request.user, target=f"border.task:{task.pk}")
    body = {
        "format": "yakuba.border.task/1",
        "made_at": timezone.now().isoformat(),
        "task": {
            "system": task.system, "kind": task.kind, "version": task.version, "model": task.model,
            "scanner": task.scanner, "policy": task.policy, "state": task.state, "pool": task.pool,
        },
        "certificates": [_certificate(one, task) for one in task.certificates.all()],
        "audit": _audit_figures(task),
        "suspensions": [
            {
                "at": one.at.isoformat(), "cause": one.cause, "reason": one.reason, "evidence": one.evidence,
                "exposure": one.exposure, "ended_at": _iso(one.ended_at),
                "recheck": list(one.rechecks.order_by("item__pk").values_list("item__ref", flat=True)),
            }
            for one in task.suspensions.all()
        ],
        "statements": [
            {"staff": one.staff_part, "ai": one.ai_part, "approved_at": _iso(one.approved_at)}
            for one in Statement.objects.filter(system=task.system, kind=task.kind)
        ],
        "history": [
            {"at": one.at.isoformat(), "what": one.what, "detail": one.detail}
            for one in task.happenings.all()
        ],
    }  # fmt: skip
    return JsonResponse(
        body,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={
            "Content-Disposition": f'attachment; filename="border-task-{task.pk}.json"',
            "Cache-Control": "private, no-store",
        },
    )


def _iso(at: Any) -> str | None:
    return None if at is None else at.isoformat()


def _certificate(one: Certificate, task: BorderTask) -> dict[str, Any]:
    return {
        "format": "yakuba.border.certificate/1", **one.result, "target": one.target,
        "confidence": one.confidence, "tested_at": one.tested_at, "policies": one.policies,
        "attempt": one.attempt, "pool": one.pool, "simulated": one.simulated,
        "in_force": task.certificate_id == one.pk, "labels_sha256": one.labels_sha256,
        "requested_at": one.requested_at.isoformat(), "approved_at": _iso(one.approved_at),
        "ended_at": _iso(one.ended_at), "ended_because": one.ended_because,
    }  # fmt: skip


def _audit_figures(task: BorderTask) -> dict[str, Any] | None:
    found = _audit(task.certificate)
    if found is None:
        return None
    watch = found["watch"]
    return {
        "automatic": watch.automatic, "audited": watch.audited, "errors": watch.errors,
        "upper_bound": found["bound"], "waiting": found["waiting"], "since": watch.started_at.isoformat(),
    }  # fmt: skip
