"""A register file as rows under known column names: CSV (UTF-8, BOM, CP932) or Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from yakuba.core.sheets.cells import Cell, is_blank, label, shown
from yakuba.core.sheets.csvs import read_csv
from yakuba.core.sheets.faults import Findings, refuse
from yakuba.core.sheets.grid import MAX_FILE, RawSheet
from yakuba.core.sheets.xlsx import OLE2, read_workbook

T = TypeVar("T")
HEADER_WITHIN = 20  # rows from the top in which the header is looked for
_PERSONAL = ("個人番号", "マイナンバー", "マイナンバ")

Columns = Mapping[str, tuple[str, ...]]  # our field → names it goes by, the first is ours


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``cells``: our field → cell, only of the columns that the file has."""

    number: int
    cells: Mapping[str, Cell]


class Found:
    """The rows of one sheet and what is wrong with them."""

    def __init__(self, sheet: RawSheet, header: int, places: Mapping[str, int], columns: Columns) -> None:
        self.sheet, self.places, self.columns = sheet, places, columns
        self.findings = Findings()
        self._header = header
        self.commas = False  # a CSV file: an unquoted comma moves what follows it

    def rows(self) -> Iterator[Row]:
        """Every row under the header that is not empty."""
        for number, cells in enumerate(self.sheet.rows[self._header + 1 :], self._header + 2):
            if all(is_blank(cell) for cell in cells):
                continue
            row = Row(
                number, {name: cells[at] if at < len(cells) else "" for name, at in self.places.items()}
            )
            beyond = next((cell for cell in cells[self._width() :] if not is_blank(cell)), None)
            if beyond is not None and self.commas:
                self._beyond(row, beyond)
            yield row

    def _width(self) -> int:
        return len(self.sheet.rows[self._header])

    def _beyond(self, row: Row, cell: Cell) -> None:
        """More cells than the header has: a comma stands in one of them, and what follows has moved."""
        self.findings.fault(
            self.sheet.file,
            f"見出しより右に「{shown(cell)}」",
            f"{self._width()}列の行が必要です",
            '値の中に区切りの「,」があるときは、その値を「"」で囲んでください',
            sheet=self.sheet.name,
            row=row.number,
        )

    def fault(self, row: Row, name: str, found: object, expected: str, advice: str = "") -> None:
        """Note a fault of one cell."""
        self.findings.fault(
            self.sheet.file,
            shown(found) if isinstance(found, str | int | float) else str(found),
            expected,
            advice,
            sheet=self.sheet.name,
            row=row.number,
            column=self.columns[name][0],
        )

    def read(self, row: Row, name: str, how: Callable[[Cell], T], *, must: bool = False) -> T | None:
        """A cell by ``how``; None and, when it is wrong or missing though it ``must`` be there, a fault."""
        cell = row.cells.get(name, "")
        if is_blank(cell):
            if must:
                self.fault(row, name, "空欄", "値が必要です", "台帳を確かめて入力してください")
            return None
        try:
            return how(cell)
        except ValueError as error:
            self.fault(row, name, shown(cell), str(error))
            return None


def open_table(file: str, data: bytes, columns: Columns, must: Sequence[str]) -> Found:
    """The sheet that holds the columns. Raises ``BadInput`` for a file that can't be opened or lacks them.

    A file with a column of personal numbers (個人番号) is refused before anything of it is kept.
    """
    sheets = _sheets(file, data)
    best: tuple[int, RawSheet, int, dict[str, int]] | None = None
    for sheet in sheets:
        for at, cells in enumerate(sheet.rows[:HEADER_WITHIN]):
            names = [label(cell) if isinstance(cell, str) else "" for cell in cells]
            if any(name.startswith(_PERSONAL) for name in names):
                raise refuse(
                    file,
                    "個人番号の列",
                    "個人番号は取り込みません",
                    "個人番号の列を除いて書き出し直してください",
                    sheet=sheet.name,
                )
            places = _places(names, columns)
            if best is None or len(places) > best[0]:
                best = (len(places), sheet, at, places)
    if best is None or not best[0]:
        names_wanted = "、".join(columns[name][0] for name in must)
        raise refuse(file, "見出しのない表", f"列名（{names_wanted}）の行が必要です")
    _, sheet, at, places = best
    lacking = [columns[name][0] for name in must if name not in places]
    if lacking:
        raise refuse(
            file,
            f"{at + 1}行目の見出し",
            f"列「{'」「'.join(lacking)}」が必要です",
            "列名を確かめてください",
            sheet=sheet.name,
        )
    heads = [label(cell) if isinstance(cell, str) else "" for cell in sheet.rows[at]]
    twice = [heads[place] for place in places.values() if heads.count(heads[place]) > 1]
    if twice:
        raise refuse(
            file,
            f"{at + 1}行目の見出しに「{twice[0]}」が2つ",
            "同じ名前の列は1つだけ必要です",
            "使わない列を除いてください",
            sheet=sheet.name,
        )
    found = Found(sheet, at, places, columns)
    found.commas = not data.startswith((b"PK", OLE2))
    return found


def _places(names: Sequence[str], columns: Columns) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, known in columns.items():
        wanted = {label(one) for one in known}
        place = next((at for at, one in enumerate(names) if one in wanted), None)
        if place is not None:
            found[name] = place
    return found


def _sheets(file: str, data: bytes) -> list[RawSheet]:
    if len(data) > MAX_FILE:
        raise refuse(
            file,
            f"{len(data) / 2**20:,.1f}MiB",
            f"{MAX_FILE // 2**20}MiBまで読めます",
            "ファイルを分けてください",
        )
    if data.startswith((b"PK", OLE2)):
        return [sheet for sheet in read_workbook(file, data) if not sheet.hidden]
    findings = Findings()
    sheet = read_csv(file, data, findings)
    findings.raise_if_any()
    return [] if sheet is None else [sheet]


def short(most: int, how: Callable[[Cell], str]) -> Callable[[Cell], str]:
    """``how``, refusing what is longer than a column holds."""

    def read(cell: Cell) -> str:
        value = how(cell)
        if len(value) > most:
            raise ValueError(f"{most}文字までの欄です")
        return value

    return read
