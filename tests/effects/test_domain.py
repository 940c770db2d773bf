"""Active time and savings, at their borders."""

from __future__ import annotations

import random
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.effects.domain.active_time import IDLE_SECONDS, active_seconds, counted
from yakuba.effects.domain.saving import saving

MOMENTS = st.lists(st.integers(0, 5000), max_size=40)


@pytest.mark.parametrize(
    ("pause", "expected"), [(0, 0), (29.9, 29.9), (30, 30), (30.1, 30), (3600, 30), (-1, 0)]
)
def test_a_pause_counts_up_to_thirty_seconds(pause: float, expected: float) -> None:
    assert counted(pause) == expected
    assert active_seconds([0, max(pause, 0)]) == max(expected, 0)


def test_one_moment_or_none_is_no_time() -> None:
    assert active_seconds([]) == 0.0
    assert active_seconds([12.5]) == 0.0


@given(MOMENTS)
def test_active_time_equals_the_seconds_within_reach_of_an_activity(moments: list[int]) -> None:
    worked = {
        second
        for earlier, later in pairwise(sorted(moments))
        for second in range(earlier, min(later, earlier + int(IDLE_SECONDS)))
    }
    assert active_seconds(moments) == len(worked)


@given(MOMENTS, st.randoms())
def test_order_and_repeats_do_not_matter(moments: list[int], shuffler: random.Random) -> None:
    mixed = moments + moments[:5]
    shuffler.shuffle(mixed)
    assert active_seconds(mixed) == active_seconds(moments)


@given(MOMENTS, st.integers(0, 5000))
def test_one_more_activity_never_shortens_the_time(moments: list[int], more: int) -> None:
    assert active_seconds([*moments, more]) >= active_seconds(moments)


def test_the_saving_is_the_difference_of_medians_in_minutes() -> None:
    found = saving([600.0] * 20, [120.0, 180.0, 240.0] * 7, random.Random(1))
    assert found is not None
    assert (found.n, found.n_baseline) == (21, 20)
    assert (found.baseline_minutes, found.median_minutes, found.saved_minutes) == (10.0, 3.0, 7.0)
    assert found.low <= found.saved_minutes <= found.high
    assert (found.loss, found.reference) == (False, False)


def test_a_loss_is_negative_and_says_so() -> None:
    found = saving([60.0] * 20, [120.0] * 20, random.Random(1))
    assert found is not None
    assert (found.saved_minutes, found.low, found.high, found.loss) == (-1.0, -1.0, -1.0, True)


def test_no_change_is_no_loss() -> None:
    found = saving([60.0] * 20, [60.0] * 20, random.Random(1))
    assert found is not None
    assert not found.loss


@pytest.mark.parametrize(
    ("baseline", "measured", "reference"), [(20, 20, False), (19, 20, True), (20, 19, True), (1, 1, True)]
)
def test_fewer_than_twenty_on_either_side_is_for_reference(
    baseline: int, measured: int, reference: bool
) -> None:
    found = saving([60.0] * baseline, [30.0] * measured, random.Random(1))
    assert found is not None
    assert found.reference is reference


def test_nothing_measured_is_not_a_saving_of_zero() -> None:
    assert saving([], [1.0], random.Random(1)) is None
    assert saving([1.0], [], random.Random(1)) is None


def test_the_same_seed_gives_the_same_interval_and_more_confidence_a_wider_one() -> None:
    source = random.Random(5)
    before = [source.gauss(600, 100) for _ in range(30)]
    now = [source.gauss(300, 80) for _ in range(40)]
    first = saving(before, now, random.Random(7))
    assert first == saving(before, now, random.Random(7))
    wide = saving(before, now, random.Random(7), confidence=0.999)
    assert first is not None
    assert wide is not None
    assert wide.low < first.low < first.high < wide.high


def test_the_interval_covers_the_true_saving_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        chance = random.Random(seed)
        before = [chance.gauss(600, 60) for _ in range(40)]
        now = [chance.gauss(300, 60) for _ in range(40)]
        found = saving(before, now, chance, resamples=300)
        assert found is not None
        assert found.saved_minutes == pytest.approx((median(before) - median(now)) / 60)
        covered += found.low <= 5.0 <= found.high
    assert 180 <= covered <= 200
