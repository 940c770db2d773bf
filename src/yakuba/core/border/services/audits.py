"""The continuing audit: what a person found in automatic decisions, and what follows from it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.border.domain import watch as sum_of
from yakuba.core.border.domain.bounds import upper_bound
from yakuba.core.border.models import AuditSample, BorderTask, Recheck, State, Suspension, Watch
from yakuba.core.border.services.suspensions import stop
from yakuba.core.border.services.tasks import locked, standing_of
from yakuba.core.border.services.types import BorderError, Standing, Task


@transaction.atomic
def record_audit(task: Task, ref: str, correct: bool, *, by: Any) -> Standing:
    """Keep the result of one audited decision; too many errors stop the task at once.

    The same result again changes nothing; a changed one is counted anew. ``BorderError`` when the item was
    not drawn for an audit.
    """
    row = locked([task])[task]
    sample = AuditSample.objects.select_related("watch", "item").filter(item__task=row, item__ref=ref).first()
    if sample is None:
        raise BorderError(f"対象「{ref}」：監査に選ばれた自動処理ではありません。")
    if sample.correct == correct:
        return standing_of(row)
    changed = sample.correct is not None
    sample.correct, sample.by = correct, by
    if not changed:
        sample.at = timezone.now()
    sample.save(update_fields=["correct", "by", "at"])
    watch = sample.watch
    if changed:
        _count_anew(watch)
    else:
        _count(watch, sample)
    watch.save()
    if sum_of.broken(watch.total) and _in_force(row, watch):
        _stop(row, watch)
    return standing_of(row)


def _count(watch: Watch, sample: AuditSample) -> None:
    right = bool(sample.correct)
    watch.total = sum_of.step(watch.total, right)
    watch.audited += 1
    watch.errors += not right
    if not right:
        earlier = watch.wrong_from
        watch.wrong_from = sample.item_id if earlier is None else min(earlier, sample.item_id)
    elif watch.total == 0:
        watch.good_until = max(watch.good_until, sample.item_id)
        watch.wrong_from = None


def _count_anew(watch: Watch) -> None:
    watch.total = watch.audited = watch.errors = 0
    watch.wrong_from = None
    watch.good_until = 0
    for sample in watch.samples.filter(correct__isnull=False).order_by("at", "pk").iterator(2000):
        _count(watch, sample)


def _in_force(row: BorderTask, watch: Watch) -> bool:
    certificate = row.certificate
    return row.state == State.CERTIFIED and certificate is not None and certificate.watch_id == watch.pk


def _stop(row: BorderTask, watch: Watch) -> None:
    bound = upper_bound(watch.audited, watch.errors, 0.95)
    target = 0.0 if row.certificate is None else row.certificate.target
    stop(
        row,
        Suspension.Cause.ERRORS,
        f"無作為の監査 {watch.audited:,}件のうち、誤りが{watch.errors:,}件ありました。"
        f"誤り率の上限は {bound:.1%} です（目標 {target:.1%}）。",
        evidence={
            "audited": watch.audited,
            "errors": watch.errors,
            "upper_bound": round(bound, 6),
            "target": target,
            "sum": watch.total,
        },
    )


@transaction.atomic
def record_recheck(task: Task, ref: str, correct: bool, *, by: Any) -> int:
    """Keep what a person found when looking again; how many of the task's open ones are left."""
    row = locked([task])[task]
    found = Recheck.objects.filter(suspension__task=row, suspension__ended_at=None, item__ref=ref).first()
    if found is None:
        raise BorderError(f"対象「{ref}」：見直しの対象ではありません。")
    if found.correct != correct:
        found.correct, found.by, found.at = correct, by, timezone.now()
        found.save(update_fields=["correct", "by", "at"])
        detail = {"suspension": found.suspension_id, "correct": correct}
        record("border.recheck", actor=by, target=f"border.item:{found.item_id}", detail=detail)
    return Recheck.objects.filter(suspension__task=row, suspension__ended_at=None, correct=None).count()
