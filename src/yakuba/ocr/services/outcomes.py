"""What the border learns from people: labels of blind entries, audits, decisions looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from yakuba.core.border.services import (
    BorderError,
    Task,
    record_audit,
    record_label,
    record_recheck,
    suspended,
    withdraw_label,
)
from yakuba.ocr.domain.entry import same
from yakuba.ocr.models import Check, FieldValue, ValueState
from yakuba.ocr.services.border_names import SYSTEM, document_of, ref_of, task_of
from yakuba.ocr.services.definitions import definition_of, field_of
from yakuba.ocr.services.sealed import content_of
from yakuba.ocr.services.turns import CheckError

AUTOMATIC = ("auto", "blank")
LOOK_AGAIN = "自動処理を停止したため、職員が見直します。"


def task_or_none(value: FieldValue) -> Task | None:
    """The border's task of the value; ``None`` when the form no longer has the field."""
    version = value.page.version
    if version is None:
        return None
    try:
        return task_of(value, definition_of(version))
    except KeyError:
        return None


def tell(value: FieldValue, check: Check) -> None:
    """Hand one decision to the border, when it is one that the border asked for."""
    task = task_or_none(value)
    if task is None or check.outcome == "escalated":
        return
    if value.page.batch.blind:
        _label(task, value, check)
    elif value.decision in AUTOMATIC and value.state in (ValueState.DONE, ValueState.ILLEGIBLE):
        _audit(task, value, check)


def _right(value: FieldValue, text: str | None) -> bool:
    """Whether the reading was right; one that a person could not read is not shown to be right."""
    return text is not None and same(field_of(value), text, content_of(value).text)


def _label(task: Task, value: FieldValue, check: Check) -> None:
    word = None if check.outcome == "illegible" else (check.text or "")
    try:
        record_label(
            task,
            ref_of(value),
            document_of(value.page),
            value.confidence,
            _right(value, word),
            by=check.by,
            blank=value.blank,
        )
    except BorderError:
        # Two persons found the reading wrong, each in another way, and a third found it right: the two
        # settled the label. It stays an error of the reading, the careful side.
        return


def _audit(task: Task, value: FieldValue, check: Check) -> None:
    word = None if value.state == ValueState.ILLEGIBLE else (check.text or "")
    right = _right(value, word)
    for tell_border in (record_audit, record_recheck):
        try:
            tell_border(task, ref_of(value), right, by=check.by)
        except BorderError:
            continue  # drawn for the other one alone


def take_back(value: FieldValue, check: Check) -> None:
    """Take an undone blind entry out of its label. ``CheckError`` when the label rests on it."""
    task = task_or_none(value)
    if task is None or not value.page.batch.blind or check.outcome == "escalated":
        return  # an escalation says nothing about the reading
    try:
        withdraw_label(task, ref_of(value), by=check.by)
    except BorderError:
        raise CheckError("2人の入力で、認定のための記録が確定しています。戻せません。") from None


def look_again(sender: Any, *, task: Task, refs: Iterable[str], **_: Any) -> None:
    """A task was stopped: what the AI passed since the last good audit waits for a person again."""
    from yakuba.ocr.services.checking import finish_if_checked

    if task.system != SYSTEM:
        return
    numbers = [int(ref.partition(":")[2]) for ref in refs if ref.startswith("ocr.value:")]
    with transaction.atomic():
        passed = FieldValue.objects.filter(pk__in=numbers, state=ValueState.AUTO)
        batches = {one.page.batch_id: one.page.batch for one in passed.select_related("page__batch")}
        passed.update(state=ValueState.WAITING, final="", final_at=None, decided_because=LOOK_AGAIN)
        for batch in batches.values():
            finish_if_checked(batch)


def register() -> None:
    """Listen to the border."""
    suspended.connect(look_again, dispatch_uid="ocr.look_again")
