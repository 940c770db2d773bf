"""Writing ledgers: our own Excel workbook, and the same tables as CSVs."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from yakuba.nursery.domain.priority import Key, plain
from yakuba.nursery.ledger.rows import ASCENDING, DESCENDING, GENERAL, LedgerRows

Value = str | int | Key | date | None
Grid = list[list[Value]]

FACTS = (
    "受付番号",
    "世帯番号",
    "児童氏名",
    "フリガナ",
    "生年月日",
    "年齢",
    "枠",
    "在籍施設番号",
    "きょうだいパターン",
)
_WIDTHS = {"施設名": 22, "児童氏名": 18, "フリガナ": 20, "生年月日": 13, "名称": 20}


def tables(rows: LedgerRows) -> dict[str, Grid]:
    """Sheet name → header and rows. Optional sheets are left out when they would be empty."""
    keys = [f"キー{number}" for number in range(1, len(rows.rules) + 1)]
    found = {"施設": _classes(rows), "申込": _children(rows, keys), "優先順位の決め方": _rules(rows, keys)}
    if rows.overrides:
        found["園別優先"] = [["受付番号", "施設番号", *keys]]
        found["園別優先"] += [[row.child, row.nursery, *row.keys] for row in rows.overrides]
    if rows.tuples:
        found["希望の組"] = [["世帯番号", "順位", "受付番号", "施設番号"]]
        found["希望の組"] += [[row.household, row.rank, row.child, row.nursery] for row in rows.tuples]
    return found


def _classes(rows: LedgerRows) -> Grid:
    grid: Grid = [["施設番号", "施設名", "年齢", "枠", "募集人数"]]
    grid += [[row.nursery, row.name, row.age, row.track, row.recruits] for row in rows.classes]
    return grid


def _rules(rows: LedgerRows, keys: list[str]) -> Grid:
    grid: Grid = [["列", "名称", "向き"]]
    for key, rule in zip(keys, rows.rules, strict=True):
        grid.append([key, rule.name, ASCENDING if rule.ascending else DESCENDING])
    return grid


def _children(rows: LedgerRows, keys: list[str]) -> Grid:
    wishes = max([1, *(len(child.wishes) for child in rows.children)])
    grid: Grid = [[*FACTS, *(f"第{number}希望" for number in range(1, wishes + 1)), *keys]]
    for child in rows.children:
        track = None if child.track == GENERAL else child.track
        facts: list[Value] = [
            child.id,
            child.household,
            child.name,
            child.kana or None,
            child.birth,
            child.age,
        ]
        facts += [track, child.current, child.pattern]
        blanks: list[Value] = [None] * (wishes - len(child.wishes))
        grid.append([*facts, *child.wishes, *blanks, *child.keys])
    return grid


def write_workbook(rows: LedgerRows, path: Path) -> None:
    """Write our own workbook. ``path`` appears only when it is complete."""
    book = openpyxl.Workbook(write_only=True)
    for title, grid in tables(rows).items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "D2" if title == "申込" else "A2"
        for index, name in enumerate(grid[0], 1):
            sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(str(name), 11)
        header = []
        for name in grid[0]:
            cell = WriteOnlyCell(sheet, value=str(name))
            cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
            cell.fill = PatternFill("solid", fgColor="E8F1FE")
            header.append(cell)
        sheet.append(header)
        for row in grid[1:]:
            sheet.append(row)
    part = path.with_name(f".{path.name}.part")
    try:
        book.save(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_folder(rows: LedgerRows, folder: Path, *, encoding: str = "utf-8-sig") -> None:
    """Write one CSV a sheet, named by the sheet. Raises ``UnicodeEncodeError`` before anything is written."""
    files = {f"{title}.csv": _csv(grid).encode(encoding) for title, grid in tables(rows).items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        part = folder / f".{name}.part"
        part.write_bytes(data)
        part.replace(folder / name)


def _csv(grid: Grid) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_as_text(value) for value in row] for row in grid])
    return text.getvalue()


def _as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else str(plain(value))
