"""Take a published table in: read, compare, confirm; and take it back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.facilities import crossing, keeping
from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.difference import Difference, difference
from yakuba.core.facilities.domain.reading import Reading
from yakuba.core.facilities.files import read_file
from yakuba.core.facilities.models import Dataset, Import
from yakuba.core.files.services import clean_name, store
from yakuba.core.files.services import read as read_stored
from yakuba.core.tables import TableFaults

SOURCE_LENGTH = 200
CONTENT_TYPE = "application/octet-stream"


class ImportRefused(ValueError):
    """The import can't be done now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as its page shows it."""

    draft: Import
    reading: Reading
    difference: Difference


@dataclass(frozen=True, slots=True)
class Given:
    """A file with what is said of it. ``kind`` empty: its headers tell. ``source`` empty: the file's name."""

    name: str
    data: bytes
    kind: str = ""
    source: str = ""
    as_of: date | None = None


def look(given: Given) -> tuple[Reading, Difference]:
    """Read a file and compare it with what is shown. ``TableFaults`` names every fault."""
    reading = read_file(clean_name(given.name), given.data, given.kind)
    if not reading.good:
        raise TableFaults(reading.faults)
    return reading, difference(keeping.records_of(keeping.current(reading.kind)), reading.records)


def receive(given: Given, *, by: Any) -> Import:
    """Keep a sound file as a draft in place of this person's others. ``TableFaults``: nothing is kept."""
    reading, found = look(given)
    with transaction.atomic():
        for other in Import.objects.filter(state=Import.State.DRAFT, by=by):
            _give_up(other)
        stored = store(given.data, name=given.name, content_type=CONTENT_TYPE, by=by)
        return Import.objects.create(
            kind=reading.kind,
            file=stored,
            file_name=stored.name,
            source=given.source[:SOURCE_LENGTH],
            as_of=given.as_of,
            base=_number(reading.kind),
            figures=figures(found),
            by=by,
            at=timezone.now(),
        )


def figures(found: Difference) -> dict[str, int]:
    """The counts of a difference."""
    added, changed = len(found.added), len(found.changed)
    return {
        "rows": added + changed + found.same,
        "added": added,
        "changed": changed,
        "removed": len(found.removed),
    }


def _number(kind: str) -> int:
    shown = keeping.current(kind)
    return 0 if shown is None else shown.number


def preview(draft: Import) -> Preview:
    """A draft read again and compared with what is shown now."""
    reading, found = look(_given(draft))
    return Preview(draft, reading, found)


def _given(draft: Import) -> Given:
    if draft.file is None:
        raise ImportRefused("ファイルがありません。もう一度選んでください。")
    return Given(draft.file_name, read_stored(draft.file), draft.kind, draft.source, draft.as_of)


def give_up(draft: Import) -> None:
    """Forget a draft."""
    with transaction.atomic():
        found = Import.objects.select_for_update().get(pk=draft.pk)
        if found.state == Import.State.DRAFT:
            _give_up(found)


def _give_up(draft: Import) -> None:
    stored = draft.file
    draft.delete()
    if stored is not None:
        stored.delete()


def confirm(draft: Import, *, by: Any) -> Dataset:
    """Show the draft's version. ``ImportRefused`` when something else was imported since it was looked at."""
    with transaction.atomic():
        found = Import.objects.select_for_update().get(pk=draft.pk)
        if found.state != Import.State.DRAFT:
            raise ImportRefused("もう取り込まれています。一覧で確かめてください。")
        if _number(found.kind) != found.base:
            raise ImportRefused(
                "確認した後に、別のファイルが取り込まれました。ファイルをもう一度選び、差を確かめてください。"
            )
        dataset = _keep(_given(found), found, actor=by)
    draft.refresh_from_db()
    return dataset


def import_files(files: Sequence[Given], *, actor: str, by: Any = None) -> list[tuple[Dataset, Import]]:
    """Take several files in, all or none. ``TableFaults`` names the faults of every one of them."""
    faults = []
    for given in files:
        try:
            look(given)
        except TableFaults as bad:
            faults += bad.faults
    if faults:
        raise TableFaults(faults)
    done = []
    with transaction.atomic():
        for given in files:
            made = Import(file_name=clean_name(given.name), source=given.source, as_of=given.as_of, by=by)
            made.file = store(given.data, name=given.name, content_type=CONTENT_TYPE, by=by)
            made.at = timezone.now()
            done.append((_keep(given, made, actor=by or actor), made))
    return done


def _keep(given: Given, made: Import, *, actor: Any) -> Dataset:
    """A version of a file, in the caller's transaction."""
    reading, found = look(given)
    kind = reading.kind
    numbers = (
        Dataset.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0,
        Import.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0,
    )
    dataset = keeping.keep(
        kind,
        reading.records,
        number=max(numbers) + 1,
        source=given.source or clean_name(given.name),
        as_of=given.as_of,
        sha256=hashlib.sha256(given.data).hexdigest(),
        at=timezone.now(),
    )
    made.kind, made.state, made.number = kind, Import.State.DONE, dataset.number
    made.source, made.figures = dataset.source, figures(found)
    made.save()
    crossing.send_dataset(kind, dataset)
    detail: Mapping[str, Any] = {"kind": kind, "version": dataset.number, **made.figures}
    record("facilities.import", actor=actor, target=f"facilities.dataset:{dataset.pk}", detail=dict(detail))
    return dataset


def undo(kind: str, *, by: Any) -> Dataset | None:
    """Take the version that is shown back; the one before it is shown again (``None``: nothing is).

    ``ImportRefused`` when nothing is shown.
    """
    if kind not in KINDS:
        raise ImportRefused("その種類の台帳はありません。")
    with transaction.atomic():
        shown = Dataset.objects.select_for_update().filter(kind=kind, current=True).first()
        if shown is None:
            raise ImportRefused(f"{KINDS[kind].label}：取り込んだ版がありません。")
        number = shown.number
        before = keeping.go_back(shown)
        Import.objects.filter(kind=kind, number=number, state=Import.State.DONE).update(
            state=Import.State.UNDONE,
            undone_by=None if isinstance(by, str) else by,
            undone_at=timezone.now(),
        )
        crossing.send_dataset(kind, before)
        record(
            "facilities.undo",
            actor=by,
            target=f"facilities.kind:{kind}",
            detail={"version": number, "back_to": 0 if before is None else before.number},
        )
    return before
