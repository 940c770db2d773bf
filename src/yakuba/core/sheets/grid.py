"""A sheet as a grid of cells, whichever file it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from yakuba.core.sheets.cells import Cell, label

MAX_FILE = 20 * 2**20
MAX_UNPACKED = 200 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MAX_CELLS = 10_000_000
MAX_FILES = 2_000


@dataclass(slots=True)
class RawSheet:
    """``rows[0]`` is row 1 of the spreadsheet. ``uncached``: cells (row, column; from 0) whose formula has
    no stored result, or that hold an error (#REF!)."""

    file: str
    name: str  # empty for a CSV
    rows: list[list[Cell]]
    hidden: bool = False
    uncached: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    @property
    def title(self) -> str:
        """What the sheet is called: its name, for a CSV the file's name without its ending."""
        return label(self.name or self.file.rsplit(".", 1)[0])


def fill_merged(rows: list[list[Cell]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give the cells below the top left cell of a merged range its value (世帯番号 over two siblings)."""
    left_to_fill = MAX_CELLS
    for (top, left), (bottom, _) in ranges:
        if top < len(rows) and left < len(rows[top]):
            below = rows[top + 1 : bottom + 1]
            left_to_fill -= len(below)
            if left_to_fill < 0:
                raise ValueError("結合したセルが多すぎます")
            for row in below:
                row[left] = rows[top][left]
