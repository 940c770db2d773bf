"""Writing too faint for the ink threshold: a pencil, a worn ribbon. Faint writing is not a blank field."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.ocr.domain.pixels import Gray, PxBox, flattened, gray_of, u8
from yakuba.ocr.domain.registration import Template

DARKER = 18  # gray levels below the paper, after smoothing: the eye sees a stroke, the threshold does not
LEAST_MM2 = 0.25  # together in one place; dust is smaller
LONGEST_SIDE_MM = 0.8  # a stroke is at least this long


MARGIN_PX = 60  # around the box, so that the paper's brightness is known


def _seen(page: npt.NDArray[np.uint8], box: PxBox) -> Gray:
    """The box with its paper evened out to white."""
    x, y, width, height = box
    top, left = max(0, y - MARGIN_PX), max(0, x - MARGIN_PX)
    around = page[top : y + height + MARGIN_PX, left : x + width + MARGIN_PX]
    return flattened(gray_of(around))[y - top : y - top + height, x - left : x - left + width]


def faint_writing(page: npt.NDArray[np.uint8], template: Template, box: PxBox) -> Gray | None:
    """The box with faint strokes made dark, dark on white; ``None`` when there are none."""
    x, y, width, height = box
    edge = max(1, round(0.3 * template.px_per_mm))
    seen = _seen(page, box)
    blank = template.gray[y : y + height, x : x + width]
    if seen.shape != blank.shape or min(seen.shape) <= 2 * edge + 2:
        return None
    paper = float(np.percentile(seen, 90))
    smooth = cv2.GaussianBlur(seen, (0, 0), 1.0)
    printed = cv2.dilate(u8(blank < 225), np.ones((5, 5), np.uint8)) > 0
    stroke = (smooth < paper - DARKER) & ~printed
    stroke[:edge] = stroke[-edge:] = False
    stroke[:, :edge] = stroke[:, -edge:] = False
    count, labels, stats, _ = cv2.connectedComponentsWithStats(u8(stroke), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA] >= LEAST_MM2 * template.px_per_mm**2
    side = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = area & (side >= LONGEST_SIDE_MM * template.px_per_mm)
    keep[0] = False
    if count <= 1 or not keep.any():
        return None
    near = cv2.dilate(u8(keep[labels]), np.ones((5, 5), np.uint8)) > 0
    darkest = float(smooth[keep[labels]].min())
    scaled = np.clip((smooth.astype(np.float32) - darkest) / max(1.0, paper - darkest) * 255, 0, 255)
    return np.where(near, u8(scaled), np.uint8(255))
