"""One character cell to the picture that the small nets were trained on.

The same function prepares training and reading, so that a net never meets a preparation it was not
trained with: polarity → even ink → specks and rests of the box line away → one size → centred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Ink = NDArray[np.float32]

WORK_SIDE = 256  # px: larger cells are reduced first, so that cost does not depend on the scan's resolution
VIEWS = ((7.0, 1.0), (-7.0, 1.0), (0.0, 0.92), (0.0, 1.08))  # degrees, scale
CONTRAST = 24  # grey levels between paper and ink, below which a cell holds nothing
PAPER_NOISE = 0.12  # ink below this share of the darkest is the paper's own unevenness
SOLID = 0.35  # ink above this share belongs to a stroke
SPECK = 0.012  # a component with less than this share of all ink is dust
BAND = 0.06  # rests of a printed box lie within this share of the side from the edge …
LINE = 0.85  # … and run along at least this share of it


@dataclass(frozen=True, slots=True)
class Layout:
    """How a net wants its cells: side and inner box in px, centred by ``mass`` or by the outer ``box``."""

    side: int
    inner: int
    centre: Literal["mass", "box"]


DIGIT_LAYOUT = Layout(24, 20, "mass")
LETTER_LAYOUT = Layout(40, 34, "box")


def is_light_on_dark(gray: Gray) -> bool:
    """True when the paper is the dark side: the edge ring tells, since a character rarely fills the edge."""
    return bool(_paper_level(gray) < _threshold(gray))


def _ring(gray: Gray) -> Gray:
    width = max(1, round(min(gray.shape) * 0.05))
    parts = (gray[:width], gray[-width:], gray[:, :width], gray[:, -width:])
    return np.concatenate([part.ravel() for part in parts])


def _threshold(gray: Gray) -> float:
    return float(cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]) + 0.5


def _paper_level(gray: Gray) -> float:
    """The level of the paper: the median of Otsu's side to which edge and whole mostly belong.

    The edge alone misleads when a character is cut tightly or framed, the whole alone when strokes are thick.
    """
    cut = _threshold(gray)
    light = float((_ring(gray) > cut).mean() + (gray > cut).mean()) / 2
    side = gray[gray > cut] if light >= 0.5 else gray[gray <= cut]
    return float(np.median(side)) if side.size else float(np.median(gray))


def _even_ink(gray: Gray) -> Ink:
    """Ink as 0–1 whatever the polarity: distance from the paper's level, the strongest ink being 1."""
    paper = _paper_level(gray)
    above = paper < _threshold(gray)
    ink = (gray.astype(np.float32) - paper) if above else (paper - gray.astype(np.float32))
    strokes = ink[ink > CONTRAST / 2]
    if strokes.size == 0:
        return np.zeros_like(ink)
    full = float(np.percentile(strokes, 90))
    if full < CONTRAST:
        return np.zeros_like(ink)
    even = np.clip(ink / full, 0.0, 1.0)
    even[even < PAPER_NOISE] = 0.0
    return even


def _without_dirt(ink: Ink) -> Ink:
    """Ink without dust and without rests of the printed box. A cell that holds nothing else keeps them."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > SOLID).astype(np.uint8), connectivity=8)
    if count <= 2:
        return ink
    areas = stats[1:, cv2.CC_STAT_AREA]
    dirt = areas < SPECK * areas.sum()
    for number in range(count - 1):
        dirt[number] |= _is_box_line(labels == number + 1, stats[number + 1])
    if dirt.all() or areas[~dirt].sum() < 0.1 * areas.sum():
        return ink
    keep = np.concatenate(([False], ~dirt))[labels]
    near = cv2.dilate(keep.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(near, ink, np.float32(0)).astype(np.float32)


def _is_box_line(component: NDArray[np.bool_], stats: NDArray[np.int32]) -> bool:
    height, width = component.shape
    left, top, wide, high = (int(value) for value in stats[:4])
    at_edge = left == 0 or top == 0 or left + wide == width or top + high == height
    if not at_edge or (wide < LINE * width and high < LINE * height):
        return False
    band = max(1, round(BAND * min(height, width)))
    return not component[band : height - band, band : width - band].any()


def normalise_cell(gray: Gray, layout: Layout = LETTER_LAYOUT) -> Ink:
    """The cell as ``layout.side`` × ``layout.side`` float32, ink 1 on paper 0, in the same size and place.

    ``gray`` is uint8 (height, width), dark on light or light on dark, of any size. A cell without ink gives
    zeros. Raises ``ValueError`` when ``gray`` is not such a picture.
    """
    if gray.ndim != 2 or gray.dtype != np.uint8 or 0 in gray.shape:
        raise ValueError(f"cell: uint8 (height, width) expected, found {gray.dtype} {gray.shape}")
    longest = max(gray.shape)
    if longest > WORK_SIDE:
        scale = WORK_SIDE / longest
        size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    ink = _without_dirt(_even_ink(gray))
    return place(ink, layout)


def views(ink: Ink) -> Ink:
    """The normalised cell as it is, leaning to both sides, smaller and larger: (5, side, side).

    Averaging what a net says of them makes it surer of what does not depend on how the cell was cut.
    """
    middle = ((ink.shape[1] - 1) / 2, (ink.shape[0] - 1) / 2)
    turns = (cv2.getRotationMatrix2D(middle, angle, scale) for angle, scale in VIEWS)
    return np.stack([ink, *(cv2.warpAffine(ink, turn, ink.shape[::-1]) for turn in turns)]).astype(np.float32)


def place(ink: Ink, layout: Layout) -> Ink:
    """Ink (0–1) cut to its outline, scaled to ``layout.inner`` px on its longer side and centred."""
    out = np.zeros((layout.side, layout.side), np.float32)
    solid = ink > SOLID
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if rows.size == 0:
        return out
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = layout.inner / max(cut.shape)
    height, width = (max(1, round(side * scale)) for side in cut.shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = np.asarray(cv2.resize(cut, (width, height), interpolation=how), np.float32)
    middle = ((height - 1) / 2, (width - 1) / 2)
    if layout.centre == "mass":
        weight = float(cut.sum())
        middle = (
            float((cut.sum(1) * np.arange(height)).sum()) / weight,
            float((cut.sum(0) * np.arange(width)).sum()) / weight,
        )
    top, left = (
        min(max(round((layout.side - 1) / 2 - centre), 0), layout.side - length)
        for centre, length in zip(middle, (height, width), strict=True)
    )
    out[top : top + height, left : left + width] = cut
    return out
