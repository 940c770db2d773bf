"""Do the scores still look like the calibration's? Two-sample Kolmogorov-Smirnov, one window after another.

The bound is finite-sample: F. Wei and R. M. Dudley, "Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities"
(2012): P(D > d) ≤ e · 2 · exp(-2 d² m n / (m + n)) / 2 for every m = n ≥ 4; ties only make it rarer. The risk
of the j-th window is ``RISK · 6 / (π² j²)``: together they stay below ``RISK``, however long a task lives.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

WINDOW = 250  # routed items that are compared together
RISK = 0.01  # the chance of any false alarm in a task's whole life


def distance(first: Sequence[float], second: Sequence[float]) -> float:
    """The largest gap between the two empirical distributions; both sides must hold something.

    >>> distance([0.1, 0.2], [0.2, 0.3])
    0.5
    """
    if not first or not second:
        raise ValueError("both samples must hold at least one score")
    one, two = sorted(first), sorted(second)
    return max(
        abs(bisect_right(one, at) / len(one) - bisect_right(two, at) / len(two)) for at in {*one, *two}
    )


def limit(first: int, second: int, window: int, risk: float = RISK) -> float:
    """The gap that the ``window``-th comparison (from 1) exceeds by chance within its part of the risk."""
    part = risk * 6.0 / (math.pi**2 * window**2)
    return math.sqrt((1.0 - math.log(part)) / 2.0 * (first + second) / (first * second))


def shifted(calibration: Sequence[float], recent: Sequence[float], window: int) -> bool:
    """Whether the recent scores differ from the calibration's by more than chance explains."""
    return distance(calibration, recent) > limit(len(calibration), len(recent), window)
