"""A pregnancy and the child born of it become one child, decided by an officer; and its undo.

Four ways, by what the families' side knows (``RegisteredChild.published_at``):

* ``taken_over``: only the pregnancy crossed. The child takes over its reference and codes: the family's
  account, adults, doses, plans, reminders and bookings go on; the next item under that reference names it.
* ``closed``: only the child crossed, or neither. Doses, observations and tasks move to the child.
* ``let_go``: both crossed. The office's records move to the child under new references; on the families' side
  the pregnancy becomes the family's own entry, and its owner puts it together with the child (``joining``):
  no adult of the one sees the other without that.
* ``sibling``: another child of a pregnancy that was handed over before (twins). It stays a child of its own,
  gets the due date and copies of the mother's doses, and its family a letter of its own: the first child's
  adults are given nothing by the office's guess.

In each way ``due`` stays on the child (corrected age), and the pregnancy's row stays as a closed one, so that
no later file opens it again. ``undo`` restores both rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.exchange import sending as exchange
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.bookings.eligibility import Audience
from yakuba.handbook.domain.bookings.states import OPEN
from yakuba.handbook.domain.evaluate import of_pregnancy
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.models import (  # fmt: skip
    Birth,
    Booking,
    IssuedCode,
    RegisteredChild,
    RegisteredDose,
    RegisteredObservation,
    Slot,
    StaffTask,
    WaitingEntry,
)
from yakuba.handbook.services import books, publishing, tasks
from yakuba.handbook.services.birth_matches import Candidate, ask_again, candidate, live, settle
from yakuba.handbook.services.imports import REFERENCE_BYTES
from yakuba.handbook.services.visibility import is_protected

Row = RegisteredDose | RegisteredObservation
Moved = dict[str, Any]
COPIED = ("vaccine", "product", "given_on", "lot", "clinic", "named")
IN_LINE = ("waiting", "offered")


class NotPossible(ValueError):
    """The two can't be put together, or taken apart, now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What handing over would do; nothing is changed yet."""

    pregnancy: RegisteredChild
    found: Candidate
    how: str
    first: RegisteredChild | None  # the child that the pregnancy was handed over to before
    doses: int
    observations: int
    code: bool  # a letter of the pregnancy whose code is valid
    closes_sharing: bool  # the child is protected and the pregnancy was not
    left_booked: list[Slot]  # coming times for pregnant people alone that stay booked or waited for


def propose(pregnancy: RegisteredChild, child: RegisteredChild) -> Proposal:
    """How the two would be put together. Raises ``NotPossible``."""
    if pregnancy.birth is not None or pregnancy.due is None:
        raise NotPossible("妊娠届の行ではありません。出産予定日のある、出生前の行から始めてください。")
    if child.birth is None or not publishing.present(child):
        raise NotPossible("生まれて、住民記録に載っている子どもを選んでください。")
    found = candidate(pregnancy, child)
    if found is None:
        raise NotPossible(
            f"生年月日 {written(child.birth, weekday=False)} は、出産予定日 "
            f"{written(pregnancy.due, weekday=False)} から離れすぎています"
            "（妊娠22週0日から予定日の21日後まで）。"
            "出産予定日に誤りがあるときは、妊娠届のファイルで直してから引き継いでください。"
        )
    if live(child=child).exists():
        raise NotPossible("この子どもには、すでに妊娠届を引き継いでいます。")
    if is_protected(pregnancy) and not is_protected(child):
        raise NotPossible(
            "妊娠届の方は支援措置の対象です。先に、子どもの宛名番号も「支援措置」の画面で登録してください。"
        )
    before = live(pregnancy=pregnancy).exclude(how=Birth.SIBLING).select_related("child").first()
    if before is None and not publishing.present(pregnancy):
        raise NotPossible(
            "妊娠届の行が、転出か「台帳にない」になっています。先に住民記録を確かめてください。"
        )
    how = _way(pregnancy, child) if before is None else Birth.SIBLING
    if how == Birth.TAKEN_OVER and booked(child.reference):
        raise NotPossible(
            "この子どもの参照番号で、窓口の予約か空き待ちがあります。先に取り消し、引き継いだあとで取り直してください。"
        )
    return Proposal(
        pregnancy=pregnancy,
        found=found,
        how=how,
        first=before.child if before else None,
        doses=pregnancy.doses.filter(taken_back_at=None).count() if before is None
        else len(_mothers_doses(before.child)),
        observations=pregnancy.observations.filter(taken_back_at=None).count(),
        code=pregnancy.codes.filter(revoked_at=None).exists(),
        closes_sharing=is_protected(child) and not is_protected(pregnancy),
        left_booked=_for_the_pregnant(pregnancy) if before is None else [],
    )  # fmt: skip


