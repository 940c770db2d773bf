"""Tables of a file as records: one value per field, each with the place it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.applications.cells import Unreadable, read_cell
from yakuba.nursery.applications.field_types import WISHES, Field
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.applications.notes import Notes
from yakuba.nursery.ledger.values import is_blank, label, shown


@dataclass(slots=True)
class View:
    """One table inside a sheet. ``columns``: key (``wishes:3`` for a wish) → column, from 0.

    ``quiet``: keys whose faults another view of the same sheet tells. ``constants``: values that the layout
    itself gives (続柄 of a 父 column).
    """

    table: str
    raw: RawSheet
    header: int
    columns: Mapping[str, int]
    notes: Notes
    quiet: frozenset[str] = frozenset()
    constants: Mapping[str, Any] = field(default_factory=dict)

    def name(self, key: str) -> str:
        """The column's name in the file; our own where the file has none."""
        if key in self.columns:
            return label(self.raw.rows[self.header][self.columns[key]])
        number = key.partition(":")[2]
        return f"第{number or 1}希望" if key.startswith(WISHES) else BY_TABLE[self.table][key].name

    def note(self, code: str, row: int | None, key: str, found: str, **words: object) -> None:
        """``row`` from 0, ``None`` for the table as a whole; ``key`` empty for no column."""
        self.notes.note(
            code,
            found,
            file=self.raw.file,
            sheet=self.raw.name,
            row=None if row is None else row + 1,
            column=self.name(key) if key else "",
            **words,
        )

    def records(self) -> list[Record]:
        """The rows that hold anything in a column that is read."""
        columns = [(key, at, BY_TABLE[self.table][key.partition(":")[0]]) for key, at in self.columns.items()]
        used = [at for key, at, _ in columns if key not in self.quiet]
        found = []
        for row in range(self.header + 1, len(self.raw.rows)):
            if any(self._filled(row, at) for at in used):
                found.append(Record(self, row, self._values(row, columns)))
        return found

    def _filled(self, row: int, at: int) -> bool:
        cells = self.raw.rows[row]
        if at < len(cells) and cells[at] != "" and not is_blank(cells[at]):
            return True
        return (row, at) in self.raw.uncached

    def _values(self, row: int, columns: Iterable[tuple[str, int, Field]]) -> dict[str, Any]:
        values = dict(self.constants)
        cells = self.raw.rows[row]
        for key, at, one in columns:
            cell = cells[at] if at < len(cells) else ""
            if (row, at) in self.raw.uncached:
                self._tell("formula-no-value", row, key, "計算結果なし", {})
            elif cell == "" or is_blank(cell):
                if one.required:
                    self._tell("required-blank", row, key, "空欄", {})
            else:
                try:
                    values[key] = read_cell(one, cell)
                except Unreadable as error:
                    self._tell(error.code, row, key, shown(cell), error.words)
        return values

    def _tell(self, code: str, row: int, key: str, found: str, words: Mapping[str, object]) -> None:
        if key not in self.quiet:
            self.note(code, row, key, found, **words)


@dataclass(slots=True)
class Record:
    """One row; ``values`` holds what could be read and is not blank."""

    view: View
    row: int  # from 0
    values: dict[str, Any]

    @property
    def number(self) -> int:
        """The row as the spreadsheet numbers it."""
        return self.row + 1

    def get(self, key: str) -> Any:
        return self.values.get(key)

    def note(self, code: str, key: str, found: object, **words: object) -> None:
        self.view.note(code, self.row, key, str(found), **words)

    def wishes(self) -> list[tuple[int, str | None]]:
        """(n, 施設番号 or ``None``) up to the last wish given."""
        numbers = sorted(int(key.partition(":")[2]) for key in self.view.columns if key.startswith("wishes:"))
        found = [(number, self.values.get(f"{WISHES}:{number}")) for number in numbers]
        while found and found[-1][1] is None:
            found.pop()
        return found

    def facts(self) -> dict[str, Any]:
        """The values that rule books may ask for."""
        fields = BY_TABLE[self.view.table]
        return {key: value for key, value in self.values.items() if key in fields and fields[key].fact}


def merged(records: Sequence[Record], keys: tuple[str, ...]) -> list[Record]:
    """One record for the repeated rows of a wide sheet; differing values are a fault."""
    first: dict[tuple[Any, ...], Record] = {}
    for record in records:
        identity = tuple(record.get(key) for key in keys)
        if None in identity:
            continue
        kept = first.setdefault(identity, record)
        if kept is record:
            continue
        for key, value in record.values.items():
            if kept.values.setdefault(key, value) != value:
                other = _said(kept, key)
                record.note("household-rows-differ", key, _said(record, key), first=kept.number, other=other)
    return list(first.values())


def _said(record: Record, key: str) -> str:
    """The cell as the file has it (a merged value may come from another row: then the value)."""
    cells, at = record.view.raw.rows[record.row], record.view.columns[key]
    return shown(cells[at]) if at < len(cells) and cells[at] != "" else str(record.get(key))
