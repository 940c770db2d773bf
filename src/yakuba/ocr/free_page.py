"""Any page to text: where lines stand, what they say, in which order they are read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.domain.decoding import Lattice, best_path
from yakuba.ocr.domain.decoding.kinds import MIDDLE_DOTS
from yakuba.ocr.domain.decoding.lattice import BLANK, japanese_only
from yakuba.ocr.domain.line_image import upright_strip
from yakuba.ocr.domain.normalise import widths
from yakuba.ocr.domain.reading_order import is_vertical, reading_order
from yakuba.ocr.engines.detector import TextBox, TextDetector, cut_out
from yakuba.ocr.engines.ppocr import LineReader

_DOTS = str.maketrans(MIDDLE_DOTS)
LEAST_CONFIDENCE = 0.3  # less is texture, not text


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line. ``box``: left, top, right, bottom in px of the page; ``corners``: four (x, y) clockwise."""

    text: str
    confidence: float  # mean probability of the characters, 0 to 1
    box: tuple[int, int, int, int]
    corners: tuple[tuple[float, float], ...]
    vertical: bool


@cache
def _engines() -> tuple[TextDetector, LineReader]:
    return TextDetector(), LineReader("v6")


def read_free_page(page: NDArray[np.uint8]) -> list[TextLine]:
    """The lines of a page (height x width x 3, blue green red) in reading order."""
    detector, reader = _engines()
    boxes = detector.find(page)
    if not boxes:
        return []  # the blank back of a sheet
    crops: list[NDArray[np.uint8]] = []
    first: list[int] = []
    for box in boxes:
        first.append(len(crops))
        crop = cut_out(page, box)
        if is_vertical(box.bounds):
            crops += [upright_strip(_gray(crop)), np.ascontiguousarray(np.rot90(crop))]
        else:
            crops.append(crop)
    read = [said(lattice) for lattice in reader.read(crops)] if crops else []
    lines = []
    for box, start, end in zip(boxes, first, [*first[1:], len(crops)], strict=True):
        text, confidence = max(read[start:end], key=lambda one: one[1])
        if text.strip() and confidence >= LEAST_CONFIDENCE:
            lines.append(_line(box, text, confidence))
    return [lines[number] for number in reading_order([line.box for line in lines])]


def said(lattice: Lattice) -> tuple[str, float]:
    """The best Japanese text of an engine and the mean probability of its characters."""
    lattice = japanese_only(lattice)
    best = lattice.log_probs.max(axis=1)
    which = lattice.log_probs.argmax(axis=1)
    spoken = best[which != BLANK]
    return best_path(lattice), float(np.exp(spoken).mean()) if len(spoken) else 0.0


def _line(box: TextBox, text: str, confidence: float) -> TextLine:
    corners = tuple((round(float(x), 1), round(float(y), 1)) for x, y in box.corners)
    shown = " ".join(widths(text).translate(_DOTS).split())
    return TextLine(shown, confidence, box.bounds, corners, is_vertical(box.bounds))


def _gray(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)
