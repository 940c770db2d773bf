"""How fast the audit finds errors, and how rarely it stops a task that keeps its promise.

``python -m benchmarks.border.bench_drift [--runs 200] [--seed 20261123]``: a JSON line a setting.
``injected``: 2,000 audited decisions with 0.1 % of errors, then 5 %; stopped within 200 of those audited.
``steady``: 10,000 automatic decisions without a shift, audited as the product does (the first 200, then 3 %),
or ``all``: 10,000 audited ones. ``exact`` is the Markov chain's value. ``scores``: 40 windows of 250 scores.
"""

from __future__ import annotations

import argparse
import json
import random

from yakuba.core.border.domain import scores, watch
from yakuba.core.border.domain.sampling import audit_share


def injected(chance: random.Random) -> int | None:
    """Audited decisions from the shift to the stop; None beyond 200."""
    total = 0
    for _ in range(2_000):
        total = min(watch.step(total, chance.random() >= 0.001), watch.LIMIT - 1)
    for number in range(1, 201):
        total = watch.step(total, chance.random() >= 0.05)
        if watch.broken(total):
            return number
    return None


def steady(rate: float, chance: random.Random, *, every: bool) -> bool:
    """Whether 10,000 automatic decisions without a shift stop the task."""
    total = 0
    for number in range(10_000):
        if every or chance.random() < audit_share(number):
            total = watch.step(total, chance.random() >= rate)
            if watch.broken(total):
                return True
    return False


def score_alarms(chance: random.Random, shape: float) -> int | None:
    """In which of 40 windows the scores raised an alarm; None when in none."""
    calibration = [chance.betavariate(20, 1) for _ in range(700)]
    for window in range(1, 41):
        if scores.shifted(calibration, [chance.betavariate(shape, 1) for _ in range(scores.WINDOW)]):
            return window
    return None


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    found = [injected(chance) for _ in range(asked.runs)]
    delays = sorted(number for number in found if number is not None)
    _say(
        what="injected", rate=0.05, runs=asked.runs, stopped_within_200=len(delays),
        share=len(delays) / asked.runs, median_audited=delays[len(delays) // 2] if delays else None,
        exact_from_nought=round(watch.chance_of_stopping(0.05, 200), 4),
    )  # fmt: skip
    for rate, every in ((0.005, False), (0.002, False), (0.002, True), (0.001, True), (0.005, True)):
        false = sum(steady(rate, chance, every=every) for _ in range(asked.runs))
        audited = 10_000 if every else 494
        _say(
            what="steady", rate=rate, audited="all" if every else "plan", runs=asked.runs,
            false_suspensions=false, share=false / asked.runs,
            exact=round(watch.chance_of_stopping(rate, audited), 4),
        )  # fmt: skip
    for shape in (20.0, 14.0, 10.0):
        alarms = [score_alarms(chance, shape) for _ in range(max(1, asked.runs // 10))]
        raised = [window for window in alarms if window is not None]
        _say(
            what="scores", beta=shape, shifted=shape != 20.0, runs=len(alarms), raised=len(raised),
            first_window=min(raised, default=None), windows=40,
        )  # fmt: skip


def _say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
