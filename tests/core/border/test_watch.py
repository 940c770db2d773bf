"""The audit stops a task that errs, and hardly ever one that keeps its promise."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest

from yakuba.core.border.domain import watch
from yakuba.core.border.domain.sampling import ALL_OF_FIRST, SHARE

AUDITED_OF_10_000 = ALL_OF_FIRST + math.ceil((10_000 - ALL_OF_FIRST) * SHARE)


def run(rate: float, audited: int, chance: random.Random) -> int | None:
    """After how many audited decisions the sum stops the task; None when it does not."""
    total = 0
    for number in range(1, audited + 1):
        total = watch.step(total, chance.random() >= rate)
        if watch.broken(total):
            return number
    return None


def test_a_right_decision_takes_one_off_and_a_wrong_one_adds_ninety() -> None:
    assert [watch.step(total, True) for total in (0, 1, 90)] == [0, 0, 89]
    assert [watch.step(total, False) for total in (0, 10)] == [90, 100]


def test_three_errors_in_a_row_stop_and_two_do_not() -> None:
    assert watch.broken(270)
    assert watch.broken(268)
    assert not watch.broken(267)
    assert not watch.broken(180)


def test_the_exact_chance_equals_the_sum_over_all_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "STEP_UP", 3)
    monkeypatch.setattr(watch, "LIMIT", 5)
    rate, length = 0.3, 9
    expected = 0.0
    for sequence in product((True, False), repeat=length):
        total, stopped = 0, False
        for correct in sequence:
            total = watch.step(total, correct)
            stopped = stopped or watch.broken(total)
        wrong = length - sum(sequence)
        expected += stopped * rate**wrong * (1 - rate) ** (length - wrong)
    assert watch.chance_of_stopping(rate, length) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_a_rate_outside_0_to_1_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate must lie"):
        watch.chance_of_stopping(rate, 1)


def test_the_ends_are_certain() -> None:
    assert watch.chance_of_stopping(0.0, 1000) == 0.0
    assert watch.chance_of_stopping(1.0, 2) == 0.0
    assert watch.chance_of_stopping(1.0, 3) == 1.0


def test_five_per_cent_of_errors_stop_within_200_audited_in_95_of_100_runs() -> None:
    assert watch.chance_of_stopping(0.05, 200) > 0.97
    chance = random.Random(4)
    stopped = [run(0.05, 200, chance) for _ in range(200)]
    assert sum(number is not None for number in stopped) >= 190


def test_a_shift_after_a_long_good_time_is_found_as_fast() -> None:
    chance = random.Random(5)
    found = 0
    for _ in range(200):
        total = 0
        for _ in range(2_000):
            total = min(watch.step(total, chance.random() >= 0.001), watch.LIMIT - 1)
        for _ in range(200):
            total = watch.step(total, chance.random() >= 0.05)
            if watch.broken(total):
                found += 1
                break
    assert found >= 190


def test_without_a_shift_at_most_5_per_cent_of_10_000_fields_stop_falsely() -> None:
    assert watch.chance_of_stopping(0.005, AUDITED_OF_10_000) < 0.05
    assert watch.chance_of_stopping(0.002, 10_000) < 0.05
