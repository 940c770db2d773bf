"""The exact bound against scipy and its own definition."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from yakuba.core.border.domain.bounds import binomial_cdf, needed, upper_bound

FIRST_TO_CERTIFY = [(598, 0), (947, 1), (1258, 2)]
CONFIDENCES = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999999])


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    accepted = draw(st.one_of(st.integers(1, 50), st.integers(1, 5000), st.integers(1, 1_000_000)))
    errors = draw(st.one_of(st.integers(0, min(accepted, 5)), st.integers(0, accepted)))
    return accepted, errors


@settings(max_examples=150, deadline=None)
@given(counts(), CONFIDENCES)
def test_the_bound_equals_scipys_to_a_billionth(pair: tuple[int, int], confidence: float) -> None:
    accepted, errors = pair
    expected = 1.0 if errors == accepted else beta.ppf(confidence, errors + 1, accepted - errors)
    assert upper_bound(accepted, errors, confidence) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("errors", [1, 7, 4_900, 500_000, 995_000, 999_999])
def test_the_bound_is_sound_at_a_million_trials(errors: int) -> None:
    expected = beta.ppf(0.95, errors + 1, 1_000_000 - errors)
    assert upper_bound(1_000_000, errors, 0.95) == pytest.approx(expected, abs=1e-10)


@settings(max_examples=150, deadline=None)
@given(counts(), st.floats(0, 1))
def test_the_binomial_tail_equals_scipys(pair: tuple[int, int], rate: float) -> None:
    trials, errors = pair
    assert binomial_cdf(errors, trials, rate) == pytest.approx(binom.cdf(errors, trials, rate), abs=1e-8)


def test_a_tail_at_its_ends() -> None:
    assert binomial_cdf(-1, 10, 0.3) == 0.0
    assert binomial_cdf(10, 10, 0.3) == 1.0
    assert binomial_cdf(3, 10, 0.0) == 1.0
    assert binomial_cdf(3, 10, 1.0) == 0.0
    with pytest.raises(ValueError, match=r"rate must lie between 0 and 1, found 1\.5"):
        binomial_cdf(3, 10, 1.5)


@pytest.mark.parametrize(("accepted", "errors"), FIRST_TO_CERTIFY)
def test_the_known_counts_are_the_first_below_half_a_percent(accepted: int, errors: int) -> None:
    assert upper_bound(accepted, errors, 0.95) <= 0.005 < upper_bound(accepted - 1, errors, 0.95)
    assert needed(errors, 0.005, 0.95) == accepted


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.floats(0.001, 0.9), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_needed_is_the_first_count_that_suffices(errors: int, target: float, confidence: float) -> None:
    count = needed(errors, target, confidence)
    assert upper_bound(count, errors, confidence) <= target
    assert count - 1 <= errors or upper_bound(count - 1, errors, confidence) > target


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 3000), st.data())
def test_more_errors_or_fewer_items_never_lower_the_bound(accepted: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, accepted - 1))
    bound = upper_bound(accepted, errors, 0.95)
    assert upper_bound(accepted, errors + 1, 0.95) > bound
    assert upper_bound(accepted + 1, errors, 0.95) < bound


def test_nothing_accepted_bounds_nothing() -> None:
    assert upper_bound(0, 0, 0.95) == 1.0
    assert upper_bound(7, 7, 0.95) == 1.0


@pytest.mark.parametrize(
    ("accepted", "errors", "confidence", "message"),
    [
        (5, 6, 0.95, r"errors must lie between 0 and accepted \(5\), found 6"),
        (5, -1, 0.95, "found -1"),
        (5, 1, 1.0, r"confidence must lie strictly between 0 and 1, found 1\.0"),
        (5, 1, 0.0, r"found 0\.0"),
    ],
)
def test_impossible_questions_are_refused(
    accepted: int, errors: int, confidence: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        upper_bound(accepted, errors, confidence)


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1])
def test_a_target_outside_of_zero_and_one_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="target must lie strictly between 0 and 1"):
        needed(0, target, 0.95)
