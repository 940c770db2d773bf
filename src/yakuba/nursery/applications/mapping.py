"""Column mapping (列の対応づけ): which column of a town's file is which of our fields.

A sheet plays one *role*: one of our five tables, or ``児童と世帯`` — the *wide* layout with one row a child,
the household's columns repeated and the parents' columns beside them (父就労時間, 母就労時間). A column's
target is ``<table>:<our column name>``; for a parent of the wide layout ``父:…`` and ``母:…``.

``propose`` gives a mapping from names (exact, alias, and — only as a proposal for a person to confirm —
similar). A ``ColumnMapping`` is stored as JSON and applied to later files with the same columns;
``signature`` tells whether they are the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.applications.field_types import CHILDREN, GUARDIANS, HOUSEHOLDS, TABLES, WISHES, Field
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.applications.names import PARENTS, match, wish_number
from yakuba.nursery.ledger.table import HEADER_WITHIN
from yakuba.nursery.ledger.values import label

FORMAT = "yakuba.nursery.column-mapping/1"
WIDE = "児童と世帯"
ROLES = (*TABLES, WIDE)
_TITLES = {"申込": CHILDREN, "申込児童": CHILDREN, "児童一覧": CHILDREN, "世帯一覧": HOUSEHOLDS}
_TITLES |= {"保護者一覧": GUARDIANS, "施設一覧": "施設", "募集": "施設", "募集クラス": "施設"}


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """``columns``: label in the file → target. ``how``: label → exact, alias, similar or chosen."""

    sheet: str
    role: str
    columns: Mapping[str, str]
    how: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The sheets that are read, and their columns. ``signature``: of the file it was made for."""

    sheets: tuple[SheetMapping, ...]
    signature: str = ""

    def to_json(self) -> str:
        """Text that ``from_json`` reads back."""
        sheets = [
            {"sheet": one.sheet, "role": one.role, "columns": dict(one.columns), "how": dict(one.how)}
            for one in self.sheets
        ]
        data = {"format": FORMAT, "signature": self.signature, "sheets": sheets}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def doubtful(self) -> list[tuple[str, str, str]]:
        """(sheet, label, target) of the columns that were matched by likeness alone."""
        return [
            (one.sheet, name, one.columns[name])
            for one in self.sheets
            for name, how in one.how.items()
            if how == "similar"
        ]


