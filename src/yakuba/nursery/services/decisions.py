"""What officers decide where the rule book leaves it to them: logged, with a reason, withdrawable."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.models import Decision, Scoring, SelectionRound
from yakuba.nursery.services.facts import FactForm, checked

LONGEST_REASON = 500
MOST_POINTS = 10_000


class DecisionError(ValueError):
    """A decision that can't be kept; the message tells the officer what to do."""


def decide_points(
    selection: SelectionRound,
    *,
    subject: str,
    code: str,
    points: str,
    reason: str,
    by: Any,
    least: Decimal | None = None,
    most: Decimal | None = None,
) -> Decision:
    """Points of a row that the rule book leaves to staff. Takes the place of an earlier decision on it.

    ``least``, ``most``: the range that the book prints. ``DecisionError`` outside of it.
    """
    value = str(_points(points, least, most))
    return _keep(selection, Decision.Kind.POINTS, subject, code, {"points": value}, reason, by)


def decide_order(selection: SelectionRound, children: Sequence[str], *, reason: str, by: Any) -> Decision:
    """The order of tied children, best first."""
    if len(children) < 2 or len(set(children)) != len(children):
        raise DecisionError("順位：2人以上の児童に、重ならない順位を付けてください。")
    subject = min(children)  # the same group always has the same subject, whatever its order
    value = {"children": list(children)}
    code = "order"
    return _keep(selection, Decision.Kind.ORDER, subject, code, value, reason, by)


def decide_fact(
    selection: SelectionRound, *, subject: str, code: str, value: str, form: FactForm, reason: str, by: Any
) -> Decision:
    """A fact that the file does not give, for one child."""
    try:
        kept = checked(form, value)
    except ValueError as error:
        raise DecisionError(str(error)) from None
    return _keep(selection, Decision.Kind.FACT, subject, code, {"value": kept}, reason, by)


def decide_together(
    selection: SelectionRound, *, child: str, nursery: str, holds: bool, reason: str, by: Any
) -> Decision:
    """Whether an outcome-dependent key (きょうだい同時入所など) holds for a child at a nursery."""
    value = {"child": child, "nursery": nursery, "holds": holds}
    return _keep(selection, Decision.Kind.TOGETHER, child, nursery, value, reason, by)


def withdraw(decision: Decision, *, by: Any) -> None:
    """Take a decision back; a second time does nothing."""
    with transaction.atomic():
        taken = Decision.objects.filter(pk=decision.pk, withdrawn_at=None).update(
            withdrawn_at=timezone.now(), withdrawn_by=by
        )
        if taken:
            record(
                "nursery.decision.withdraw",
                actor=by,
                target=f"nursery.decision:{decision.pk}",
                detail={"kind": decision.kind},
            )


def in_force(selection: SelectionRound) -> list[Decision]:
    """The decisions that count now, oldest first."""
    return list(selection.decisions.filter(withdrawn_at=None).select_related("decided_by"))


def answers(selection: SelectionRound) -> dict[tuple[str, str], Decision]:
    """(subject, code) → the decision in force on it."""
    return {(one.subject, one.code): one for one in in_force(selection)}


def newer_than(scoring: Scoring) -> bool:
    """Whether decisions were made or withdrawn since; then the points must be worked out again."""
    now = set(scoring.applications.selection.decisions.filter(withdrawn_at=None).values_list("pk", flat=True))
    return now != set(scoring.decisions)


def domain_decisions(rows: Sequence[Decision]) -> Decisions:
    """The rows as the score engine takes them."""
    kinds = Decision.Kind
    return Decisions(
        points={
            (row.subject, row.code): Decimal(row.value["points"]) for row in rows if row.kind == kinds.POINTS
        },
        order=tuple(tuple(row.value["children"]) for row in rows if row.kind == kinds.ORDER),
        together=frozenset(
            (row.value["child"], row.value["nursery"])
            for row in rows
            if row.kind == kinds.TOGETHER and row.value.get("holds", True)
        ),
    )


def _keep(
    selection: SelectionRound,
    kind: Decision.Kind,
    subject: str,
    code: str,
    value: dict[str, Any],
    reason: str,
    by: Any,
) -> Decision:
    reason = reason.strip()
    if not reason:
        raise DecisionError("理由：空です。あとで読む人に伝わる理由を入力してください。")
    if len(reason) > LONGEST_REASON:
        raise DecisionError(f"理由：{len(reason)}文字あります。{LONGEST_REASON}文字までにしてください。")
    with transaction.atomic():
        SelectionRound.objects.select_for_update().get(pk=selection.pk)  # one decision at a time
        earlier = selection.decisions.filter(kind=kind, subject=subject, code=code, withdrawn_at=None)
        for one in earlier:
            withdraw(one, by=by)
        made = Decision.objects.create(
            selection=selection,
            kind=kind,
            subject=subject,
            code=code,
            value=value,
            reason=reason,
            decided_by=by,
        )
        record(
            "nursery.decision.make",
            actor=by,
            target=f"nursery.decision:{made.pk}",
            detail={"kind": kind.value, "round": selection.pk},
        )
    return made


def _points(text: str, least: Decimal | None, most: Decimal | None) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise DecisionError(f"点数：「{text[:20]}」は数ではありません。数を入力してください。") from None
    if not value.is_finite() or abs(value) > MOST_POINTS:
        raise DecisionError("点数：大きすぎる数です。点数を確かめてください。")
    if (least is not None and value < least) or (most is not None and value > most):
        raise DecisionError(f"点数：「{plain}」は、基準の範囲（{least}から{most}まで）にありません。")
    return value
