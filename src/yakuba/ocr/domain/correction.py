"""Traces of correction in a field: struck through, scribbled over, written over, whitened."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Gray, Mask, PxBox, u8

ON_LINE = 0.9  # of a striking line that must be inked
CROSSES = 0.4  # of its length that must have ink on both sides


def struck(ink: Mask, heights: npt.NDArray[np.float64], px_per_mm: float) -> bool:
    """Whether a straight line, level or slanting, runs over the writing.

    ``ink``: the strokes of one field. ``heights``: of its glyphs, in px.
    """
    glyph = float(np.median(heights)) if len(heights) else 0.0
    glyph = float(np.clip(glyph, 1.5 * px_per_mm, 8.0 * px_per_mm))
    least = 1.6 * glyph
    if ink.shape[1] < least:
        return False
    found = cv2.HoughLinesP(
        u8(ink), 1, np.pi / 360, threshold=round(0.6 * least), minLineLength=least, maxLineGap=4
    )
    if found is None:
        return False
    return any(_strikes(ink, segment.astype(np.float64), glyph) for segment in found.reshape(-1, 4)[:200])


def _strikes(ink: Mask, segment: npt.NDArray[np.float64], glyph: float) -> bool:
    """Whether the segment is inked along its way and has writing on both of its sides."""
    (x1, y1, x2, y2) = segment
    length = float(np.hypot(x2 - x1, y2 - y1))
    along = np.array([x2 - x1, y2 - y1]) / length
    if abs(along[0]) < np.cos(np.radians(65)):
        return False  # too steep: a stroke of a letter
    side = np.array([-along[1], along[0]])
    steps = np.arange(0, length, 1.0)[:, None] * along + np.array([x1, y1])
    inked = np.max([_at(ink, steps + side * shift) for shift in (-1, 0, 1)], axis=0)
    if inked.mean() < ON_LINE:
        return False
    reach = np.arange(4, max(6, round(0.55 * glyph)))
    above = np.max([_at(ink, steps - side * shift) for shift in reach], axis=0)
    below = np.max([_at(ink, steps + side * shift) for shift in reach], axis=0)
    return bool(above.mean() >= CROSSES and below.mean() >= CROSSES)


def _at(mask: Mask, points: npt.NDArray[np.float64]) -> Mask:
    columns, rows = np.rint(points[:, 0]).astype(int), np.rint(points[:, 1]).astype(int)
    height, width = mask.shape
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found = np.zeros(len(points), np.bool_)
    found[inside] = mask[rows[inside], columns[inside]]
    return found


def overwritten(ink: Mask, heights: npt.NDArray[np.float64], px_per_mm: float) -> bool:
    """Whether a glyph is so full of ink that something was scribbled or written over it."""
    glyph = float(np.median(heights)) if len(heights) else 0.0
    window = round(float(np.clip(0.7 * glyph, 1.2 * px_per_mm, 4.0 * px_per_mm)))
    if min(ink.shape) < window:
        return False
    filling = cv2.boxFilter(u8(ink).astype(np.float32) / 255.0, -1, (window, window))
    return float(filling.max()) > 0.72


def whitened(seen: Gray, blank: Gray, box: PxBox, margin: int, px_per_mm: float) -> bool:
    """Whether correction fluid took part of the printed frame away."""
    printed = blank < 140
    dark = cv2.dilate(u8(seen < 190), np.ones((5, 5), np.uint8)) > 0
    missing = u8(printed & ~dark)
    side = max(3, round(2.0 * px_per_mm))
    count = cv2.boxFilter(missing.astype(np.float32) / 255.0, -1, (side, side), normalize=False)
    return float(count.max()) > 1.6 * px_per_mm
