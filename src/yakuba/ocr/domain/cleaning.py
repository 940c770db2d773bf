"""One field's writing alone: the blank, box lines and red seals removed; traces of correction named.

The flags send a field to staff whatever its reading says: recall comes before convenience.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain import correction, seals
from yakuba.ocr.domain.pixels import Gray, Mask, PxBox, colour_of, u8
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.domain.registration import Template

MARGIN_MM = 3.0  # how far around the box writing is followed
SMALL_GLYPH_PX = 18  # below this the readers' errors explode (measured at 150 and 200 dpi)
DARK = 165  # of 255: darker is ink, after the paper was made white
SPECK_MM2 = 0.06
PALE = 235  # of 255: paler is paper
PALE_REACH_MM = 0.8  # how far from a dark stroke a pale one is looked for
PALE_STROKE = 205  # of 255: a stroke by itself is at least this dark
PALE_STROKE_MM2 = 0.15
PALE_STROKE_REACH_MM = 2.5  # from darker writing


@dataclass(frozen=True, slots=True)
class CleanedField:
    """A field's writing. ``ink``: gray, dark on white, exactly the box."""

    ink: Gray
    wide: Gray  # the same with ``margin`` px more on every side, where strokes that leave the box go on
    margin: int
    ink_ratio: float  # inked share of the box, 0 to 1
    glyph_height_px: float  # upper quartile of the glyphs' heights; 0 when there is no ink
    seal_overlap: float = 0.0  # share of the ink that a seal may cover or have changed, 0 to 1
    strike_through: bool = False
    overwritten: bool = False  # scribbled over, written over, or whitened
    touches_edge: bool = False  # a stroke goes on outside of the box

    @property
    def blank(self) -> bool:
        """Nothing was written (a field with only a seal in it is not blank)."""
        return self.ink_ratio == 0 and self.seal_overlap == 0 and not self.overwritten

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why a person must look."""
        found = (
            (self.strike_through, Reason.STRIKE_THROUGH),
            (self.seal_overlap > 0, Reason.SEAL),
            (self.overwritten, Reason.OVERWRITTEN),
            (0 < self.glyph_height_px < SMALL_GLYPH_PX, Reason.SMALL_GLYPHS),
            (self.touches_edge, Reason.OUTSIDE_BOX),
        )
        return tuple(reason for holds, reason in found if holds)


def clean_field(page: npt.NDArray[np.uint8], template: Template, box: PxBox) -> CleanedField:
    """The field at ``box`` of a page that lies on the template's grid.

    ``page``: height x width (x 3), as ``register`` gives it. ``box``: grid pixels.
    """
    margin = round(MARGIN_MM * template.px_per_mm)
    seen = colour_of(_cut(page, box, margin))
    blank = colour_of(_cut(template.colour, box, margin))
    found = seals.split(seen, blank)
    paper = _aligned(blank, found.gray, template)
    printed, lines_h, lines_v = _preprint(paper, template.px_per_mm)
    dark = found.gray < DARK
    writing = _without_preprint(dark, printed, lines_h, lines_v)
    writing = _without_specks(writing, printed, template.px_per_mm)
    seal = seals.on(found, writing, dark & ~printed, template.px_per_mm, margin)
    own = _own_strokes(writing, box, margin)
    wide = _shown(found.gray, own, printed, template.px_per_mm)
    inner = own[margin : margin + box[3], margin : margin + box[2]]
    heights = glyph_heights(inner)
    scale = template.px_per_mm
    cleaned = CleanedField(
        ink=np.ascontiguousarray(wide[margin : margin + box[3], margin : margin + box[2]]),
        wide=wide,
        margin=margin,
        ink_ratio=float(inner.mean()),
        glyph_height_px=float(np.percentile(heights, 75)) if len(heights) else 0.0,
        seal_overlap=seal,
        touches_edge=_leaves(own, box, margin, scale),
    )
    if not inner.any():
        return replace(cleaned, overwritten=correction.whitened(found.gray, paper, box, margin, scale))
    glyph = correction.glyph_size(heights, scale)
    lines = correction.straight_lines(inner, glyph)
    return replace(
        cleaned,
        strike_through=correction.struck(inner, lines, glyph) or correction.struck_twice(inner, glyph),
        overwritten=correction.overwritten(inner, glyph, scale)
        or correction.whitened(found.gray, paper, box, margin, scale),
    )


def _cut(image: npt.NDArray[np.uint8], box: PxBox, margin: int) -> npt.NDArray[np.uint8]:
    """The box with its margin; white where it leaves the page."""
    x, y, width, height = box
    top, left = max(0, y - margin), max(0, x - margin)
    part = image[top : max(top, y + height + margin), left : max(left, x + width + margin)]
    shape = (height + 2 * margin, width + 2 * margin, *image.shape[2:])
    whole = np.full(shape, 255, np.uint8)
    row, column = top - (y - margin), left - (x - margin)
    whole[row : row + part.shape[0], column : column + part.shape[1]] = part
    return whole


def _aligned(blank: npt.NDArray[np.uint8], seen: Gray, template: Template) -> Gray:
    """The blank's crop moved by up to 2 px to where this field's own print lies."""
    gray = u8(seals.normalised(blank).min(axis=2))
    reach = max(2, round(2 * template.dpi / 200))
    if min(gray.shape) < 4 * reach or int((gray < DARK).sum()) < 40:
        return gray
    inner = gray[reach:-reach, reach:-reach]
    if inner.std() < 1 or seen.std() < 1:
        return gray
    scores = cv2.matchTemplate(seen, inner, cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    if best - float(scores[reach, reach]) < 0.02:
        return gray
    moved = np.array([[1, 0, column - reach], [0, 1, row - reach]], np.float64)
    return u8(cv2.warpAffine(gray, moved, gray.shape[::-1], borderMode=cv2.BORDER_REPLICATE))


def _preprint(blank: Gray, px_per_mm: float) -> tuple[Mask, Mask, Mask]:
    """What the blank prints, one pixel wider on all sides; and of that, lines across and lines down."""
    dark = u8(blank < 200)
    long = max(9, round(4 * px_per_mm))
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    grow = np.ones((3, 3), np.uint8)
    wide = [cv2.dilate(mask, grow) > 0 for mask in (dark, across, down)]
    return wide[0], wide[1], wide[2]


def _run(mask: Mask) -> int:
    """Mean thickness of the horizontal lines in a mask."""
    starts = int((mask[1:] & ~mask[:-1]).sum() + mask[0].sum())
    return int(np.ceil(mask.sum() / starts)) if starts else 0


def _slanted(length: int, slope: int) -> npt.NDArray[np.uint8]:
    """A line of that height: straight down (slope 0) or leaning by 45 degrees to one side."""
    if slope == 0:
        return np.ones((length, 1), np.uint8)
    kernel = np.eye(length, dtype=np.uint8)
    return kernel if slope > 0 else kernel[:, ::-1].copy()


def _without_preprint(dark: Mask, printed: Mask, lines_h: Mask, lines_v: Mask) -> Mask:
    """Ink beside the print, and on printed lines where a stroke goes on at both sides."""
    free = dark & ~printed
    mask = u8(free)
    kept = free
    for lines, turned in ((lines_h, False), (lines_v, True)):
        across = lines.T if turned else lines
        thickness = _run(across)
        if thickness == 0:
            continue
        source = np.ascontiguousarray(mask.T) if turned else mask
        bridged = np.zeros_like(source)
        for slope in (-1, 0, 1):
            kernel = _slanted(thickness + 3, slope)
            bridged |= u8(cv2.morphologyEx(source, cv2.MORPH_CLOSE, kernel))
        over = (bridged.T if turned else bridged) > 0
        kept = kept | (over & lines & dark)
    return kept


def _without_specks(writing: Mask, printed: Mask, px_per_mm: float) -> Mask:
    """Dust goes, and slivers that a printed line left beside itself."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(u8(writing), connectivity=8)
    beside = cv2.dilate(u8(printed), np.ones((3, 3), np.uint8)) > 0
    free = np.bincount(labels.ravel(), weights=(~beside).ravel().astype(float), minlength=count)
    keep = stats[:, cv2.CC_STAT_AREA] >= max(4.0, SPECK_MM2 * px_per_mm**2)
    keep &= free >= 3
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


