"""People decide fields: one or two persons, a third, the section chief; undo; bulk confirmation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.ocr.domain.entry import read_entry, same
from yakuba.ocr.domain.form import SumRule
from yakuba.ocr.domain.recheck import sum_fault
from yakuba.ocr.models import Batch, BatchState, Check, CheckLease, FieldValue, PageState, ValueState
from yakuba.ocr.services import outcomes
from yakuba.ocr.services.batches import settle
from yakuba.ocr.services.definitions import definition_of, field_of
from yakuba.ocr.services.sealed import content_of, holding_text, is_secret, set_final
from yakuba.ocr.services.turns import (
    OPEN,
    SETTLED,
    CheckError,
    is_chief,
    standing_checks,
    turn_of,
    two_persons,
    why_not,
)

Act = Literal["confirm", "illegible", "escalate"]
ILLEGIBLE = "●"  # what a field that nobody can read leaves as
LONGEST_SECONDS = 600.0
MOST_KEYS = 10_000
MOST_BULK = 200
SUM_BROKEN = "sum_mismatch"


class Overtaken(CheckError):
    """Somebody else was faster, or the field is not this person's: nothing was written."""


class Doubtful(CheckError):
    """The entry can be confirmed, but only by a second step; ``doubts`` says what is odd."""

    def __init__(self, doubts: Iterable[str]) -> None:
        self.doubts = list(doubts)
        super().__init__("".join(self.doubts))


@dataclass(frozen=True, slots=True)
class Handling:
    """How the person worked: measured in the browser, held to what is possible."""

    seconds: float = 0.0
    keystrokes: int = 0

    @classmethod
    def of(cls, seconds: str, keystrokes: str) -> Handling:
        """From what a browser sent; nonsense counts as nothing."""
        try:
            length = float(seconds)
        except ValueError:
            length = 0.0
        keys = int(keystrokes) if keystrokes.isascii() and keystrokes.isdigit() else 0
        length = length if math.isfinite(length) else 0.0
        return cls(min(max(length, 0.0), LONGEST_SECONDS), min(keys, MOST_KEYS))


def locked_value(pk: int) -> FieldValue:
    """The value, locked until the transaction ends; ``FieldValue.DoesNotExist``."""
    FieldValue.objects.select_for_update().get(pk=pk)
    return (
        FieldValue.objects.select_related("page__batch", "page__version__form")
        .prefetch_related("checks")
        .get(pk=pk)
    )


def decide(
    pk: int,
    *,
    by: Any,
    act: Act,
    text: str = "",
    turn: int,
    sure: bool = False,
    handling: Handling | None = None,
) -> FieldValue:
    """Keep one person's decision and what follows from it.

    ``turn`` is the turn that the person was shown: two persons can't both be the first. ``sure`` confirms
    an entry with doubts. ``Overtaken``, ``Doubtful``, ``CheckError``.
    """
    with transaction.atomic():
        value = locked_value(pk)
        checks = standing_checks(value)
        _refuse_overtaken(value, checks, by, turn)
        kept, outcome = _entry(value, act, text, sure=sure)
        check = Check.objects.create(
            value=value,
            turn=turn,
            outcome=outcome,
            text=kept,
            by=by,
            seconds=(handling or Handling()).seconds,
            keystrokes=(handling or Handling()).keystrokes,
        )
        _settle(value, [*checks, check])
        CheckLease.objects.filter(value=value).delete()
        outcomes.tell(value, check)
        _after(value)
        record(
            f"ocr.check.{_ACTS[act]}",
            actor=by,
            target=f"ocr.value:{value.pk}",
            detail={"turn": turn, "outcome": outcome},
        )
    return value


_ACTS: Mapping[str, str] = {"confirm": "confirm", "illegible": "illegible", "escalate": "escalate"}


