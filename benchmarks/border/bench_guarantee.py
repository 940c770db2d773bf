"""How often a certificate lets through more errors than promised, when the true chance of errors is known.

``python -m benchmarks.border.bench_guarantee [--splits 200] [--seed 20261123]``: a JSON line a setting. Each
split draws a calibration and a test set at random from one population whose items carry their true chance of
an error; ``broken`` counts certificates whose items in the test set have a mean chance above the target.
"""

from __future__ import annotations

import argparse
import json
import random

from yakuba.core.border.domain.certify import Outcome, certify

TARGET, CONFIDENCE = 0.005, 0.95


def setting(kind: str, size: int, splits: int, chance: random.Random) -> dict[str, object]:
    """The figures of one population and calibration size."""
    slope = {"good": 0.02, "crossing": 0.06, "flat": 0.0}[kind]
    scores = [chance.betavariate(14, 1) for _ in range(6_000)]
    population = [
        (score, 0.0052 if kind == "flat" else min(0.5, slope * (1.0 - score) ** 0.75)) for score in scores
    ]
    certified = broken = 0
    shares = []
    for _ in range(splits):
        chance.shuffle(population)
        calibration, test = population[:size], population[size:]
        found = certify(
            [Outcome(score, chance.random() >= risk) for score, risk in calibration], TARGET, CONFIDENCE
        )
        if found.threshold is None:
            continue
        certified += 1
        passed = [risk for score, risk in test if score >= found.threshold]
        shares.append(len(passed) / len(test))
        broken += bool(passed) and sum(passed) / len(passed) > TARGET
    return {
        "what": "guarantee", "population": kind, "n": size, "splits": splits, "certified": certified,
        "broken": broken, "broken_share": broken / splits, "allowed": 1 - CONFIDENCE,
        "mean_automatic": round(sum(shares) / len(shares), 3) if shares else None,
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    for kind, size in (
        ("good", 2_000),
        ("crossing", 2_000),
        ("flat", 1_000),
        ("good", 300),
        ("crossing", 300),
    ):
        print(json.dumps(setting(kind, size, asked.splits, chance), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