def _own_strokes(writing: Mask, box: PxBox, margin: int) -> Mask:
    """Strokes that belong to this box: at least a fifth of them lies inside."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(u8(writing), connectivity=8)
    inside = np.bincount(labels[margin : margin + box[3], margin : margin + box[2]].ravel(), minlength=count)
    keep = inside >= 0.2 * stats[:, cv2.CC_STAT_AREA]
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


def _leaves(own: Mask, box: PxBox, margin: int, px_per_mm: float) -> bool:
    """Whether a stroke of this field goes on more than 0.7 mm outside of the box."""
    far = round(0.7 * px_per_mm)
    outside = own.copy()
    outside[margin - far : margin + box[3] + far, margin - far : margin + box[2] + far] = False
    return int(outside.sum()) > 0.3 * px_per_mm**2


def _shown(gray: Gray, kept: Mask, printed: Mask, px_per_mm: float) -> Gray:
    """The strokes in their own gray on white, with their soft edges and the pale strokes between them.

    The thin strokes of printed Mincho and of a light hand are paler than the threshold of ink; the readers
    need them (without them 員 is read as 员).
    """
    kept = kept | _pale_strokes(gray, kept, printed, px_per_mm)
    edges = cv2.dilate(u8(kept), np.ones((3, 3), np.uint8)) > 0
    around = _near(kept, PALE_REACH_MM, px_per_mm)
    near = (edges | (around & (gray < PALE))) & ~(printed & ~kept)
    return np.where(near, gray, np.uint8(255))


def _near(mask: Mask, reach_mm: float, px_per_mm: float) -> Mask:
    """Everything within a square of that reach around the mask."""
    side = 2 * round(reach_mm * px_per_mm) + 1
    return np.asarray(cv2.dilate(u8(mask), np.ones((side, side), np.uint8)) > 0, np.bool_)


def _pale_strokes(gray: Gray, kept: Mask, printed: Mask, px_per_mm: float) -> Mask:
    """Whole strokes that are pale throughout and stand by themselves: 。 and one side of ハ.

    Strokes alone, no dust and no shadow of a printed line; and only beside writing that is dark enough.
    """
    pale = (gray < PALE_STROKE) & ~printed
    count, labels, stats, _ = cv2.connectedComponentsWithStats(u8(pale), connectivity=8)
    if count <= 1:
        return np.zeros_like(kept)
    beside = cv2.dilate(u8(printed), np.ones((3, 3), np.uint8)) > 0
    area = stats[:, cv2.CC_STAT_AREA].astype(float)
    shadow = np.bincount(labels.ravel(), weights=beside.ravel().astype(float), minlength=count) / area
    close = _near(kept, PALE_STROKE_REACH_MM, px_per_mm)
    touching = np.bincount(labels.ravel(), weights=close.ravel().astype(float), minlength=count)
    keep = (area >= PALE_STROKE_MM2 * px_per_mm**2) & (shadow < 0.4) & (touching > 0)
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


def glyph_heights(ink: Mask) -> npt.NDArray[np.float64]:
    """Heights in px of what stands between empty columns (dots and strokes below 3 px are left out)."""
    if not ink.any():
        return np.zeros(0)
    columns = ink.any(axis=0).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], columns, [0]))))
    heights = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        rows = np.flatnonzero(ink[:, start:end].any(axis=1))
        heights.append(int(rows[-1] - rows[0] + 1))
    found = np.array(heights, np.float64)
    return np.asarray(found[found >= max(3.0, 0.35 * float(found.max()))], np.float64)
