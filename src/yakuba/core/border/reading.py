"""Read labelled outcomes from a CSV file, naming every fault by row and column."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from yakuba.core.border.domain.certify import Outcome

_CORRECT = {
    "1": True, "true": True, "yes": True, "正": True, "○": True,
    "0": False, "false": False, "no": False, "誤": False, "×": False,
}  # fmt: skip
MAX_BYTES = 200_000_000
MAX_FAULTS = 100


@dataclass(frozen=True, slots=True)
class RowFault:
    """One problem: where, what was found, what was expected. Row 1 is the header line."""

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        return (
            f"{self.file}：{self.row}行目の列「{self.column}」：「{self.found}」とあります。"
            f"{self.expected}にしてください。"
        )


class OutcomeFaults(Exception):
    """The file cannot be used; ``faults`` lists every problem found."""

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def read_outcomes(path: Path) -> tuple[list[Outcome], bool]:
    """The outcomes of a CSV file (UTF-8 with or without BOM, or CP932), and whether it has kinds.

    Columns ``score`` (0 to 1), ``correct`` (1/0, true/false, yes/no, 正/誤, ○/×) and, if wanted, ``kind``;
    other columns are ignored. Raises ``OutcomeFaults`` with every problem, at most 100.
    """
    name = path.name
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        places = _places(name, header)
        return _rows(name, reader, places), "kind" in places
    except csv.Error as error:
        fault = RowFault(name, reader.line_num, "行全体", str(error), "引用符の閉じた CSV")
        raise OutcomeFaults([fault]) from error


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        found = f"{path.stat().st_size:,} バイト"
        raise OutcomeFaults(
            [RowFault(path.name, 0, "ファイル全体", found, f"{MAX_BYTES:,} バイト以下のファイル")]
        )
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    fault = RowFault(path.name, 0, "ファイル全体", "読めない文字コード", "UTF-8 か CP932（Shift_JIS）の CSV")
    raise OutcomeFaults([fault])


def _places(name: str, header: list[str]) -> dict[str, int]:
    faults = []
    for column in ("score", "correct"):
        if column not in header:
            found = "、".join(header)[:200] or "空の行"
            faults.append(RowFault(name, 1, column, found, f"見出し行に列「{column}」のある表"))
    for column in ("score", "correct", "kind"):
        if header.count(column) > 1:
            faults.append(RowFault(name, 1, column, f"同じ見出しが{header.count(column)}つ", "見出しを1つ"))
    if faults:
        raise OutcomeFaults(faults)
    return {column: header.index(column) for column in ("score", "correct", "kind") if column in header}


def _rows(name: str, reader: csv._reader, places: dict[str, int]) -> list[Outcome]:  # type: ignore[name-defined]
    outcomes: list[Outcome] = []
    faults: list[RowFault] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = reader.line_num
        values = {
            column: cells[place].strip() if place < len(cells) else "" for column, place in places.items()
        }
        score = _score(values["score"])
        correct = _CORRECT.get(values["correct"].lower())
        if score is None:
            faults.append(RowFault(name, row, "score", values["score"][:80], "0以上1以下の数"))
        if correct is None:
            faults.append(RowFault(name, row, "correct", values["correct"][:80], "1（正しい）か0（誤り）"))
        if values.get("kind") == "":
            faults.append(RowFault(name, row, "kind", "", "種類の名前"))
        if len(faults) >= MAX_FAULTS:
            break
        if score is not None and correct is not None:
            outcomes.append(Outcome(score, correct, values.get("kind", "")))
    if faults:
        raise OutcomeFaults(faults[:MAX_FAULTS])
    return outcomes


def _score(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0.0 <= value <= 1.0 else None