def _way(pregnancy: RegisteredChild, child: RegisteredChild) -> str:
    if pregnancy.published_at is None:
        return Birth.CLOSED
    return Birth.TAKEN_OVER if child.published_at is None else Birth.LET_GO


def booked(reference: str, **more: Any) -> bool:
    """Whether a place is taken or waited for under a reference."""
    taken = Booking.objects.filter(child_reference=reference, state__in=[one.value for one in OPEN])
    line = WaitingEntry.objects.filter(child_reference=reference, state__in=IN_LINE)
    if since := more.get("since"):
        taken, line = taken.filter(made_at__gt=since), line.filter(joined_at__gt=since)
    return taken.exists() or line.exists()


def _for_the_pregnant(pregnancy: RegisteredChild) -> list[Slot]:
    """Coming times of what is for pregnant people alone that are booked or waited for.

    Handing over cancels none of them.
    """
    mine = {"child_reference": pregnancy.reference}
    taken = Booking.objects.filter(**mine, state__in=[one.value for one in OPEN])
    line = WaitingEntry.objects.filter(**mine, state__in=IN_LINE)
    either = Q(pk__in=taken.values("slot")) | Q(pk__in=line.values("slot"))
    found = Slot.objects.filter(either, offer__audience=Audience.PREGNANCY.value, start__gt=timezone.now())
    return list(found.select_related("offer").order_by("start", "pk"))


@transaction.atomic
def link(pregnancy: RegisteredChild, child: RegisteredChild, *, how: str, by: Any) -> Birth:
    """Put the two together. ``how``: what the officer was shown. ``NotPossible``: then nothing changed."""
    first, second = _locked(pregnancy, child)
    found = propose(first, second)
    if found.how != how:
        raise NotPossible("見ていた内容が古くなりました。もう一度確かめてから引き継いでください。")
    before = {"due": second.due.isoformat() if second.due else None}
    moved: Moved = {"tasks": settle(second)}
    second.due = first.due
    number = first.number if found.first is None else live(pregnancy=first).earliest("pk").number
    moved |= _WAYS[how](found, second, by)
    first.save()
    second.save()
    made = Birth.objects.create(
        pregnancy=first, child=second, number=number, how=how, before=before, moved=moved, made_by=by
    )
    if second.published_at is not None:
        publishing.put_everything([second])
    tasks.sync_children([second])
    record(
        "handbook.birth.link",
        actor=by or "system:handbook",
        target=f"handbook.child:{second.pk}",
        detail={"birth": made.pk, "pregnancy": first.pk, "how": how, "doses": found.doses},
    )
    publishing.hand_over(by)
    return made


def _locked(one: RegisteredChild, other: RegisteredChild) -> tuple[RegisteredChild, RegisteredChild]:
    rows = RegisteredChild.objects.select_for_update().filter(pk__in=[one.pk, other.pk]).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[one.pk], found[other.pk]


def _take_over(found: Proposal, child: RegisteredChild, by: Any) -> Moved:
    pregnancy = found.pregnancy
    moved = _move(pregnancy, child, by)
    codes = list(pregnancy.codes.values_list("pk", flat=True))
    IssuedCode.objects.filter(pk__in=codes).update(child=child)
    _swap(pregnancy, child)
    pregnancy.gone_at = timezone.now()
    _put_taken_back(moved)
    return {**moved, "codes": codes}


def _close(found: Proposal, child: RegisteredChild, by: Any) -> Moved:
    moved = _move(found.pregnancy, child, by)
    found.pregnancy.gone_at = timezone.now()
    return moved


def _let_go(found: Proposal, child: RegisteredChild, by: Any) -> Moved:
    pregnancy = found.pregnancy
    publishing.put_let_go(pregnancy)
    moved = _move(pregnancy, child, by)
    _renew(RegisteredDose.objects.filter(pk__in=moved["doses"], source="office"), publishing.DOSE)
    _renew(RegisteredObservation.objects.filter(pk__in=moved["observations"]), publishing.OBSERVATION)
    pregnancy.codes.filter(revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)
    published, pregnancy.published_at = pregnancy.published_at, None
    pregnancy.gone_at = timezone.now()
    return {**moved, "published_at": published.isoformat() if published else None}