def _refuse_overtaken(value: FieldValue, checks: list[Check], by: Any, turn: int) -> None:
    if turn != turn_of(value):
        last = checks[-1].by.name if checks and two_persons(value.page.batch) is False else "ほかの職員"
        raise Overtaken(f"この欄は、{last}が先に確認しました。入力は記録していません。")
    refusal = why_not(value, checks, by, chief=is_chief(by))
    if refusal:
        raise Overtaken(refusal)


def _entry(value: FieldValue, act: Act, text: str, *, sure: bool) -> tuple[str, str]:
    """What is kept of the entry, and its outcome word."""
    if act == "illegible":
        return "", "illegible"
    if act == "escalate":
        if value.state == ValueState.ESCALATED:
            raise CheckError("係長の判断を待っている欄です。ここで決めてください。")
        return "", "escalated"
    entry = read_entry(field_of(value), text)
    if entry.faults:
        raise CheckError("".join(entry.faults))
    read = content_of(value)
    doubts = list(entry.doubts)
    if entry.text != read.text:
        doubts += _sum_doubts(value, entry.text)
    if doubts and not sure:
        raise Doubtful(doubts)
    return entry.text, _outcome(value, entry.text)


def _outcome(value: FieldValue, text: str) -> str:
    if value.page.batch.blind:
        return "blind"
    read = content_of(value)
    if text == read.text:
        return "accepted"
    return "candidate" if any(one.get("text") == text for one in read.candidates) else "edited"


def page_texts(value: FieldValue) -> dict[str, str]:
    """What every field of the value's page says now."""
    return {one.name: holding_text(one) for one in value.page.values.all() if not is_secret(one)}


def _sum_doubts(value: FieldValue, text: str) -> list[str]:
    """Sums that would not come out; none in a blind batch, where they would give readings away."""
    if value.page.version is None or value.page.batch.blind:
        return []
    form = definition_of(value.page.version)
    texts = {**page_texts(value), value.name: text}
    doubts = []
    for rule in form.rules:
        if isinstance(rule, SumRule) and value.name in (*rule.parts, rule.total):
            fault = sum_fault(rule, texts)
            if fault is not None:
                title = form.field_named(rule.total).title
                doubts.append(f"合計が合いません（内訳の計 {fault.found:,}、{title} {fault.total:,}）。")
    return doubts


def _settle(value: FieldValue, checks: list[Check]) -> None:
    """The state that follows from the decisions that stand, oldest first."""
    state, text = _state_of(value, checks)
    value.state = state
    set_final(value, text if state == ValueState.DONE else "")
    value.final_at = timezone.now() if state in SETTLED else None
    value.save(update_fields=["state", "final", "sealed", "final_at"])


def _state_of(value: FieldValue, checks: list[Check]) -> tuple[ValueState, str]:
    if not checks:
        return ValueState.WAITING, ""
    last = checks[-1]
    if last.outcome == "escalated":
        return ValueState.ESCALATED, ""
    first, second = _word(checks[0]), _word(last)
    decided = (
        not two_persons(value.page.batch)
        or last.turn > 2
        or (last.turn == 2 and _agree(value, first, second))
    )
    if decided:
        return (ValueState.ILLEGIBLE, "") if second is None else (ValueState.DONE, second)
    return (ValueState.ONCE if last.turn == 1 else ValueState.DIFFERS), ""


def _word(check: Check) -> str | None:
    return None if check.outcome == "illegible" else (check.text or "")


def _agree(value: FieldValue, first: str | None, second: str | None) -> bool:
    if first is None or second is None:
        return first is second
    return same(field_of(value), first, second)


def _after(value: FieldValue) -> None:
    """What a decision means for the sums of its page and for its batch."""
    if value.state == ValueState.DONE:
        _recheck_sums(value)
    finish_if_checked(value.page.batch)


