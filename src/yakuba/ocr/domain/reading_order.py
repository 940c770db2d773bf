"""The order in which people read the lines of a page: columns, rows, vertical text from the right.

Recursive cuts along white gaps (G. Nagy, S. Seth, "Hierarchical representation of optically scanned
documents", ICPR 1984): a page is cut at its widest gap that runs through, then each part in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

Bounds = tuple[int, int, int, int]  # left, top, right, bottom
GUTTER = 1.2  # line heights of white between columns; less is a gap between words


def is_vertical(bounds: Bounds) -> bool:
    """Whether a line runs from top to bottom."""
    return bounds[3] - bounds[1] > 1.8 * (bounds[2] - bounds[0])


def reading_order(boxes: Sequence[Bounds]) -> list[int]:
    """The boxes' numbers in reading order."""
    if not boxes:
        return []
    upright = sum(is_vertical(one) for one in boxes)
    vertical = 2 * upright > len(boxes)
    thick = median((box[2] - box[0]) if vertical else (box[3] - box[1]) for box in boxes)
    return _ordered(list(range(len(boxes))), boxes, vertical, thick)


def _ordered(numbers: list[int], boxes: Sequence[Bounds], vertical: bool, thick: float) -> list[int]:
    if len(numbers) < 2:
        return numbers
    rows, row_gap = _cut(numbers, boxes, 1)
    columns, column_gap = _cut(numbers, boxes, 0)
    if vertical:
        columns.reverse()
    # Between columns a gutter must run through; rows part at any white, the widest gap first.
    wide_column, wide_row = column_gap >= GUTTER * thick, row_gap >= GUTTER * thick
    first_rows = len(rows) > 1 and (row_gap >= column_gap or not wide_column)
    if vertical:
        first_rows = len(rows) > 1 and wide_row and row_gap > column_gap
    parts = rows if first_rows else columns if len(columns) > 1 else rows
    if len(parts) < 2:
        return sorted(numbers, key=lambda one: _place(boxes[one], vertical))
    return [number for part in parts for number in _ordered(part, boxes, vertical, thick)]


def _place(box: Bounds, vertical: bool) -> tuple[int, int]:
    return (-box[2], box[1]) if vertical else (box[1], box[0])


def _cut(numbers: list[int], boxes: Sequence[Bounds], axis: int) -> tuple[list[list[int]], float]:
    """The boxes parted in two at the widest gap along an axis (0 x, 1 y), and the gap's width in px.

    Boxes may overlap by a fifth of the smaller: detectors' boxes are generous.
    """
    shrunk = {number: _inner(boxes[number], axis) for number in numbers}
    order = sorted(numbers, key=lambda number: shrunk[number][0])
    end = shrunk[order[0]][1]
    best, place = 0.0, 0
    for at, number in enumerate(order[1:], 1):
        gap = shrunk[number][0] - end
        if gap > best:
            best, place = gap, at
        end = max(end, shrunk[number][1])
    if place == 0:
        return [order], 0.0
    return [order[:place], order[place:]], best


def _inner(box: Bounds, axis: int) -> tuple[float, float]:
    low, high = box[axis], box[axis + 2]
    spare = min(high - low, box[3] - box[1], box[2] - box[0]) * 0.1
    return low + spare, high - spare
