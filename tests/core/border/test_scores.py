"""Score distributions are compared exactly; alarms without a shift stay rare."""

from __future__ import annotations

import random
import warnings
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from yakuba.core.border.domain.scores import RISK, WINDOW, chance, distance, shifted, thinned

SCORES = st.lists(st.integers(0, 20).map(lambda number: number / 20), min_size=1, max_size=30)


@given(SCORES, SCORES)
def test_the_gap_is_the_largest_difference_of_shares(first: list[float], second: list[float]) -> None:
    def share(scores: list[float], at: float) -> float:
        return sum(score <= at for score in scores) / len(scores)

    gaps = [abs(share(first, at) - share(second, at)) for at in first + second]
    assert distance(first, second) == pytest.approx(max(gaps), abs=1e-12)


@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_chance_equals_scipys_exact_one(first: int, second: int, rng: random.Random) -> None:
    one, two = [rng.random() for _ in range(first)], [rng.random() for _ in range(second)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy gives up on some sizes
        found = ks_2samp(one, two, method="exact")
        rough = ks_2samp(one, two, method="asymp")
    assume(found.pvalue != rough.pvalue)
    assert chance(first, second, found.statistic) == pytest.approx(found.pvalue, abs=1e-9)


def test_the_chance_equals_counting_all_orders() -> None:
    first, second = 4, 3
    gaps = []
    for places in combinations(range(first + second), first):
        one = [float(place) for place in places]
        two = [float(place) for place in range(first + second) if place not in places]
        gaps.append(distance(one, two))
    for gap in set(gaps):
        share = sum(other >= gap - 1e-12 for other in gaps) / len(gaps)
        assert chance(first, second, gap) == pytest.approx(share, abs=1e-12)


def test_no_gap_is_certain() -> None:
    assert chance(5, 7, 0.0) == 1.0


@pytest.mark.parametrize(("first", "second"), [([], [0.1]), ([0.1], [])])
def test_an_empty_side_is_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        distance(first, second)
    with pytest.raises(ValueError, match="at least one"):
        chance(len(first), len(second), 0.5)


def test_a_shift_of_scores_is_found_in_one_window_and_no_shift_is_left_alone() -> None:
    rng = random.Random(7)
    calibration = [rng.betavariate(20, 1) for _ in range(700)]
    same = [rng.betavariate(20, 1) for _ in range(WINDOW)]
    worse = [rng.betavariate(10, 1) for _ in range(WINDOW)]
    assert not shifted(calibration, same)
    assert shifted(calibration, worse)


def test_two_thousand_scores_are_kept_and_look_like_all() -> None:
    scores = [place / 5_000 for place in range(5_000)]
    kept = thinned(scores)
    assert len(kept) == 2_000
    assert distance(scores, kept) <= 1 / 2_000 + 1e-12
    assert thinned(scores[:2_000]) == scores[:2_000]


def test_the_alarm_begins_at_the_risk_and_not_before() -> None:
    size = 200
    gaps = [step / size for step in range(1, size + 1)]
    first = next(gap for gap in gaps if chance(size, size, gap) <= RISK)
    base = [place / size for place in range(size)]

    def moved(gap: float) -> list[float]:
        return [2.0] * round(gap * size) + base[round(gap * size) :]

    assert shifted(base, moved(first))
    assert not shifted(base, moved(first - 1 / size))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.integers(1, 50))
def test_thinned_scores_keep_the_distribution(scores: list[float], most: int) -> None:
    kept = thinned(scores, most)
    assert kept == sorted(kept)
    assert len(kept) == min(most, len(scores))
    assert set(kept) <= set(scores)
    assert distance(kept, scores) <= 1 / most + 1e-9
