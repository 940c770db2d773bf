"""Printed lines of a blank form, so that drawn boxes can snap to them (pure)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

SHORTEST_MM = 4.0  # a character's stroke is shorter
MERGE_MM = 0.6  # both edges of one thick line
MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class RuledLines:
    """Places of lines in millimetres: ``across`` are heights of horizontal ones, ``down`` the others'."""

    across: tuple[float, ...]
    down: tuple[float, ...]


def ruled_lines(gray: npt.NDArray[np.uint8], width_mm: float, height_mm: float) -> RuledLines:
    """Lines of a page, ``gray`` height x width, dark on white; coordinates rounded to 0.1 mm."""
    if gray.ndim != 2:
        raise ValueError(f"a gray image has two axes, not {gray.ndim}")
    height, width = gray.shape
    _, ink = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    dark = np.asarray(ink, dtype=np.uint8)
    per_mm = (width / width_mm, height / height_mm)
    across = _runs(dark, (max(3, round(SHORTEST_MM * per_mm[0])), 1))
    down = _runs(dark, (1, max(3, round(SHORTEST_MM * per_mm[1]))))
    return RuledLines(
        _places(across.max(axis=1, initial=0), per_mm[1]), _places(down.max(axis=0, initial=0), per_mm[0])
    )


def _runs(dark: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), dtype=np.uint8)


def _places(profile: npt.NDArray[np.uint8], per_mm: float) -> tuple[float, ...]:
    """The middle of every run of marked rows, near ones merged."""
    marked = np.flatnonzero(profile)
    if marked.size == 0:
        return ()
    breaks = np.flatnonzero(np.diff(marked) > max(1.0, MERGE_MM * per_mm)) + 1
    middles = [(group[0] + group[-1] + 1) / 2 / per_mm for group in np.split(marked, breaks)]
    return tuple(round(float(one), 1) for one in middles[:MOST_LINES])
