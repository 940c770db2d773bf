"""Ways to damage the correct file of ``helpers.grids``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.nursery.applications.helpers import Grids


@dataclass(frozen=True)
class Planted:
    """``row`` and ``column`` as reported; ``found`` and ``expected``: parts of the text."""

    code: str
    plant: Callable[[Grids], object]
    sheet: str
    row: int | None
    column: str
    found: str
    expected: str


def put(sheet: str, row: int, column: str, value: Any) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        grid = sheets[sheet]
        grid[row - 1][grid[0].index(column)] = value

    return plant


def add(sheet: str, *rows: list[Any]) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        for row in rows:
            width = len(sheets[sheet][0]) if sheet in sheets else len(row)
            sheets.setdefault(sheet, []).append(row + [""] * (width - len(row)))

    return plant


def column(sheet: str, name: str, *cells: Any) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        grid = sheets[sheet]
        for row, cell in zip(grid, [name, *cells, *[""] * len(grid)], strict=False):
            row.append(cell)

    return plant


def drop_column(sheet: str, name: str) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        position = sheets[sheet][0].index(name)
        for row in sheets[sheet]:
            del row[position]

    return plant


def drop_rows(sheet: str, start: int, stop: int) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        del sheets[sheet][start - 1 : stop]

    return plant


def both(*plants: Callable[[Grids], object]) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        for one in plants:
            one(sheets)

    return plant


def copy_header(sheets: Grids) -> None:
    sheets["児童"].insert(3, list(sheets["児童"][0]))


def tuples(*rows: tuple[Any, ...]) -> Callable[[Grids], object]:
    """希望の組 of the twins' household h2: (順位, 受付番号, 施設番号)."""
    head = ["世帯番号", "順位", "受付番号", "施設番号"]
    return lambda sheets: sheets.update({"希望の組": [head, *(["h2", *row] for row in rows)]})
