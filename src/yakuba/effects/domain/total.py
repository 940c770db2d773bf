"""Time saved over many cases of several tasks, with an interval; and what a system cost in a period."""

from __future__ import annotations

import random
from calendar import isleap, monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from yakuba.effects.domain.saving import ENOUGH


@dataclass(frozen=True, slots=True)
class Stratum:
    """One task: baseline samples and measured cases, in seconds a case."""

    baseline: Sequence[float]
    measured: Sequence[float]


@dataclass(frozen=True, slots=True)
class Total:
    """Hours saved by the measured cases; ``low`` and ``high`` bound the bootstrap percentile interval."""

    cases: int
    hours: float
    low: float
    high: float
    reference: bool  # 参考値: fewer than 20 cases or baseline samples in some task

    @property
    def loss(self) -> bool:
        """The work took longer than before."""
        return self.hours < 0


def total_saving(
    strata: Sequence[Stratum], chance: random.Random, *, confidence: float = 0.95, resamples: int = 1000
) -> Total | None:
    """For each task: cases × the baseline's median, less the time that the cases took, checking included.

    The time taken is a sum and not a median, so one long case is not hidden. Tasks without a baseline or
    without cases are left out; None when no task is left. Both sides of every task are resampled.

    >>> total_saving([Stratum([600.0] * 20, [240.0] * 20)], random.Random(1)).hours
    2.0
    """
    used = [one for one in strata if one.baseline and one.measured]
    if not used:
        return None

    def saved(pick: random.Random | None) -> float:
        seconds = 0.0
        for one in used:
            before = pick.choices(one.baseline, k=len(one.baseline)) if pick else one.baseline
            now = pick.choices(one.measured, k=len(one.measured)) if pick else one.measured
            seconds += len(one.measured) * median(before) - sum(now)
        return seconds / 3600

    draws = sorted(saved(chance) for _ in range(resamples))
    tail = (1 - confidence) / 2
    return Total(
        cases=sum(len(one.measured) for one in used),
        hours=saved(None),
        low=draws[int(tail * resamples)],
        high=draws[min(resamples - 1, int((1 - tail) * resamples))],
        reference=any(min(len(one.baseline), len(one.measured)) < ENOUGH for one in used),
    )


def cost_between(yen: int, per: str, starts_on: date, ends_on: date | None, first: date, last: date) -> float:
    """Yen of a cost that fall on the days ``first`` to ``last``, both included.

    ``once`` falls on its first day whole; ``month`` and ``year`` by days of each month or year.
    ``ValueError`` for another ``per``.

    >>> cost_between(310, "month", date(2026, 1, 1), None, date(2026, 1, 30), date(2026, 2, 28))
    330.0
    """
    if per == "once":
        return float(yen) if first <= starts_on <= last else 0.0
    if per not in ("month", "year"):
        raise ValueError(f"per must be once, month or year, not {per}")
    day, end = max(first, starts_on), min(last, ends_on or last)
    share = 0.0
    while day <= end:
        month_end = day.replace(day=monthrange(day.year, day.month)[1])
        until = min(month_end, end)
        days = (until - day).days + 1
        share += days / (month_end.day if per == "month" else 366 if isleap(day.year) else 365)
        day = until + timedelta(days=1)
    return yen * share
