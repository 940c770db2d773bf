"""Tasks: declared once, found again, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.models import BorderTask, Certificate, Happening, State
from yakuba.core.border.services.types import BorderError, Standing, Task

SIMULATED_WORD = "証明書（模擬）"


def identity(task: Task) -> dict[str, Any]:
    """The columns that name a task."""
    return {
        "system": task.system,
        "kind": task.kind,
        "version": task.version,
        "model": task.model,
        "scanner": task.scanner,
    }


def task_of(row: BorderTask) -> Task:
    """The row's name."""
    return Task(row.system, row.kind, row.version, row.model, row.scanner)


def find(task: Task) -> BorderTask | None:
    """The task's row; None when nobody declared or routed it."""
    return BorderTask.objects.filter(**identity(task)).select_related("certificate").first()


def locked(tasks: Iterable[Task]) -> dict[Task, BorderTask]:
    """The rows, made where missing, locked with their pools in one order: no two workers block each other.

    Needs a transaction. ``no_key``: rows that point at a task can still be written meanwhile.
    """
    wanted = sorted(set(tasks), key=lambda task: (task.system, task.kind, *identity(task).values()))
    keys = {BorderTask.objects.get_or_create(**identity(task))[0].pk: task for task in wanted}
    together = Q(pk__in=keys)
    for system, pool in BorderTask.objects.filter(pk__in=keys).exclude(pool="").values_list("system", "pool"):
        together |= Q(system=system, pool=pool)
    rows = BorderTask.objects.select_for_update(no_key=True).filter(together).order_by("pk")
    return {keys[row.pk]: row for row in rows if row.pk in keys}


@transaction.atomic
def declare(
    task: Task, policy: Policy = Policy.AUTO_IF_CERTIFIED, *, pool: str = "", by: Any = None
) -> Standing:
    """Make the task known with its policy before it decides anything. Repeating it changes nothing.

    ``pool`` names a declared class of fields that is certified together (small towns). A task that exists
    keeps its policy: ``set_policy`` changes it.
    """
    state = State.ALWAYS_STAFF if policy is Policy.ALWAYS_STAFF else State.UNCERTIFIED
    row, made = BorderTask.objects.get_or_create(
        **identity(task), defaults={"policy": policy.value, "state": state, "pool": pool}
    )
    if made:
        note(row, Happening.What.DECLARED, by=by, detail={"policy": policy.value, "pool": pool})
    return standing_of(row)


@transaction.atomic
def set_policy(task: Task, policy: Policy, *, by: Any, reason: str) -> Standing:
    """Change who decides. A certificate in force ends: it was for the other policy. ``BorderError``."""
    if not reason.strip():
        raise BorderError("理由：空です。方針を変える理由を入力してください。")
    row = locked([task])[task]
    if row.policy == policy.value:
        return standing_of(row)
    before = row.policy
    end_certificate(row, "方針が変わったため")
    row.policy = policy.value
    row.state = State.ALWAYS_STAFF if policy is Policy.ALWAYS_STAFF else State.UNCERTIFIED
    row.save()
    detail = {"before": before, "after": policy.value}
    note(row, Happening.What.POLICY, by=by, reason=reason, detail=detail)
    record("border.policy", actor=by, target=f"border.task:{row.pk}", detail=detail)
    return standing_of(row)


def standing(task: Task) -> Standing:
    """Policy, state and certificate now; nothing is written. A task nobody knows is uncertified."""
    row = find(task)
    if row is None:
        return Standing(Policy.AUTO_IF_CERTIFIED, State.UNCERTIFIED, None, why_uncertified(task))
    return standing_of(row)


def standing_of(row: BorderTask) -> Standing:
    """The same for a row at hand."""
    policy = Policy(row.policy)
    state = State(row.state)
    certificate = row.certificate if state is State.CERTIFIED else None
    if certificate is not None and certificate.simulated and not settings.YAKUBA_DEMO:
        because = "証明書が模擬のデータによるため、見本の環境の外では効力がありません。"
        return Standing(policy, State.UNCERTIFIED, None, because)
    because = {
        State.ALWAYS_STAFF: "必ず職員が決める種類です。",
        State.SUSPENDED: "自動処理を停止しています。",
        State.CERTIFIED: f"{certificate_word(certificate)}の範囲だけを自動で処理します。",
    }.get(state) or why_uncertified(task_of(row))
    return Standing(policy, state, certificate, because)


def certificate_word(certificate: Certificate | None) -> str:
    """How sentences for staff call it: one on simulated labels is named so wherever it acts."""
    return SIMULATED_WORD if certificate is not None and certificate.simulated else "証明書"


def why_uncertified(task: Task) -> str:
    """Why there is no certificate: a change of version, model or scanner, or never certified."""
    held = BorderTask.objects.filter(
        system=task.system, kind=task.kind, certificates__approved_at__isnull=False
    ).distinct()
    others = [task_of(row) for row in held.order_by("-created_at", "-pk")]
    others = [other for other in others if other != task]
    if not others:
        return "認定されていないため、すべて職員が確認します。"
    last = others[0]
    changed = [
        name
        for name, before, now in (
            ("様式の版", last.version, task.version),
            ("モデル", last.model, task.model),
            ("読取機", last.scanner, task.scanner),
        )
        if before != now
    ]
    return f"{'と'.join(changed)}が変わったため、認定をやり直します。それまでは、すべて職員が確認します。"


def note(
    row: BorderTask, what: str, *, by: Any = None, reason: str = "", detail: dict[str, Any] | None = None
) -> None:
    """Add a line to the task's history."""
    Happening.objects.create(task=row, what=what, by=by, reason=reason.strip(), detail=detail or {})


def end_certificate(row: BorderTask, because: str) -> None:
    """Take the certificate in force away from a locked task (the caller saves the task)."""
    if row.certificate is not None:
        row.certificate.ended_at = timezone.now()
        row.certificate.ended_because = because
        row.certificate.save(update_fields=["ended_at", "ended_because"])
        note(row, Happening.What.ENDED, reason=because, detail={"certificate": row.certificate.pk})
    row.certificate = None
