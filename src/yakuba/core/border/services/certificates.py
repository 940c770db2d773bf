"""Certificates: computed from labels, approved by a second person, in force until something changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.border.domain.bounds import upper_bound
from yakuba.core.border.domain.certify import Certificate as Proof
from yakuba.core.border.domain.certify import Outcome
from yakuba.core.border.domain.certify import certify as prove
from yakuba.core.border.domain.correction import strict_confidence
from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.domain.sampling import Labelled, one_a_document
from yakuba.core.border.domain.scores import thinned
from yakuba.core.border.models import (
    BorderTask,
    Certificate,
    Happening,
    Label,
    RoutedItem,
    State,
    Suspension,
    Watch,
)
from yakuba.core.border.services.suspensions import end_suspensions
from yakuba.core.border.services.tasks import end_certificate, find, locked, note, task_of
from yakuba.core.border.services.types import BorderError, Task
from yakuba.core.border.writing import certificate_dict
from yakuba.core.people.approval import ApprovalError, consequences, on_approved, place, request_approval
from yakuba.core.people.models import Approval

KIND = "border.certify"
TARGET, CONFIDENCE = 0.005, 0.95
MOST_CONFIDENT = 1.0 - 1e-6  # a stricter test would ask for thousands of labels: nothing is left to promise


def certify(
    task: Task, *, by: Any, target: float = TARGET, confidence: float = CONFIDENCE, reason: str = ""
) -> Certificate:
    """Compute a certificate from the settled labels; when it holds, ask an approver to put it in force.

    A refused one is kept as well: every attempt counts (``attempt``). ``BorderError`` when the task is
    always staff's, belongs to a pool, or a request waits.
    """
    with transaction.atomic():
        row = _whole_form_locked(task)
        if row.pool:
            raise BorderError(f"この種類は区分「{row.pool}」でまとめて認定します。")
        return _attempt([row], by, target, confidence, reason)[0]


def certify_pool(
    system: str,
    pool: str,
    *,
    by: Any,
    target: float = TARGET,
    confidence: float = CONFIDENCE,
    reason: str = "",
) -> list[Certificate]:
    """The same for a declared class of tasks: its labels, threshold, promise and audit are shared."""
    with transaction.atomic():
        found = BorderTask.objects.filter(system=system, pool=pool).exclude(policy=Policy.ALWAYS_STAFF.value)
        first = found.order_by("pk").first()
        if first is not None:
            _whole_form_locked(task_of(first))
        rows = list(found.order_by("pk"))
        if not pool or not rows:
            raise BorderError(f"区分「{pool}」に、まとめて認定する種類がありません。")
        if len({(row.version, row.model, row.scanner, row.policy) for row in rows}) != 1:
            raise BorderError(f"区分「{pool}」に、版・モデル・読取機・方針の違う種類が混ざっています。")
        return _attempt(rows, by, target, confidence, reason)


def _whole_form_locked(task: Task) -> BorderTask:
    """The task's row, locked with the form's others: they spend one risk together."""
    row = find(task)
    others = [] if row is None else [task_of(one) for one in of_the_form(row)]
    return locked([task, *others])[task]


def _attempt(
    rows: Sequence[BorderTask], by: Any, target: float, confidence: float, reason: str
) -> list[Certificate]:
    row = rows[0]
    if row.policy == Policy.ALWAYS_STAFF.value:
        raise BorderError("必ず職員が決める種類です。認定の対象ではありません。")
    if Certificate.objects.filter(task__in=rows, approval__state=Approval.State.WAITING).exists():
        raise BorderError("この種類の認定は承認待ちです。決定を待つか、依頼を取り下げてください。")
    labels = labels_in_use(rows)
    attempt = attempts_before(rows) + 1
    together = policies_together(row)
    tested_at = confidence_left(rows, confidence)
    if tested_at > MOST_CONFIDENT:
        raise BorderError(
            "この帳票の認定に使える誤りの余裕が残っていません。"
            "様式かモデルの新しい版で、認定する種類をはじめにすべて登録してから認定してください。"
        )
    chosen = one_a_document(labels[1], salt(row))
    proof = prove([Outcome(one.score, one.correct) for one in chosen], target, tested_at)
    digest = _digest(chosen)
    made = []
    for one in rows:
        certificate = Certificate.objects.create(
            task=one, certified=proof.certified, simulated=labels[0], threshold=proof.threshold,
            accepted=proof.accepted, errors=proof.errors, upper_bound=proof.upper_bound, n=proof.n,
            target=target, confidence=confidence, tested_at=tested_at, policies=together, attempt=attempt,
            pool=one.pool, result={**certificate_dict(proof), "policy": one.policy},
            scores=thinned([one.score for one in chosen]), labels_sha256=digest, requested_by=by,
        )  # fmt: skip
        made.append(certificate)
        _keep_attempt(certificate, proof, by)
    if proof.certified:
        _ask(made, by, reason)
    return made


def labels_in_use(rows: Sequence[BorderTask]) -> tuple[bool, list[Labelled]]:
    """Whether any is simulated, and the settled labels since audited errors last stopped a task."""
    found = Label.objects.filter(task__in=rows, correct__isnull=False)
    stopped = Suspension.objects.filter(task__in=rows, cause=Suspension.Cause.ERRORS).order_by("-at").first()
    if stopped is not None:
        found = found.filter(created_at__gt=stopped.at)
    if rows[0].policy == Policy.BLANK_AUTO.value:
        found = found.filter(blank=True)
    kept = list(found.order_by("pk"))
    labels = [
        Labelled(f"{one.task_id}/{one.ref}", one.document, one.score, bool(one.correct)) for one in kept
    ]
    return any(one.simulated for one in kept), labels


def attempts_before(rows: Sequence[BorderTask]) -> int:
    """Attempts on labels that are in use; a stop by audited errors starts new labels and a new count."""
    found = Certificate.objects.filter(task=rows[0])
    stopped = Suspension.objects.filter(task__in=rows, cause=Suspension.Cause.ERRORS).order_by("-at").first()
    return found.count() if stopped is None else found.filter(requested_at__gt=stopped.at).count()


def of_the_form(row: BorderTask) -> list[BorderTask]:
    """The tasks of the same form version that may be certified: their promises hold together."""
    form = row.kind.partition("/")[0]
    same = BorderTask.objects.filter(
        system=row.system, version=row.version, model=row.model, scanner=row.scanner
    ).exclude(policy=Policy.ALWAYS_STAFF.value)
    return [one for one in same.order_by("pk") if one.kind.partition("/")[0] == form]


def policies_together(row: BorderTask) -> int:
    """How many policies of the same form version are promised together; a pool counts once."""
    return max(1, len({_policy_of(one) for one in of_the_form(row)}))


def _policy_of(row: BorderTask) -> str:
    return row.pool or f"/{row.pk}"


def confidence_left(rows: Sequence[BorderTask], confidence: float) -> float:
    """At which confidence the next attempt of the tasks (one, or a pool) has to be tested."""
    row = rows[0]
    form = of_the_form(row)
    spent: dict[str, float] = {}
    for attempt in Certificate.objects.filter(task__in=form).select_related("task").order_by("pk"):
        if not _before_a_stop(attempt):
            spent.setdefault(f"{_policy_of(attempt.task)} {attempt.attempt}", 1.0 - attempt.tested_at)
    tried = {key.rpartition(" ")[0] for key in spent}
    untried = {_policy_of(one) for one in form} - tried | {_policy_of(row)}
    return strict_confidence(
        confidence,
        policies=policies_together(row),
        attempt=attempts_before(rows) + 1,
        spent=sum(spent.values()),
        untried=len(untried),
    )


def _before_a_stop(attempt: Certificate) -> bool:
    """Whether audited errors ended the attempt's promise since."""
    return Suspension.objects.filter(
        task_id=attempt.task_id, cause=Suspension.Cause.ERRORS, at__gte=attempt.requested_at
    ).exists()


