"""What staff must look at (職員の確認): opened from verdicts of the engine, closed by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.models import RegisteredChild, StaffTask
from yakuba.handbook.services import books
from yakuba.handbook.services.looking import UNKNOWN_VACCINE, Look, look_at
from yakuba.handbook.words import RESOLVED, outcomes_of

KINDS = ("dose_outside_rules", "unknown_vaccine", "register_mismatch")
Wanted = dict[tuple[str, str], dict[str, Any]]


class NotPossible(ValueError):
    """The task can't be closed or opened again now; the message says why."""


def wanted_of(found: Look) -> Wanted:
    """Kind and cause of everything to look at, with codes and dates."""
    wanted: Wanted = {}
    for one in found.doses:
        dose = one.dose
        facts = {"vaccine": dose.vaccine, "given_on": dose.given_on.isoformat(), "reason": one.reason}
        if one.reason == UNKNOWN_VACCINE:
            wanted["unknown_vaccine", dose.reference] = facts
        elif one.outside:
            right = one.line.right_from if one.line is not None else None
            wanted["dose_outside_rules", dose.reference] = {
                **facts,
                "dose": one.line.dose if one.line is not None else None,
                "right_from": right.isoformat() if right else None,
                "source": list(one.line.source) if one.line is not None else [],
            }
    for clash in found.mismatches:
        wanted["register_mismatch", clash.family.reference] = {
            "vaccine": clash.family.vaccine,
            "given_on": clash.family.given_on.isoformat(),
            "office_on": clash.office.given_on.isoformat(),
            "office": clash.office.reference,
            "what": clash.what,
        }
    return wanted


def sync(child: RegisteredChild, found: Look) -> int:
    """Open what is new, end what is gone. What a person closed stays closed. Returns how many are new."""
    wanted = wanted_of(found)
    have = {(one.kind, one.cause): one for one in child.tasks.filter(kind__in=KINDS)}
    if not wanted and not have:
        return 0
    now = timezone.now()
    opened = 0
    with transaction.atomic():
        for key, detail in wanted.items():
            task = have.get(key)
            if task is None:
                kind, cause = key
                _, made = StaffTask.objects.get_or_create(
                    child=child, kind=kind, cause=cause, defaults={"detail": detail}
                )
                opened += made
            elif task.outcome == RESOLVED:
                task.closed_at, task.outcome, task.note, task.detail = None, "", "", detail
                task.save(update_fields=["closed_at", "outcome", "note", "detail"])
                opened += 1
            elif task.closed_at is None and task.detail != detail:
                task.detail = detail
                task.save(update_fields=["detail"])
        gone = [one.pk for key, one in have.items() if key not in wanted and one.closed_at is None]
        if gone:
            StaffTask.objects.filter(pk__in=gone).update(closed_at=now, outcome=RESOLVED)
    return opened


def sync_children(
    children: Iterable[RegisteredChild], *, book: Rulebook | None = None, on: date | None = None
) -> int:
    """``sync`` for some children under the rule book in force."""
    rules = book or books.active().book
    day = on or timezone.localdate()
    return sum(sync(child, look_at(child, rules, day)) for child in children)


@transaction.atomic
def close(task: StaffTask, *, outcome: str, note: str, by: Any) -> None:
    """A person closes a task with an outcome and a note. Raises ``NotPossible``."""
    locked = StaffTask.objects.select_for_update().get(pk=task.pk)
    if locked.closed_at is not None:
        raise NotPossible("ほかの職員が終えています。画面を開き直してください。")
    if outcome not in dict(outcomes_of(locked.kind)):
        raise NotPossible("結果が選ばれていません。一覧から選んでください。")
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.outcome, locked.note = outcome, note
    locked.save(update_fields=["closed_at", "closed_by", "outcome", "note"])
    record("handbook.task.close", actor=by, target=f"handbook.task:{task.pk}", detail={"outcome": outcome})


@transaction.atomic
def reopen(task: StaffTask, *, by: Any) -> None:
    """Undo of ``close``. Raises ``NotPossible`` for a task that is open or whose cause has gone."""
    locked = StaffTask.objects.select_for_update().get(pk=task.pk)
    if locked.closed_at is None:
        raise NotPossible("確認を待っている項目です。")
    if locked.outcome == RESOLVED:
        raise NotPossible("記録が変わり、確認の要がなくなった項目です。")
    locked.closed_at, locked.closed_by, locked.outcome, locked.note = None, None, "", ""
    locked.save(update_fields=["closed_at", "closed_by", "outcome", "note"])
    record("handbook.task.reopen", actor=by, target=f"handbook.task:{task.pk}")
