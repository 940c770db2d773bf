"""CSV files that people send: read whole, every fault named by file, row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = ("utf-8-sig", "cp932")


@dataclass(frozen=True, slots=True)
class RowFault:
    """One problem: where, what was found, what was expected. Row 1 is the header line, 0 the whole file."""

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.row}行目の列「{self.column}」" if self.row else self.column
        return f"{self.file}：{place}：「{self.found}」とあります。{self.expected}にしてください。"


class TableFaults(Exception):
    """The file can't be used; ``faults`` lists every problem found."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = list(faults)


def read_csv(path: Path, *, most_bytes: int) -> Iterator[tuple[int, list[str]]]:
    """``read_rows`` of a file; one that is too large is not opened."""
    size = path.stat().st_size
    if size > most_bytes:
        raise _too_large(path.name, size, most_bytes)
    yield from read_rows(path.name, path.read_bytes(), most_bytes=most_bytes)


def read_rows(name: str, data: bytes, *, most_bytes: int) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV file (UTF-8 with or without BOM, or CP932) with their numbers.

    Raises ``TableFaults`` for a file that is too large, of another encoding or with an open quotation mark;
    the last one when the line is reached.
    """
    reader = csv.reader(io.StringIO(_text(name, data, most_bytes), newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        fault = RowFault(name, reader.line_num, "行全体", str(error), "引用符の閉じた CSV")
        raise TableFaults([fault]) from error


def _too_large(name: str, size: int, most_bytes: int) -> TableFaults:
    expected = f"{most_bytes:,} バイト以下のファイル"
    return TableFaults([RowFault(name, 0, "ファイル全体", f"{size:,} バイト", expected)])


def _text(name: str, data: bytes, most_bytes: int) -> str:
    if len(data) > most_bytes:
        raise _too_large(name, len(data), most_bytes)
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    expected = "UTF-8 か CP932（Shift_JIS）の CSV"
    raise TableFaults([RowFault(name, 0, "ファイル全体", "読めない文字コード", expected)])
