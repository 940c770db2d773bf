"""Whose turn a field is: one person, two, a third, the section chief."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed
from yakuba.ocr.models import Batch, Check, FieldValue, ValueState


class CheckError(ValueError):
    """A decision that is refused; the message tells the person why."""


OPEN = (ValueState.WAITING, ValueState.ONCE, ValueState.DIFFERS, ValueState.ESCALATED)
SETTLED = (ValueState.AUTO, ValueState.DONE, ValueState.ILLEGIBLE)
CHIEF_TURN = 4
_TURNS = {
    ValueState.WAITING: 1,
    ValueState.ONCE: 2,
    ValueState.DIFFERS: 3,
    ValueState.ESCALATED: CHIEF_TURN,
}


def two_persons(batch: Batch) -> bool:
    """Whether every field of the batch is decided by two persons."""
    return batch.double_check or batch.blind


def turn_of(value: FieldValue) -> int:
    """The turn that is due: 1, 2, 3 (the entries differ), 4 (the section chief); 0 for a settled field."""
    return _TURNS.get(ValueState(value.state), 0)


def standing_checks(value: FieldValue) -> list[Check]:
    """What people decided so far, oldest first, without what was undone."""
    return [one for one in value.checks.all() if one.undone_at is None]


def is_chief(user: Any) -> bool:
    """Whether the person decides what was handed up (係長の判断)."""
    return allowed(user, "ocr", Role.APPROVER)


def why_not(value: FieldValue, checks: Iterable[Check], user: Any, *, chief: bool) -> str:
    """Why the open field does not wait for this person; empty when it does."""
    people = {one.by_id for one in checks if one.undone_at is None}
    mine = user.pk in people
    if value.state == ValueState.ONCE and mine:
        return "1人目として入力した欄です。2人目は別の職員が入力します。"
    if value.state == ValueState.DIFFERS and mine and not chief:
        return "2人の入力が違う欄です。入力した2人とは別の職員か、承認者が決めます。"
    if value.state == ValueState.ESCALATED and not chief:
        return "係長の判断を待っている欄です。承認者が決めます。"
    if value.state == ValueState.ESCALATED and people == {user.pk} and two_persons(value.page.batch):
        return "自分で係長の判断に回した、二人で確認する欄です。ほかの承認者が決めるか、自分で戻します。"
    if value.state in SETTLED:
        return "確定した欄です。"
    return ""


def waiting_for(user: Any) -> QuerySet[FieldValue]:
    """The open fields that wait for this person, as ``why_not`` says it of one."""
    standing = Check.objects.filter(value=OuterRef("pk"), undone_at=None)
    mine, others = Exists(standing.filter(by=user)), Exists(standing.exclude(by=user))
    rows = FieldValue.objects.filter(state__in=OPEN).exclude(Q(state=ValueState.ONCE) & mine)
    two = Q(page__batch__double_check=True) | Q(page__batch__blind=True)
    rows = rows.exclude(two & Q(state=ValueState.ESCALATED) & mine & ~others)
    if is_chief(user):
        return rows
    return rows.exclude(Q(state=ValueState.DIFFERS) & mine).exclude(state=ValueState.ESCALATED)


def is_audit(value: FieldValue) -> bool:
    """Whether the AI would have passed the value and it waits for a random audit."""
    return value.decision in ("auto", "blank") and value.state in OPEN
