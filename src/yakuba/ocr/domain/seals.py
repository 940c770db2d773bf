"""Red and vermilion seals (印影): told from writing by colour, or by their ring when there is no colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Gray, Mask, u8

RED = 42  # by how much red must outshine green and blue, of 255
MIN_SEAL_MM2 = 1.2
RING_MM = (5.5, 6.5, 8.0, 9.5, 10.5, 12.0, 13.5, 15.0, 16.5, 18.0)
# A ring needs this share of its circumference inked, and so much more than the circles beside it. A small
# circle is found in many characters, so it must be almost whole.
RING_SHARE, RING_CONTRAST = 0.55, 0.36
SMALL_RING_MM, SMALL_RING_SHARE = 7.5, 0.74
RING_PX_PER_MM = 3.0  # rings are looked for in a small image


@dataclass(frozen=True, slots=True)
class Split:
    """A crop without its red ink."""

    gray: Gray  # paper white; where a seal lies, only what is dark under it
    red: Mask  # red ink that the blank does not have
    coloured: bool  # whether the scan has colours at all


def normalised(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The crop with its paper made white, each colour by itself."""
    paper = np.maximum(np.percentile(image.reshape(-1, image.shape[-1]), 90, axis=0), 60)
    return u8(image.astype(np.float32) * (255.0 / paper).astype(np.float32))


def _redness(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    wide = image.astype(np.int16)
    return np.asarray(wide[:, :, 2] - np.maximum(wide[:, :, 0], wide[:, :, 1]), np.int16)


def split(seen: npt.NDArray[np.uint8], blank: npt.NDArray[np.uint8]) -> Split:
    """Red ink and everything else. Both crops: height x width x 3."""
    clean = normalised(seen)
    redness = _redness(clean)
    preprint = cv2.dilate(u8(_redness(normalised(blank)) > RED // 2), np.ones((5, 5), np.uint8)) > 0
    red = (redness > RED) & ~preprint
    gray = u8(cv2.cvtColor(clean, cv2.COLOR_BGR2GRAY))
    if not red.any():
        return Split(gray, red, bool(np.abs(redness).max() > 3))
    area = cv2.dilate(u8(red), np.ones((5, 5), np.uint8)) > 0
    # Through red ink the red channel sees paper; what is dark there as well is black ink.
    through = clean[:, :, 2]
    level = max(120.0, float(np.percentile(through[red], 60)))
    lifted = u8(through.astype(np.float32) * (255.0 / level))
    return Split(np.where(area, np.maximum(gray, lifted), gray), red, True)


def on(found: Split, writing: Mask, extra: Mask, px_per_mm: float, margin: int) -> float:
    """The share of the writing that a seal covers; 1.0 when red ink stands alone in the field.

    ``writing``: strokes without print. ``extra``: everything dark that the blank does not print.
    """
    inner = (slice(margin, writing.shape[0] - margin), slice(margin, writing.shape[1] - margin))
    red = cv2.morphologyEx(u8(found.red), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    if red[inner].sum() >= MIN_SEAL_MM2 * px_per_mm**2:
        return _share(_filled(red), writing, inner)
    ring = None if found.coloured else _ring(extra, px_per_mm)
    if ring is None or not ring[inner].any():
        return 0.0
    return _share(ring, writing, inner)


def _share(area: Mask, writing: Mask, inner: tuple[slice, slice]) -> float:
    ink = writing[inner]
    total = int(ink.sum())
    if total == 0:
        return 1.0
    return float((ink & area[inner]).sum() / total)


def _filled(red: Mask) -> Mask:
    """The seal with what its ring encloses."""
    outlines, _ = cv2.findContours(u8(red), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    area = np.zeros(red.shape, np.uint8)
    cv2.drawContours(area, outlines, -1, 255, cv2.FILLED)
    return area > 0


def _ring(extra: Mask, px_per_mm: float) -> Mask | None:
    """The disc of a round seal in a scan without colours: a circle of ink between emptier circles."""
    height, width = extra.shape
    shrink = RING_PX_PER_MM / px_per_mm
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(u8(extra), size, interpolation=cv2.INTER_AREA)
    near = cv2.dilate((small > 60).astype(np.float32), np.ones((2, 2), np.uint8))
    if near.sum() < 40:
        return None
    best = (RING_CONTRAST, 0, 0, 0.0)
    for diameter in RING_MM:
        radius = diameter / 2 * RING_PX_PER_MM
        if 2 * radius > 1.5 * min(size):
            continue
        around = cv2.filter2D(near, -1, _circle(radius), borderType=cv2.BORDER_CONSTANT)
        beside = cv2.filter2D(near, -1, _beside(radius), borderType=cv2.BORDER_CONSTANT)
        least = SMALL_RING_SHARE if diameter < SMALL_RING_MM else RING_SHARE
        contrast = np.where(around >= least, around - beside, 0.0)
        _, top, _, (x, y) = cv2.minMaxLoc(contrast)
        if top > best[0]:
            best = (top, x, y, radius)
    _, x, y, radius = best
    if radius == 0:
        return None
    area = np.zeros(extra.shape, np.uint8)
    centre = (round((x + 0.5) / shrink), round((y + 0.5) / shrink))
    cv2.circle(area, centre, round(radius / shrink) + 2, 255, cv2.FILLED)
    return area > 0


@cache
def _circle(radius: float) -> npt.NDArray[np.float32]:
    """A thin circle whose values add up to 1."""
    half = int(np.ceil(radius)) + 1
    rows, columns = np.ogrid[-half : half + 1, -half : half + 1]
    line = np.clip(1.0 - np.abs(np.hypot(rows, columns) - radius), 0.0, 1.0)
    return np.asarray(line / float(line.sum()), np.float32)


@cache
def _beside(radius: float) -> npt.NDArray[np.float32]:
    """The circles a millimetre within and without, half of the weight each."""
    outer = _circle(radius + RING_PX_PER_MM)
    inner = _circle(radius - RING_PX_PER_MM)
    gap = (outer.shape[0] - inner.shape[0]) // 2
    return np.asarray((outer + np.pad(inner, gap)) / 2, np.float32)
