"""Take a register file in: look at it, see what it changes, keep it, undo it."""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.sheets.faults import BadInput as BadInput
from yakuba.handbook.models import RegisterChange, RegisteredChild, RegisterImport
from yakuba.handbook.register.children import FIELDS, ChildLine, Difference, compare, read_children
from yakuba.handbook.services import publishing
from yakuba.handbook.services.birth_matches import drop_questions, live, open_tasks
from yakuba.handbook.services.visibility import registered_numbers

CHILDREN, DOSES = "children", "doses"
REFERENCE_BYTES = 24
AT_ONCE = 500  # rows a statement
MOST_NAME = 200
MOST_KEPT = 20  # characters of a number that a handed-over pregnancy keeps


class NotPossible(ValueError):
    """The import can't be kept or undone now; the message says what to do."""


def plain_name(name: str) -> str:
    """A file's name as it is shown: without control and direction signs, its end when it is long."""
    shown = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return shown[-MOST_NAME:] or "file"


def receive_children(name: str, data: bytes, *, whole: bool, by: Any) -> RegisterImport:
    """Read a file of the resident register and hold it for a look; nothing of the register changes.

    ``BadInput`` with every fault; then nothing of the file is kept.
    """
    shown = plain_name(name)
    read_children(shown, data, today=timezone.localdate())
    return hold(CHILDREN, shown, data, whole=whole, by=by)


def hold(kind: str, name: str, data: bytes, *, whole: bool, by: Any) -> RegisterImport:
    """Keep an upload, sealed, until it is confirmed or forgotten."""
    with transaction.atomic():
        stored = store(data, name=name, content_type="application/octet-stream", by=by)
        made = RegisterImport.objects.create(
            kind=kind,
            file_name=name,
            sha256=sha256(data).hexdigest(),
            whole=whole,
            file=stored,
            taken_by=by,
        )
        record(
            "handbook.register.check",
            actor=by or "system:handbook",
            target=f"handbook.import:{made.pk}",
            detail={"kind": kind},
        )
    return made


@transaction.atomic
def forget(held: RegisterImport) -> None:
    """Drop an upload that was not kept, with its file."""
    if held.confirmed_at is not None:
        raise NotPossible("反映済みの取込みは消せません。")
    stored = held.file
    held.delete()
    if stored is not None:
        stored.delete()


def content(held: RegisterImport) -> bytes:
    """The bytes of an upload."""
    if held.file is None:
        raise NotPossible("ファイルが残っていません。もう一度選んでください。")
    return read_file(held.file)


def difference(held: RegisterImport) -> Difference:
    """What the file changes against the register as it is now."""
    lines = read_children(held.file_name, content(held), today=timezone.localdate())
    return compare(_existing(), lines, whole=held.whole)


