"""Record what rules ask for beside doses (特例・状態); nothing is overwritten: a wrong one is taken back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record as note
from yakuba.core.ui.wareki import wareki
from yakuba.handbook.models import RegisteredChild, RegisteredObservation
from yakuba.handbook.register import observations as kinds
from yakuba.handbook.register.observations import Kind
from yakuba.handbook.services import books, publishing, tasks
from yakuba.handbook.services.imports import REFERENCE_BYTES


class NotPossible(ValueError):
    """The observation can't be recorded or changed now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ObservationFacts:
    """What is written down. ``ground``: the paper or conversation it rests on; it stays at the office."""

    code: str
    on: date | None = None
    ground: str = ""


@transaction.atomic
def record(child: RegisteredChild, facts: ObservationFacts, *, by: Any) -> RegisteredObservation:
    """Record one observation. Raises ``NotPossible`` for what can't be, or stands already."""
    locked = RegisteredChild.objects.select_for_update().get(pk=child.pk)  # two clicks: one record
    _check(locked, facts)
    made = RegisteredObservation.objects.create(
        child=locked,
        reference=secrets.token_urlsafe(REFERENCE_BYTES),
        code=facts.code,
        on=facts.on,
        ground=facts.ground,
        recorded_by=by,
    )
    _after(made, "handbook.observation.record", by)
    return made


@transaction.atomic
def take_back(observation: RegisteredObservation, *, by: Any) -> None:
    """It was recorded by mistake, or holds no longer. Raises ``NotPossible``."""
    locked = _locked(observation)
    if locked.taken_back_at is not None:
        raise NotPossible("取り消された記録です。画面を開き直してください。")
    locked.taken_back_at, locked.taken_back_by = timezone.now(), by
    locked.save(update_fields=["taken_back_at", "taken_back_by"])
    _after(locked, "handbook.observation.take_back", by)


@transaction.atomic
def restore(observation: RegisteredObservation, *, by: Any) -> None:
    """Undo of taking back. Raises ``NotPossible``."""
    locked = _locked(observation)
    if locked.taken_back_at is None:
        raise NotPossible("取り消した記録ではありません。画面を開き直してください。")
    _check(locked.child, ObservationFacts(locked.code, locked.on, locked.ground))
    locked.taken_back_at, locked.taken_back_by = None, None
    locked.save(update_fields=["taken_back_at", "taken_back_by"])
    _after(locked, "handbook.observation.restore", by)


def _locked(observation: RegisteredObservation) -> RegisteredObservation:
    RegisteredChild.objects.select_for_update().get(pk=observation.child_id)
    rows = RegisteredObservation.objects.select_for_update(of=("self",)).select_related("child")
    return rows.get(pk=observation.pk)


def _check(child: RegisteredChild, facts: ObservationFacts) -> None:
    known = {one.code: one for one in kinds.builtin().known_to(books.active().book)}
    kind = known.get(facts.code)
    if kind is None:
        raise NotPossible(f"適用中の規則に「{facts.code}」はありません。一覧から選んでください。")
    if child.birth is None:
        raise NotPossible("出生前の方には記録できません。子どもが住民記録に載ってから記録してください。")
    _check_day(child.birth, kind, facts.on)
    if not facts.ground:
        raise NotPossible(
            "根拠がありません。確かめた書類など（医師の意見書、母子健康手帳）を入力してください。"
        )
    same = child.observations.filter(taken_back_at=None, code=facts.code)
    if kind.repeats:
        same = same.filter(on=facts.on)
    if same.exists():
        raise NotPossible(
            f"「{kind.title}」は記録されています。誤りを直すときは、その記録を取り消してから記録してください。"
        )


def _check_day(birth: date, kind: Kind, on: date | None) -> None:
    if on is None:
        if kind.date_needed:
            raise NotPossible(
                f"「{kind.title}」に{kind.date_label}がありません。入力してください。"
                "まだ続いているときは、事由がなくなってから記録してください。"
            )
        return
    written = wareki(on, weekday=False)
    if on > timezone.localdate():
        raise NotPossible(
            f"{kind.date_label}：{written}は、これからの日です。その日が来てから記録してください。"
        )
    if on < birth:
        raise NotPossible(
            f"{kind.date_label}：{written}は、生年月日（{wareki(birth, weekday=False)}）より前です。"
            "日付を確かめてください。"
        )


def _after(observation: RegisteredObservation, action: str, by: Any) -> None:
    publishing.put_observations([observation])
    tasks.sync_children([observation.child])
    note(
        action,
        actor=by,
        target=f"handbook.child:{observation.child_id}",
        detail={"observation": observation.pk},
    )
    publishing.hand_over(by)