def salt(row: BorderTask) -> str:
    """What makes the choice of one label a document this task's own."""
    return "\0".join((row.system, row.pool or row.kind, row.version, row.model, row.scanner))


def _digest(chosen: Sequence[Labelled]) -> str:
    rows = [[one.ref, one.document, one.score, one.correct] for one in chosen]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _keep_attempt(certificate: Certificate, proof: Proof, by: Any) -> None:
    detail = {
        "certificate": certificate.pk, "certified": proof.certified, "n": proof.n, "accepted": proof.accepted,
        "errors": proof.errors, "attempt": certificate.attempt, "simulated": certificate.simulated,
    }  # fmt: skip
    if proof.missing is not None:
        detail["missing"] = proof.missing.labels
    what = Happening.What.REQUESTED if proof.certified else Happening.What.REFUSED
    note(certificate.task, what, by=by, detail=detail)
    record("border.certify", actor=by, target=f"border.task:{certificate.task_id}", detail=detail)


def _title(made: Sequence[Certificate]) -> str:
    """What the approver's list calls the request; simulated labels are named as such."""
    first = made[0]
    form, _, name = first.task.kind.partition("/")
    what = first.pool or (f"{form}「{name}」" if name else form)
    return f"{what}（模擬）" if first.simulated and "模擬" not in what else what