def from_json(text: str) -> ColumnMapping:
    """Raises ``ValueError`` with what is wrong, in Japanese."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"列の対応づけをJSONとして読めません（{error}）") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("sheets"), list):
        raise ValueError(f"列の対応づけではありません。「format」が「{FORMAT}」のJSONが必要です")
    return ColumnMapping(tuple(_sheet(one) for one in data["sheets"]), str(data.get("signature", "")))


def _sheet(data: Any) -> SheetMapping:
    if not isinstance(data, dict) or not isinstance(data.get("columns"), dict):
        raise ValueError("列の対応づけの「sheets」には、「sheet」「role」「columns」が必要です")
    role = data.get("role")
    if role not in ROLES:
        raise ValueError(f"「role」は{'・'.join(ROLES)}のどれかです（「{role}」）")
    columns = {label(str(name)): str(target) for name, target in data["columns"].items()}
    taken: dict[str, str] = {}
    for name, target in columns.items():
        if find_target(role, target) is None:
            raise ValueError(f"「{name}」の対応先「{target}」は、{role}にない項目です")
        if taken.setdefault(target, name) != name:
            raise ValueError(f"「{taken[target]}」と「{name}」の対応先が同じです（{target}）")
    how = {name: str(dict(data.get("how") or {}).get(name, "chosen")) for name in columns}
    return SheetMapping(label(str(data.get("sheet", ""))), str(role), columns, how)


def find_target(role: str, target: str) -> tuple[str, Field, int] | None:
    """Target text → (part, field, number of the wish or 0); ``part``: a table, 父 or 母."""
    part, _, name = target.partition(":")
    table = GUARDIANS if part in PARENTS else part
    allowed = (CHILDREN, HOUSEHOLDS, *PARENTS) if role == WIDE else (role,)
    if part not in allowed or table not in BY_TABLE:
        return None
    if table == CHILDREN and (number := wish_number(name)):
        return part, BY_TABLE[CHILDREN][WISHES], number
    for one in BY_TABLE[table].values():
        if label(one.name) == label(name) and one.key != WISHES:
            return part, one, 0
    return None


def signature(raws: Sequence[RawSheet], headers: Mapping[int, int]) -> str:
    """SHA-256 over sheet titles and header labels. ``headers``: index of the sheet → its header row."""
    lines = sorted(
        f"{raws[index].title}\t" + "\t".join(label(cell) for cell in raws[index].rows[row])
        for index, row in headers.items()
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def propose(raws: Sequence[RawSheet], *, similar: bool = True) -> ColumnMapping:
    """The best mapping by names. ``similar``: also by likeness, for a person to confirm."""
    found: list[SheetMapping] = []
    headers: dict[int, int] = {}
    for index, raw in enumerate(raws):
        role = role_of(raw)
        if role is None:
            continue
        headers[index] = best_row(raw, role)[0]
        columns, how = _columns(raw.rows[headers[index]], role, similar)
        found.append(SheetMapping(raw.title, role, columns, how))
    return ColumnMapping(tuple(found), signature(raws, headers))


def _columns(cells: Sequence[Any], role: str, similar: bool) -> tuple[dict[str, str], dict[str, str]]:
    labels = list(dict.fromkeys(name for cell in cells if (name := label(cell))))
    columns: dict[str, str] = {}
    how: dict[str, str] = {}
    for wanted in ("exact", "alias", "similar") if similar else ("exact", "alias"):
        for name in labels:
            if name in columns:
                continue
            matched = _match(name, role, similar=wanted == "similar")
            if matched and matched[1] == wanted and matched[0] not in columns.values():
                columns[name], how[name] = matched
    ordered = [name for name in labels if name in columns]
    return {name: columns[name] for name in ordered}, {name: how[name] for name in ordered}


def _match(name: str, role: str, *, similar: bool) -> tuple[str, str] | None:
    """Label → (target, how)."""
    if role != WIDE:
        found = match(role, name, similar=similar)
        return (f"{role}:{found[0]}", found[1]) if found else None
    for parent in PARENTS:
        for prefix in (f"{parent}親の", f"{parent}親", f"{parent}の", parent):
            rest = name.removeprefix(prefix)
            if rest not in (name, "") and (found := match(GUARDIANS, rest, similar=similar)):
                return f"{parent}:{found[0]}", found[1]
    for table in (CHILDREN, HOUSEHOLDS):
        found = match(table, name, similar=similar)
        if found and not (table == HOUSEHOLDS and found[0] == "世帯番号"):
            return f"{table}:{found[0]}", found[1]
    return None


def best_row(raw: RawSheet, role: str, known: Mapping[str, str] | None = None) -> tuple[int, int, int | None]:
    """(header row, how many columns it names, another row that names as many or ``None``), rows from 0.

    ``known``: the labels of a mapping, in place of the names that we know."""
    best, hits, other = 0, 0, None
    for index, row in enumerate(raw.rows[:HEADER_WITHIN]):
        names = {label(cell) for cell in row if isinstance(cell, str) and cell}
        if known is None:
            count = sum(_match(name, role, similar=False) is not None for name in names)
        else:
            count = sum(name in known for name in names)
        # a header merged over two rows has the same names twice: the lower row is the last of the header
        if count > hits or (count and count == hits and index == best + 1):
            best, hits, other = index, count, None
        elif count and count == hits and hits > 1:
            other = index
    return best, hits, other


def role_of(raw: RawSheet) -> str | None:
    """What a sheet holds: by its title, else by its columns; ``None`` when it is none of ours."""
    if not raw.rows:
        return raw.title if raw.title in TABLES else None
    row = raw.rows[best_row(raw, WIDE)[0]]
    targets = [found[0] for cell in row if (found := _match(label(cell), WIDE, similar=False))]
    parents = any(target.partition(":")[0] in PARENTS for target in targets)
    if parents and sum(target.startswith(f"{CHILDREN}:") for target in targets) >= 3:
        return WIDE
    title = _TITLES.get(raw.title, raw.title)
    if title in TABLES:
        return title
    hits = {table: _hits(raw, table) for table in TABLES}
    best = max(TABLES, key=lambda table: hits[table])
    return best if hits[best] else None


def _hits(raw: RawSheet, table: str) -> int:
    """How many columns of the table the sheet has; 0 when a required one is missing."""
    cells = raw.rows[best_row(raw, table)[0]]
    names = {found[0] for cell in cells if (found := match(table, label(cell), similar=False))}
    complete = all(one.name in names for one in BY_TABLE[table].values() if one.required)
    return len(names) if complete else 0


def targets(role: str, *, wishes: int = 20) -> list[tuple[str, Field]]:
    """Every target a column of such a sheet can have, for a page that lets a person choose."""
    parts = (CHILDREN, HOUSEHOLDS, *PARENTS) if role == WIDE else (role,)
    found: list[tuple[str, Field]] = []
    for part in parts:
        for one in BY_TABLE[GUARDIANS if part in PARENTS else part].values():
            names = [f"第{n}希望" for n in range(1, wishes + 1)] if one.key == WISHES else [one.name]
            found += [(f"{part}:{name}", one) for name in names]
    return found
