"""A row of printed boxes cut into single characters (1枠1字)."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Gray, u8

DARK = 165
OWN_SHARE = 0.5  # a stroke belongs to the cell that holds most of it
REMNANT = 0.06  # strokes below this share of a cell's side at its border are a neighbour's remnants


def cells_of(ink: Gray, count: int) -> list[Gray]:
    """The cells of a cleaned field from left to right, dark on white, equally wide.

    A stroke that crosses a border stays whole with the cell that holds most of it; so each image is as
    high as the field and a third of a cell wider on both sides. ``ink``: height x width, no box lines.
    Raises ``ValueError`` when ``count`` is below 1.
    """
    if count < 1:
        raise ValueError(f"a field has at least one cell, not {count}")
    height, width = ink.shape
    pitch = width / count
    spare = max(1, round(pitch / 3))
    number, labels = cv2.connectedComponents(u8(ink < DARK), connectivity=8)
    owner = _owners(labels, number, count, pitch)
    # Soft edges of strokes carry no label of their own: they go with the nearest stroke. Pale strokes of
    # thin print stand farther off; they stay in the cell that they lie in.
    spread = cv2.dilate((labels.astype(np.float32)), np.ones((3, 3), np.uint8)).astype(np.int64)
    whose = owner[np.where(labels > 0, labels, spread)]
    own = np.minimum((np.arange(width) / pitch).astype(np.int64), count - 1)
    whose = np.where((whose < 0) & (ink < 255), own, whose)
    cells = []
    for index in range(count):
        left, right = round(index * pitch) - spare, round((index + 1) * pitch) + spare
        cell = np.full((height, right - left), 255, np.uint8)
        first, last = max(0, left), min(width, right)
        part = ink[:, first:last].copy()
        part[whose[:, first:last] != index] = 255
        cell[:, first - left : last - left] = part
        cells.append(_without_remnants(cell, spare, pitch))
    return cells


def _owners(labels: npt.NDArray[Any], number: int, count: int, pitch: float) -> npt.NDArray[np.int64]:
    """For each stroke the cell that holds most of its pixels; -1 for the paper."""
    columns = np.minimum((np.arange(labels.shape[1]) / pitch).astype(np.int64), count - 1)
    table = np.zeros((number, count), np.int64)
    np.add.at(table, (labels, np.broadcast_to(columns, labels.shape)), 1)
    owner = np.asarray(table.argmax(axis=1), np.int64)
    owner[0] = -1
    return owner


def _without_remnants(cell: Gray, spare: int, pitch: float) -> Gray:
    """Slivers at the cell's border that are no part of the character in the middle."""
    number, labels, stats, centres = cv2.connectedComponentsWithStats(u8(cell < DARK), connectivity=8)
    if number <= 2:
        return cell
    left, right = spare, cell.shape[1] - spare
    largest = int(stats[1:, cv2.CC_STAT_AREA].max())
    gone = np.zeros(number, np.bool_)
    for label in range(1, number):
        x = float(centres[label][0])
        thin = stats[label, cv2.CC_STAT_WIDTH] <= max(2.0, REMNANT * pitch)
        small = stats[label, cv2.CC_STAT_AREA] < 0.15 * largest
        at_border = x < left + 0.06 * pitch or x > right - 0.06 * pitch
        gone[label] = at_border and (thin or small) and stats[label, cv2.CC_STAT_AREA] < largest
    if not gone.any():
        return cell
    hidden = cv2.dilate(u8(gone[labels]), np.ones((3, 3), np.uint8)) > 0
    return np.where(hidden & ~((labels > 0) & ~gone[labels]), np.uint8(255), cell)
