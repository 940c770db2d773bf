"""Rotation keeps 7 days, 4 weeks and 6 months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.backup.rotation import to_keep

START = datetime(2026, 11, 22, 3, tzinfo=UTC)  # a Sunday


def nights(count: int) -> list[datetime]:
    return [START - timedelta(days=number) for number in range(count)]


def test_a_year_of_nightly_backups_becomes_fifteen() -> None:
    days = [stamp.strftime("%m-%d") for stamp in sorted(to_keep(nights(365)), reverse=True)]
    daily = ["11-22", "11-21", "11-20", "11-19", "11-18", "11-17", "11-16"]
    weekly = ["11-15", "11-08", "11-01"]  # the newest of each ISO week; this week's is 11-22
    monthly = ["10-31", "09-30", "08-31", "07-31", "06-30"]  # this month's is 11-22
    assert days == daily + weekly + monthly


def test_several_in_one_day_leave_the_newest_of_that_day() -> None:
    stamps = [START + timedelta(hours=number) for number in range(5)]
    assert to_keep(stamps) == {stamps[-1]}


def test_a_number_keeps_that_many_newest_and_never_none() -> None:
    stamps = nights(10)
    assert to_keep(stamps, 3) == set(stamps[:3])
    assert to_keep(stamps, 0) == {stamps[0]}
    assert to_keep([], 3) == set()
    assert to_keep([]) == set()


@given(st.lists(st.integers(0, 3000), max_size=60), st.none() | st.integers(1, 9))
def test_the_newest_always_stays_and_a_gap_removes_nothing(ages: list[int], keep: int | None) -> None:
    stamps = {START - timedelta(days=age) for age in ages}
    kept = to_keep(stamps, keep)
    assert kept <= stamps
    if stamps:
        assert max(stamps) in kept
    assert len(kept) >= min(len(stamps), keep or 7)
    assert to_keep(kept, keep) == kept  # keeping again keeps the same