def key_of(found: Difference) -> str:
    """What a look at a difference is remembered by: an unchanged key means an unchanged difference."""
    parts = [
        [one.number for one in found.new],
        [[one.number, *changed_fields(one, before)] for one, before in found.changed],
        list(found.gone),
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def changed_fields(line: ChildLine, before: Mapping[str, Any]) -> list[str]:
    """The fields in which a line differs from what is kept."""
    after = asdict(line)
    return [name for name in FIELDS if before[name] != after[name]]


def _existing() -> dict[str, dict[str, Any]]:
    born, closed = _handed_over()
    rows = RegisteredChild.objects.values("gone_at", *FIELDS)
    return {
        row["number"]: {
            **row,
            "gone": row["gone_at"] is not None,
            "born": born.get(row["number"]),
            "closed": row["number"] in closed,
        }
        for row in rows
    }


def _handed_over() -> tuple[dict[str, date], set[str]]:
    """Numbers of pregnancies that were handed over: the (latest) birth, and those whose row still has it."""
    born: dict[str, date] = {}
    closed: set[str] = set()
    rows = live().values_list("number", "pregnancy__number", "child__birth")
    for number, now, birth in rows:
        if birth is not None:
            born[number] = max(birth, born.get(number, birth))
        closed.add(now)
    return born, closed


def figures_of(found: Difference) -> dict[str, int]:
    """Counts for the page, the list and the audit log."""
    return {
        "new": len(found.new),
        "changed": len(found.changed),
        "gone": len(found.gone),
        "unchanged": found.unchanged,
    }


@transaction.atomic
def confirm_children(held: RegisterImport, *, key: str, by: Any) -> RegisterImport:
    """Keep what was looked at. ``key``: of the difference that the officer saw. Raises ``NotPossible``."""
    locked = open_held(held, CHILDREN)
    found = difference(locked)
    if key_of(found) != key:
        raise NotPossible("見ていた変更の内容が古くなりました。もう一度確かめてから反映してください。")
    touched = [*_add(locked, found.new), *_change(locked, found.changed), *_mark_gone(locked, found.gone)]
    locked.confirmed_at, locked.figures = timezone.now(), figures_of(found)
    locked.save(update_fields=["confirmed_at", "figures"])
    record(
        "handbook.register.import",
        actor=by or "system:handbook",
        target=f"handbook.import:{locked.pk}",
        detail={"kind": CHILDREN, "sha256": locked.sha256, **locked.figures},
    )
    open_tasks(touched)
    publishing.follow_changes(touched)
    publishing.hand_over(by)
    return locked


def open_held(held: RegisterImport, kind: str) -> RegisterImport:
    """The upload, locked, while it is not kept yet. Raises ``NotPossible``."""
    locked = RegisterImport.objects.select_for_update(of=("self",)).select_related("file").get(pk=held.pk)
    if locked.kind != kind:
        raise NotPossible("別の種類のファイルです。取込みの一覧から開き直してください。")
    if locked.confirmed_at is not None:
        raise NotPossible("このファイルは反映済みです。")
    return locked


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
        if name in FIELDS or name == "gone"
    }


def _add(held: RegisterImport, lines: Sequence[ChildLine]) -> list[int]:
    _free_numbers({line.number for line in lines})
    made = RegisteredChild.objects.bulk_create(
        [RegisteredChild(reference=secrets.token_urlsafe(REFERENCE_BYTES), **asdict(line)) for line in lines],
        batch_size=AT_ONCE,
    )
    _note(held, ((child.pk, "new", {}, {}) for child in made))
    return [child.pk for child in made]


def _free_numbers(numbers: set[str]) -> None:
    """The next pregnancy of the same person: the row of the one handed over gives its number up.

    As protection goes by the number, the old row is flagged instead, if the number is protected.
    """
    taken = sorted(numbers & _handed_over()[1])
    guarded = registered_numbers() if taken else set()
    for number, row in _by_number(taken).items():
        row.number = f"{number[:MOST_KEPT]}/{row.pk}"
        row.flagged = row.flagged or number in guarded
        row.save(update_fields=["number", "flagged"])


def _give_number_back(number: str) -> None:
    """The next pregnancy was a mistake of a file: the row of the one before has its number again."""
    if RegisteredChild.objects.filter(number=number).exists():
        return
    last = live(number=number).order_by("-pk").first()
    if last is not None:
        RegisteredChild.objects.filter(pk=last.pregnancy_id).update(number=number)


def _change(held: RegisterImport, changed: Sequence[tuple[ChildLine, Mapping[str, Any]]]) -> list[int]:
    rows = _by_number([line.number for line, _ in changed])
    updated = []
    notes = []
    for line, before in changed:
        child = rows[line.number]
        for name, value in asdict(line).items():
            setattr(child, name, value)
        child.gone_at = None
        updated.append(child)
        notes.append((child.pk, "changed", _plain(before), _plain(asdict(line))))
    RegisteredChild.objects.bulk_update(updated, [*FIELDS, "gone_at"], batch_size=AT_ONCE)
    _note(held, notes)
    return [child.pk for child in updated]


