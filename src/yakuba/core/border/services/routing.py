"""Who decides each item. Every decision is kept, and some automatic ones are drawn for an audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from django.db import transaction

from yakuba.core.border.domain import scores
from yakuba.core.border.domain.certify import Certificate as Proof
from yakuba.core.border.domain.policy import Decision, Policy, decide
from yakuba.core.border.domain.sampling import audit_share
from yakuba.core.border.models import (
    AuditSample,
    BorderTask,
    Certificate,
    RoutedItem,
    State,
    Suspension,
    Watch,
)
from yakuba.core.border.services.suspensions import stop
from yakuba.core.border.services.tasks import certificate_word, locked, standing_of
from yakuba.core.border.services.types import Item, Routed, Standing, Task

AUTOMATIC = (Decision.AUTO.value, Decision.BLANK.value)


def route(task: Task, items: Iterable[Item], *, rng: Random) -> dict[str, Routed]:
    """Who decides each item, by ``ref``, in the caller's transaction. A ref asked again is answered the same.

    A page with several fields calls ``route_all`` once: it locks the tasks in one order.
    """
    return route_all({task: list(items)}, rng=rng)[task]


@transaction.atomic
def route_all(requests: Mapping[Task, Sequence[Item]], *, rng: Random) -> dict[Task, dict[str, Routed]]:
    """``route`` for several tasks at once."""
    rows = locked(requests)
    return {task: _route(rows[task], items, rng) for task, items in requests.items()}


def _route(row: BorderTask, items: Sequence[Item], rng: Random) -> dict[str, Routed]:
    row.refresh_from_db()  # another task of its pool may have stopped it in this very call
    _compare_scores(row)
    now = standing_of(row)
    watch = None if now.certificate is None else now.certificate.watch
    proof = proof_of(now.certificate)
    known = {
        one.ref: one
        for one in RoutedItem.objects.filter(task=row, ref__in=[item.ref for item in items]).select_related(
            "audit"
        )
    }
    answers: dict[str, Routed] = {}
    fresh: list[tuple[RoutedItem, float | None]] = []
    for item in items:
        if item.ref in answers:
            continue
        decision = (
            Decision.STAFF
            if item.must_be_checked
            else decide(now.policy, item.score, blank=item.blank, certificate=proof)
        )
        before = known.get(item.ref)
        if before is not None:
            decision = decision if before.decision == decision.value else Decision.STAFF
            audited = decision is not Decision.STAFF and hasattr(before, "audit")
            answers[item.ref] = Routed(decision, audited, because(now, item, decision, audited=audited))
            continue
        share = None
        if watch is not None:
            share = _draw(watch, decision, item, now.policy, rng)
        answers[item.ref] = Routed(
            decision, share is not None, because(now, item, decision, audited=share is not None)
        )
        fresh.append((_made(row, item, decision, now.certificate), share))
    _keep(fresh, watch)
    return answers


def _made(row: BorderTask, item: Item, decision: Decision, certificate: Certificate | None) -> RoutedItem:
    return RoutedItem(
        task=row, ref=item.ref, document=item.document, score=item.score, blank=item.blank,
        decision=decision.value, certificate=certificate,
    )  # fmt: skip


def _draw(watch: Watch, decision: Decision, item: Item, policy: Policy, rng: Random) -> float | None:
    """Count the item and draw the audit; the share it was drawn with, or None."""
    if policy is not Policy.BLANK_AUTO or item.blank:
        watch.routed += 1
    if decision is Decision.STAFF:
        return None
    share = audit_share(watch.automatic)
    watch.automatic += 1
    return share if rng.random() < share else None


def _keep(fresh: Sequence[tuple[RoutedItem, float | None]], watch: Watch | None) -> None:
    RoutedItem.objects.bulk_create([item for item, _ in fresh], batch_size=500)
    if watch is None:
        return
    AuditSample.objects.bulk_create(
        [AuditSample(item=item, watch=watch, share=share) for item, share in fresh if share is not None],
        batch_size=500,
    )
    watch.save(update_fields=["routed", "automatic"])


def _compare_scores(row: BorderTask) -> None:
    """Compare each full window of routed scores with the calibration's; a shift stops the task."""
    if row.state != State.CERTIFIED or row.certificate is None or row.certificate.watch is None:
        return
    watch = row.certificate.watch
    if watch.routed < (watch.windows + 1) * scores.WINDOW:
        return
    watch.windows += 1
    watch.save(update_fields=["windows"])
    seen = RoutedItem.objects.filter(certificate__watch=watch)
    if row.policy == Policy.BLANK_AUTO.value:
        seen = seen.filter(blank=True)
    recent = list(seen.order_by("-pk").values_list("pk", "score")[: scores.WINDOW])
    values = [score for _, score in recent]
    calibration = row.certificate.scores
    if not scores.shifted(calibration, values):
        return
    gap = scores.distance(calibration, values)
    stop(
        row,
        Suspension.Cause.SCORES,
        f"直近{len(values):,}件の点数の分布が、認定したときと違います（最大の差 {gap:.2f}）。",
        evidence={"distance": round(gap, 6), "window": watch.windows, "compared": len(values)},
        since=recent[-1][0] - 1,
    )


def proof_of(certificate: Certificate | None) -> Proof | None:
    """The kept certificate as the pure decision wants it."""
    if certificate is None:
        return None
    return Proof(
        certificate.certified, certificate.threshold, certificate.accepted, certificate.errors,
        certificate.upper_bound, certificate.n, certificate.target, certificate.confidence, (), None,
    )  # fmt: skip


def because(now: Standing, item: Item, decision: Decision, *, audited: bool) -> str:
    """The reason for a decision, as one sentence for staff."""
    paper = "証明書" if now.certificate is None else certificate_word(now.certificate)
    if audited:
        return f"{paper}の範囲ですが、無作為の監査に選ばれたため、職員が確認します。"
    if decision is Decision.BLANK:
        return f"空欄と読み、{paper}の範囲に入るため、自動で処理しました。"
    if decision is Decision.AUTO and now.certificate is not None:
        return f"確からしさ {item.score:.3f} が、{paper}のしきい値 {now.certificate.threshold:g} 以上です。"
    if now.certificate is None:
        return now.because
    if item.must_be_checked:
        return "必ず職員が確認する条件に当たります。"
    if now.policy is Policy.BLANK_AUTO and not item.blank:
        return "空欄ではないため、職員が確認します。"
    if now.certificate.threshold is not None and item.score >= now.certificate.threshold:
        return "前に職員の確認へ回したため、職員が確認します。"
    return f"確からしさ {item.score:.3f} が、{paper}のしきい値 {now.certificate.threshold:g} に届きません。"
