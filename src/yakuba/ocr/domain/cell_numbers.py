"""A number read digit by digit together with its check digit: the likeliest valid number and how sure it is.

The shares of the cells are combined over every valid number, so that a check digit both mends a doubtful
digit and tells how far the next best valid number is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# 個人番号 (番号利用法施行令第8条の総務省令第5条): from the right, without the check digit, weights n + 1 for
# n <= 6 and n - 5 for n >= 7; the check digit is 11 less the sum modulo 11, 0 when that remainder is 0 or 1.
WEIGHTS = tuple(n + 1 if n <= 6 else n - 5 for n in range(11, 0, -1))
DOUBT = 0.002  # share that a net, however sure, leaves to digits it did not think of


@dataclass(frozen=True, slots=True)
class NumberGuess:
    """The likeliest valid number.

    ``score`` (0–1) is its share among all valid numbers times the share of all readings that are valid, so a
    number whose digits speak for an invalid one is not sure. ``changed`` counts digits that differ from the
    likeliest digit of their cell.
    """

    text: str
    score: float
    changed: int


def check_digit(digits: str) -> int:
    """The 12th digit of a 個人番号 from its first 11; ``ValueError`` when they are not 11 digits."""
    if len(digits) != 11 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"11 digits expected, found {len(digits)} characters")
    rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def likeliest_number(shares: NDArray[np.floating]) -> NumberGuess:
    """The valid 個人番号 that twelve cells speak for; ``shares`` is (12, 10), each row adding to 1.

    ``ValueError`` when the shape differs or a cell holds nothing.
    """
    if shares.shape != (12, 10) or not (np.abs(shares.sum(1) - 1) < 1e-3).all():
        raise ValueError(f"shares of 12 cells and 10 digits expected, found {shares.shape}")
    doubted = (1 - DOUBT) * shares.astype(float) + DOUBT / 10
    total = np.zeros(11)  # by remainder: the sum of all digit strings so far, and the best one of them
    best = np.zeros(11)
    total[0] = best[0] = 1.0
    steps: list[NDArray[np.int64]] = []
    digits = np.arange(10)
    for weight, row in zip(WEIGHTS, doubted[:11], strict=True):
        # From which remainder each digit leads to each remainder.
        source = (np.arange(11)[:, None] - weight * digits[None]) % 11
        total = (total[source] * row).sum(1)
        options = best[source] * row
        steps.append(options.argmax(1))
        best = options.max(1)
    last = np.array([0 if rest <= 1 else 11 - rest for rest in range(11)])
    ends = best * doubted[11, last]
    rest = int(ends.argmax())
    text = [int(last[rest])]
    for step, weight in zip(reversed(steps), reversed(WEIGHTS), strict=True):
        digit = int(step[rest])
        text.append(digit)
        rest = (rest - weight * digit) % 11
    text.reverse()
    valid = float((total * doubted[11, last]).sum())
    top = float(ends.max())
    plain = shares.argmax(1)
    changed = int((plain != np.array(text)).sum())
    # Chance that a reading is valid by luck is about 1 in 11: below it, the cells speak against every number.
    score = top / valid * min(1.0, valid * 11)
    return NumberGuess("".join(map(str, text)), score, changed)
