"""The town's public table of a round (公表用の集計): per class what may be printed, small cells withheld.

Nothing is added up: a total under a column would give a withheld cell away by subtraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from yakuba.nursery.domain.family_board import Board
from yakuba.nursery.domain.suppression import PublicCells, PublicCounts, publish, safe


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One class. ``recruits``: its published number of new seats; ``free``: whether seats are left."""

    class_id: str
    recruits: int
    free: bool
    cells: PublicCells


def public_table(board: Board, waiting: Mapping[str, int], cutoffs: Mapping[str, str]) -> list[PublicRow]:
    """One row a class, in the order of ids.

    ``waiting``: class → children who wanted it and got less; ``cutoffs``: class → points of the last newly
    admitted child, only where the class is full. More children admitted than seats were offered means that
    transfer children gave seats up: one or two of them are not told by that difference either.
    """
    rows = []
    for class_id, figures in sorted(board.classes.items()):
        admitted, left = figures.admitted.total(), waiting.get(class_id, 0)
        counts = PublicCounts(
            admitted=admitted,
            households=len(figures.admitted),
            waiting=left,
            better=max(0, figures.applicants.total() - admitted - left),
            cutoff=(cutoffs.get(class_id) or None) if figures.full else None,
        )
        cells = publish(counts)
        if not safe(max(0, admitted - figures.recruits)):
            cells = replace(cells, applicants=None, admitted=None, waiting=None)
        rows.append(PublicRow(class_id, figures.recruits, not figures.full, cells))
    return rows
