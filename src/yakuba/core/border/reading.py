"""Read labelled outcomes from a CSV file, naming every fault by row and column."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from yakuba.core.border.domain.certify import Outcome
from yakuba.core.tables import RowFault, TableFaults, read_csv

_CORRECT = {
    "1": True, "true": True, "yes": True, "正": True, "○": True,
    "0": False, "false": False, "no": False, "誤": False, "×": False,
}  # fmt: skip
MAX_BYTES = 200_000_000
MAX_FAULTS = 100


class OutcomeFaults(TableFaults):
    """The file cannot be used; ``faults`` lists every problem found."""


def read_outcomes(path: Path) -> tuple[list[Outcome], bool]:
    """The outcomes of a CSV file (UTF-8 with or without BOM, or CP932), and whether it has kinds.

    Columns ``score`` (0 to 1), ``correct`` (1/0, true/false, yes/no, 正/誤, ○/×) and, if wanted, ``kind``;
    other columns are ignored. Raises ``OutcomeFaults`` with every problem, at most 100.
    """
    name = path.name
    lines = read_csv(path, most_bytes=MAX_BYTES)
    try:
        _, header = next(lines, (1, []))
        places = _places(name, [cell.strip().lower() for cell in header])
        return _rows(name, lines, places), "kind" in places
    except TableFaults as problem:
        raise OutcomeFaults(problem.faults) from problem


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


def _rows(name: str, lines: Iterator[tuple[int, list[str]]], places: dict[str, int]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    faults: list[RowFault] = []
    for row, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
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