def _add_sibling(found: Proposal, child: RegisteredChild, by: Any) -> Moved:
    have = _standing(child)
    copies = RegisteredDose.objects.bulk_create(
        RegisteredDose(
            child=child,
            reference=secrets.token_urlsafe(REFERENCE_BYTES),
            source="office",
            recorded_by=by,
            **{name: getattr(one, name) for name in COPIED},
        )
        for one in (_mothers_doses(found.first) if found.first is not None else ())
        if (one.vaccine, one.given_on) not in have
    )  # fmt: skip
    return {"copies": [one.pk for one in copies]}


_WAYS: dict[str, Callable[[Proposal, RegisteredChild, Any], Moved]] = {
    Birth.TAKEN_OVER: _take_over,
    Birth.CLOSED: _close,
    Birth.LET_GO: _let_go,
    Birth.SIBLING: _add_sibling,
}


def _mothers_doses(child: RegisteredChild) -> list[RegisteredDose]:
    """Doses of the mother before the birth that the office holds."""
    book, person = books.active().book, Person(child.birth)
    rows = child.doses.filter(source="office", taken_back_at=None)
    return [one for one in rows if of_pregnancy(book, person, Given(one.vaccine, one.given_on))]


def _standing(child: RegisteredChild) -> set[tuple[str, Any]]:
    rows = child.doses.filter(source="office", taken_back_at=None)
    return set(rows.values_list("vaccine", "given_on"))


def _move(pregnancy: RegisteredChild, child: RegisteredChild, by: Any) -> Moved:
    """Doses, observations and tasks. A dose that the child's row has too counts once: the child's own."""
    have = _standing(child)
    doses = list(pregnancy.doses.all())
    twice = [
        one.pk
        for one in doses
        if one.source == "office" and one.taken_back_at is None and (one.vaccine, one.given_on) in have
    ]
    moved = {
        "doses": [one.pk for one in doses],
        "taken_back": twice,
        "observations": list(pregnancy.observations.values_list("pk", flat=True)),
        "moved_tasks": list(pregnancy.tasks.filter(kind__in=tasks.KINDS).values_list("pk", flat=True)),
    }
    _give(moved, child)
    now = timezone.now()
    RegisteredDose.objects.filter(pk__in=twice).update(taken_back_at=now, taken_back_by=by)
    return moved


def _give(moved: Moved, to: RegisteredChild) -> None:
    RegisteredDose.objects.filter(pk__in=moved["doses"]).update(child=to)
    RegisteredObservation.objects.filter(pk__in=moved["observations"]).update(child=to)
    StaffTask.objects.filter(pk__in=moved["moved_tasks"]).update(child=to)


def _put_taken_back(moved: Moved) -> None:
    rows = RegisteredDose.objects.filter(pk__in=moved["taken_back"]).select_related("child")
    publishing.put_doses(rows)


def _swap(one: RegisteredChild, other: RegisteredChild) -> None:
    """Exchange what the families' side knows the two by."""
    kept = {name: (getattr(one, name), getattr(other, name)) for name in _CROSSING}
    one.reference = secrets.token_urlsafe(REFERENCE_BYTES)  # unique at every moment
    one.save(update_fields=["reference"])
    for name, (mine, _) in kept.items():
        setattr(other, name, mine)
    other.save(update_fields=list(_CROSSING))
    for name, (_, theirs) in kept.items():
        setattr(one, name, theirs)
    one.save(update_fields=list(_CROSSING))


_CROSSING = ("reference", "published_at", "released_at")


def _renew(rows: Iterable[Row], kind: str) -> None:
    """New references: on the families' side a record can't go from one child to another."""
    old = []
    for one in rows:
        old.append(one.reference)
        one.reference = secrets.token_urlsafe(REFERENCE_BYTES)
        one.save(update_fields=["reference"])
    if old:
        exchange.revoke_many(kind, old)


