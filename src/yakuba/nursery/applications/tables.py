"""Sheets to records: which sheet holds which table, its header row, its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.applications.field_types import (
    CHILDREN,
    CLASSES,
    GUARDIANS,
    HOUSEHOLDS,
    NEEDED,
    TABLES,
    WISHES,
)
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.applications.mapping import (
    WIDE,
    ColumnMapping,
    SheetMapping,
    best_row,
    find_target,
    propose,
    signature,
)
from yakuba.nursery.applications.names import PARENTS, is_personal_number
from yakuba.nursery.applications.notes import Notes
from yakuba.nursery.applications.records import Record, View, merged
from yakuba.nursery.ledger.table import HEADER_WITHIN
from yakuba.nursery.ledger.values import label

_RELATION = {"父": "father", "母": "mother"}


@dataclass(frozen=True, slots=True)
class Tables:
    """Records per table, and the view of each table that the file has (of a wide sheet: the child's)."""

    records: Mapping[str, Sequence[Record]]
    views: Mapping[str, View]


def read_tables(raws: Sequence[RawSheet], mapping: ColumnMapping | None, notes: Notes) -> Tables:
    """Raises ``BadInput`` when tables or columns are missing: without them a file says nothing more."""
    _refuse_personal_numbers(raws, notes)
    plan = _plan(raws, mapping, notes)
    plan = _one_each(plan, notes)
    views: dict[str, list[View]] = {table: [] for table in TABLES}
    for raw, sheet in plan:
        for view in _views(raw, sheet, mapping is not None, notes):
            views[view.table].append(view)
    roles = {sheet.role for _, sheet in plan}
    for title in NEEDED:
        if title not in roles and (title == CLASSES or WIDE not in roles):
            notes.note("sheet-missing", f"「{title}」なし", file=raws[0].file if raws else "", title=title)
    notes.raise_if_any()
    records: dict[str, Sequence[Record]] = {}
    for table, found in views.items():
        rows = [record for view in found for record in view.records()]
        if any(view.constants or view.quiet for view in found):
            rows = merged(rows, ("id",) if table == HOUSEHOLDS else ("household", "relation"))
        records[table] = rows
    return Tables(records, {table: found[0] for table, found in views.items() if found})


def _refuse_personal_numbers(raws: Sequence[RawSheet], notes: Notes) -> None:
    for raw in raws:
        for index, row in enumerate(raw.rows[:HEADER_WITHIN]):
            for name in {label(cell) for cell in row if isinstance(cell, str)}:
                if is_personal_number(name):
                    notes.note(
                        "personal-number", name, file=raw.file, sheet=raw.name, row=index + 1, column=name
                    )


def _plan(
    raws: Sequence[RawSheet], mapping: ColumnMapping | None, notes: Notes
) -> list[tuple[RawSheet, SheetMapping]]:
    """Which sheets are read, and as what."""
    if mapping is None:
        plan = []
        for raw in raws:
            proposed = propose([raw], similar=False).sheets
            if proposed:
                plan.append((raw, proposed[0]))
                if raw.title != proposed[0].role and raw.name:
                    notes.note(
                        "sheet-guessed", raw.name, file=raw.file, sheet=raw.name, title=proposed[0].role
                    )
    else:
        plan = _by_mapping(raws, mapping, notes)
    read = [id(raw) for raw, _ in plan]
    for raw in raws:
        if id(raw) not in read:
            notes.note("sheet-unused", raw.name or raw.file, file=raw.file, sheet=raw.name)
        elif raw.hidden:
            notes.note("sheet-hidden", raw.name, file=raw.file, sheet=raw.name)
    return plan


def _by_mapping(
    raws: Sequence[RawSheet], mapping: ColumnMapping, notes: Notes
) -> list[tuple[RawSheet, SheetMapping]]:
    """By the sheet's title; a CSV under a new name by its columns."""
    plan: list[tuple[RawSheet, SheetMapping]] = []
    left = list(raws)
    for sheet in mapping.sheets:
        named = [raw for raw in left if raw.title == sheet.sheet]
        alike = named or [raw for raw in left if sheet.columns.keys() <= _labels(raw, sheet)]
        if not alike:
            file = raws[0].file if raws else ""
            notes.note("sheet-missing", f"「{sheet.sheet}」なし", file=file, title=sheet.sheet)
            continue
        left = [raw for raw in left if raw is not alike[0]]
        plan.append((alike[0], sheet))
    headers = {}
    for index, raw in enumerate(raws):
        for read, sheet in plan:
            if read is raw and raw.rows:
                headers[index] = best_row(raw, sheet.role, sheet.columns)[0]
    if mapping.signature and signature(raws, headers) != mapping.signature:
        notes.note("mapping-other-file", "列の並び", file=raws[0].file if raws else "")
    return plan


def _labels(raw: RawSheet, sheet: SheetMapping) -> set[str]:
    if not raw.rows:
        return set()
    return {label(cell) for cell in raw.rows[best_row(raw, sheet.role, sheet.columns)[0]]}


def _one_each(plan: list[tuple[RawSheet, SheetMapping]], notes: Notes) -> list[tuple[RawSheet, SheetMapping]]:
    """One sheet a table: the one with the table's own title goes before others; two of a kind are a fault."""
    kept: list[tuple[RawSheet, SheetMapping]] = []
    for table in TABLES:
        having = [one for one in plan if one[1].role == table or (table == CHILDREN and one[1].role == WIDE)]
        titled = [one for one in having if one[0].title == table]
        if len(titled or having) > 1:
            names = "、".join(raw.name or raw.file for raw, _ in titled or having)
            notes.note("sheet-duplicate", names, file=having[0][0].file, title=table)
        for raw, _ in having if titled else ():
            if raw.title != table:
                notes.note("sheet-unused", raw.name or raw.file, file=raw.file, sheet=raw.name)
        kept += titled or having
    return kept


def _views(raw: RawSheet, sheet: SheetMapping, by_mapping: bool, notes: Notes) -> Iterator[View]:
    """The views of one sheet; for a wide one the child's, the household's and each parent's."""
    place: dict[str, Any] = {"file": raw.file, "sheet": raw.name}
    row, hits, other = best_row(raw, sheet.role, sheet.columns if by_mapping else None)
    if not hits:
        notes.note("header-missing", raw.name or raw.file, **place)
        return
    if other is not None:
        notes.note(
            "header-two", raw.name or raw.file, row=other + 1, first=row + 1, second=other + 1, **place
        )
    parts = _columns(raw, row, sheet, by_mapping, notes)
    main = CHILDREN if sheet.role == WIDE else sheet.role
    view = View(main, raw, row, parts.get(main, {}), notes)
    _check_columns(view)
    yield view
    if sheet.role != WIDE or "household" not in view.columns:
        return
    at = view.columns["household"]
    yield View(HOUSEHOLDS, raw, row, {"id": at, **parts.get(HOUSEHOLDS, {})}, notes, frozenset({"id"}))
    for parent in PARENTS:
        if parent in parts:
            columns = {"household": at, **parts[parent]}
            constants = {"relation": _RELATION[parent]}
            yield View(GUARDIANS, raw, row, columns, notes, frozenset({"household"}), constants)


def _columns(
    raw: RawSheet, header: int, sheet: SheetMapping, by_mapping: bool, notes: Notes
) -> dict[str, dict[str, int]]:
    """Part (a table, 父, 母) → key → column."""
    parts: dict[str, dict[str, int]] = {}
    unused = []
    seen = set()
    for at, cell in enumerate(raw.rows[header]):
        name = label(cell)
        found = find_target(sheet.role, sheet.columns[name]) if name in sheet.columns else None
        seen.add(name)
        if found is None:
            if name and not is_personal_number(name):
                unused.append(name)
            continue
        part, one, number = found
        key = f"{WISHES}:{number}" if number else one.key
        if parts.setdefault(part, {}).setdefault(key, at) != at:
            notes.note("column-duplicate", name, file=raw.file, sheet=raw.name, row=header + 1, column=name)
    place: dict[str, Any] = {"file": raw.file, "sheet": raw.name}
    for name in sheet.columns if by_mapping else ():
        if name not in seen:
            notes.note("mapping-column", f"「{name}」列なし", row=header + 1, **place)
    if unused:
        notes.note("column-unused", "、".join(unused), row=header + 1, **place)
    return parts


def _check_columns(view: View) -> None:
    for one in BY_TABLE[view.table].values():
        if one.required and one.key not in view.columns:
            view.note("column-missing", view.header, "", f"「{one.name}」列なし")
    if view.table != CHILDREN:
        return
    numbers = {int(key.partition(":")[2]) for key in view.columns if key.startswith(f"{WISHES}:")}
    for number in range(1, max(numbers, default=1) + 1):
        if number not in numbers:
            code = "wish-column-missing" if numbers else "column-missing"
            view.note(code, view.header, "", f"「第{number}希望」列なし")
