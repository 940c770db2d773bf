"""Opening rules against a walk over every day and every minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.bookings.opening import (
    MOST_DAYS,
    MOST_MINUTES,
    MOST_SLOTS,
    Fault,
    Opening,
    Pattern,
    Why,
    faults,
    left_out,
    openings,
    steps,
)

FIRST = date(2026, 12, 1)  # a Tuesday
DAYS = st.integers(0, 45).map(lambda days: FIRST + timedelta(days=days))


def pattern(**changes: object) -> Pattern:
    fields = {
        "first": FIRST, "last": date(2026, 12, 31), "weekdays": frozenset({1}), "begin": time(13),
        "end": time(15), "minutes": 30, **changes,
    }  # fmt: skip
    return Pattern(**fields)  # type: ignore[arg-type]


def never(_day: date) -> bool:
    return False


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    begin = draw(st.integers(0, 200)) * 5
    length = draw(st.integers(1, 60)) * 5
    return Pattern(
        first=draw(DAYS),
        last=draw(DAYS),
        weekdays=draw(st.frozensets(st.integers(0, 6))),
        begin=time(begin // 60, begin % 60),
        end=time(min(begin + length, 1435) // 60, min(begin + length, 1435) % 60),
        minutes=draw(st.sampled_from([5, 20, 45, 60])),
        pause=draw(st.sampled_from([0, 5, 15])),
        weeks=draw(st.frozensets(st.integers(1, 5), max_size=3)),
        on_holidays=draw(st.booleans()),
        closed=draw(st.frozensets(DAYS, max_size=4)),
        extra=draw(st.frozensets(DAYS, max_size=4)),
    )


def by_walking(one: Pattern, holidays: frozenset[date]) -> list[Opening]:
    """Minute after minute: a slot begins when the last has ended and its pause is over."""
    found, day = [], one.first
    while day <= one.last:
        nth = 1 + sum((day - timedelta(days=7 * back)).month == day.month for back in range(1, 5))
        weekly = day.weekday() in one.weekdays and (not one.weeks or nth in one.weeks)
        open_ = weekly and (one.on_holidays or day not in holidays)
        if (open_ or day in one.extra) and day not in one.closed:
            at, ends = datetime.combine(day, one.begin), datetime.combine(day, one.end)
            while at + timedelta(minutes=one.minutes) <= ends:
                found.append(Opening(at, at + timedelta(minutes=one.minutes)))
                at += timedelta(minutes=one.minutes + one.pause)
        day += timedelta(days=1)
    return found


@given(patterns(), st.frozensets(DAYS, max_size=6))
def test_slots_are_those_of_a_walk_over_the_days(one: Pattern, holidays: frozenset[date]) -> None:
    if faults(one):
        with pytest.raises(ValueError, match="cannot be used"):
            openings(one, holidays.__contains__)
        return
    made = openings(one, holidays.__contains__)
    assert made == by_walking(one, holidays)
    skipped = {gone.day for gone in left_out(one, holidays.__contains__)}
    assert skipped.isdisjoint(slot.start.date() for slot in made)


def test_second_and_fourth_tuesdays_without_holidays() -> None:
    one = pattern(last=date(2027, 2, 28), weekdays=frozenset({1}), weeks=frozenset({2, 4}))
    days = {slot.start.date() for slot in openings(one, {date(2027, 2, 23)}.__contains__)}
    assert days == {
        date(2026, 12, 8),
        date(2026, 12, 22),
        date(2027, 1, 12),
        date(2027, 1, 26),
        date(2027, 2, 9),
    }
    assert [(gone.day, gone.why) for gone in left_out(one, {date(2027, 2, 23)}.__contains__)] == [
        (date(2027, 2, 23), Why.HOLIDAY)
    ]


def test_a_closed_day_is_closed_even_when_it_is_opened_specially() -> None:
    day = date(2026, 12, 6)  # a Sunday
    assert [
        slot.start.date() for slot in openings(pattern(extra=frozenset({day}), weekdays=frozenset()), never)
    ] == ([day] * 4)
    both = pattern(extra=frozenset({day}), closed=frozenset({day}), weekdays=frozenset())
    assert openings(both, never) == []
    assert [gone.why for gone in left_out(both, never)] == [Why.CLOSED]


def test_the_last_slot_ends_within_the_hours() -> None:
    made = openings(pattern(last=FIRST, minutes=50, pause=10), never)
    assert [(slot.start.time(), slot.end.time()) for slot in made] == [
        (time(13), time(13, 50)),
        (time(14), time(14, 50)),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last": FIRST - timedelta(days=1)}, Fault.ORDER),
        ({"last": FIRST + timedelta(days=MOST_DAYS)}, Fault.TOO_LONG),
        ({"weekdays": frozenset()}, Fault.NO_WEEKDAY),
        ({"end": time(13)}, Fault.HOURS),
        ({"minutes": 0}, Fault.LENGTH),
        ({"minutes": MOST_MINUTES + 5}, Fault.LENGTH),
        ({"pause": -5}, Fault.LENGTH),
        ({"pause": MOST_MINUTES + 5}, Fault.LENGTH),
        ({"minutes": 12}, Fault.STEP),
        ({"begin": time(13, 1)}, Fault.STEP),
        ({"pause": 3}, Fault.STEP),
        (
            {"last": FIRST + timedelta(days=MOST_DAYS - 1), "weekdays": frozenset(range(7)), "minutes": 5},
            Fault.TOO_MANY,
        ),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], expected: Fault) -> None:
    assert faults(pattern(**changes)) == [expected]


def test_the_limits_themselves_are_allowed() -> None:
    assert faults(pattern(last=FIRST + timedelta(days=MOST_DAYS - 1))) == []
    assert faults(pattern(last=FIRST, minutes=5)) == []
    whole = pattern(begin=time(0), end=time(12), minutes=MOST_MINUTES, pause=MOST_MINUTES)
    assert faults(whole) == []
    # five minutes from midnight to noon on fourteen days is 2,016; on thirteen 1,872
    for days, found in ((13, []), (14, [Fault.TOO_MANY])):
        many = pattern(
            begin=time(0),
            end=time(12),
            minutes=5,
            weekdays=frozenset(range(7)),
            last=FIRST + timedelta(days=days - 1),
        )
        assert faults(many) == found
    # a hundred a day on twenty days are as many as there may be
    most = pattern(
        begin=time(0),
        end=time(8, 20),
        minutes=5,
        weekdays=frozenset(range(7)),
        last=FIRST + timedelta(days=19),
    )
    assert faults(most) == []
    assert (MOST_SLOTS, MOST_MINUTES) == (2_000, 720)


def test_steps_cover_a_slot_in_fives() -> None:
    at = datetime.combine(date(2026, 12, 8), time(13))
    assert steps(at, at + timedelta(minutes=15)) == [at + timedelta(minutes=5 * one) for one in range(3)]
    odd = steps(at + timedelta(minutes=7, seconds=3), at + timedelta(minutes=11))
    assert odd == [at + timedelta(minutes=5), at + timedelta(minutes=10)]