def _recheck_sums(value: FieldValue) -> None:
    """Values that the AI passed wait again when a sum that they belong to no longer comes out."""
    if value.page.version is None:
        return
    texts = {**page_texts(value), value.name: holding_text(value)}
    for rule in definition_of(value.page.version).rules:
        if not isinstance(rule, SumRule) or value.name not in (*rule.parts, rule.total):
            continue
        if sum_fault(rule, texts) is None:
            continue
        passed = value.page.values.filter(name__in=[*rule.parts, rule.total], state=ValueState.AUTO)
        for other in passed:
            other.state, other.final, other.final_at = ValueState.WAITING, "", None
            other.decision = "staff"
            other.decided_because = "職員の訂正のあと、合計が合わなくなりました。"
            other.reasons = list(dict.fromkeys([*other.reasons, SUM_BROKEN]))
            other.save(update_fields=["state", "final", "final_at", "decision", "decided_because", "reasons"])


def waiting_values(batch: Batch) -> Any:
    """Fields of the batch that wait for a person."""
    return FieldValue.objects.filter(page__batch=batch, state__in=OPEN)


def unread_pages(batch: Batch) -> Any:
    """Pages that were not read: they wait for a rescan or for a person's sorting."""
    return batch.pages.exclude(state=PageState.READ)


def finish_if_checked(batch: Batch) -> None:
    """Call the batch done when nothing of it waits, and open again when something does."""
    row = Batch.objects.select_for_update().get(pk=batch.pk)
    if row.state in (BatchState.CHECKING, BatchState.DONE):
        batch.state = settle(row)


def undo(pk: int, *, by: Any) -> FieldValue:
    """Take back one's own last decision on a field; the row stays, with the time. ``CheckError``."""
    with transaction.atomic():
        value = locked_value(pk)
        checks = standing_checks(value)
        if not checks or checks[-1].by_id != by.pk:
            raise CheckError("戻せるのは、自分が最後に確認した欄だけです。")
        if is_secret(value) and not value.sealed:
            raise CheckError("個人番号は保存期限を過ぎて消えました。戻せません。")
        last = checks[-1]
        outcomes.take_back(value, last)
        last.undone_at = timezone.now()
        last.save(update_fields=["undone_at"])
        _settle(value, checks[:-1])
        finish_if_checked(value.page.batch)
        record("ocr.check.undo", actor=by, target=f"ocr.value:{value.pk}", detail={"turn": last.turn})
    return value


def may_bulk(value: FieldValue) -> bool:
    """Whether looking over a grid is enough: nothing speaks against the reading, and it proves nothing.

    Blind entries, audits, personal numbers, differing entries and fields with a reason are decided singly.
    """
    return (
        value.state in (ValueState.WAITING, ValueState.ONCE)
        and not value.reasons
        and value.decision == "staff"
        and not value.page.batch.blind
        and not is_secret(value)
        and not read_entry(field_of(value), value.text).doubts
    )


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a look over the grid settled; ``skipped`` were overtaken or must be decided singly."""

    confirmed: tuple[int, ...]
    skipped: int


def confirm_many(pks: Iterable[int], *, by: Any, handling: Handling | None = None) -> Bulk:
    """Confirm the readings of fields that the person looked over together."""
    wanted = sorted(set(pks))
    if len(wanted) > MOST_BULK:
        raise CheckError(f"一度に確定できるのは{MOST_BULK}件までです。")
    worked = handling or Handling()
    share = Handling(worked.seconds / max(1, len(wanted)), worked.keystrokes // max(1, len(wanted)))
    done: list[int] = []
    with transaction.atomic():
        chief = is_chief(by)
        for pk in wanted:
            value = locked_value(pk)
            checks = standing_checks(value)
            if not may_bulk(value) or why_not(value, checks, by, chief=chief):
                continue
            check = Check.objects.create(
                value=value, turn=turn_of(value), outcome="accepted", text=value.text, by=by,
                seconds=share.seconds, keystrokes=share.keystrokes,
            )  # fmt: skip
            _settle(value, [*checks, check])
            done.append(pk)
            _after(value)
        CheckLease.objects.filter(value_id__in=done).delete()
        if done:
            record("ocr.check.bulk", actor=by, target=f"ocr.value:{done[0]}", detail={"confirmed": len(done)})
    return Bulk(tuple(done), len(wanted) - len(done))
