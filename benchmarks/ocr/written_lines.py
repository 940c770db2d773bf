"""Lines composed of single written letters, as on a plain line: no boxes, uneven gaps, sizes and heights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Hand:
    """How loosely a line is written; lengths in shares of a letter's side (the writing square)."""

    gap: tuple[float, float] = (0.08, 0.45)  # paper between the ink of two letters
    jitter: float = 0.06  # up and down
    size: float = 0.12  # larger and smaller
    side: int = 52  # px of the writing square: 6.6 mm at 200 dpi


def grouped(count: int, random: np.random.Generator, least: int = 6, most: int = 12) -> list[list[int]]:
    """Every number below ``count`` once, in lines of ``least`` to ``most`` (the last may be shorter)."""
    order = random.permutation(count).tolist()
    lines = []
    while order:
        length = int(random.integers(least, most + 1))
        if 0 < len(order) - length < least:
            length = min(most, len(order) - least) if len(order) - least >= least else len(order)
        lines.append([int(number) for number in order[:length]])
        order = order[length:]
    return lines


def compose(letters: Sequence[Gray], random: np.random.Generator, hand: Hand | None = None) -> Gray:
    """One line, dark on white, from pictures of letters in their writing squares (light on dark)."""
    hand = hand or Hand()
    height = 2 * hand.side
    parts: list[Gray] = [np.zeros((height, hand.side), np.uint8)]
    for letter in letters:
        scale = hand.side / max(letter.shape) * float(np.exp(random.uniform(-hand.size, hand.size)))
        wide, high = (max(2, round(side * scale)) for side in letter.shape[::-1])
        small = cv2.resize(letter, (wide, high), interpolation=cv2.INTER_AREA)
        columns = np.flatnonzero((small > 80).any(axis=0))
        small = small[:, max(0, columns[0] - 1) : columns[-1] + 2]
        top = round((height - high) / 2 + random.uniform(-hand.jitter, hand.jitter) * hand.side)
        column = np.zeros((height, small.shape[1]), np.uint8)
        column[top : top + high] = small
        gap = max(0, round(random.uniform(*hand.gap) * hand.side))
        parts += [column, np.zeros((height, gap), np.uint8)]
    parts.append(np.zeros((height, hand.side), np.uint8))
    return np.asarray(255 - np.hstack(parts), np.uint8)
