"""A cleaned field as the crops that line readers like: one line each, even margins."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Gray

DARK = 165
MARGIN = 0.18  # of the line's height, on every side
FAINT = 225  # fainter than ink, darker than paper: what cleaning kept of pale strokes and soft edges
LONGEST = 26.0  # widths to heights; longer lines are read worse


def ink_box(ink: Gray, dark: int = DARK) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of everything darker than ``dark``; ``None`` when there is nothing."""
    rows = np.flatnonzero((ink < dark).any(axis=1))
    columns = np.flatnonzero((ink < dark).any(axis=0))
    if len(rows) == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def line_crop(ink: Gray, margin: float = MARGIN) -> Gray:
    """The writing, its pale strokes too, with a white margin in proportion to its height."""
    box = ink_box(ink, FAINT)
    if box is None:
        return ink
    left, top, right, bottom = box
    part = ink[top:bottom, left:right]
    # A line of flat signs (ー) is not blown up to full height.
    height = max(bottom - top, min(ink.shape[0], round(0.35 * ink.shape[0])))
    spare = height - (bottom - top)
    edge = max(2, round(height * margin))
    up = edge + spare // 2
    return np.pad(part, ((up, edge + spare - spare // 2), (edge, edge)), constant_values=255)


def lines_of(ink: Gray) -> list[Gray]:
    """The lines of writing from top to bottom; one line unless white rows part the ink clearly."""
    box = ink_box(ink)
    if box is None:
        return []
    dark = (ink < DARK).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], dark.astype(np.int8), [0]))))
    bands = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    tallest = max(b - a for a, b in bands)
    lines: list[tuple[int, int]] = []
    for band in bands:
        # Dots, dakuten and the parts of 三 are no lines: they join the nearer neighbour.
        if lines and (
            band[1] - band[0] < 0.5 * tallest
            or lines[-1][1] - lines[-1][0] < 0.5 * tallest
            or band[0] - lines[-1][1] < 0.08 * tallest
        ):
            lines[-1] = (lines[-1][0], band[1])
        else:
            lines.append(band)
    faint = np.asarray((ink < FAINT).any(axis=1), np.bool_)
    tops = [0, *(below for _, below in lines[:-1])]
    bottoms = [*(above for above, _ in lines[1:]), len(faint)]
    return [
        ink[_grown(faint, a, -1, top) : _grown(faint, b, 1, bottom)]
        for (a, b), top, bottom in zip(lines, tops, bottoms, strict=True)
    ]


def _grown(faint: npt.NDArray[np.bool_], edge: int, step: int, end: int) -> int:
    """The edge of a line moved over the faint rows that follow it, not beyond ``end``."""
    row = edge if step > 0 else edge - 1
    while edge != end and faint[row]:
        edge, row = edge + step, row + step
    return edge


def respaced(cells: list[Gray], gap: float = 0.25) -> Gray:
    """Characters of separate boxes as one evenly spaced line, of equal centre and common scale."""
    parts = []
    for cell in cells:
        box = ink_box(cell, FAINT)
        if box is not None:
            parts.append((cell[:, box[0] : box[2]], box))
    if not parts:
        return np.full((8, 8), 255, np.uint8)
    top = min(box[1] for _, box in parts)
    bottom = max(box[3] for _, box in parts)
    height = bottom - top
    space = np.full((height, max(2, round(height * gap))), 255, np.uint8)
    row: list[npt.NDArray[np.uint8]] = [space]
    for part, _ in parts:
        row += [part[top:bottom], space]
    strip = np.hstack(row)
    edge = max(2, round(height * MARGIN))
    return np.asarray(
        cv2.copyMakeBorder(strip, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=255), np.uint8
    )


def upright_strip(column: Gray) -> Gray:
    """A line that runs from top to bottom, its characters set side by side.

    Characters are parted at white rows; parts of one character (三, い is one already) stay together up to
    about a square.
    """
    width = column.shape[1]
    level = float(cv2.threshold(column, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])
    dark = (column < level).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], dark.astype(np.int8), [0]))))
    bands = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    columns = np.flatnonzero((column < level).any(axis=0))
    side = float(columns[-1] - columns[0] + 1) if len(columns) else float(width)
    characters: list[tuple[int, int]] = []
    for band in bands:
        if characters and band[1] - characters[-1][0] <= 1.08 * side:
            characters[-1] = (characters[-1][0], band[1])
        else:
            characters.append(band)
    high = max((b - a for a, b in characters), default=8)
    space = np.full((high, max(2, round(0.08 * side))), 255, np.uint8)
    row: list[npt.NDArray[np.uint8]] = [space]
    for a, b in characters:
        spare = high - (b - a)
        row += [np.pad(column[a:b], ((spare // 2, spare - spare // 2), (0, 0)), constant_values=255), space]
    strip = np.hstack(row)
    edge = max(2, round(high * 0.1))
    return np.pad(strip, ((edge, edge), (edge, edge)), constant_values=255)
