"""Take a round's applications in (申込情報の取込み): look at the file, map its columns, check, keep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction

from yakuba.core.audit.services import record
from yakuba.core.files.models import StoredFile
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.applications import Reading, Rules, read_upload
from yakuba.nursery.applications import mapping as columns
from yakuba.nursery.applications.export import to_workbook
from yakuba.nursery.applications.names import is_personal_number
from yakuba.nursery.applications.notes import Notes
from yakuba.nursery.applications.rules import fiscal_year
from yakuba.nursery.applications.sources import load_upload
from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.ledger.table import HEADER_WITHIN
from yakuba.nursery.ledger.values import label, shown
from yakuba.nursery.models import ApplicationFile, ColumnMapping, SelectionRound
from yakuba.nursery.rulebooks.codes import codes_of
from yakuba.nursery.services import rulebooks
from yakuba.nursery.services.ledgers import UPLOAD_LIMIT, plain_name
from yakuba.nursery.services.rounds import check_open

TRIES = 3
WARNINGS_KEPT = 500

__all__ = ["UPLOAD_LIMIT", "BadInput"]


@dataclass(frozen=True, slots=True)
class Pending:
    """An upload that is not imported yet: kept sealed until it is imported or given up."""

    stored: StoredFile
    name: str
    mapping: columns.ColumnMapping
    remembered: bool = False  # the mapping was used for a file with the same columns before

    def sheets(self) -> list[RawSheet]:
        """The file's sheets."""
        return load_upload(self.name, read_file(self.stored))[0]


def receive(name: str, data: bytes, *, by: Any) -> Pending:
    """Open an upload and propose its columns: as last time for the same columns, else by their names.

    ``BadInput`` for a file that can't be opened and for one that holds personal numbers (個人番号): such a
    file is not kept for a moment.
    """
    name = plain_name(name)
    raws, _ = load_upload(name, data)
    _refuse_personal_numbers(raws)
    proposed = columns.propose(raws)
    known = ColumnMapping.objects.filter(signature=proposed.signature).first()
    mapping = proposed if known is None else columns.from_json(json.dumps(known.mapping))
    stored = store(data, name=name, content_type="application/octet-stream", by=by)
    return Pending(stored, name, mapping, known is not None)


def _refuse_personal_numbers(raws: Sequence[RawSheet]) -> None:
    notes = Notes()
    for raw in raws:
        for row, cells in enumerate(raw.rows[:HEADER_WITHIN], 1):
            for name in {label(cell) for cell in cells if isinstance(cell, str)}:
                if is_personal_number(name):
                    place = {"file": raw.file, "sheet": raw.name, "row": row, "column": name}
                    notes.note("personal-number", name, **place)  # type: ignore[arg-type]  # as named
    notes.raise_if_any()


def give_up(pending: Pending) -> None:
    """Forget an upload that was not imported."""
    if not ApplicationFile.objects.filter(file=pending.stored).exists():
        pending.stored.delete()


def rules_of(selection: SelectionRound) -> Rules:
    """What the round and its rule book let a file be checked against."""
    book = selection.rulebook
    codes = {} if book is None else codes_of(rulebooks.content(book))
    return Rules(fiscal_year=fiscal_year(selection.starts_on), codes=codes)


def check(pending: Pending, selection: SelectionRound) -> Reading:
    """Read with the chosen columns. ``BadInput`` names every fault."""
    return read_upload(
        pending.name, read_file(pending.stored), mapping=pending.mapping, rules=rules_of(selection)
    )


def import_applications(
    pending: Pending, selection: SelectionRound, *, by: Any, actor: object = None
) -> ApplicationFile:
    """Check and keep the next version of a round's applications, and remember its columns.

    ``BadInput`` names every fault; then nothing is kept. The newest version once more is that version.
    ``RoundError`` when the round was set aside.
    """
    reading = check(pending, selection)
    for attempt in range(TRIES):
        try:
            made = _keep(pending, reading, selection, by, actor)
        except IntegrityError:  # somebody else's upload took the number in between
            if attempt == TRIES - 1:
                raise
        else:
            give_up(pending)  # nothing to do for a new version, whose file it is now
            return made
    raise AssertionError("unreachable")


