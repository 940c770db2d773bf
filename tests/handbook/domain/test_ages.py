"""Ages as people say them, ages of law, corrected ages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.ages import (
    Age,
    age,
    corrected_age,
    exact_age,
    gestation_at_birth,
    preterm,
)
from yakuba.handbook.domain.japan import month_age_reached

births = st.dates(date(2000, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "found"),
    [
        ("2026-09-03", "2027-01-19", Age(0, 4, 16)),
        ("2026-09-03", "2026-09-03", Age(0, 0, 0)),
        ("2026-09-03", "2027-09-02", Age(0, 11, 30)),
        ("2026-09-03", "2027-09-03", Age(1, 0, 0)),
        ("2026-01-31", "2026-02-27", Age(0, 0, 27)),
        ("2026-01-31", "2026-02-28", Age(0, 1, 0)),  # no 31 February: its last day ends the month
        ("2026-01-31", "2026-03-30", Age(0, 1, 30)),
        ("2026-01-31", "2026-03-31", Age(0, 2, 0)),
        ("2024-02-29", "2025-02-28", Age(1, 0, 0)),
    ],
)
def test_an_age_is_what_people_say(birth: str, day: str, found: Age) -> None:
    assert age(date.fromisoformat(birth), date.fromisoformat(day)) == found


def test_nobody_has_an_age_before_the_birth() -> None:
    with pytest.raises(ValueError, match="before the birth on 2026-09-03"):
        age(date(2026, 9, 3), date(2026, 9, 2))


@given(births, st.integers(0, 9000))
def test_ages_grow_day_by_day_and_months_stay_below_twelve(birth: date, days: int) -> None:
    today = age(birth, birth + timedelta(days=days))
    tomorrow = age(birth, birth + timedelta(days=days + 1))
    assert 0 <= today.months <= 11
    assert 0 <= today.days <= 30
    assert (tomorrow.years, tomorrow.months, tomorrow.days) > (today.years, today.months, today.days)


@given(births, st.integers(1, 240))
def test_the_day_of_a_legal_age_is_found_again(birth: date, months: int) -> None:
    assert exact_age(birth, month_age_reached(birth, months)) == Age(months // 12, months % 12, 0)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-09-03", Age(0, 0, 0)),
        ("2026-10-15", Age(0, 0, 42)),  # six weeks
        ("2026-10-16", None),
        ("2027-02-02", Age(0, 5, 0)),
        ("2027-02-03", None),
        ("2026-09-02", None),
        ("2026-08-27", None),  # a week before the birth
    ],
)
def test_only_round_ages_are_named(day: str, found: Age | None) -> None:
    assert exact_age(date(2026, 9, 3), date.fromisoformat(day)) == found


def test_weeks_are_named_in_the_first_year_alone() -> None:
    birth = date(2027, 9, 4)  # the year before a leap day: 52 weeks are not yet twelve months by law
    assert exact_age(birth, birth + timedelta(weeks=1)) == Age(0, 0, 7)
    assert exact_age(birth, birth + timedelta(weeks=51)) == Age(0, 0, 357)
    assert exact_age(birth, birth + timedelta(weeks=52)) == Age(0, 0, 364)
    assert exact_age(birth, birth + timedelta(weeks=53)) is None
    assert exact_age(birth, birth + timedelta(days=1)) is None


def test_a_month_ends_on_the_eve_even_where_that_lies_in_the_month_before() -> None:
    assert exact_age(date(2026, 9, 1), date(2026, 9, 30)) == Age(0, 1, 0)
    assert exact_age(date(2026, 1, 31), date(2026, 2, 28)) == Age(0, 1, 0)
    assert exact_age(date(2026, 9, 2), date(2027, 9, 1)) == Age(1, 0, 0)


@pytest.mark.parametrize(
    ("birth", "weeks", "early"),
    [
        ("2026-09-03", (40, 0), False),
        ("2026-08-13", (37, 0), False),
        ("2026-08-12", (36, 6), True),
        ("2026-09-10", (41, 0), False),
    ],
)
def test_a_birth_before_the_37th_week_is_early(birth: str, weeks: tuple[int, int], early: bool) -> None:
    due, day = date(2026, 9, 3), date.fromisoformat(birth)
    assert gestation_at_birth(day, due) == weeks
    assert preterm(day, due) is early
    assert not preterm(day, None)


def test_the_corrected_age_counts_from_the_due_date() -> None:
    due = date(2026, 9, 3)
    assert corrected_age(due, date(2026, 9, 2)) is None
    assert corrected_age(due, due) == Age(0, 0, 0)
    assert corrected_age(due, date(2026, 12, 10)) == Age(0, 3, 7)
