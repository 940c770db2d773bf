"""Hours saved over many cases, and what a system cost in a period."""

from __future__ import annotations

import random
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.effects.domain.total import Stratum, cost_between, total_saving

SECONDS = st.lists(st.floats(1, 10_000), min_size=1, max_size=30)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=4))
def test_the_hours_are_cases_times_the_baseline_less_the_time_they_took(
    tasks: list[tuple[list[float], list[float]]],
) -> None:
    total = total_saving([Stratum(*task) for task in tasks], random.Random(1), resamples=40)
    assert total is not None
    expected = sum(len(now) * median(before) - sum(now) for before, now in tasks) / 3600
    assert total.hours == pytest.approx(expected)
    assert total.low <= total.high
    assert total.cases == sum(len(now) for _, now in tasks)
    assert total.loss is (total.hours < 0)
    assert total.reference is any(min(len(before), len(now)) < 20 for before, now in tasks)


def test_a_task_that_was_measured_on_one_side_alone_is_left_out_and_none_is_not_zero() -> None:
    assert total_saving([], random.Random(1)) is None
    assert total_saving([Stratum([60.0], []), Stratum([], [60.0])], random.Random(1)) is None
    total = total_saving([Stratum([7200.0] * 20, [3600.0] * 20), Stratum([], [9e9])], random.Random(1))
    assert total is not None
    assert (total.hours, total.low, total.high, total.reference) == (20.0, 20.0, 20.0, False)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """200 invented offices whose true saving is known: 60 s of exponential noise on both sides."""
    chance = random.Random(7)
    held = 0
    truth = 40 * (600 + 60 * 0.6931 - (300 + 60)) / 3600  # median of the baseline less the mean now
    for _ in range(200):
        before = [600 + chance.expovariate(1 / 60) for _ in range(40)]
        now = [300 + chance.expovariate(1 / 60) for _ in range(40)]
        total = total_saving([Stratum(before, now)], chance, resamples=200)
        assert total is not None
        held += total.low <= truth <= total.high
    assert 176 <= held <= 199  # 95 % of 200 is 190; five standard deviations are 15


def test_one_very_long_case_is_not_hidden_by_a_median() -> None:
    total = total_saving([Stratum([600.0] * 20, [60.0] * 19 + [36_000.0])], random.Random(1))
    assert total is not None
    assert total.loss


@given(DAYS, DAYS, st.integers(0, 10_000))
def test_a_cost_once_falls_on_its_first_day(starts: date, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    expected = 5000.0 if first <= starts <= last else 0.0
    assert cost_between(5000, "once", starts, None, first, last) == expected


@pytest.mark.parametrize(
    ("per", "starts", "ends", "first", "last", "yen"),
    [
        ("month", date(2026, 1, 1), None, date(2026, 4, 1), date(2027, 3, 31), 12 * 1000),
        ("month", date(2026, 4, 16), None, date(2026, 4, 1), date(2026, 4, 30), 500),
        ("month", date(2026, 1, 1), date(2026, 4, 30), date(2026, 4, 1), date(2027, 3, 31), 1000),
        ("year", date(2025, 1, 1), None, date(2026, 1, 1), date(2026, 12, 31), 1000),
        ("year", date(2027, 1, 1), None, date(2028, 1, 1), date(2028, 12, 31), 1000),
        ("year", date(2027, 1, 1), None, date(2026, 1, 1), date(2026, 12, 31), 0),
        ("month", date(2026, 1, 1), None, date(2026, 5, 2), date(2026, 5, 1), 0),
    ],
)
def test_a_running_cost_falls_on_its_days(
    per: str, starts: date, ends: date | None, first: date, last: date, yen: float
) -> None:
    assert cost_between(1000, per, starts, ends, first, last) == pytest.approx(yen)


@given(DAYS, st.integers(0, 800), st.integers(0, 800), st.sampled_from(["month", "year"]))
def test_a_cost_of_two_periods_is_the_sum_of_both(first: date, one: int, two: int, per: str) -> None:
    middle, last = first + timedelta(days=one), first + timedelta(days=one + two + 1)
    whole = cost_between(1000, per, date(2019, 1, 1), None, first, last)
    halves = cost_between(1000, per, date(2019, 1, 1), None, first, middle)
    halves += cost_between(1000, per, date(2019, 1, 1), None, middle + timedelta(days=1), last)
    assert whole == pytest.approx(halves)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="week"):
        cost_between(1, "week", date(2026, 1, 1), None, date(2026, 1, 1), date(2026, 1, 2))