def _keep(
    pending: Pending, reading: Reading, selection: SelectionRound, by: Any, actor: object
) -> ApplicationFile:
    found = reading.applications
    mapping = json.loads(pending.mapping.to_json())
    with transaction.atomic():
        check_open(SelectionRound.objects.select_for_update().get(pk=selection.pk))  # one number a version
        newest = selection.applications.order_by("-number").first()
        if newest is not None and (newest.sha256, newest.mapping) == (reading.sha256, mapping):
            return newest
        made = ApplicationFile.objects.create(
            selection=selection,
            number=1 if newest is None else newest.number + 1,
            file=pending.stored,
            file_name=pending.name,
            sha256=reading.sha256,
            mapping=mapping,
            children=len(found.applicants),
            households=len({one.household for one in found.applicants}),
            classes=len(found.classes),
            seats=sum(one.recruits for one in found.classes),
            warnings=[str(one) for one in reading.warnings][:WARNINGS_KEPT],
            imported_by=by,
        )
        remember(pending.mapping, pending.name, by=by)
        record(
            "nursery.applications.import",
            actor=actor or by or "system:nursery",
            target=f"nursery.applications:{made.pk}",
            detail={"round": selection.pk, "children": made.children, "sha256": made.sha256},
        )
    return made


def remember(mapping: columns.ColumnMapping, name: str, *, by: Any) -> None:
    """Propose these columns again for the next file with the same headers."""
    if mapping.signature:
        ColumnMapping.objects.update_or_create(
            signature=mapping.signature,
            defaults={"name": name[:100], "mapping": json.loads(mapping.to_json()), "updated_by": by},
        )


def content(found: ApplicationFile) -> Applications:
    """The kept applications, read again."""
    mapping = columns.from_json(json.dumps(found.mapping)) if found.mapping else None
    return read_upload(found.file_name, read_file(found.file), mapping=mapping).applications


def without(applications: Applications, hidden: set[str]) -> Applications:
    """The applications without these children, and without households that have no other child."""
    if not hidden:
        return applications
    applicants = tuple(one for one in applications.applicants if one.id not in hidden)
    homes = {one.household for one in applicants}
    return replace(
        applications,
        applicants=applicants,
        households={key: home for key, home in applications.households.items() if key in homes},
        tuples=_tuples_without(applications, hidden, homes),
        siblings_enrolled={
            home: places for home, places in applications.siblings_enrolled.items() if home in homes
        },
    )


def _tuples_without(applications: Applications, hidden: set[str], homes: set[str]) -> Any:
    return tuple(
        replace(one, choices={child: seat for child, seat in one.choices.items() if child not in hidden})
        for one in applications.tuples
        if one.household in homes
    )


def exported(found: ApplicationFile, hidden: set[str]) -> bytes:
    """The applications as our own workbook, which reads back the same; without ``hidden`` children."""
    return to_workbook(without(content(found), hidden))


def samples(raw: RawSheet, header: int, at: int, *, most: int = 3) -> list[str]:
    """The first different values of a column below its header."""
    found: dict[str, None] = {}
    for row in raw.rows[header + 1 :]:
        if at < len(row) and (text := shown(row[at]).strip()):
            found[text[:30]] = None
        if len(found) == most:
            break
    return list(found)


def chosen_mapping(
    pending: Pending, roles: Mapping[int, str], targets: Mapping[tuple[int, str], str]
) -> columns.ColumnMapping:
    """The mapping that a person chose: sheet number → role, and (sheet, label) → target."""
    raws = pending.sheets()
    made: list[columns.SheetMapping] = []
    headers: dict[int, int] = {}
    for index, raw in enumerate(raws):
        role = roles.get(index, "")
        if role not in columns.ROLES or not raw.rows:
            continue
        own = {name: target for (sheet, name), target in targets.items() if sheet == index and target}
        made.append(columns.SheetMapping(raw.title, role, own, dict.fromkeys(own, "chosen")))
        headers[index] = columns.best_row(raw, role, own or None)[0]
    mapping = columns.ColumnMapping(tuple(made), columns.signature(raws, headers))
    return columns.from_json(mapping.to_json())  # the same checks as for a kept one


def missing_fields(mapping: columns.ColumnMapping) -> list[str]:
    """Required fields that no column gives, as 「児童：受付番号」."""
    from yakuba.nursery.applications.field_types import CHILDREN, HOUSEHOLDS, NEEDED
    from yakuba.nursery.applications.fields import BY_TABLE

    given = {target for sheet in mapping.sheets for target in sheet.columns.values()}
    roles = {sheet.role for sheet in mapping.sheets}
    found = []
    for table in NEEDED:
        if columns.WIDE in roles and table not in (CHILDREN, "施設"):
            continue
        for one in BY_TABLE[table].values():
            if one.required and f"{table}:{one.name}" not in given:
                found.append(f"{table}：{one.name}")
    return [one for one in found if not (columns.WIDE in roles and one.startswith(HOUSEHOLDS))]


def labels_of(raws: Sequence[RawSheet]) -> list[str]:
    """The titles of the sheets."""
    return [raw.title for raw in raws]
