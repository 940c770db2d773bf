"""The shapes of images in this package, and the few conversions that everything needs."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]  # height x width, 0 black, 255 white
Colour = npt.NDArray[np.uint8]  # height x width x 3, blue green red
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
PxBox = tuple[int, int, int, int]  # x, y, width, height in pixels from the top left

MM_PER_INCH = 25.4

# One thread a process: workers share the cores, and OpenCV's threads wait for one another at every small
# step (on a busy machine with two cores a registration took 18 s on the clock for 1 s of work).
cv2.setNumThreads(1)


def u8(array: Any) -> Gray:
    """The array as bytes (values outside 0 to 255 are clipped)."""
    found = np.asarray(array)
    if found.dtype == np.bool_:
        return found.astype(np.uint8) * np.uint8(255)
    if found.dtype != np.uint8:
        found = np.clip(np.rint(found), 0, 255).astype(np.uint8)
    return found


def gray_of(image: npt.NDArray[np.uint8]) -> Gray:
    """A gray image of a gray or blue-green-red one."""
    if image.ndim == 2:
        return image
    return u8(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def colour_of(image: npt.NDArray[np.uint8]) -> Colour:
    """A blue-green-red image of a gray or coloured one."""
    if image.ndim == 3:
        return image
    return u8(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))


def crop(image: npt.NDArray[Any], box: PxBox, margin: int = 0) -> npt.NDArray[Any]:
    """The part of the image in the box and a margin around it, cut at the image's edges (a view)."""
    x, y, width, height = box
    top, left = max(0, y - margin), max(0, x - margin)
    return image[top : max(0, y + height + margin), left : max(0, x + width + margin)]


def flattened(gray: Gray, window: int = 41) -> Gray:
    """The paper evened out to white: shadows, gray backs and show-through of a slow gradient vanish.

    The paper's brightness is the closing (brightest wide neighbourhood) on a quarter of the size.
    """
    height, width = gray.shape
    if min(height, width) < 8:
        return gray
    small = cv2.resize(gray, (max(2, width // 4), max(2, height // 4)), interpolation=cv2.INTER_AREA)
    size = max(3, window // 4) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), size / 3)
    full = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return u8(cv2.divide(gray, np.maximum(full, 1), scale=255))


def px_box(x_mm: float, y_mm: float, width_mm: float, height_mm: float, px_per_mm: float) -> PxBox:
    """Millimetres as whole pixels; a box never vanishes."""
    left, top = round(x_mm * px_per_mm), round(y_mm * px_per_mm)
    right, bottom = round((x_mm + width_mm) * px_per_mm), round((y_mm + height_mm) * px_per_mm)
    return left, top, max(1, right - left), max(1, bottom - top)
