"""A table inside a sheet: its header row is found by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from yakuba.core.sheets.faults import Findings
from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.ledger.values import Cell, is_blank, label, shown

HEADER_WITHIN = 30  # rows: titles and notes stand above the header
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shape:
    """Column names of a table. ``numbered``: patterns whose one group is a number (第3希望)."""

    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    numbered: tuple[re.Pattern[str], ...] = ()

    def known(self, name: str) -> bool:
        return name in self.required or name in self.optional or any(p.fullmatch(name) for p in self.numbered)


class Table:
    """The rows below a header, with typed access that notes a fault for every cell it cannot read."""

    def __init__(self, raw: RawSheet, header: int, shape: Shape, findings: Findings) -> None:
        self.raw = raw
        self.header = header
        self.shape = shape
        self.findings = findings
        self.columns: dict[str, int] = {}
        unread = []
        for index, cell in enumerate(raw.rows[header]):
            name = label(cell)
            if not name:
                continue
            if not shape.known(name):
                unread.append(name)
            elif self.columns.setdefault(name, index) != index:
                self.fault(header, name, name, "同じ名前の列が2つあります", "一方を削除してください")
        for name in shape.required:
            if name not in self.columns:
                self.fault(
                    header, "", f"「{name}」列なし", "必要な列です", "列名を確認し、列を加えてください"
                )
        if unread:
            findings.warn(f"{self.where()}：使わない列 {'、'.join(unread)}")

    def where(self) -> str:
        return self.raw.file + (f"「{self.raw.name}」シート" if self.raw.name else "")

    def numbers(self, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
        """(n, column name) of the numbered columns, in the order of their numbers."""
        found = [(int(match[1]), name) for name in self.columns if (match := pattern.fullmatch(name))]
        return sorted(found)

    def indices(self) -> Iterator[int]:
        """Rows (from 0) below the header that hold something in a known column."""
        used = sorted(self.columns.values())
        for index in range(self.header + 1, len(self.raw.rows)):
            row = self.raw.rows[index]
            if any(column < len(row) and row[column] != "" and not is_blank(row[column]) for column in used):
                yield index

    def cell(self, row: int, column: str) -> Cell:
        position = self.columns.get(column)
        if position is None:
            return ""
        cells = self.raw.rows[row]
        if self.raw.uncached and (row, position) in self.raw.uncached:
            self.fault(
                row,
                column,
                "計算結果のない数式",
                "値が必要です",
                "Excelで開いて保存し直すか、値として貼り付けてください",
            )
        return cells[position] if position < len(cells) else ""

    def get(self, row: int, column: str, read: Callable[[Cell], T], *, needed: bool = False) -> T | None:
        """Read a cell; ``None`` when it is blank or, with a fault noted, when it cannot be read."""
        cell = self.cell(row, column)
        if cell == "" or is_blank(cell):
            if needed and (row, self.columns.get(column)) not in self.raw.uncached and column in self.columns:
                self.fault(row, column, "空欄", "必ず記入する欄です", "記入してください")
            return None
        try:
            return read(cell)
        except ValueError as error:
            self.fault(row, column, shown(cell), str(error), "記入を確認してください")
            return None

    def fault(self, row: int, column: str, found: str, expected: str, advice: str) -> None:
        self.findings.fault(
            self.raw.file, found, expected, advice, sheet=self.raw.name, row=row + 1, column=column
        )


def find_table(raw: RawSheet, shape: Shape, findings: Findings) -> Table:
    """The row with most of the shape's columns among the first thirty is the header."""
    return Table(raw, _header(raw, shape)[1], shape, findings) if raw.rows else _empty(raw, shape, findings)


def _empty(raw: RawSheet, shape: Shape, findings: Findings) -> Table:
    return Table(RawSheet(raw.file, raw.name, [[""]]), 0, shape, findings)


def score(raw: RawSheet, shape: Shape) -> int:
    """How many of the required columns the best header row holds."""
    return _header(raw, shape)[0]


def _header(raw: RawSheet, shape: Shape) -> tuple[int, int]:
    best = (0, 0)
    for index, row in enumerate(raw.rows[:HEADER_WITHIN]):
        names = {label(cell) for cell in row}
        hits = sum(name in names for name in shape.required)
        # a header merged over two rows has the same names twice: the lower row is the last of the header
        if hits > best[0] or (hits and hits == best[0] and index == best[1] + 1):
            best = (hits, index)
    return best


def choose(raws: Sequence[RawSheet], shape: Shape) -> list[RawSheet]:
    """The sheets of that title; failing that, the sheets that hold all its required columns."""
    named = [raw for raw in raws if raw.title == shape.title]
    return named or [raw for raw in raws if score(raw, shape) == len(shape.required)]