def _ask(made: Sequence[Certificate], by: Any, reason: str) -> None:
    first = made[0]
    approval = request_approval(
        KIND,
        f"border.certificate:{first.pk}",
        {"certificates": [one.pk for one in made], "title": _title(made)},
        by=by,
        reason=reason.strip() or "確かめた結果が目標に届いたため",
        system=first.task.system,
    )
    for one in made:
        one.approval = approval
        one.save(update_fields=["approval"])


@on_approved(KIND, label="自動処理の認定")
def _approved(approval: Approval) -> None:
    rows = list(
        BorderTask.objects.select_for_update(no_key=True)
        .filter(certificates__in=approval.payload["certificates"])
        .order_by("pk")
    )
    made = {one.task_id: one for one in Certificate.objects.filter(pk__in=approval.payload["certificates"])}
    for row in rows:
        _check_still(row, made[row.pk])
    _check_labels(rows, made[rows[0].pk])
    last = RoutedItem.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    watch = Watch.objects.create(good_until=last)
    end_suspensions(rows, by=approval.decided_by, reason="新しい証明書を承認したため")
    for row in rows:
        _put_in_force(row, made[row.pk], watch, approval)


def _check_still(row: BorderTask, certificate: Certificate) -> None:
    if row.policy != certificate.result.get("policy"):
        raise ApprovalError("依頼のあとで方針が変わりました。差し戻して、認定をやり直してください。")
    if certificate.simulated and not settings.YAKUBA_DEMO:
        raise ApprovalError("模擬のデータによる証明書は、見本の環境でだけ承認できます。")
    stopped = row.suspensions.filter(cause=Suspension.Cause.ERRORS, at__gt=certificate.requested_at)
    if stopped.exists():
        raise ApprovalError("依頼のあとで、監査の誤りにより停止しました。認定をやり直してください。")


@dataclass(frozen=True, slots=True)
class Present:
    """What the labels say now of a certificate that waits for its approval."""

    changed: bool
    holds: bool  # they would still certify its threshold
    n: int
    accepted: int
    errors: int
    upper_bound: float


