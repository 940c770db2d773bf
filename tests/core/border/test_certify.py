"""Fixed-sequence testing: what it certifies, what it refuses, and that it keeps its promise."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from yakuba.core.border import GRID, Missing, Outcome, certify, certify_kinds, upper_bound

ErrorRate = Callable[[float], float]


def rows(count: int, errors: int, score: float, kind: str = "") -> list[Outcome]:
    return [Outcome(score, place >= errors, kind) for place in range(count)]


@pytest.mark.parametrize(("accepted", "errors"), [(598, 0), (947, 1), (1258, 2)])
def test_the_known_counts_are_the_first_to_certify(accepted: int, errors: int) -> None:
    enough = certify(rows(accepted, errors, 0.97), 0.005, 0.95)
    assert (enough.certified, enough.threshold, enough.accepted, enough.errors) == (
        True, 0.0, accepted, errors,
    )  # fmt: skip
    assert enough.missing is None
    short = certify(rows(accepted - 1, errors, 0.97), 0.005, 0.95)
    assert not short.certified
    assert short.threshold is None
    assert short.missing is not None
    assert short.missing.labels == 1


def test_the_loosest_certified_threshold_is_chosen() -> None:
    items = rows(700, 0, 0.99) + rows(400, 0, 0.9) + rows(400, 200, 0.5)
    certificate = certify(items, 0.005, 0.95)
    assert (certificate.certified, certificate.threshold, certificate.accepted) == (True, 0.55, 1100)
    assert [test.passed for test in certificate.tests] == [True] * (len(certificate.tests) - 1) + [False]
    assert certificate.tests[-1].threshold == 0.5
    assert certificate.tests[-1].errors == 200
    assert certificate.n == 1500


def test_testing_starts_where_a_certificate_without_errors_is_possible() -> None:
    certificate = certify(rows(597, 0, 0.999) + rows(1, 0, 0.99), 0.005, 0.95)
    assert certificate.tests[0].threshold == 0.99
    assert certificate.tests[0].accepted == 598


def test_the_start_does_not_depend_on_the_labels() -> None:
    scores = [0.5 + place / 4000 for place in range(2000)]
    right = certify([Outcome(score, True) for score in scores], 0.005, 0.95)
    wrong = certify([Outcome(score, False) for score in scores], 0.005, 0.95)
    assert right.tests[0].threshold == wrong.tests[0].threshold
    assert right.tests[0].accepted == wrong.tests[0].accepted


def test_testing_stops_at_the_first_failure_even_when_looser_thresholds_would_pass() -> None:
    items = rows(600, 3, 0.99) + rows(20_000, 0, 0.9)
    certificate = certify(items, 0.005, 0.95)
    assert upper_bound(20_600, 3, 0.95) < 0.005
    assert not certificate.certified
    assert len(certificate.tests) == 1
    assert certificate.missing == Missing(threshold=0.99, accepted=600, errors=3, labels=949)


def test_a_start_named_beforehand_is_where_testing_begins() -> None:
    items = rows(600, 3, 0.99) + rows(20_000, 0, 0.9)
    certificate = certify(items, 0.005, 0.95, start=0.9)
    assert (certificate.certified, certificate.tests[0].threshold) == (True, 0.9)
    strict = certify(items, 0.005, 0.95, start=1.0)
    assert not strict.certified
    assert strict.missing == Missing(threshold=1.0, accepted=0, errors=0, labels=598)


def test_an_empty_calibration_is_refused_and_asks_for_everything() -> None:
    certificate = certify([], 0.005, 0.95)
    assert (certificate.certified, certificate.n, certificate.accepted) == (False, 0, 0)
    assert certificate.upper_bound == 1.0
    assert certificate.tests == ()
    assert certificate.missing == Missing(threshold=0.0, accepted=0, errors=0, labels=598)


def test_too_few_items_with_errors_ask_for_what_the_errors_need() -> None:
    certificate = certify(rows(100, 1, 0.99), 0.005, 0.95)
    assert certificate.missing == Missing(threshold=0.0, accepted=100, errors=1, labels=847)


def test_a_score_at_the_threshold_is_accepted_and_one_below_is_not() -> None:
    items = rows(598, 0, 0.95) + rows(500, 500, 0.9499999)
    certificate = certify(items, 0.005, 0.95)
    assert (certificate.threshold, certificate.accepted, certificate.errors) == (0.95, 598, 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=200), st.sampled_from([0.1, 0.3]))
def test_the_counts_equal_a_plain_recount(pairs: list[tuple[float, bool]], target: float) -> None:
    certificate = certify([Outcome(*pair) for pair in pairs], target, 0.9)
    for test in certificate.tests:
        accepted = [correct for score, correct in pairs if score >= test.threshold]
        assert (test.accepted, test.errors) == (len(accepted), accepted.count(False))
        assert test.passed == (upper_bound(test.accepted, test.errors, 0.9) <= target)
    tested = [test.threshold for test in certificate.tests]
    assert tested == [threshold for threshold in GRID if tested and tested[0] >= threshold >= tested[-1]]
    assert all(test.passed for test in certificate.tests[:-1])
    passed = [test for test in certificate.tests if test.passed]
    assert certificate.certified == bool(passed)
    if passed:
        assert certificate.threshold == passed[-1].threshold
        assert certificate.upper_bound == passed[-1].upper_bound


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=100), st.randoms())
def test_the_order_of_rows_does_not_matter(pairs: list[tuple[float, bool]], shuffler: random.Random) -> None:
    items = [Outcome(*pair) for pair in pairs]
    shuffled = list(items)
    shuffler.shuffle(shuffled)
    assert certify(items, 0.2, 0.9) == certify(shuffled, 0.2, 0.9)


def test_each_kind_has_a_certificate_of_its_own() -> None:
    items = rows(598, 0, 0.9, "番号") + rows(10, 0, 0.9, "氏名")
    kinds = certify_kinds(items, 0.005, 0.95)
    assert list(kinds) == ["氏名", "番号"]
    assert (kinds["番号"].certified, kinds["氏名"].certified) == (True, False)
    assert (kinds["番号"].n, kinds["氏名"].n) == (598, 10)


def test_the_declared_grid_runs_from_strict_to_loose_over_the_whole_range() -> None:
    assert GRID[0] == 1.0
    assert GRID[-1] == 0.0
    assert all(strict > loose for strict, loose in pairwise(GRID))


@pytest.mark.parametrize("grid", [(), (0.5, 0.9), (0.9, 0.9)])
def test_a_grid_out_of_order_is_refused(grid: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="from strict to loose, each once"):
        certify([], 0.005, 0.95, grid=grid)


def test_items_below_a_short_grid_count_only_towards_n() -> None:
    certificate = certify(rows(598, 0, 0.9) + rows(5, 5, 0.2), 0.005, 0.95, grid=(0.9, 0.5))
    assert (certificate.certified, certificate.accepted, certificate.n) == (True, 598, 603)


def test_a_start_off_the_grid_and_a_score_off_the_scale_are_refused() -> None:
    with pytest.raises(ValueError, match=r"start must be a threshold of the grid, found 0\.123"):
        certify([], 0.005, 0.95, start=0.123)
    with pytest.raises(ValueError, match=r"a score must lie between 0 and 1, found 1\.2"):
        certify([Outcome(1.2, True)], 0.005, 0.95)


# -- the promise, over simulated calibration sets ---------------------------------------------------

SIMULATIONS = 200
STEPS = 2000


@cache
def true_rates(name: str) -> dict[float, float]:
    """By threshold, the error rate among accepted items: the scores are draw(u), u uniform on (0, 1)."""
    draw, error, _ = CASES[name]
    scores = [draw((step + 0.5) / STEPS) for step in range(STEPS)]
    pairs = [(score, error(score)) for score in scores]
    rates = {}
    for threshold in GRID:
        accepted = [rate for score, rate in pairs if score >= threshold]
        rates[threshold] = sum(accepted) / len(accepted) if accepted else 0.0
    return rates


def uniform(u: float) -> float:
    return u


def sure(u: float) -> float:
    return 1 - (1 - u) ** 4 * 0.5


def two_groups(u: float) -> float:
    return 0.97 + 0.03 * u if u < 0.8 else 0.3 + (u - 0.8)


CASES: dict[str, tuple[Callable[[float], float], ErrorRate, float]] = {
    "calibrated": (uniform, lambda score: (1 - score) * 0.3, 0.05),
    "sure of itself": (sure, lambda score: (1 - score) * 0.5, 0.05),
    "just above the target everywhere": (uniform, lambda score: 0.0501, 0.05),
    "just above the target, two groups": (two_groups, lambda score: 0.0501, 0.05),
    "errors at high scores": (uniform, lambda score: 0.2 if score > 0.97 else 0.0, 0.05),
    "errors at the very top": (two_groups, lambda score: 0.4 if score > 0.995 else 0.02, 0.05),
    "a step below the cut": (uniform, lambda score: 0.0 if score > 0.9 else 0.11, 0.05),
    "rising both ways": (uniform, lambda score: 0.3 * abs(score - 0.85), 0.05),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [150, 1000])
def test_the_promise_is_kept_over_200_simulated_calibration_sets(name: str, size: int) -> None:
    draw, error, target = CASES[name]
    rates = true_rates(name)
    broken = 0
    for seed in range(SIMULATIONS):
        chance = random.Random(f"{name} {size} {seed}")
        scores = [draw(chance.random()) for _ in range(size)]
        items = [Outcome(score, chance.random() >= error(score)) for score in scores]
        certificate = certify(items, target, 0.95)
        broken += certificate.threshold is not None and rates[certificate.threshold] > target
    allowed = binom.ppf(0.999, SIMULATIONS, 0.05)
    assert broken <= allowed


def test_a_good_programme_is_usually_certified() -> None:
    certified = 0
    for seed in range(50):
        chance = random.Random(seed)
        scores = [chance.random() for _ in range(3000)]
        items = [Outcome(score, chance.random() >= (1 - score) * 0.02) for score in scores]
        certified += certify(items, 0.05, 0.95).certified
    assert certified >= 45
