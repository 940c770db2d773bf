"""Red and vermilion seals (印影): told from writing by colour, or by their ring when there is no colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Floats, Gray, Mask, u8

RED = 42  # by how much red must outshine green and blue, of 255
MIN_SEAL_MM2 = 1.2
RING_MM = (5.5, 6.5, 8.0, 9.5, 10.5, 12.0, 13.5, 15.0, 16.5, 18.0)
RING_SHARE = 0.72  # of a ring's circumference that must be inked


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
        return Split(gray, red, bool(np.abs(redness).max() > 12))
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
    ring = _ring(extra, px_per_mm)
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
    """The disc of a round seal in a scan without colours, found by its circumference."""
    ink = u8(cv2.dilate(u8(extra), np.ones((3, 3), np.uint8))) // 255
    values = ink.astype(np.float32)
    best: tuple[float, int, int, int] | None = None
    for diameter in RING_MM:
        radius = round(diameter / 2 * px_per_mm)
        if 2 * radius + 3 > min(values.shape):
            continue
        kernel = _circle(radius)
        score = cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        _, top, _, (x, y) = cv2.minMaxLoc(score)
        if top >= RING_SHARE and (best is None or top > best[0]):
            best = (top, x, y, radius)
    if best is None:
        return None
    area = np.zeros(extra.shape, np.uint8)
    cv2.circle(area, (best[1], best[2]), best[3] + 1, 255, cv2.FILLED)
    return area > 0


def _circle(radius: int) -> Floats:
    kernel = np.zeros((2 * radius + 3, 2 * radius + 3), np.uint8)
    cv2.circle(kernel, (radius + 1, radius + 1), radius, 1, 1)
    return np.asarray(kernel / float(kernel.sum()), np.float64)
