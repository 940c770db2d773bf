"""Our own columns: an Excel workbook, or the same tables as CSVs, to ``LedgerRows``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.core.sheets.dates import parse_day
from yakuba.core.sheets.faults import Findings
from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.domain.priority import Key
from yakuba.nursery.ledger import values
from yakuba.nursery.ledger.rows import (
    ASCENDING,
    DESCENDING,
    GENERAL,
    TRACKS,
    ChildRow,
    ClassRow,
    KeyRule,
    LedgerRows,
    OverrideRow,
    Place,
    TupleRow,
)
from yakuba.nursery.ledger.table import Shape, Table, choose, find_table

WISH = re.compile(r"第(\d{1,2})希望")
KEY = re.compile(r"キー(\d{1,2})")
CLASSES = Shape("施設", ("施設番号", "施設名", "年齢", "募集人数"), ("枠",))
CHILDREN = Shape(
    "申込",
    ("受付番号", "世帯番号", "児童氏名", "年齢", "第1希望", "キー1"),
    ("フリガナ", "生年月日", "枠", "在籍施設番号", "きょうだいパターン"),
    (WISH, KEY),
)
RULES = Shape("優先順位の決め方", ("列", "名称", "向き"))
OVERRIDES = Shape("園別優先", ("受付番号", "施設番号", "キー1"), (), (KEY,))
TUPLES = Shape("希望の組", ("世帯番号", "順位", "受付番号", "施設番号"))
SHAPES = (CLASSES, CHILDREN, RULES, OVERRIDES, TUPLES)
NEEDED = (CLASSES, CHILDREN, RULES)


@dataclass(frozen=True, slots=True)
class _Wishes:
    columns: list[str]

    def _used(self, table: Table, row: int) -> int:
        """How many columns there are up to the last one that holds anything."""
        cells = table.raw.rows[row]
        positions = [table.columns[column] for column in self.columns]
        if table.raw.uncached:
            return len(positions)
        return max((n for n, at in enumerate(positions, 1) if at < len(cells) and cells[at] != ""), default=0)

    def read(self, table: Table, row: int) -> tuple[str, ...]:
        """The wishes in order; a gap between two wishes is a fault."""
        cells: list[str | None] = []
        for column in self.columns[: self._used(table, row)]:
            cells.append(table.get(row, column, values.code))
        while cells and cells[-1] is None:
            cells.pop()
        for column, cell in zip(self.columns, cells, strict=False):
            if cell is None:
                table.fault(
                    row,
                    column,
                    "空欄",
                    "希望が途中で空いています",
                    "前に詰めるか、抜けた希望を記入してください",
                )
        return tuple(cell for cell in cells if cell is not None)


def read_ours(raws: Sequence[RawSheet], findings: Findings) -> LedgerRows:
    """Read the tables; cells that cannot be read are noted in ``findings`` and left out."""
    tables = {shape.title: table for shape in SHAPES if (table := _table(raws, shape, findings))}
    _note_unread(raws, tables, findings)
    findings.raise_if_any()  # without its tables and columns a ledger says nothing more
    rules = _rules(tables["優先順位の決め方"])
    keys = [f"キー{number}" for number in range(1, len(rules) + 1)]
    for title in ("申込", "園別優先"):
        if title in tables:
            _check_key_columns(tables[title], keys)
    findings.raise_if_any()
    places = {title: Place(table.raw.file, table.raw.name) for title, table in tables.items()}
    return LedgerRows(
        classes=_classes(tables["施設"]),
        children=_children(tables["申込"], keys),
        rules=rules,
        overrides=_overrides(tables["園別優先"], keys) if "園別優先" in tables else (),
        tuples=_tuples(tables["希望の組"]) if "希望の組" in tables else (),
        places=places,
    )


def _table(raws: Sequence[RawSheet], shape: Shape, findings: Findings) -> Table | None:
    found = choose(raws, shape)
    is_book = bool(raws and raws[0].name)
    if len(found) > 1:
        names = "、".join(raw.name or raw.file for raw in found)
        findings.fault(found[0].file, names, f"「{shape.title}」の表が2つ以上あります", "1つにしてください")
        return None
    if not found:
        if shape in NEEDED:
            file = raws[0].file if is_book else "フォルダー"
            kind = "シート" if is_book else "CSV"
            findings.fault(
                file,
                f"「{shape.title}」{kind}なし",
                "必要な表です",
                f"「{shape.title}」という名前の{kind}を加えてください",
            )
        return None
    raw = found[0]
    if raw.hidden:
        findings.warn(f"{raw.file}：「{raw.name}」シートは非表示ですが、読みました")
    if is_book and raw.title != shape.title:
        findings.warn(f"{raw.file}：「{raw.name}」シートを「{shape.title}」の表として読みました")
    return find_table(raw, shape, findings)


def _note_unread(raws: Sequence[RawSheet], tables: dict[str, Table], findings: Findings) -> None:
    used = {id(table.raw) for table in tables.values()}
    titles = {shape.title for shape in SHAPES}
    for raw in raws:
        if id(raw) in used or raw.title in titles:
            continue
        if raw.name:
            findings.warn(f"{raw.file}：「{raw.name}」シートは読みません")
        elif not findings.faulty:
            findings.fault(
                raw.file,
                "知らない表",
                "台帳のCSVだけを読みます",
                "列名を確認するか、このファイルを別の場所に移してください",
            )


def _rules(table: Table) -> tuple[KeyRule, ...]:
    rules: dict[int, KeyRule] = {}
    for row in table.indices():
        column = table.get(row, "列", values.code, needed=True)
        name = table.get(row, "名称", values.text, needed=True)
        direction = table.get(row, "向き", values.code, needed=True)
        match = KEY.fullmatch(column or "")
        if column is not None and match is None:
            table.fault(row, "列", column, "「キー1」のような列名を入力する欄です", "記入を確認してください")
        if direction not in (DESCENDING, ASCENDING, None):
            table.fault(
                row,
                "向き",
                direction,
                f"「{DESCENDING}」か「{ASCENDING}」を入力する欄です",
                "記入を確認してください",
            )
        if match and int(match[1]) in rules:
            table.fault(row, "列", match[0], "同じキーが2行あります", "1行にしてください")
        elif match:
            rules[int(match[1])] = KeyRule(name or match[0], direction == ASCENDING)
    if sorted(rules) != list(range(1, len(rules) + 1)) or not rules:
        found = "、".join(f"キー{number}" for number in sorted(rules)) or "キーなし"
        table.fault(table.header, "列", found, "キー1から続けて並べます", "抜けたキーを加えてください")
    return tuple(rules[number] for number in sorted(rules))


def _check_key_columns(table: Table, keys: list[str]) -> None:
    present = [name for _, name in table.numbers(KEY)]
    for name in keys:
        if name not in present and name not in table.shape.required:
            table.fault(
                table.header,
                "",
                f"「{name}」列なし",
                "「優先順位の決め方」にあるキーです",
                "列を加えてください",
            )
    for name in present:
        if name not in keys:
            table.fault(
                table.header,
                name,
                name,
                "「優先順位の決め方」にないキーです",
                "「優先順位の決め方」に加えるか、列を削除してください",
            )


def _classes(table: Table) -> tuple[ClassRow, ...]:
    rows = []
    for row in table.indices():
        nursery = table.get(row, "施設番号", values.code, needed=True)
        name = table.get(row, "施設名", values.text, needed=True)
        age = table.get(row, "年齢", values.age, needed=True)
        recruits = table.get(row, "募集人数", values.whole, needed=True)
        track = _track(table, row)
        if recruits is not None and recruits < 0:
            table.fault(
                row, "募集人数", str(recruits), "0以上の人数を入力する欄です", "人数を確認してください"
            )
        if nursery is not None and age is not None:
            rows.append(ClassRow(nursery, name or "", age, max(recruits or 0, 0), track, row + 1))
    return tuple(rows)


def _track(table: Table, row: int) -> str:
    track = table.get(row, "枠", values.code) or GENERAL
    if track not in TRACKS:
        table.fault(
            row, "枠", track, f"{'・'.join(TRACKS)}のどれかを入力する欄です", "記入を確認してください"
        )
        return GENERAL
    return track


def _children(table: Table, keys: list[str]) -> tuple[ChildRow, ...]:
    wishes = _Wishes([name for _, name in table.numbers(WISH)])
    _check_wish_columns(table)
    rows = []
    for row in table.indices():
        child = table.get(row, "受付番号", values.code, needed=True)
        household = table.get(row, "世帯番号", values.code, needed=True)
        name = table.get(row, "児童氏名", values.text, needed=True)
        age = table.get(row, "年齢", values.age, needed=True)
        pattern = table.get(row, "きょうだいパターン", values.whole)
        found = ChildRow(
            id=child or "",
            household=household or "",
            name=name or "",
            age=-1 if age is None else age,
            wishes=wishes.read(table, row),
            keys=tuple(table.get(row, key, values.number, needed=True) for key in keys),
            kana=table.get(row, "フリガナ", values.text) or "",
            birth=table.get(row, "生年月日", parse_day),
            track=_track(table, row),
            current=table.get(row, "在籍施設番号", values.code),
            pattern=pattern,
            row=row + 1,
        )
        if child is not None:
            rows.append(found)
    return tuple(rows)


def _check_wish_columns(table: Table) -> None:
    numbers = [number for number, _ in table.numbers(WISH)]
    for number in range(1, max(numbers, default=0)):
        if number not in numbers:
            table.fault(
                table.header,
                "",
                f"「第{number}希望」列なし",
                "第1希望から続けて並べます",
                "列を加えてください",
            )


def _overrides(table: Table, keys: list[str]) -> tuple[OverrideRow, ...]:
    rows = []
    for row in table.indices():
        child = table.get(row, "受付番号", values.code, needed=True)
        nursery = table.get(row, "施設番号", values.code, needed=True)
        own: tuple[Key | None, ...] = tuple(table.get(row, key, values.number, needed=True) for key in keys)
        if child is not None and nursery is not None:
            rows.append(OverrideRow(child, nursery, own, row + 1))
    return tuple(rows)


def _tuples(table: Table) -> tuple[TupleRow, ...]:
    rows = []
    for row in table.indices():
        household = table.get(row, "世帯番号", values.code, needed=True)
        rank = table.get(row, "順位", values.whole, needed=True)
        child = table.get(row, "受付番号", values.code, needed=True)
        nursery = table.get(row, "施設番号", values.code)
        if nursery == "入所しない":
            nursery = None
        if household is not None and rank is not None and child is not None:
            rows.append(TupleRow(household, rank, child, nursery, row + 1))
    return tuple(rows)