def _mark_gone(held: RegisterImport, numbers: Sequence[str]) -> list[int]:
    rows = list(_by_number(numbers).values())
    now = timezone.now()
    for child in rows:
        child.gone_at = now
    RegisteredChild.objects.bulk_update(rows, ["gone_at"], batch_size=AT_ONCE)
    _note(held, ((child.pk, "gone", {}, {}) for child in rows))
    return [child.pk for child in rows]


def _by_number(numbers: Sequence[str]) -> dict[str, RegisteredChild]:
    found: dict[str, RegisteredChild] = {}
    for begin in range(0, len(numbers), AT_ONCE):
        some = numbers[begin : begin + AT_ONCE]
        found |= {one.number: one for one in RegisteredChild.objects.filter(number__in=some)}
    return found


def _note(held: RegisterImport, changes: Iterable[tuple[int, str, dict[str, Any], dict[str, Any]]]) -> None:
    RegisterChange.objects.bulk_create(
        [
            RegisterChange(source=held, child_id=child, kind=kind, before=before, after=after)
            for child, kind, before, after in changes
        ],
        batch_size=AT_ONCE,
    )


def undoable(held: RegisterImport) -> bool:
    """Whether an import may be undone: it was kept, and none of its kind was kept after it."""
    if held.confirmed_at is None or held.undone_at is not None:
        return False
    later = RegisterImport.objects.filter(kind=held.kind, undone_at=None, confirmed_at__gt=held.confirmed_at)
    return not later.exists()


@transaction.atomic
def undo_children(held: RegisterImport, *, by: Any) -> dict[str, int]:
    """The register as it was before the import. Raises ``NotPossible``.

    A child that came with it is removed when nothing hangs on it, else it is marked as not in the register.
    Not while a pregnancy is handed over that came, or changed, with it: that is undone first.
    """
    locked = RegisterImport.objects.select_for_update().get(pk=held.pk)
    if not undoable(locked):
        raise NotPossible("元に戻せるのは、いちばん新しい取込みだけです。")
    touching = locked.changes.values("child")
    handed = live().filter(Q(child__in=touching) | Q(pregnancy__in=touching), made_at__gt=locked.confirmed_at)
    if handed.exists():
        raise NotPossible(
            "この取込みの子どもに、妊娠届を引き継いでいます。"
            "子どもの画面で引継ぎを取り消してから、元に戻してください。"
        )
    counts = {"removed": 0, "kept": 0, "restored": 0}
    touched: list[int] = []
    for change in locked.changes.select_related("child"):
        child = change.child
        if child is None:
            continue
        if change.kind == "new":
            counts["kept" if not _remove(child) else "removed"] += 1
            _give_number_back(child.number)
        elif change.kind == "gone":
            child.gone_at = None
            child.save(update_fields=["gone_at"])
            counts["restored"] += 1
        else:
            _restore(child, change.before)
            counts["restored"] += 1
        if change.kind != "new" or child.published_at is not None:
            touched.append(child.pk)
    locked.undone_at, locked.undone_by = timezone.now(), by
    locked.save(update_fields=["undone_at", "undone_by"])
    record(
        "handbook.register.undo",
        actor=by or "system:handbook",
        target=f"handbook.import:{locked.pk}",
        detail={"kind": CHILDREN, **counts},
    )
    publishing.follow_changes(touched)
    publishing.hand_over(by)
    return counts


def _remove(child: RegisteredChild) -> bool:
    drop_questions(child)
    hangs = (
        *(child.doses, child.observations, child.tasks, child.codes, child.vouchers),
        *(child.births, child.born_of),
    )
    if child.published_at is not None or any(rows.exists() for rows in hangs):
        child.gone_at = timezone.now()
        child.save(update_fields=["gone_at"])
        return False
    child.delete()
    return True


def _restore(child: RegisteredChild, before: Mapping[str, Any]) -> None:
    for name in FIELDS:
        value = before[name]
        if name in ("birth", "due", "left_on") and value:
            value = date.fromisoformat(value)
        setattr(child, name, value)
    child.gone_at = timezone.now() if before.get("gone") else None
    child.save()
