"""Stopping a task: by itself or by a person; what has to be looked at again; starting it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.border.domain.policy import Decision
from yakuba.core.border.models import (
    BorderTask,
    Happening,
    Recheck,
    RoutedItem,
    State,
    Suspension,
    Watch,
)
from yakuba.core.border.services.tasks import locked, note, standing_of, task_of
from yakuba.core.border.services.types import BorderError, Standing, Task
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed

suspended = Signal()  # sender BorderTask; task: Task, refs: list[str] to re-check; in the transaction


def stop(
    row: BorderTask,
    cause: Suspension.Cause,
    reason: str,
    *,
    evidence: dict[str, Any],
    by: Any = None,
    since: int | None = None,
) -> None:
    """Stop a locked, certified task and all tasks that share its certificate's audit.

    ``since``: look again at decisions after this routed item, if that reaches further back than the audit
    does.
    """
    certificate = row.certificate
    watch = None if certificate is None else certificate.watch
    if watch is None:
        return
    good = watch.good_until if watch.wrong_from is None else min(watch.good_until, watch.wrong_from - 1)
    good = good if since is None else min(good, since)
    peers: Iterable[BorderTask] = BorderTask.objects.filter(
        certificate__watch=watch, state=State.CERTIFIED
    ).select_related("certificate")
    for peer in peers:
        _stop_one(peer, watch, cause, reason, evidence, by, good)
    row.refresh_from_db()


def _stop_one(
    row: BorderTask,
    watch: Watch,
    cause: Suspension.Cause,
    reason: str,
    evidence: dict[str, Any],
    by: Any,
    good: int,
) -> None:
    exposed = RoutedItem.objects.filter(
        task=row,
        certificate__watch=watch,
        decision__in=(Decision.AUTO.value, Decision.BLANK.value),
        pk__gt=good,
    ).order_by("pk")
    unsure = list(exposed.exclude(audit__correct__isnull=False))
    last_good = RoutedItem.objects.filter(pk=good).values_list("at", flat=True).first()
    suspension = Suspension.objects.create(
        task=row, certificate=row.certificate, cause=cause, reason=reason, evidence=evidence, by=by,
        exposure=exposed.count(), good_at=last_good,
    )  # fmt: skip
    Recheck.objects.bulk_create(
        [Recheck(suspension=suspension, item=item) for item in unsure], batch_size=500
    )
    row.state = State.SUSPENDED
    row.save(update_fields=["state"])
    detail = {"cause": cause.value, "exposure": suspension.exposure, "recheck": len(unsure), **evidence}
    note(row, Happening.What.SUSPENDED, by=by, reason=reason, detail=detail)
    record(
        "border.suspended",
        actor=by or "system:border",
        target=f"border.task:{row.pk}",
        detail={"suspension": suspension.pk, **detail},
    )
    suspended.send(sender=BorderTask, task=task_of(row), refs=[item.ref for item in unsure])


@transaction.atomic
def suspend(task: Task, *, by: Any, reason: str) -> Standing:
    """Stop the automatic decisions of a certified task by hand; a reason is needed. ``BorderError``."""
    if not reason.strip():
        raise BorderError("理由：空です。止める理由を入力してください。")
    row = locked([task])[task]
    if row.state != State.CERTIFIED:
        raise BorderError(f"この種類は「{row.get_state_display()}」です。停止できるのは、認定中の種類です。")
    stop(row, Suspension.Cause.PERSON, reason.strip(), evidence={}, by=by)
    return standing_of(row)


def open_suspension(row: BorderTask) -> Suspension | None:
    """The suspension that holds the task now."""
    return row.suspensions.filter(ended_at=None).first()


@transaction.atomic
def resume(task: Task, *, by: Any, reason: str) -> Standing:
    """Let a task that a person or the scores stopped decide again; the audit begins anew at 100 %.

    Only an approver of the system, with a reason, after all decisions were looked at again without an error
    above the target. A task stopped by audited errors needs a new certificate. ``BorderError``.
    """
    if not reason.strip():
        raise BorderError("理由：空です。再開する理由を入力してください。")
    if not allowed(by, task.system, Role.APPROVER):
        raise BorderError("再開できるのは、この業務の承認者です。承認者に依頼してください。")
    row = locked([task])[task]
    held = open_suspension(row)
    if row.state != State.SUSPENDED or held is None or row.certificate is None:
        raise BorderError(f"この種類は「{row.get_state_display()}」です。再開するものがありません。")
    peers = list(
        BorderTask.objects.filter(Q(pk=row.pk) | Q(certificate__watch=row.certificate.watch))
        .filter(state=State.SUSPENDED)
        .select_related("certificate")
    )
    stops = Suspension.objects.filter(task__in=peers, ended_at=None)
    if stops.filter(cause=Suspension.Cause.ERRORS).exists():
        raise BorderError("監査の誤りで止まった種類は、再開できません。新しい証明書を作成してください。")
    left = Recheck.objects.filter(suspension__in=stops)
    waiting = left.filter(correct=None).count()
    if waiting:
        raise BorderError(f"見直しが{waiting:,}件残っています。すべて確認してから再開してください。")
    if left.filter(correct=False).exists():
        raise BorderError("見直しで誤りが見つかりました。新しい証明書を作成してください。")
    end_suspensions(peers, by=by, reason=reason)
    watch = Watch.objects.create(good_until=_last_item())
    for peer in peers:
        if peer.certificate is None:
            continue
        peer.certificate.watch = watch
        peer.certificate.save(update_fields=["watch"])
        peer.state = State.CERTIFIED
        peer.save(update_fields=["state"])
        note(peer, Happening.What.RESUMED, by=by, reason=reason)
        record("border.resumed", actor=by, target=f"border.task:{peer.pk}", detail={"watch": watch.pk})
    row.refresh_from_db()
    return standing_of(row)


def end_suspensions(rows: Iterable[BorderTask], *, by: Any, reason: str) -> None:
    """Close the open suspensions of the tasks."""
    Suspension.objects.filter(task__in=list(rows), ended_at=None).update(
        ended_at=timezone.now(), ended_by=by, ended_because=reason.strip()
    )


def _last_item() -> int:
    return RoutedItem.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
