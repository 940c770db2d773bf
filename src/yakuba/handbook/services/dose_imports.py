"""Take the immunisation register (予防接種台帳) in: names first, then what it adds, undo."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.handbook.models import Birth, RegisterChange, RegisteredChild, RegisteredDose, RegisterImport
from yakuba.handbook.register.doses import DoseFile, DoseLine, People, read_doses
from yakuba.handbook.register.names import UNKNOWN, Names, builtin
from yakuba.handbook.services import books, publishing, tasks
from yakuba.handbook.services.birth_matches import live
from yakuba.handbook.services.imports import (
    AT_ONCE,
    DOSES,
    REFERENCE_BYTES,
    NotPossible,
    content,
    hold,
    open_held,
    plain_name,
    undoable,
)

AT_ONCE_JUDGED = 300  # children that are judged within the request; more wait for the run over the register
FIELDS = ("product", "lot", "clinic")


@dataclass(frozen=True, slots=True)
class DoseDifference:
    """``changed``: line, kept dose. ``file``: what was read, with the names that nobody has explained."""

    new: tuple[DoseLine, ...]
    changed: tuple[tuple[DoseLine, RegisteredDose], ...]
    unchanged: int
    file: DoseFile


def answers() -> dict[str, dict[str, str]]:
    """What officers answered about names so far, the newest answer last."""
    found: dict[str, dict[str, str]] = {}
    kept = RegisterImport.objects.filter(kind=DOSES, confirmed_at__isnull=False)
    for names in kept.order_by("confirmed_at").values_list("names", flat=True):
        found.update(names)
    return found


def names_for(held: RegisterImport) -> Names:
    """Our own names, under earlier answers, under the answers for this file."""
    return builtin().with_answers({**answers(), **held.names})


def people() -> People:
    """Every child and pregnancy of the register, but for pregnancies that were handed over."""
    handed = live().exclude(how=Birth.SIBLING)
    rows = RegisteredChild.objects.exclude(pk__in=handed.values("pregnancy"))
    births: dict[str, date | None] = {}
    dues: dict[str, date] = {}
    for number, birth, due in rows.values_list("number", "birth", "due"):
        births[number] = birth
        if due is not None:
            dues[number] = due
    born: dict[str, list[tuple[str, date]]] = {}
    for number, child, birth in handed.values_list("number", "child__number", "child__birth"):
        if birth is not None:
            born.setdefault(number, []).append((child, birth))
    return People(births, dues, born, books.mothers_vaccines())


def receive_doses(name: str, data: bytes, *, by: Any) -> RegisterImport:
    """Read a file and hold it for a look. ``BadInput`` with every fault; then nothing is kept."""
    shown = plain_name(name)
    known = builtin().with_answers(answers())
    read_doses(shown, data, people=people(), names=known, today=timezone.localdate())
    return hold(DOSES, shown, data, whole=False, by=by)


def difference(held: RegisterImport) -> DoseDifference:
    """What the file adds to the doses as they are now."""
    found = read_doses(
        held.file_name, content(held), people=people(), names=names_for(held), today=timezone.localdate()
    )
    have = _have({line.number for line in found.lines})
    new: list[DoseLine] = []
    changed: list[tuple[DoseLine, RegisteredDose]] = []
    unchanged = 0
    for line in found.lines:
        dose = have.get(line.key)
        if dose is None:
            new.append(line)
        elif any(getattr(line, name) and getattr(line, name) != getattr(dose, name) for name in FIELDS):
            changed.append((line, dose))
        else:
            unchanged += 1
    return DoseDifference(tuple(new), tuple(changed), unchanged, found)


def _have(numbers: set[str]) -> dict[tuple[str, str, date], RegisteredDose]:
    found: dict[tuple[str, str, date], RegisteredDose] = {}
    listed = sorted(numbers)
    for begin in range(0, len(listed), AT_ONCE):
        rows = RegisteredDose.objects.filter(
            child__number__in=listed[begin : begin + AT_ONCE], source="office", taken_back_at=None
        ).select_related("child")
        for dose in rows:
            vaccine = f"{UNKNOWN}:{dose.named}" if dose.vaccine == UNKNOWN else dose.vaccine
            found[dose.child.number, vaccine, dose.given_on] = dose
    return found


def figures_of(found: DoseDifference) -> dict[str, int]:
    """Counts for the page, the list and the audit log."""
    return {
        "new": len(found.new),
        "changed": len(found.changed),
        "unchanged": found.unchanged,
        "strangers": found.file.strangers,
        "twice": found.file.twice,
    }


@transaction.atomic
def answer(held: RegisterImport, given: Mapping[str, Mapping[str, str]]) -> None:
    """What the officer says that names of this file mean (name → vaccine, product)."""
    locked = open_held(held, DOSES)
    locked.names = {**locked.names, **{name: dict(one) for name, one in given.items()}}
    locked.save(update_fields=["names"])


@transaction.atomic
def confirm_doses(held: RegisterImport, *, by: Any) -> tuple[RegisterImport, bool]:
    """Keep the doses; the flag says whether tasks wait for the next run over the register.

    ``NotPossible`` while a name is unexplained.
    """
    locked = open_held(held, DOSES)
    found = difference(locked)
    if found.file.unknown:
        raise NotPossible("ワクチンの名称が決まっていない行があります。先に対応を決めてください。")
    made = _add(locked, found.new, by)
    changed = _change(locked, found.changed)
    locked.confirmed_at, locked.figures = timezone.now(), figures_of(found)
    locked.save(update_fields=["confirmed_at", "figures"])
    record(
        "handbook.register.import",
        actor=by or "system:handbook",
        target=f"handbook.import:{locked.pk}",
        detail={"kind": DOSES, "sha256": locked.sha256, **locked.figures},
    )
    touched = {dose.child_id for dose in [*made, *changed]}
    _publish([*made, *changed])
    publishing.hand_over(by)
    return locked, _judge(touched)


def _publish(doses: Sequence[RegisteredDose]) -> None:
    crossed = set(RegisteredChild.objects.filter(published_at__isnull=False).values_list("pk", flat=True))
    keys = [dose.pk for dose in doses if dose.child_id in crossed]
    for begin in range(0, len(keys), AT_ONCE):
        rows = RegisteredDose.objects.filter(pk__in=keys[begin : begin + AT_ONCE])
        publishing.put_doses(rows.select_related("child"))


def _judge(children: set[int]) -> bool:
    if len(children) > AT_ONCE_JUDGED:
        return True
    tasks.sync_children(RegisteredChild.objects.filter(pk__in=children))
    return False


def _add(held: RegisterImport, lines: Sequence[DoseLine], by: Any) -> list[RegisteredDose]:
    keys = dict(RegisteredChild.objects.values_list("number", "pk"))
    made = RegisteredDose.objects.bulk_create(
        [
            RegisteredDose(
                child_id=keys[line.number],
                reference=secrets.token_urlsafe(REFERENCE_BYTES),
                vaccine=line.vaccine,
                product=line.product,
                given_on=line.given_on,
                lot=line.lot,
                clinic=line.clinic,
                named=line.named,
                source="office",
                recorded_by=by,
            )
            for line in lines
        ],
        batch_size=AT_ONCE,
    )
    RegisterChange.objects.bulk_create(
        [RegisterChange(source=held, child_id=one.child_id, dose=one, kind="new") for one in made],
        batch_size=AT_ONCE,
    )
    return made


def _change(held: RegisterImport, changed: Sequence[tuple[DoseLine, RegisteredDose]]) -> list[RegisteredDose]:
    rows = []
    notes = []
    for line, dose in changed:
        before = {name: getattr(dose, name) for name in FIELDS}
        for name in FIELDS:
            setattr(dose, name, getattr(line, name) or before[name])
        after = {name: getattr(dose, name) for name in FIELDS}
        rows.append(dose)
        notes.append(
            RegisterChange(
                source=held, child_id=dose.child_id, dose=dose, kind="changed", before=before, after=after
            )
        )
    RegisteredDose.objects.bulk_update(rows, FIELDS, batch_size=AT_ONCE)
    RegisterChange.objects.bulk_create(notes, batch_size=AT_ONCE)
    return rows


@transaction.atomic
def undo_doses(held: RegisterImport, *, by: Any) -> dict[str, int]:
    """Take back the doses that came with an import, and restore those it changed. Raises ``NotPossible``.

    A dose that was corrected or taken back by hand since then stays as it is.
    """
    locked = RegisterImport.objects.select_for_update().get(pk=held.pk)
    if not undoable(locked):
        raise NotPossible("元に戻せるのは、いちばん新しい取込みだけです。")
    now = timezone.now()
    counts = {"removed": 0, "kept": 0, "restored": 0}
    touched: list[RegisteredDose] = []
    for change in locked.changes.select_related("dose__child"):
        dose = change.dose
        if dose is None:
            continue
        fields = {name: getattr(dose, name) for name in FIELDS}
        if dose.taken_back_at is not None or (change.kind == "changed" and fields != change.after):
            counts["kept"] += 1
            continue
        if change.kind == "new":
            dose.taken_back_at, dose.taken_back_by = now, by
            counts["removed"] += 1
        else:
            for name in FIELDS:
                setattr(dose, name, change.before[name])
            counts["restored"] += 1
        dose.save()
        touched.append(dose)
    locked.undone_at, locked.undone_by = now, by
    locked.save(update_fields=["undone_at", "undone_by"])
    record(
        "handbook.register.undo",
        actor=by or "system:handbook",
        target=f"handbook.import:{locked.pk}",
        detail={"kind": DOSES, **counts},
    )
    publishing.put_doses(touched)
    publishing.hand_over(by)
    _judge({dose.child_id for dose in touched})
    return counts
