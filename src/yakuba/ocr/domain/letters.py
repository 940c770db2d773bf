"""A line of handwriting without boxes, parted into what may be its letters.

The line is cut more often than it has letters (い has two parts, ば four): each stroke or bundle of strokes
that lie above each other is a *piece*, touching letters are parted where little ink joins them, and every
short run of neighbouring pieces is a *candidate* for one letter. Which run is one decides ``letter_paths``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.domain.pixels import Gray, u8

DARK = 165
OVERLAP = 0.5  # strokes that share this part of the narrower one's width belong together
WIDE = 1.1  # heights: wider bundles may be letters that touch
JOINT = 2.0  # pen widths of ink in a column at most, where touching letters are parted
APART = 0.2  # heights between two such cuts
WIDEST = 1.7  # heights: no letter is wider
INNER_GAP = 0.55  # heights of paper inside of one letter at most
MOST_PIECES = 6
SPARE = 0.25  # heights of paper left around a candidate
TALL = 0.35  # of the tallest: lower bundles (ー, dakuten) say nothing of the letters' height


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces of a line from left to right.

    ``owner`` int32 (height, width): the number of the piece that a pixel of ink belongs to, -1 for paper.
    ``boxes`` int (pieces, 4): left, top, right, bottom. ``height``: px of a letter of the line.
    """

    owner: NDArray[np.int32]
    boxes: NDArray[np.int64]
    height: float

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def gaps(self) -> NDArray[np.float64]:
        """Paper between neighbours in letter heights, below 0 where they overlap; one less than pieces."""
        reach = np.maximum.accumulate(self.boxes[:, 2])
        return np.asarray((self.boxes[1:, 0] - reach[:-1]) / self.height, np.float64)

    @property
    def borders(self) -> NDArray[np.float64]:
        """Columns between neighbours, px, rising."""
        reach = np.maximum.accumulate(self.boxes[:, 2])
        return np.maximum.accumulate((self.boxes[1:, 0] + reach[:-1]) / 2.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The pieces ``first`` to ``last`` (included) as one letter; ``width`` and ``size`` in letter heights."""

    first: int
    last: int
    width: float
    size: float  # the longer side
    flat: float  # width to height


def pieces_of(line: Gray) -> Pieces:
    """The pieces of a line's picture (dark on white); none when it has no ink."""
    ink = u8(line < DARK)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.column_stack(
        [stats[1:, 0], stats[1:, 1], stats[1:, 0] + stats[1:, 2], stats[1:, 1] + stats[1:, 3]]
    )
    bundles = _bundles(boxes.astype(np.int64))
    bundle_of = np.full(count, -1, np.int32)
    for number, members in enumerate(bundles):
        bundle_of[np.array(members) + 1] = number
    owner = bundle_of[labels]
    height = _letter_height(owner, len(bundles))
    owner = _parted(owner, len(bundles), height, _pen(ink))
    return _ordered(owner, height)


def _bundles(boxes: NDArray[np.int64]) -> list[list[int]]:
    """Strokes that lie above each other, as lists of their numbers."""
    spans: list[tuple[int, int, list[int]]] = []
    for number in np.argsort(boxes[:, 0], kind="stable"):
        left, right, members = int(boxes[number, 0]), int(boxes[number, 2]), [int(number)]
        while spans:
            before = spans[-1]
            shared = min(before[1], right) - max(before[0], left)
            if shared < OVERLAP * min(before[1] - before[0], right - left):
                break
            spans.pop()
            left, right, members = min(before[0], left), max(before[1], right), before[2] + members
        spans.append((left, right, members))
    return [members for _, _, members in spans]


def _letter_height(owner: NDArray[np.int32], count: int) -> float:
    rows = [np.flatnonzero((owner == number).any(axis=1)) for number in range(count)]
    heights = np.array([row[-1] - row[0] + 1 for row in rows], float)
    if len(heights) == 0:
        return float(max(1, owner.shape[0]))
    return float(np.percentile(heights[heights >= TALL * heights.max()], 75))


def _pen(ink: NDArray[np.uint8]) -> float:
    """The width of the strokes, px: twice the ink's mean distance from paper, times two."""
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    return max(1.0, 4.0 * float(depth[ink > 0].mean())) if ink.any() else 1.0


def _parted(owner: NDArray[np.int32], count: int, height: float, pen: float) -> NDArray[np.int32]:
    """Wide bundles cut where few pixels join their left and right."""
    out, following = owner.copy(), count
    for number in range(count):
        mask = owner == number
        columns = np.flatnonzero(mask.any(axis=0))
        if columns[-1] + 1 - columns[0] <= WIDE * height:
            continue
        for cut in _joints(mask.sum(axis=0), int(columns[0]), int(columns[-1]) + 1, height, pen):
            beyond = mask.copy()
            beyond[:, :cut] = False
            out[beyond] = following
            following += 1
    return out


def _joints(ink: NDArray[np.int64], first: int, last: int, height: float, pen: float) -> list[int]:
    """Columns with the least ink, rising, at least ``APART`` from each other and from the ends."""
    apart = max(2, round(APART * height))
    inside = range(first + apart, last - apart + 1)
    found: list[int] = []
    for column in sorted(inside, key=lambda place: (ink[place], place)):
        if ink[column] > JOINT * pen:
            break
        if all(abs(column - other) >= apart for other in found):
            found.append(column)
    return sorted(found)


def _ordered(owner: NDArray[np.int32], height: float) -> Pieces:
    """Numbered from left to right by their middles; numbers without ink drop out."""
    boxes = []
    numbers = [int(number) for number in np.unique(owner) if number >= 0]
    for number in numbers:
        rows = np.flatnonzero((owner == number).any(axis=1))
        columns = np.flatnonzero((owner == number).any(axis=0))
        boxes.append((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
    order = sorted(range(len(numbers)), key=lambda place: (boxes[place][0] + boxes[place][2], place))
    renumbered = np.full(max(numbers, default=-1) + 2, -1, np.int32)
    for place, old in enumerate(order):
        renumbered[numbers[old]] = place
    table = np.array([boxes[place] for place in order], np.int64).reshape(-1, 4)
    return Pieces(renumbered[owner], table, height)


def candidates_of(pieces: Pieces) -> list[Candidate]:
    """Every run of pieces that may be one letter; each piece alone is one always."""
    found = []
    gaps = pieces.gaps if len(pieces) else np.zeros(0)
    for first in range(len(pieces)):
        for last in range(first, min(len(pieces), first + MOST_PIECES)):
            own = pieces.boxes[first : last + 1]
            width = float(own[:, 2].max() - own[:, 0].min()) / pieces.height
            tall = float(own[:, 3].max() - own[:, 1].min()) / pieces.height
            if last > first and (width > WIDEST or gaps[last - 1] > INNER_GAP):
                break
            found.append(Candidate(first, last, width, max(width, tall), width / max(tall, 1e-6)))
    return found


def picture(line: Gray, pieces: Pieces, one: Candidate) -> Gray:
    """The candidate alone on white, with paper around it; soft edges of its strokes included."""
    own = pieces.boxes[one.first : one.last + 1]
    spare = max(2, round(SPARE * pieces.height))
    left, top = int(own[:, 0].min()) - 1, int(own[:, 1].min()) - 1
    right, bottom = int(own[:, 2].max()) + 1, int(own[:, 3].max()) + 1
    left, top = max(0, left), max(0, top)
    part, whose = line[top:bottom, left:right], pieces.owner[top:bottom, left:right]
    inside = (whose >= one.first) & (whose <= one.last)
    near = cv2.dilate(u8(inside), np.ones((3, 3), np.uint8)) > 0
    alone = np.where(near & (inside | (whose < 0)), part, np.uint8(255))
    return np.asarray(np.pad(alone, spare, constant_values=255), np.uint8)
