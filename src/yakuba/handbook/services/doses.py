"""Record and correct single doses. Nothing is overwritten: a wrong one is taken back, a right one added."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.handbook.domain.births import begin_of, in_pregnancy
from yakuba.handbook.domain.evaluate import of_pregnancy
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.models import RegisteredChild, RegisteredDose
from yakuba.handbook.services import books, publishing, tasks
from yakuba.handbook.services.birth_matches import live
from yakuba.handbook.services.imports import REFERENCE_BYTES


class NotPossible(ValueError):
    """The dose can't be recorded or changed now; the message says why."""


@dataclass(frozen=True, slots=True)
class DoseFacts:
    """What is written down of a dose."""

    vaccine: str
    given_on: date
    product: str = ""
    lot: str = ""
    clinic: str = ""


@transaction.atomic
def record_dose(child: RegisteredChild, facts: DoseFacts, *, by: Any) -> RegisteredDose:
    """Record a dose from a paper (予診票). Raises ``NotPossible`` for a day that can't be, or once more."""
    if live(pregnancy=child).exists():
        raise NotPossible("この妊娠届は、生まれた子に引き継いであります。子どもの画面で記録してください。")
    _check(child, facts)
    dose = _make(child, facts, by, None)
    _after(dose, "handbook.dose.record", by)
    return dose


@transaction.atomic
def correct_dose(dose: RegisteredDose, facts: DoseFacts, *, by: Any) -> RegisteredDose:
    """Put a right record in the place of a wrong one. Raises ``NotPossible``."""
    wrong = _standing(dose)
    _check(wrong.child, facts, but=wrong)
    wrong.taken_back_at, wrong.taken_back_by = timezone.now(), by
    wrong.save(update_fields=["taken_back_at", "taken_back_by"])
    publishing.put_doses([wrong])
    right = _make(wrong.child, facts, by, wrong)
    _after(right, "handbook.dose.correct", by)
    return right


@transaction.atomic
def take_back_dose(dose: RegisteredDose, *, by: Any) -> None:
    """The dose was recorded by mistake. Raises ``NotPossible``."""
    wrong = _standing(dose)
    wrong.taken_back_at, wrong.taken_back_by = timezone.now(), by
    wrong.save(update_fields=["taken_back_at", "taken_back_by"])
    _after(wrong, "handbook.dose.take_back", by)


@transaction.atomic
def restore_dose(dose: RegisteredDose, *, by: Any) -> None:
    """Undo of taking back, and of a correction (then the right record is taken back). ``NotPossible``."""
    locked = RegisteredDose.objects.select_for_update(of=("self",)).select_related("child").get(pk=dose.pk)
    if locked.taken_back_at is None or locked.source != "office":
        raise NotPossible("取り消した記録ではありません。画面を開き直してください。")
    right = RegisteredDose.objects.filter(corrects=locked).first()
    if right is not None and right.taken_back_at is None:
        right.taken_back_at, right.taken_back_by = timezone.now(), by
        right.save(update_fields=["taken_back_at", "taken_back_by"])
        publishing.put_doses([right])
    facts = DoseFacts(locked.vaccine, locked.given_on, locked.product, locked.lot, locked.clinic)
    _check(locked.child, facts, but=locked)
    locked.taken_back_at, locked.taken_back_by = None, None
    locked.save(update_fields=["taken_back_at", "taken_back_by"])
    _after(locked, "handbook.dose.restore", by)


def _standing(dose: RegisteredDose) -> RegisteredDose:
    locked = RegisteredDose.objects.select_for_update(of=("self",)).select_related("child").get(pk=dose.pk)
    if locked.source != "office":
        raise NotPossible("家庭の記録は、家庭が直します。台帳に記録を足してください。")
    if locked.taken_back_at is not None:
        raise NotPossible("取り消された記録です。画面を開き直してください。")
    return locked


def _check(child: RegisteredChild, facts: DoseFacts, but: RegisteredDose | None = None) -> None:
    if facts.given_on > timezone.localdate():
        raise NotPossible(f"接種日：{facts.given_on} は、これからの日です。接種した日を入力してください。")
    given = Given(facts.vaccine, facts.given_on)
    mothers = of_pregnancy(books.active().book, Person(child.birth), given)
    if mothers and child.birth is not None and not in_pregnancy(facts.given_on, child.birth, child.due):
        raise NotPossible(
            f"接種日：{facts.given_on} は、妊娠中（{begin_of(child.birth, child.due)} から "
            f"生年月日 {child.birth} の前日まで）の日ではありません。日付を確かめてください。"
        )
    if child.birth is not None and facts.given_on < child.birth and not mothers:
        raise NotPossible(
            f"接種日：{facts.given_on} は、生年月日 {child.birth} より前です。日付を確かめてください。"
        )
    same = child.doses.filter(
        source="office", taken_back_at=None, vaccine=facts.vaccine, given_on=facts.given_on
    )
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise NotPossible(
            "同じ日の同じワクチンの記録があります。誤りを直すときは、その行の「直す」を使ってください。"
        )


def _make(
    child: RegisteredChild, facts: DoseFacts, by: Any, corrects: RegisteredDose | None
) -> RegisteredDose:
    return RegisteredDose.objects.create(
        child=child,
        reference=secrets.token_urlsafe(REFERENCE_BYTES),
        vaccine=facts.vaccine,
        product=facts.product,
        given_on=facts.given_on,
        lot=facts.lot,
        clinic=facts.clinic,
        source="office",
        recorded_by=by,
        corrects=corrects,
    )


def _after(dose: RegisteredDose, action: str, by: Any) -> None:
    publishing.put_doses([dose])
    tasks.sync_children([dose.child])
    record(action, actor=by, target=f"handbook.child:{dose.child_id}", detail={"dose": dose.pk})
    publishing.hand_over(by)
