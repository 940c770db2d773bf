"""Minutes saved against a timed baseline, with an interval; a loss is a negative saving and stays one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

ENOUGH = 20
"""With fewer cases or baseline samples a figure is only for reference (参考値)."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Per case, in minutes. ``low`` and ``high`` bound the saving's bootstrap percentile interval."""

    n: int
    n_baseline: int
    baseline_minutes: float
    median_minutes: float
    saved_minutes: float
    low: float
    high: float
    reference: bool  # 参考値: fewer than 20 on either side

    @property
    def loss(self) -> bool:
        """The work takes longer than before."""
        return self.saved_minutes < 0


def saving(
    baseline: Sequence[float],
    measured: Sequence[float],
    chance: random.Random,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> Saving | None:
    """Median baseline minus median handling time, checking included; both given in seconds a case.

    Both sides are resampled with ``chance`` (B. Efron, "Bootstrap methods", 1979): the same seed gives the
    same interval. None when either side is empty: nothing was measured, which is not a saving of zero.
    """
    if not baseline or not measured:
        return None
    draws = sorted(
        median(chance.choices(baseline, k=len(baseline))) - median(chance.choices(measured, k=len(measured)))
        for _ in range(resamples)
    )
    tail = (1 - confidence) / 2
    low = draws[int(tail * resamples)]
    high = draws[min(resamples - 1, int((1 - tail) * resamples))]
    before, now = median(baseline), median(measured)
    return Saving(
        n=len(measured),
        n_baseline=len(baseline),
        baseline_minutes=before / 60,
        median_minutes=now / 60,
        saved_minutes=(before - now) / 60,
        low=low / 60,
        high=high / 60,
        reference=min(len(measured), len(baseline)) < ENOUGH,
    )
