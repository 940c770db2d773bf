"""Lead times and quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yakuba.core.notify.domain.schedule import (
    JST,
    LONGEST_LEAD,
    NO_QUIET,
    Quiet,
    clean_leads,
    due_at,
    is_quiet,
    last_allowed,
    next_allowed,
    parse_quiet,
    timetable,
)

NIGHT = Quiet(time(21), time(8))
MINUTE = timedelta(minutes=1)
clocks = st.times().map(lambda one: one.replace(second=0, microsecond=0))
quiets = st.builds(Quiet, clocks, clocks)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001
    lambda one: one.replace(second=0, microsecond=0, tzinfo=UTC)
)


def jst(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JST)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (jst(23, 20, 59), jst(23, 20, 59)),
        (jst(23, 21), jst(24, 8)),
        (jst(23, 23, 59), jst(24, 8)),
        (jst(24, 0), jst(24, 8)),
        (jst(24, 7, 59), jst(24, 8)),
        (jst(24, 8), jst(24, 8)),
    ],
)
def test_what_falls_into_the_night_leaves_at_eight(at: datetime, allowed: datetime) -> None:
    assert next_allowed(at, NIGHT) == allowed
    assert next_allowed(at.astimezone(UTC), NIGHT) == allowed


@pytest.mark.parametrize(
    ("at", "allowed"),
    [(jst(23, 21), jst(23, 20, 59)), (jst(24, 7, 59), jst(23, 20, 59)), (jst(24, 8), jst(24, 8))],
)
def test_the_last_minute_before_the_night(at: datetime, allowed: datetime) -> None:
    assert last_allowed(at, NIGHT) == allowed


def test_quiet_hours_within_one_day() -> None:
    noon = Quiet(time(12), time(13))
    assert next_allowed(jst(23, 12, 30), noon) == jst(23, 13)
    assert last_allowed(jst(23, 12, 30), noon) == jst(23, 11, 59)
    assert not is_quiet(jst(23, 13), noon)


def test_the_zone_of_an_instant_is_kept() -> None:
    assert next_allowed(jst(23, 22).astimezone(UTC), NIGHT).tzinfo is UTC
    assert last_allowed(jst(23, 22).astimezone(UTC), NIGHT).tzinfo is UTC


@given(instants, quiets)
def test_the_next_allowed_minute_is_the_first_one(at: datetime, quiet: Quiet) -> None:
    found = next_allowed(at, quiet)
    assert not is_quiet(found, quiet)
    assert at <= found < at + timedelta(days=1)
    minutes = int((found - at) / MINUTE)
    assert all(is_quiet(at + step * MINUTE, quiet) for step in range(minutes))


@given(instants, quiets)
def test_the_last_allowed_minute_is_the_nearest_one_before(at: datetime, quiet: Quiet) -> None:
    found = last_allowed(at, quiet)
    assert not is_quiet(found, quiet)
    assert at - timedelta(days=1) <= found <= at
    minutes = int((at - found) / MINUTE)
    assert all(is_quiet(at - step * MINUTE, quiet) for step in range(minutes))


@pytest.mark.parametrize("text", ["21:00-08:00", " 21:00 - 08:00 "])
def test_quiet_hours_are_read_from_a_setting(text: str) -> None:
    assert parse_quiet(text) == NIGHT


def test_no_setting_is_no_quiet() -> None:
    assert parse_quiet(" ") == NO_QUIET
    assert not any(is_quiet(jst(23, hour), NO_QUIET) for hour in range(24))


@pytest.mark.parametrize("text", ["21-8", "21:00", "x-y", "21:00-", "21:00:01-08:00", "21:00-08:00+09:00"])
def test_another_form_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="21:00-08:00 の形"):
        parse_quiet(text)


def test_a_reminder_leaves_its_lead_time_before() -> None:
    assert due_at(jst(30, 14), 24 * 60, NIGHT) == jst(29, 14)


def test_a_reminder_for_an_early_appointment_leaves_the_evening_before() -> None:
    assert due_at(jst(30, 8), 60, NIGHT) == jst(29, 20, 59)
    assert due_at(jst(30, 8, 30), 60, NIGHT) == jst(30, 8)


@given(instants, st.integers(0, LONGEST_LEAD), quiets)
def test_a_reminder_is_never_quiet_nor_after_its_event(event: datetime, lead: int, quiet: Quiet) -> None:
    due = due_at(event, lead, quiet)
    assert not is_quiet(due, quiet)
    assert due <= event
    assert abs(due - (event - lead * MINUTE)) < timedelta(days=1)


def test_lead_times_stand_once_the_longest_first() -> None:
    assert clean_leads([60, 1440, 60]) == (1440, 60)


@pytest.mark.parametrize("lead", [-1, LONGEST_LEAD + 1])
def test_an_impossible_lead_time_is_refused(lead: int) -> None:
    with pytest.raises(ValueError, match=str(lead)):
        clean_leads([60, lead])


def test_reminders_whose_time_is_over_are_left_out() -> None:
    found = timetable(jst(30, 14), (7 * 1440, 1440), NIGHT, jst(25, 10))
    assert found == {1440: jst(29, 14)}


def test_at_short_notice_the_shortest_one_leaves_at_once() -> None:
    assert timetable(jst(30, 14), (7 * 1440, 1440), NIGHT, jst(30, 10)) == {1440: jst(30, 10)}
    assert timetable(jst(30, 14), (7 * 1440, 1440), NIGHT, jst(30, 5)) == {1440: jst(30, 8)}


def test_nothing_is_planned_for_what_is_over_or_begins_within_the_night() -> None:
    assert timetable(jst(30, 14), (60,), NIGHT, jst(30, 14)) == {}
    assert timetable(jst(30, 7), (60,), NIGHT, jst(30, 5)) == {}
    assert timetable(jst(30, 14), (), NIGHT, jst(30, 5)) == {}


@given(instants, st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=4), quiets, instants)
def test_everything_planned_is_ahead_and_before_the_event(
    event: datetime, leads: list[int], quiet: Quiet, now: datetime
) -> None:
    assume(now < event)
    found = timetable(event, leads, quiet, now)
    assert set(found) <= set(leads)
    for due in found.values():
        assert now <= due <= event
        assert not is_quiet(due, quiet)