def present(rows: Sequence[BorderTask], certificate: Certificate) -> Present:
    """The certificate's threshold on today's labels, tested as strictly as it was asked for.

    Looking again can only refuse: what was promised at the request is not promised more often.
    """
    chosen = one_a_document(labels_in_use(rows)[1], salt(rows[0]))
    outcomes = [Outcome(one.score, one.correct) for one in chosen]
    threshold = 1.0 if certificate.threshold is None else certificate.threshold
    proof = prove(outcomes, certificate.target, certificate.tested_at)
    passing = [one for one in outcomes if one.score >= threshold]
    errors = sum(not one.correct for one in passing)
    return Present(
        changed=_digest(chosen) != certificate.labels_sha256,
        holds=proof.threshold is not None and proof.threshold <= threshold,
        n=len(chosen),
        accepted=len(passing),
        errors=errors,
        upper_bound=upper_bound(len(passing), errors, certificate.tested_at),
    )


def _check_labels(rows: Sequence[BorderTask], certificate: Certificate) -> None:
    """Labels that came, or were settled, after the request may have ended what it rested on."""
    now = present(rows, certificate)
    if now.changed and not now.holds:
        raise ApprovalError(
            f"依頼のあとで確かめた記録が変わり、今の記録では認定できません（{_figures(now)}、"
            f"目標 {certificate.target:.2%}）。差し戻して、認定をやり直すように伝えてください。"
        )


def _figures(one: Present | Certificate) -> str:
    return (
        f"確かめた書類{one.n:,}件、対象{one.accepted:,}件、誤り{one.errors:,}件、上限 {one.upper_bound:.2%}"
    )


def _put_in_force(row: BorderTask, certificate: Certificate, watch: Watch, approval: Approval) -> None:
    row.certificate = None if row.certificate_id is None else Certificate.objects.get(pk=row.certificate_id)
    end_certificate(row, "新しい証明書に替わったため")
    certificate.watch, certificate.approved_by = watch, approval.decided_by
    certificate.approved_at = timezone.now()
    certificate.save(update_fields=["watch", "approved_by", "approved_at"])
    row.certificate, row.state = certificate, State.CERTIFIED
    row.save(update_fields=["certificate", "state"])
    detail = {
        "certificate": certificate.pk, "threshold": certificate.threshold, "accepted": certificate.accepted,
        "errors": certificate.errors, "simulated": certificate.simulated,
    }  # fmt: skip
    note(row, Happening.What.CERTIFIED, by=approval.decided_by, detail=detail)
    record(
        "border.certified",
        actor=approval.decided_by or "system:border",
        target=f"border.task:{row.pk}",
        detail=detail,
    )


@consequences(KIND)
def _consequences(approval: Approval) -> str:
    rows = Certificate.objects.filter(pk__in=approval.payload["certificates"]).select_related("task")
    made = list(rows.order_by("task_id"))
    first = made[0]
    names = "、".join(f"「{one.task.kind}」" for one in made)
    marked = "模擬のデータによる証明書です。" if first.simulated else ""
    if approval.state == Approval.State.WAITING:
        marked += _since(made, first)
    return (
        f"{names}のうち、確からしさ {first.threshold:g} 以上のものを、職員の確認なしで自動処理します。"
        f"{first.accepted:,}件のうち誤りは{first.errors:,}件で、誤り率の上限は {first.upper_bound:.2%}、"
        f"目標は {first.target:.2%} です。{marked}"
    )


def _since(made: Sequence[Certificate], first: Certificate) -> str:
    """What changed in the labels between the request and now, for the approver."""
    now = present([one.task for one in made], first)
    if not now.changed:
        return f"依頼のあと、確かめた記録は変わっていません（{_figures(now)}）。"
    held = "" if now.holds else "今の記録では認定できないため、承認できません。差し戻してください。"
    return f"確かめた記録は、依頼のとき：{_figures(first)}。今：{_figures(now)}。{held}"


@place(KIND)
def _place(approval: Approval) -> str:
    first = Certificate.objects.get(pk=approval.payload["certificates"][0])
    return f"{reverse('border:home')}tasks/{first.task_id}/"
