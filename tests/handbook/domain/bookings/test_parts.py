"""States, weeks and calendar files."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.bookings import ics, weeks
from yakuba.handbook.domain.bookings.states import CONSUMING, HOLD, ONCE, OPEN, State, before, may_become
from yakuba.handbook.domain.bookings.weeks import Fill

JAPAN = timezone(timedelta(hours=9))


def test_no_place_is_taken_by_a_change_of_state() -> None:
    for state in set(State) - CONSUMING:
        assert not any(may_become(state, wanted) for wanted in State)
    assert before(State.BOOKED) == {State.HELD, State.ATTENDED, State.NO_SHOW}
    assert before(State.EXPIRED) == {State.HELD}
    assert before(State.CANCELLED) == OPEN == {State.HELD, State.BOOKED}
    assert before(State.NO_SHOW) == {State.BOOKED, State.ATTENDED}
    assert before(State.ATTENDED) == {State.BOOKED, State.NO_SHOW}
    assert before(State.HELD) == frozenset()
    assert {State.NO_SHOW} == CONSUMING - ONCE
    assert timedelta(minutes=5) == HOLD


def test_a_booking_goes_its_way_and_marks_of_coming_can_be_put_right() -> None:
    assert may_become(State.HELD, State.BOOKED)
    assert may_become(State.BOOKED, State.ATTENDED)
    assert may_become(State.NO_SHOW, State.ATTENDED)
    assert not may_become(State.BOOKED, State.HELD)
    assert not may_become(State.ATTENDED, State.CANCELLED)
    for state in State:
        assert {wanted for wanted in State if state in before(wanted)} == {
            wanted for wanted in State if may_become(state, wanted)
        }


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_months_and_weeks_are_those_of_the_calendar(day: date) -> None:
    assert weeks.month_weeks(day) == calendar.Calendar(0).monthdatescalendar(day.year, day.month)
    assert day in weeks.week_of(day)
    assert weeks.week_of(day)[0] == weeks.monday_of(day)
    assert weeks.monday_of(day).weekday() == 0
    assert weeks.last_of_month(day).day == calendar.monthrange(day.year, day.month)[1]
    assert weeks.previous_month(weeks.next_month(day)) == day.replace(day=1)


@pytest.mark.parametrize(
    ("used", "capacity", "waiting", "expected"),
    [
        (0, 3, 0, Fill.FREE),
        (6, 10, 0, Fill.FREE),
        (7, 10, 0, Fill.FEW),
        (9, 10, 0, Fill.FEW),
        (10, 10, 0, Fill.FULL),
        (9, 10, 1, Fill.FULL),
        (2, 3, 0, Fill.FREE),
        (0, 0, 0, Fill.FULL),
    ],
)
def test_how_full_a_slot_is(used: int, capacity: int, waiting: int, expected: Fill) -> None:
    assert weeks.fill(used, capacity, waiting=waiting) is expected
    assert weeks.fill(used, capacity, cancelled=True) is Fill.CANCELLED


def visit(**changes: object) -> ics.Visit:
    start = datetime(2026, 12, 8, 13, 0, tzinfo=JAPAN)
    fields: dict[str, object] = {
        "uid": "abc@handbook", "sequence": 2, "start": start, "end": start + timedelta(hours=1),
        "summary": "予約", "place": "本庁舎; 2階, 会議室",
        "stamp": datetime(2026, 11, 24, tzinfo=UTC), **changes,
    }  # fmt: skip
    return ics.Visit(**fields)  # type: ignore[arg-type]


def test_a_calendar_file_says_when_and_where() -> None:
    lines = ics.calendar_file(visit()).split("\r\n")
    assert lines == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yakuba//handbook bookings//JA", "METHOD:PUBLISH",
        "BEGIN:VEVENT", "UID:abc@handbook", "SEQUENCE:2", "DTSTAMP:20261124T000000Z",
        "DTSTART:20261208T040000Z",
        "DTEND:20261208T050000Z", "SUMMARY:予約", "LOCATION:本庁舎\\; 2階\\, 会議室", "STATUS:CONFIRMED",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    gone = ics.calendar_file(visit(cancelled=True))
    assert "METHOD:CANCEL\r\n" in gone
    assert "STATUS:CANCELLED\r\n" in gone


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300))
def test_folded_lines_are_short_and_unfold_to_the_same(text: str) -> None:
    folded = ics.folded(text)
    assert folded.replace("\r\n ", "") == text
    pieces = folded.split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    # no shorter than they must be: another character would not have fitted
    heads = [piece[1:] if at else piece for at, piece in enumerate(pieces)]
    for piece, follower in zip(pieces, heads[1:], strict=False):
        assert len(piece.encode()) + len(follower[:1].encode()) > 75


def test_breaks_and_signs_are_escaped() -> None:
    assert ics.escaped("a\\b;c,d\r\ne\rf\ng") == "a\\\\b\\;c\\,d\\ne\\nf\\ng"
