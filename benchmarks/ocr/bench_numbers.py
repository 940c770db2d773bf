"""12-digit numbers with a check digit made of real digits, each used once. JSON lines.

    python -m benchmarks.ocr.bench_numbers READINGS.npz [--seed 1]

READINGS is written by ``training/ocr/crossfit_digits.py``: every digit is read by a net that never saw it.
Digits that no net has read yet are left out; n says how many numbers there were. The numbers are disjoint:
eleven digits by chance, the twelfth a real digit of the class that the check digit asks for. Thresholds are
fixed beforehand; the declared one is not chosen by these numbers.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from yakuba.core.border.domain.bounds import upper_bound
from yakuba.ocr.domain.cell_numbers import check_digit, likeliest_number

THRESHOLDS = (0.9, 0.99, 0.995, 0.999, 0.9999)
DECLARED = 0.99  # the threshold whose figure is quoted


def disjoint_numbers(labels: np.ndarray, seed: int) -> list[np.ndarray]:
    """Indices (12,) of each number; every index at most once. Ends when no valid number is left to make."""
    random = np.random.default_rng(seed)
    pool = [list(random.permutation(np.flatnonzero(labels == digit))) for digit in range(10)]
    made = []
    while sum(map(len, pool)) >= 12:
        number = _one(pool, random)
        if number is None:
            break
        made.append(np.array(number))
    return made


def _one(pool: list[list[int]], random: np.random.Generator) -> list[int] | None:
    for _ in range(2000):
        left = np.array([len(digits) for digits in pool])
        first = random.permutation(np.repeat(np.arange(10), random.multivariate_hypergeometric(left, 11)))
        last = check_digit("".join(map(str, first)))
        if left[last] > (first == last).sum():
            return [pool[digit].pop() for digit in (*first, last)]
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readings", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    data = np.load(options.readings)
    read = data["probabilities"].sum(1) > 0.5
    shares, labels = data["probabilities"][read], data["labels"][read]
    cells_right = float((shares.argmax(1) == labels).mean())
    print(json.dumps({"what": "cells", "tier": "real", "n": len(labels), "right": round(cells_right, 5)}))
    numbers = disjoint_numbers(labels, options.seed)
    scores, right, plain = [], [], []
    for number in numbers:
        guess = likeliest_number(shares[number])
        truth = "".join(map(str, labels[number]))
        scores.append(guess.score)
        right.append(guess.text == truth)
        plain.append("".join(map(str, shares[number].argmax(1))) == truth)
    score, good = np.array(scores), np.array(right)
    line = {"what": "numbers", "tier": "real, cross-fitted, disjoint", "n": len(numbers)}
    print(json.dumps(line | {"right": float(good.mean()), "right_without_check": float(np.mean(plain))}))
    for threshold in THRESHOLDS:
        accepted = score >= threshold
        errors = int((accepted & ~good).sum())
        count = int(accepted.sum())
        bound = round(upper_bound(count, errors, 0.95), 5) if count else None
        print(
            json.dumps(
                {
                    "what": "accepted",
                    "threshold": threshold,
                    "declared": threshold == DECLARED,
                    "n": len(numbers),
                    "accepted": round(count / len(numbers), 4),
                    "errors": errors,
                    "upper_bound_95": bound,
                }
            )
        )


if __name__ == "__main__":
    main()
