"""Fit the surety score's coefficients on a dump of ``bench_reading`` (tuning fonts only).

    python -m benchmarks.ocr.bench_reading --font tuning --count 60 --seed 7 --dump DUMP
    python -m benchmarks.ocr.fit_surety DUMP…

Prints a JSON line a family and writing: coefficients for ``domain.scoring.MODELS``, the counts, and the area
under the curve of right over wrong with the rule in use and with the fit, five-fold crossed by page. A group
with fewer than ``FEWEST`` wrong readings is not fitted: it keeps the rule.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.ocr.domain.form import Box, Field, Kind, Writing
from yakuba.ocr.domain.scoring import NAMES, Family, family_of

Floats = NDArray[np.float64]
FEWEST = 15
RIDGE = 1.0


def fit(x: Floats, y: Floats) -> tuple[float, Floats]:
    """Logistic regression by Newton's method, features standardised, a ridge on all but the intercept."""
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    design = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    weights = np.zeros(design.shape[1])
    penalty = np.diag([0.0] + [RIDGE] * x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (chance - y) + penalty @ weights
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + penalty + 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        weights -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    own = weights[1:] / spread
    return float(weights[0] - own @ mean), own


def area(scores: Floats, y: Floats) -> float:
    """The chance that a right reading scores above a wrong one; ties count half."""
    right, wrong = scores[y == 1], scores[y == 0]
    if not len(right) or not len(wrong):
        return float("nan")
    above = (right[:, None] > wrong[None]).mean() + 0.5 * (right[:, None] == wrong[None]).mean()
    return float(above)


def crossed(x: Floats, y: Floats, pages: NDArray[np.int64]) -> Floats:
    """Each reading's score under a fit that has not seen its page."""
    scores = np.zeros(len(y))
    for fold in range(5):
        held = pages % 5 == fold
        if not held.any() or held.all():
            continue
        intercept, weights = fit(x[~held], y[~held])
        scores[held] = intercept + x[held] @ weights
    return scores


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("dumps", nargs="+", type=Path)
    groups: dict[tuple[Family, Writing], list[dict[str, Any]]] = {}
    for dump in parser.parse_args().dumps:
        for line in dump.read_text("utf-8").splitlines():
            row = json.loads(line)
            kind = Kind(row["kind"])
            if row["blank"] or kind in (Kind.CHECKBOX, Kind.CIRCLE) or row["truth"] == "":
                continue
            family = family_of(Field("f", kind, Box(0, 0, 1, 1)))
            groups.setdefault((family, Writing(row["writing"])), []).append(row)
    for (family, writing), rows in sorted(groups.items()):
        x = np.array([[row["features"][name] for name in NAMES] for row in rows])
        y = np.array([float(row["right"]) for row in rows])
        rule = np.array([row["score"] for row in rows])
        told: dict[str, Any] = {
            "family": family, "writing": writing, "n": len(rows), "wrong": int((y == 0).sum()),
            "area_in_use": round(area(rule, y), 4),
        }  # fmt: skip
        if told["wrong"] >= FEWEST:
            pages = np.array([int(row["seed"]) for row in rows], np.int64)
            intercept, weights = fit(x, y)
            told["area_fitted_crossed"] = round(area(crossed(x, y, pages), y), 4)
            told["intercept"] = round(intercept, 3)
            told["weights"] = dict(zip(NAMES, (round(float(one), 3) for one in weights), strict=True))
        print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
