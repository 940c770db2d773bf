"""Children who leave a round after its result (辞退・取下げ); a record can be undone until it was used."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.nursery.domain.later_round import Leaving
from yakuba.nursery.models import ChildOutcome, SelectionRound, Withdrawal

OFFERED = (ChildOutcome.Outcome.PLACED, ChildOutcome.Outcome.MOVED)


class NotRecorded(ValueError):
    """The withdrawal can't be recorded or undone; the message says what to do."""


def record_withdrawal(
    selection: SelectionRound, child_id: str, *, kind: str, told_on: date, reason: str, by: Any
) -> Withdrawal:
    """Record that a child leaves. A placed child *declines*, every other one *withdraws*."""
    with transaction.atomic():
        locked = SelectionRound.objects.select_for_update().get(pk=selection.pk)
        outcome = _outcome(locked, child_id)
        _check_open(locked)
        if Withdrawal.objects.filter(selection=locked, child_id=child_id, undone_at=None).exists():
            raise NotRecorded(f"受付番号 {child_id}：辞退・取下げはすでに記録されています。")
        if kind == Withdrawal.Kind.DECLINED and outcome not in OFFERED:
            raise NotRecorded(f"受付番号 {child_id}：内定していません。「申込みの取下げ」を選んでください。")
        if kind == Withdrawal.Kind.WITHDRAWN and outcome in OFFERED:
            raise NotRecorded(f"受付番号 {child_id}：内定しています。「内定の辞退」を選んでください。")
        if told_on > timezone.localdate():
            raise NotRecorded(f"申出日 {told_on}：先の日付です。申出を受けた日を入力してください。")
        found = Withdrawal.objects.create(
            selection=locked, child_id=child_id, kind=kind, told_on=told_on, reason=reason, recorded_by=by
        )
        record(
            "nursery.withdrawal.record",
            actor=by,
            target=f"nursery.withdrawal:{found.pk}",
            detail={"round": locked.pk, "kind": kind},
        )
    return found


def undo_withdrawal(withdrawal: Withdrawal, *, by: Any) -> None:
    """Take a record back, as long as no later round was made from it."""
    with transaction.atomic():
        locked = Withdrawal.objects.select_for_update().select_related("selection").get(pk=withdrawal.pk)
        if locked.undone_at is not None:
            return
        _check_open(locked.selection)
        locked.undone_at, locked.undone_by = timezone.now(), by
        locked.save(update_fields=["undone_at", "undone_by"])
        record(
            "nursery.withdrawal.undo",
            actor=by,
            target=f"nursery.withdrawal:{locked.pk}",
            detail={"round": locked.selection_id, "kind": locked.kind},
        )


def leaving(selection: SelectionRound) -> Leaving:
    """Who left, for the next round."""
    rows = Withdrawal.objects.filter(selection=selection, undone_at=None)

    def of(kind: str) -> frozenset[str]:
        return frozenset(rows.filter(kind=kind).values_list("child_id", flat=True))

    return Leaving(declined=of(Withdrawal.Kind.DECLINED), withdrawn=of(Withdrawal.Kind.WITHDRAWN))


def _outcome(selection: SelectionRound, child_id: str) -> str:
    if selection.adopted is None:
        raise NotRecorded("この選考の結果はまだ確定していません。承認のあとで記録してください。")
    row = selection.adopted.child_rows.filter(child_id=child_id).first()
    if row is None:
        raise NotRecorded(f"受付番号 {child_id}：この選考の結果にありません。番号を確かめてください。")
    return row.outcome


def _check_open(selection: SelectionRound) -> None:
    later = selection.later_rounds.first()
    if later is not None:
        raise NotRecorded(f"次の選考「{later}」が始まっています。そちらの選考で、申込情報を直してください。")
