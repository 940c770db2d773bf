"""Whether a part of the sheet is missing from a scan (切れた用紙), and which side.

Asked only of a page that was refused or seems too coarse: a sheet of which a third is missing fits no blank,
and without a resolution in the file its few pixels look like 100 dpi. Neither is the cause, and neither
advice helps. Nothing is read or accepted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Floats, u8
from yakuba.ocr.domain.quality import Problem, Quality, measure
from yakuba.ocr.domain.registration import (
    Prepared,
    Registered,
    Template,
    coarsely,
    dark_of,
    exactly,
    prepared,
)

NOWHERE = ((-9999, -9999, 1, 1),)  # a field that no misfit touches: the page is laid wherever it fits
MIN_FEATURES = 100  # of a part that is too small to be laid exactly
MIN_SHARE = 0.02  # of the form's print, beyond the picture
MIN_SHARE_WITHIN = 0.1  # the same within it: less may be another version's
MOST_FORMS = 12  # that a page is compared with; more would keep the batch waiting
MIN_BARE = 0.9  # of a missing band's print
MAX_BARE = 0.25  # of the rest's: more is another form
LEFT_OVER = 0.15  # of a tile's print that may show (dust, a neighbour's line)
SIDES = {"top": "上側", "bottom": "下側", "left": "左側", "right": "右側"}


@dataclass(frozen=True, slots=True)
class Cut:
    """Which sides are missing; ``outside``: they lie beyond the picture, else they are bare within it."""

    sides: tuple[str, ...]
    outside: bool

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, for staff."""
        where = "と".join(SIDES[side] for side in self.sides)
        if self.outside:
            return f"用紙の{where}が画像に入っていません。用紙全体が入るように読み取り直してください。"
        return (
            f"用紙の{where}に、あるはずの印刷が見えません。用紙が切れたり折れたりしていないか、"
            "別の版ではないか確かめて、用紙全体を読み取り直してください。"
        )


def measured(
    image: npt.NDArray[np.uint8],
    dpi: float | None,
    paper_mm: tuple[float, float] | None,
    templates: Sequence[Template],
) -> Quality:
    """The quality gate's figures of a page; few pixels that come from a missing part are told as that.

    ``dpi`` as the file says it, ``None`` when it does not; ``paper_mm`` as for ``measure``.
    """
    found = measure(image, dpi, paper_mm)
    if dpi is None and Problem.LOW_DPI in found.problems:
        cut = cut_off(image, templates)
        if cut is not None and cut.outside:
            return found.with_cut(cut.sentence)
    return found


def cut_off(image: npt.NDArray[np.uint8], templates: Sequence[Template]) -> Cut | None:
    """What is missing of a sheet of the most alike form; ``None`` when nothing is, or it can not be told."""
    if not 0 < len(templates) <= MOST_FORMS:
        return None
    ready = prepared(image, max(templates[0].width_mm, templates[0].height_mm))
    if ready.empty:
        return None
    laid = [coarsely(ready, one) for one in templates]
    best = max(range(len(templates)), key=lambda at: laid[at][1])
    to_scan = _place(ready, templates[best], *laid[best])
    return None if to_scan is None else _missing(ready, templates[best], to_scan)


def _missing(ready: Prepared, template: Template, to_scan: Floats) -> Cut | None:
    """The sides along which the print of the form is not in the scan, though the rest is."""
    if not template.tiles:
        return None
    bare, middles = _bare(ready, template, to_scan)
    beyond = _beyond(ready, to_scan, middles)
    gone = np.zeros(len(bare), np.bool_)
    sides: dict[bool, list[str]] = {True: [], False: []}
    for side, depths in _depths(template, middles).items():
        band = _band(bare, depths)
        outside = bool(band.any() and beyond[band].mean() > 0.5)
        if band.sum() >= (MIN_SHARE if outside else MIN_SHARE_WITHIN) * len(bare):
            sides[outside].append(side)
            gone |= band
    if gone.all() or float(bare[~gone].mean()) > MAX_BARE:
        return None
    found = sides[True] or sides[False]
    return Cut(tuple(found), bool(sides[True])) if found else None


def _place(ready: Prepared, template: Template, coarse: Floats | None, inliers: int) -> Floats | None:
    """Where the template's 200 dpi lie in the prepared scan."""
    if coarse is None:
        return None
    laid = exactly(ready, template, NOWHERE, coarse, inliers)
    if isinstance(laid, Registered):
        across = template.work.shape[1] / template.size[0]
        down = template.work.shape[0] / template.size[1]
        back = np.diag([1 / across, 1 / down, 1.0])
        found = np.linalg.inv(ready.to_image) @ laid.homography @ back
        return np.asarray(found / found[2, 2], np.float64)
    return coarse if inliers >= MIN_FEATURES else None


def _bare(
    ready: Prepared, template: Template, to_scan: Floats
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Which printed tiles show nothing in the scan, and the tiles' middles (px at 200 dpi)."""
    size = (template.work.shape[1], template.work.shape[0])
    laid: npt.NDArray[Any] = cv2.warpPerspective(
        ready.gray,
        to_scan,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    print_sum = cv2.integral(u8(template.work < 140) // 255)
    dark_sum = cv2.integral(u8(dark_of(u8(laid))) // 255)
    boxes = np.array(template.tiles, np.int64)
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]

    def inside(sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])

    middles = np.stack([(left + right) / 2, (top + bottom) / 2], axis=1).astype(np.float64)
    return np.asarray(inside(dark_sum) < LEFT_OVER * inside(print_sum), np.bool_), middles


def _depths(template: Template, middles: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """How far each tile lies from each side of the sheet."""
    height, width = template.work.shape
    x, y = middles[:, 0], middles[:, 1]
    return {"top": y, "bottom": height - y, "left": x, "right": width - x}


def _band(bare: npt.NDArray[np.bool_], depths: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """The tiles of the deepest band along a side in which next to nothing shows."""
    order = np.argsort(depths, kind="stable")
    share = np.cumsum(bare[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero((share >= MIN_BARE) & bare[order])[0]
    found = np.zeros(len(bare), np.bool_)
    if len(good):
        found[depths <= depths[order[good[-1]]]] = True
    return found


def _beyond(ready: Prepared, to_scan: Floats, middles: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which tiles' middles lie outside the scan."""
    points = cv2.perspectiveTransform(middles[:, None, :], to_scan)[:, 0]
    height, width = ready.gray.shape
    x, y = points[:, 0], points[:, 1]
    return np.asarray((x < 0) | (y < 0) | (x >= width) | (y >= height), np.bool_)
