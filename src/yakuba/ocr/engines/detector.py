"""Where text stands on a page: PP-OCRv6's detector (differentiable binarisation, DB).

Source of the steps after the net: M. Liao et al., "Real-time scene text detection with differentiable
binarization", AAAI 2020: a map of probabilities, its islands, each grown by area times ratio over perimeter.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.engines.ppocr import session

LONG_SIDE = 1600  # px the net sees of a page; more finds smaller print, at the cost of the square
IN_TEXT = 0.3  # of the map: inside of a line
LINE_SCORE = 0.5  # mean of the map inside of a box
GROW = 1.7
LEAST_SIDE = 3.0
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line: its four corners in page pixels from the top left clockwise, and the net's score."""

    corners: NDArray[np.float32]
    score: float

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, upright, around the corners."""
        low, high = np.floor(self.corners.min(axis=0)), np.ceil(self.corners.max(axis=0))
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])


class TextDetector:
    """``find`` gives the lines of a page in no particular order."""

    def __init__(self) -> None:
        self._session = session("ppocrv6-det-small")
        self._input = self._session.get_inputs()[0].name

    def find(self, page: NDArray[np.uint8]) -> list[TextBox]:
        """``page``: height x width x 3, blue green red."""
        height, width = page.shape[:2]
        scale = min(1.0, LONG_SIDE / max(height, width))
        size = [max(32, round(side * scale / 32) * 32) for side in (width, height)]
        small = cv2.resize(page, (size[0], size[1]), interpolation=cv2.INTER_AREA)
        ready = ((small.astype(np.float32) / 255 - MEAN) / SPREAD).transpose(2, 0, 1)[None]
        chance = self._session.run(None, {self._input: ready.astype(np.float32)})[0][0, 0]
        to_page = np.array([width / size[0], height / size[1]], np.float32)
        return boxes_of(chance, to_page)


def boxes_of(chance: NDArray[np.float32], to_page: NDArray[np.float32]) -> list[TextBox]:
    """Islands of the map as boxes in page pixels."""
    found = []
    islands, _ = cv2.findContours((chance > IN_TEXT).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for island in islands:
        (x, y), (width, height), angle = cv2.minAreaRect(island)
        if min(width, height) < LEAST_SIDE:
            continue
        score = _score(chance, np.asarray(island, np.int32))
        if score < LINE_SCORE:
            continue
        grow = width * height * GROW / (2 * (width + height))
        rect = ((x, y), (width + 2 * grow, height + 2 * grow), angle)
        corners = _clockwise(np.asarray(cv2.boxPoints(rect), np.float32))
        found.append(TextBox(corners * to_page, score))
    return found


def _score(chance: NDArray[np.float32], island: NDArray[np.int32]) -> float:
    x, y, width, height = cv2.boundingRect(island)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [island - np.array([x, y])], (1,))
    return float(chance[y : y + height, x : x + width][mask > 0].mean())


def _clockwise(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """From the corner that is nearest to the top left."""
    start = int(corners.sum(axis=1).argmin())
    return np.roll(corners, -start, axis=0)


def cut_out(page: NDArray[np.uint8], box: TextBox) -> NDArray[np.uint8]:
    """The line turned upright."""
    corners = box.corners
    width = round(float(np.linalg.norm(corners[1] - corners[0])))
    height = round(float(np.linalg.norm(corners[3] - corners[0])))
    width, height = max(2, width), max(2, height)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(
        cv2.warpPerspective(page, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
