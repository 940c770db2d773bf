"""Windows of age by the calendar of the law, day by day around both ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook import builtin
from yakuba.handbook.domain.bookings.eligibility import (
    Audience,
    Candidate,
    Days,
    Eligibility,
    Reason,
    Window,
    age_window,
    days_of,
    refusal,
)
from yakuba.handbook.domain.japan import JapaneseCalendar

CALENDAR = JapaneseCalendar()
BORN = date(2025, 6, 10)
DAY = timedelta(days=1)


def rule(first: str = "", until: str = "", **more: object) -> Eligibility:
    return Eligibility((age_window(first, until),), **more)  # type: ignore[arg-type]


def test_an_age_is_reached_on_the_eve_and_the_end_is_the_last_day_before_it() -> None:
    one = rule("10m", "2y")
    said = [refusal(one, Candidate(BORN), day, CALENDAR) for day in (date(2026, 4, 8), date(2026, 4, 9))]
    assert said == [Reason.TOO_YOUNG, None]
    said = [refusal(one, Candidate(BORN), day, CALENDAR) for day in (date(2027, 6, 8), date(2027, 6, 9))]
    assert said == [None, Reason.TOO_OLD]


@given(
    birth=st.dates(date(2020, 1, 1), date(2027, 12, 31)),
    first=st.integers(0, 60),
    length=st.integers(1, 40),
    ahead=st.integers(0, 4000),
)
def test_a_day_is_refused_as_the_window_says(birth: date, first: int, length: int, ahead: int) -> None:
    one = rule(f"{first}m", f"{first + length}m")
    day = birth + timedelta(days=ahead)
    found = days_of(one.windows, birth, CALENDAR)
    assert found.first is not None
    assert found.last is not None
    expected = None
    if day < found.first:
        expected = Reason.TOO_YOUNG
    elif day > found.last:
        expected = Reason.TOO_OLD
    assert refusal(one, Candidate(birth), day, CALENDAR) == expected


def test_the_window_of_a_health_check_and_the_offices_ages_hold_together() -> None:
    check = next(one for one in builtin("jp").health_checks if one.id == "KENSHIN_1Y6M")
    both = (age_window("19m", ""), Window(check.from_, check.until))
    assert days_of(both, BORN, CALENDAR) == Days(
        date(2027, 1, 9), date(2027, 6, 9)
    )  # until the eve of the 2nd birthday
    assert days_of(both[1:], BORN, CALENDAR).first == date(2026, 12, 10)
    assert days_of((age_window("3y", ""), both[1]), BORN, CALENDAR).empty
    assert not days_of(both, BORN, CALENDAR).empty
    assert not Days(BORN, BORN).empty


def test_pregnancies_and_births() -> None:
    due = date(2027, 3, 1)
    expecting, newborn = Candidate(None, due), Candidate(BORN)
    day = date(2026, 12, 8)
    said = {
        audience: (
            refusal(rule(audience=audience), expecting, day, CALENDAR),
            refusal(rule(audience=audience), newborn, day, CALENDAR),
        )
        for audience in Audience
    }
    assert said == {
        Audience.CHILD: (Reason.NOT_BORN, None),
        Audience.PREGNANCY: (None, Reason.BORN),
        Audience.BOTH: (None, None),
    }
    assert refusal(rule(), newborn, BORN - DAY, CALENDAR) is Reason.NOT_BORN
    assert refusal(rule(), newborn, BORN, CALENDAR) is None


def test_residents_only() -> None:
    one = rule(residents_only=True)
    assert refusal(one, Candidate(BORN), BORN, CALENDAR) is Reason.NOT_RESIDENT
    assert refusal(one, Candidate(BORN, resident=True), BORN, CALENDAR) is None


@pytest.mark.parametrize(
    ("first", "until"), [("soon", ""), ("", "2 x"), ("2y", "2y"), ("24m", "1y"), ("-1m", ""), ("", "-1d")]
)
def test_ages_that_make_no_window_are_refused(first: str, until: str) -> None:
    with pytest.raises(ValueError, match=r"not a length|not later|before birth"):
        age_window(first, until)


def test_open_ends_leave_every_day() -> None:
    assert age_window(" ", "") == Window()
    assert days_of((Window(),), BORN, CALENDAR) == Days()
    assert age_window("0m", "1d").until is not None
