"""Marks: a ticked box (チェック), a word with a circle around it (○で囲む).

Each answer is a value or ``None`` for unclear, and how sure it is. Between «certainly empty» and
«certainly marked» lies a band that is always unclear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.cleaning import clean_field
from yakuba.ocr.domain.pixels import Mask, PxBox, u8
from yakuba.ocr.domain.registration import Template

EMPTY_BELOW = 0.012  # inked share of a box that dust and noise reach
MARKED_ABOVE = 0.05  # a thin tick inks some 8 %
ROUND_EMPTY, ROUND_MARKED = 0.28, 0.62  # of the directions around a word that meet ink


@dataclass(frozen=True, slots=True)
class Mark:
    """``value``: ``None`` when unclear. ``confidence``: 0 to 1. ``several``: two options or more."""

    value: str | bool | None
    confidence: float
    several: bool = False


def checkbox(page: npt.NDArray[np.uint8], template: Template, box: PxBox) -> Mark:
    """Whether a printed box is ticked (``True``, ``False`` or ``None``) from the ink beside the blank.

    Any mark counts: ✓ ☑ ■ × and a tick that leaves the box.
    """
    cleaned = clean_field(page, template, box)
    around = float((cleaned.wide < 165).sum()) / (box[2] * box[3])
    ratio = max(cleaned.ink_ratio, 0.7 * around)
    if cleaned.seal_overlap > 0:
        return Mark(None, 0.0)
    if ratio < EMPTY_BELOW:
        return Mark(False, 1.0 - 0.5 * ratio / EMPTY_BELOW)
    if ratio < MARKED_ABOVE:
        return Mark(None, 0.0)
    return Mark(True, float(min(1.0, 0.5 + 0.5 * (ratio - MARKED_ABOVE) / MARKED_ABOVE)))


def circled(
    page: npt.NDArray[np.uint8], template: Template, boxes: Sequence[PxBox], values: Sequence[str]
) -> Mark:
    """Which printed word has a circle around it: its value, ``""`` for none, ``None`` for unclear."""
    if len(boxes) != len(values):
        raise ValueError("every option needs one box and one value")
    shares = [_around(page, template, box) for box in boxes]
    marked = [index for index, share in enumerate(shares) if share >= ROUND_MARKED]
    doubtful = [share for share in shares if ROUND_EMPTY <= share < ROUND_MARKED]
    if len(marked) > 1:
        return Mark(None, 0.0, several=True)
    if doubtful:
        return Mark(None, 0.0)
    if not marked:
        return Mark("", 1.0 - max(shares, default=0.0))
    rest = max((share for index, share in enumerate(shares) if index != marked[0]), default=0.0)
    return Mark(values[marked[0]], float(np.clip(shares[marked[0]] - rest, 0.0, 1.0)))


def _around(page: npt.NDArray[np.uint8], template: Template, box: PxBox) -> float:
    """The share of directions from the word's middle that meet written ink within or just outside it."""
    margin = round(2.5 * template.px_per_mm)
    x, y, width, height = box
    wide: PxBox = (x - margin, y - margin, width + 2 * margin, height + 2 * margin)
    ink: Mask = clean_field(page, template, wide).ink < 165
    ink = cv2.dilate(u8(ink), np.ones((3, 3), np.uint8)) > 0
    rows, columns = np.nonzero(ink)
    if len(rows) == 0:
        return 0.0
    middle_x, middle_y = wide[2] / 2, wide[3] / 2
    dx, dy = (columns - middle_x) / (width / 2), (rows - middle_y) / (height / 2)
    distance = np.hypot(dx, dy)
    ring = (distance > 0.55) & (
        np.maximum(np.abs(columns - middle_x) - width / 2, np.abs(rows - middle_y) - height / 2) < margin
    )
    if not ring.any():
        return 0.0
    sectors = np.floor((np.arctan2(dy[ring], dx[ring]) + np.pi) / (2 * np.pi) * 48).astype(int) % 48
    return len(np.unique(sectors)) / 48
