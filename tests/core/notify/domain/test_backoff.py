"""Waiting between attempts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.notify.domain.backoff import FIRST, LONGEST, MOST_ATTEMPTS, delay, jitter_of, spent

shares = st.floats(0, 1, exclude_max=True)


def test_it_doubles_and_is_capped() -> None:
    waits = [delay(attempt, 0.0) * 2 for attempt in range(1, 12)]
    assert waits[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert waits[-1] == LONGEST
    assert delay(10_000, 0.0) * 2 == LONGEST


@given(st.integers(1, 50), shares)
def test_the_jitter_spreads_the_second_half(attempt: int, jitter: float) -> None:
    whole = delay(attempt, 0.0) * 2
    wait = delay(attempt, jitter)
    assert whole / 2 <= wait <= whole
    assert abs(wait - whole * (0.5 + jitter / 2)) < timedelta(milliseconds=1)


@given(st.integers(1, 50), shares, shares)
def test_more_jitter_never_waits_less(attempt: int, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert delay(attempt, low) <= delay(attempt, high)


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.5), (-1, 0.5), (1, 1.0), (1, -0.01)])
def test_values_outside_are_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match=r"attempts|jitter"):
        delay(attempt, jitter)


@given(st.text(), st.integers(1, 20))
def test_the_jitter_of_a_message_is_always_the_same(name: str, attempt: int) -> None:
    assert 0.0 <= jitter_of(name, attempt) < 1.0
    assert jitter_of(name, attempt) == jitter_of(name, attempt)


def test_jitters_are_spread_evenly() -> None:
    tenths = [0] * 10
    for number in range(5000):
        tenths[int(jitter_of(f"m{number}", 1) * 10)] += 1
    assert min(tenths) > 400
    assert jitter_of("m", 1) != jitter_of("m", 2)
    assert jitter_of("m", 1) == pytest.approx(0.3239874, abs=1e-7)


def test_eight_attempts_are_enough() -> None:
    assert MOST_ATTEMPTS == 8
    assert not spent(7)
    assert spent(8)
