"""Traces of correction in a field: struck through, scribbled over, written over, whitened."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Floats, Gray, Mask, PxBox, u8

ON_LINE = 0.9  # of a striking line that must be inked
MOST_GAP_PX = 1  # in the stroke of a pen; between printed characters there is more
ONE_SIDE, ANY_SIDE = 0.25, 0.6  # of its length that must have ink on each side, on either side
LEAST = 1.2  # shortest segments looked for, in glyph heights
STRIKE = 1.6  # least length of a line over several characters, in glyph heights
CROSS = 1.25  # least length of both arms of an X over one, in glyph heights; メ, 文 and 区 have shorter ones
COARSE = 24.0  # px: the height of a glyph in the picture that long strokes are looked for in
COARSE_INK = 64  # of 255: a reduced pixel with more ink belongs to a stroke
CROSS_ANGLES = range(30, 71, 4)  # degrees from the level
ON_CROSS = 0.95  # of an arm that must be inked (most found on clean fields: 0.90)
TWICE = 1.3  # least length of two lines over one character, in glyph heights
TWICE_ANGLES = (-4, -2, 0, 2, 4)  # degrees from the level
TWICE_APART = 0.5  # most that they lie apart, in glyph heights
TWICE_SIDES = 0.12  # of their length that must have ink above the upper and below the lower one
CROSS_OFF = 0.25  # how far the middles of the arms may lie apart, in glyph heights
MOST_SEGMENTS = 80
FULL = 0.74  # inked share of a whole character: no character is so full (most found on clean ones: 0.71)


def glyph_size(heights: Floats, px_per_mm: float) -> float:
    """The usual height of the field's characters in px, within what people write."""
    usual = float(np.median(heights)) if len(heights) else 0.0
    return float(np.clip(usual, 1.5 * px_per_mm, 8.0 * px_per_mm))


def straight_lines(ink: Mask, glyph: float) -> Floats:
    """Long straight inked segments: n x 4 (x1, y1, x2, y2), longest first. ``glyph``: usual height, px."""
    least = LEAST * glyph
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


def struck_twice(ink: Mask, glyph: float) -> bool:
    """Whether two level strokes run side by side over a character (二重線), writing above and below them.

    Both are unbroken and longer than a level stroke of any character.
    """
    ink, scale = _coarse(ink, glyph)
    length = round(TWICE * glyph * scale) // 2 * 2 + 1
    if not ink.any():
        return False
    even = np.asarray(cv2.dilate(u8(ink), np.ones((3, 1), np.uint8)) > 0, np.bool_)  # a hand is not straight
    level = np.any([_straight(even, angle, length, 1.0) for angle in TWICE_ANGLES], axis=0)
    for column in np.flatnonzero(level.any(axis=0)):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], level[:, column].astype(np.int8), [0]))))
        lines = list(zip(edges[::2], edges[1::2], strict=True))
        for (upper, first), (second, lower) in itertools.pairwise(lines):
            if second - first > TWICE_APART * glyph * scale:
                continue
            around = slice(max(0, column - length // 2), column + length // 2 + 1)
            reach = round(0.45 * glyph * scale)
            above = ink[max(0, upper - reach) : max(0, upper - 2), around].any(axis=0)
            below = ink[lower + 2 : lower + reach, around].any(axis=0)
            if min(above.sum(), below.sum()) >= TWICE_SIDES * length:
                return True
    return False


def _coarse(ink: Mask, glyph: float) -> tuple[Mask, float]:
    """The ink with characters no higher than ``COARSE`` px, and its scale: long strokes still show."""
    scale = min(1.0, COARSE / glyph)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0:
        return ink, scale
    ink = np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    if scale == 1.0:
        return ink, scale
    small = cv2.resize(u8(ink), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small > COARSE_INK, np.bool_), scale


def crossed(ink: Mask, glyph: float) -> bool:
    """Whether two long straight slanting strokes make an X: longer than any that a character is made of.

    A large × that stands by itself is one too: only a person knows what it means.
    """
    ink, scale = _coarse(ink, glyph)
    length = round(CROSS * glyph * scale) // 2 * 2 + 1
    if not ink.any():
        return False
    falling, rising = (
        np.any([_straight(ink, sign * angle, length) for angle in CROSS_ANGLES], axis=0) for sign in (1, -1)
    )
    side = 2 * round(CROSS_OFF * glyph * scale) + 1  # the arms meet near their middles, seldom exactly there
    spread = np.ones((side, side), np.uint8)
    return bool(((cv2.dilate(u8(falling), spread) > 0) & (cv2.dilate(u8(rising), spread) > 0)).any())


def _straight(ink: Mask, angle: float, length: int, share: float = ON_CROSS) -> Mask:
    """Where the middle of an inked straight stretch lies that is ``length`` px long, ``angle`` in degrees."""
    half = length // 2
    height, width = ink.shape
    wide = np.pad(ink, half).view(np.uint8)
    inked = np.zeros(ink.shape, np.uint8)  # no coarse picture has stretches of 256 px
    for step in range(-half, half + 1):
        row = half + round(step * np.sin(np.radians(angle)))
        column = half + round(step * np.cos(np.radians(angle)))
        inked += wide[row : row + height, column : column + width]
    return np.asarray(inked >= share * length, np.bool_)


def _at(mask: Mask, points: npt.NDArray[np.float64]) -> Mask:
    columns, rows = np.rint(points[:, 0]).astype(int), np.rint(points[:, 1]).astype(int)
    height, width = mask.shape
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found = np.zeros(len(points), np.bool_)
    found[inside] = mask[rows[inside], columns[inside]]
    return found


def overwritten(ink: Mask, glyph: float, px_per_mm: float) -> bool:
    """Whether something was scribbled, written or crossed over a character."""
    window = round(float(np.clip(glyph, 1.2 * px_per_mm, 5.0 * px_per_mm)))
    if min(ink.shape) >= window:
        filling = cv2.boxFilter(u8(ink).astype(np.float32) / 255.0, -1, (window, window))
        if float(filling.max()) > FULL:
            return True
    return crossed(ink, glyph)


def whitened(seen: Gray, blank: Gray, box: PxBox, margin: int, px_per_mm: float) -> bool:
    """Whether correction fluid took part of the printed frame away."""
    printed = blank < 140
    dark = cv2.dilate(u8(seen < 190), np.ones((5, 5), np.uint8)) > 0
    missing = u8(printed & ~dark)
    side = max(3, round(2.0 * px_per_mm))
    count = cv2.boxFilter(missing.astype(np.float32) / 255.0, -1, (side, side), normalize=False)
    return float(count.max()) > 1.6 * px_per_mm
