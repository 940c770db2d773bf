"""Between stored files and pictures: pages of scans, PNG in and out, thumbnails."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from yakuba.core.files.models import StoredFile
from yakuba.core.files.services import read, store
from yakuba.ocr.intake import BadScan, Scan, ScannedPage, open_scan

Image = npt.NDArray[np.uint8]
PNG = "image/png"
ENDINGS = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.heic,.heif"
SPEED = 3  # PNG compression: a third slower to unpack at 9, hardly smaller

__all__ = [
    "ENDINGS",
    "PNG",
    "BadScan",
    "Image",
    "Scan",
    "ScannedPage",
    "decoded",
    "encoded",
    "keep_png",
    "open_scan",
    "picture",
    "reduced",
    "scan_of",
]


def scan_of(stored: StoredFile) -> Scan:
    """A kept file, ready to give single pages. ``BadScan``."""
    return open_scan(read(stored), stored.name)


def encoded(image: Image) -> bytes:
    """The picture as PNG; one channel where the page has no colour."""
    if image.ndim == 3 and (image[:, :, :1] == image[:, :, 1:]).all():
        image = np.ascontiguousarray(image[:, :, 0])
    done, data = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, SPEED])
    if not done:
        raise ValueError("the picture can't be written as PNG")
    return data.tobytes()


def decoded(data: bytes) -> Image:
    """Blue, green, red of a PNG that was kept by us."""
    found = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise ValueError("not a picture")
    return np.asarray(found, dtype=np.uint8)


def keep_png(image: Image, name: str, by: Any) -> StoredFile:
    """Keep a picture in the caller's transaction."""
    return store(encoded(image), name=name, content_type=PNG, by=by)


def picture(stored: StoredFile) -> Image:
    """A kept PNG as pixels."""
    return decoded(read(stored))


def reduced(image: Image, longest: int) -> Image:
    """The picture with its longer side at most ``longest`` pixels."""
    height, width = image.shape[:2]
    share = longest / max(height, width)
    if share >= 1:
        return image
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
