"""Read a CSV that a town hall's spreadsheet wrote: UTF-8, UTF-8 with BOM, or CP932."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MAX_BYTES = 1024 * 1024
MAX_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in one place: where, what was found, what was expected."""

    row: int  # as the spreadsheet counts: the header is row 1; 0 = the whole file
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.row}行" if self.row else "ファイル"
        column = f"「{self.column}」" if self.column else ""
        return f"{where}{column}：「{self.found}」は使えません。{self.expected}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name, values trimmed."""

    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def decode(data: bytes) -> str | Fault:
    """The text of an uploaded file."""
    if len(data) > MAX_BYTES:
        return Fault(0, "", f"{len(data):,}バイト", "1メガバイト以内にしてください。")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return Fault(0, "", "読めない文字コード", "UTF-8 または シフトJIS（CP932）で保存してください。")


def read(
    text: str, *, required: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[Row], list[Fault]]:
    """Rows below the header, and the faults of the table as a table.

    Column order is free; a missing or unknown or doubled column is a fault of row 1, a row with more
    cells than the header a fault of that row. Empty rows are left out.
    """
    try:
        lines = list(csv.reader(io.StringIO(text.replace("\x00", "�")), strict=True))
    except csv.Error:
        return [], [
            Fault(0, "", "閉じていない引用符", "表計算ソフトの「CSV形式で保存」で作り直してください。")
        ]
    if not lines or not any(cell.strip() for cell in lines[0]):
        return [], [Fault(1, "", "空", f"1行目に見出し（{'、'.join(required)}）を入れてください。")]
    header = [unicodedata.normalize("NFKC", cell).strip() for cell in lines[0]]
    faults = _header_faults(header, required, optional)
    if faults:
        return [], faults
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            faults.append(Fault(number, "", cells[len(header)], f"列は{len(header)}個までです。"))
            continue
        rows.append(
            Row(number, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name})
        )
    if len(rows) > MAX_ROWS:
        return [], [Fault(0, "", f"{len(rows):,}行", f"{MAX_ROWS:,}行以内に分けてください。")]
    if not rows and not faults:
        faults.append(Fault(2, "", "空", "2行目から1人1行で入れてください。"))
    return rows, faults


def _header_faults(header: list[str], required: Sequence[str], optional: Sequence[str]) -> list[Fault]:
    known = [*required, *optional]
    faults = [
        Fault(1, name, "ない列", f"見出し「{name}」の列を加えてください。")
        for name in required
        if name not in header
    ]
    for name in sorted({name for name in header if name}, key=header.index):
        if name not in known:
            faults.append(Fault(1, name, name, f"使える見出しは {'、'.join(known)} です。"))
        elif header.count(name) > 1:
            faults.append(Fault(1, name, name, "同じ見出しが2つあります。1つにしてください。"))
    return faults
