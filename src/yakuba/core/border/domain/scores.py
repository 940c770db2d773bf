"""Do the scores still look like the calibration's? Two-sample Kolmogorov-Smirnov, window after window.

The chance of a gap is exact: lattice paths that stay inside the band (J. L. Hodges, "The significance
probability of the Smirnov two-sample test", Arkiv för Matematik 3, 1958). Ties make a gap only rarer. Every
window may give a false alarm with at most ``RISK``, so 10,000 items (40 windows) with at most 1 %.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

WINDOW = 250  # routed items that are compared together
RISK = 0.00025  # the chance of a false alarm in one window
MOST = 2_000  # calibration scores that are kept for the comparison


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


def chance(first: int, second: int, gap: float) -> float:
    """P(distance ≥ gap) for two samples of these sizes from one continuous distribution.

    >>> chance(1, 1, 1.0), round(chance(2, 2, 1.0), 6)
    (1.0, 0.333333)
    """
    if first < 1 or second < 1:
        raise ValueError("both samples must hold at least one score")
    # Gaps are whole multiples of 1/(first·second); half a step below the gap tells equal ones apart safely.
    band = round(gap * first * second) - 0.5
    inside = [1.0 if place * first <= band else 0.0 for place in range(second + 1)]
    for step in range(1, first + 1):
        weight = step / (step + second)
        inside[0] = weight * inside[0] if step * second <= band else 0.0
        for place in range(1, second + 1):
            if abs(step * second - place * first) > band:
                inside[place] = 0.0
            else:
                inside[place] = weight * inside[place] + inside[place - 1]
    return min(1.0, max(0.0, 1.0 - inside[second]))


def shifted(calibration: Sequence[float], recent: Sequence[float]) -> bool:
    """Whether the recent scores differ from the calibration's by more than chance explains."""
    return chance(len(calibration), len(recent), distance(calibration, recent)) <= RISK


def thinned(scores: Sequence[float], most: int = MOST) -> list[float]:
    """The scores rising, at most ``most`` of them, evenly taken: their distribution moves by 1/most at most.

    >>> thinned([0.5, 0.1, 0.9, 0.3], 2)
    [0.3, 0.9]
    """
    rising = sorted(scores)
    if len(rising) <= most:
        return rising
    return [rising[(place + 1) * len(rising) // most - 1] for place in range(most)]