def why_not_undo(birth: Birth) -> str:
    """Why a hand-over can't be undone now; empty when it can.

    The rule: until something of the child was recorded after it. What the office recorded can be taken back
    first; what a family recorded is the family's.
    """
    child, since = birth.child, birth.made_at
    if birth.undone_at is not None:
        return "この引継ぎは取り消されています。"
    if birth.how != Birth.SIBLING and live(pregnancy=birth.pregnancy, how=Birth.SIBLING).exists():
        return "ふたごなどの子どもの引継ぎを、先に取り消してください。"
    if birth.pregnancy.number != birth.number and birth.how != Birth.SIBLING:
        return "同じ宛名番号で次の妊娠届を取り込んでいるため、取り消せません。"
    known = [*birth.moved.get("doses", ()), *birth.moved.get("copies", ())]
    doses = child.doses.filter(recorded_at__gt=since, taken_back_at=None).exclude(pk__in=known)
    noted = child.observations.filter(recorded_at__gt=since, taken_back_at=None)
    if doses.exists() or noted.exists():
        return (
            "引き継いだあとに、接種か特例・状態が記録されているため、取り消せません。"
            "役所の記録は、取り消してからやり直せます。"
        )
    if birth.how == Birth.TAKEN_OVER:
        if child.codes.filter(issued_at__gt=since).exists():
            return "引き継いだあとに登録コードを発行しているため、取り消せません。"
        if booked(child.reference, since=since):
            return "引き継いだあとに予約か空き待ちがあります。先に取り消してください。"
    return ""


@transaction.atomic
def undo(birth: Birth, *, by: Any) -> None:
    """Both rows as before. Raises ``NotPossible`` (``why_not_undo``).

    What can't be undone: a family that read the child's name and birth date has read them; a due date that a
    child had under its own reference stays with the family; a registration code that ``let_go`` ended stays
    ended, and an entry that the family has put together with the child since crosses again as an empty one.
    Measures and days kept free that the family wrote down meanwhile stay with its entry.
    """
    locked = Birth.objects.select_for_update().get(pk=birth.pk)
    first, second = _locked(locked.pregnancy, locked.child)
    locked.pregnancy, locked.child = first, second
    if why := why_not_undo(locked):
        raise NotPossible(why)
    before = locked.before["due"]
    second.due = type(second)._meta.get_field("due").to_python(before)
    if locked.how == Birth.SIBLING:
        _take_copies_back(locked, by)
    else:
        _give(locked.moved, first)
        again = RegisteredDose.objects.filter(pk__in=locked.moved["taken_back"])
        again.update(taken_back_at=None, taken_back_by=None)
        first.gone_at = None
        _BACK[locked.how](locked, first, second)
    first.save()
    second.save()
    ask_again(locked.moved["tasks"])
    locked.undone_at, locked.undone_by = timezone.now(), by
    locked.save(update_fields=["undone_at", "undone_by"])
    publishing.put_everything([one for one in (first, second) if one.published_at is not None])
    if locked.how == Birth.TAKEN_OVER and second.birth is not None:
        publishing.put_unborn(first, second.birth)
    tasks.sync_children([first, second])
    record(
        "handbook.birth.undo",
        actor=by,
        target=f"handbook.child:{second.pk}",
        detail={"birth": locked.pk, "pregnancy": first.pk, "how": locked.how},
    )
    publishing.hand_over(by)


def _take_copies_back(birth: Birth, by: Any) -> None:
    rows = RegisteredDose.objects.filter(pk__in=birth.moved["copies"], taken_back_at=None)
    copies: Sequence[RegisteredDose] = list(rows.select_related("child"))
    rows.update(taken_back_at=timezone.now(), taken_back_by=by)
    for one in copies:
        one.taken_back_at = timezone.now()
    publishing.put_doses(copies)


def _give_reference_back(birth: Birth, pregnancy: RegisteredChild, child: RegisteredChild) -> None:
    """The child has not crossed any more: what crossed of it is taken back, for a reference of its own."""
    _swap(pregnancy, child)
    IssuedCode.objects.filter(pk__in=birth.moved["codes"]).update(child=pregnancy)
    _renew(child.doses.filter(source="office"), publishing.DOSE)
    _renew(child.observations.all(), publishing.OBSERVATION)


def _open_again(birth: Birth, pregnancy: RegisteredChild, child: RegisteredChild) -> None:
    _renew(RegisteredDose.objects.filter(pk__in=birth.moved["doses"], source="office"), publishing.DOSE)
    rows = RegisteredObservation.objects.filter(pk__in=birth.moved["observations"])
    _renew(rows, publishing.OBSERVATION)


def _claim_again(birth: Birth, pregnancy: RegisteredChild, child: RegisteredChild) -> None:
    _open_again(birth, pregnancy, child)
    field = type(pregnancy)._meta.get_field("published_at")
    pregnancy.published_at = field.to_python(birth.moved["published_at"])


_BACK: dict[str, Callable[[Birth, RegisteredChild, RegisteredChild], None]] = {
    Birth.TAKEN_OVER: _give_reference_back,
    Birth.CLOSED: _open_again,
    Birth.LET_GO: _claim_again,
}
