"""Traces of correction in a field: struck through, scribbled over, written over, whitened."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Floats, Gray, Mask, PxBox, u8

ON_LINE = 0.9  # of a striking line that must be inked
MOST_GAP_PX = 1  # in the stroke of a pen; between printed characters there is more
ONE_SIDE, ANY_SIDE = 0.25, 0.6  # of its length that must have ink on each side, on either side
STRIKE, CROSS = (
    1.6,
    1.2,
)  # least lengths of a line over several characters, of an X over one, in glyph heights
MOST_SEGMENTS = 80
FULL = 0.74  # inked share of a whole character: no character is so full (most found on clean ones: 0.71)


def glyph_size(heights: Floats, px_per_mm: float) -> float:
    """The usual height of the field's characters in px, within what people write."""
    usual = float(np.median(heights)) if len(heights) else 0.0
    return float(np.clip(usual, 1.5 * px_per_mm, 8.0 * px_per_mm))


def straight_lines(ink: Mask, glyph: float) -> Floats:
    """Long straight inked segments: n x 4 (x1, y1, x2, y2), longest first. ``glyph``: usual height, px."""
    least = CROSS * glyph
    if ink.shape[1] < least or not ink.any():
        return np.zeros((0, 4))
    cv2.setRNGSeed(20261123)  # the same field always gives the same flags
    found = cv2.HoughLinesP(u8(ink), 1, np.pi / 360, round(0.6 * least), minLineLength=least, maxLineGap=4)
    if found is None:
        return np.zeros((0, 4))
    lines = np.asarray(found.reshape(-1, 4), np.float64)
    order = np.argsort(-np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]))
    return lines[order[:MOST_SEGMENTS]]


def struck(ink: Mask, lines: Floats, glyph: float) -> bool:
    """Whether a straight line, level or slanting, runs over the writing of several characters."""
    return any(_strikes(ink, line, glyph) for line in lines)


def _strikes(ink: Mask, segment: Floats, glyph: float) -> bool:
    """Whether the segment is inked along its way and has writing on both of its sides."""
    (x1, y1, x2, y2) = segment
    length = float(np.hypot(x2 - x1, y2 - y1))
    along = np.array([x2 - x1, y2 - y1]) / length
    if length < STRIKE * glyph or abs(along[0]) < np.cos(np.radians(65)):
        return False  # a steep one is a stroke of a character
    side = np.array([-along[1], along[0]])
    steps = np.arange(0, length, 1.0)[:, None] * along + np.array([x1, y1])
    inked = np.max([_at(ink, steps + side * shift) for shift in (-1, 0, 1)], axis=0)
    if inked.mean() < ON_LINE or _unbroken(inked) < STRIKE * glyph:
        return False
    reach = np.arange(4, max(6, round(0.55 * glyph)), 2)
    above = np.max([_at(ink, steps - side * shift) for shift in reach], axis=0)
    below = np.max([_at(ink, steps + side * shift) for shift in reach], axis=0)
    both = min(above.mean(), below.mean()) >= ONE_SIDE
    return bool(both and (above | below).mean() >= ANY_SIDE)


def _unbroken(inked: Mask) -> int:
    """The longest stretch of ink with no gap wider than a pen leaves, in steps of one px."""
    longest, start, gap = 0, 0, 0
    for place, dark in enumerate(inked):
        gap = 0 if dark else gap + 1
        if gap > MOST_GAP_PX:
            start = place + 1
        elif dark:
            longest = max(longest, place + 1 - start)
    return longest


def crossed(lines: Floats) -> bool:
    """Whether two long slanting lines make an X."""
    slants = np.degrees(np.arctan2(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0]))
    slants = (slants + 90) % 180 - 90
    falling = lines[(slants > 25) & (slants < 72)]
    rising = lines[(slants < -25) & (slants > -72)]
    return any(_meet(one, other) for one in falling for other in rising)


def _meet(one: Floats, other: Floats) -> bool:
    """Whether two segments cross in the middle halves of both."""
    start, way = one[:2], one[2:] - one[:2]
    begin, course = other[:2], other[2:] - other[:2]
    cross = way[0] * course[1] - way[1] * course[0]
    if abs(cross) < 1e-9:
        return False
    gap = begin - start
    at_one = (gap[0] * course[1] - gap[1] * course[0]) / cross
    at_other = (gap[0] * way[1] - gap[1] * way[0]) / cross
    return bool(0.25 < at_one < 0.75 and 0.25 < at_other < 0.75)


def _at(mask: Mask, points: npt.NDArray[np.float64]) -> Mask:
    columns, rows = np.rint(points[:, 0]).astype(int), np.rint(points[:, 1]).astype(int)
    height, width = mask.shape
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found = np.zeros(len(points), np.bool_)
    found[inside] = mask[rows[inside], columns[inside]]
    return found


def overwritten(ink: Mask, lines: Floats, glyph: float, px_per_mm: float) -> bool:
    """Whether something was scribbled, written or crossed over a character."""
    window = round(float(np.clip(glyph, 1.2 * px_per_mm, 5.0 * px_per_mm)))
    if min(ink.shape) >= window:
        filling = cv2.boxFilter(u8(ink).astype(np.float32) / 255.0, -1, (window, window))
        if float(filling.max()) > FULL:
            return True
    return crossed(lines)


def whitened(seen: Gray, blank: Gray, box: PxBox, margin: int, px_per_mm: float) -> bool:
    """Whether correction fluid took part of the printed frame away."""
    printed = blank < 140
    dark = cv2.dilate(u8(seen < 190), np.ones((5, 5), np.uint8)) > 0
    missing = u8(printed & ~dark)
    side = max(3, round(2.0 * px_per_mm))
    count = cv2.boxFilter(missing.astype(np.float32) / 255.0, -1, (side, side), normalize=False)
    return float(count.max()) > 1.6 * px_per_mm
