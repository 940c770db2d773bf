"""When a child can be the one expected, what counts as the same pregnancy, and what two rows share."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.births import (
    Household,
    begin_of,
    can_be_born,
    in_pregnancy,
    plain,
    reasons,
    same_pregnancy,
)

DUE = date(2026, 11, 20)
BIRTH = date(2026, 11, 8)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("birth", "possible"),
    [
        ("2026-07-16", False),  # 21 weeks 6 days
        ("2026-07-17", True),  # 22 weeks 0 days
        ("2026-11-20", True),
        ("2026-12-11", True),  # 21 days late
        ("2026-12-12", False),
    ],
)
def test_a_birth_lies_between_22_weeks_and_21_days_after_the_due_date(birth: str, possible: bool) -> None:
    assert can_be_born(DUE, date.fromisoformat(birth)) is possible


@pytest.mark.parametrize(("due", "same"), [("2027-05-09", True), ("2027-05-10", False), ("2020-01-01", True)])
def test_a_due_date_half_a_year_after_the_birth_is_another_pregnancy(due: str, same: bool) -> None:
    assert same_pregnancy(date.fromisoformat(due), BIRTH) is same


@given(DAYS, DAYS)
def test_whoever_can_be_born_of_a_pregnancy_ends_it(due: date, birth: date) -> None:
    if can_be_born(due, birth):
        assert same_pregnancy(due, birth)
        assert not same_pregnancy(due + timedelta(weeks=57), birth)
        assert in_pregnancy(birth - timedelta(days=1), birth, due)


@pytest.mark.parametrize(
    ("day", "due", "inside"),
    [
        ("2026-02-13", DUE, True),  # 280 days before the due date
        ("2026-02-12", DUE, False),
        ("2026-11-07", DUE, True),
        ("2026-11-08", DUE, False),  # the day of birth
        ("2026-01-11", None, True),  # 301 days before the birth: as long as a pregnancy can be
        ("2026-01-10", None, False),
    ],
)
def test_days_of_a_pregnancy(day: str, due: date | None, inside: bool) -> None:
    assert in_pregnancy(date.fromisoformat(day), BIRTH, due) is inside


def test_where_a_pregnancy_begins() -> None:
    assert (begin_of(BIRTH, DUE), begin_of(BIRTH, None)) == (date(2026, 2, 13), date(2026, 1, 11))


def test_names_and_addresses_are_compared_as_people_read_them() -> None:
    assert plain("橋本　渚") == plain("橋本 渚")
    assert plain("月待浜３丁目５−１") == plain("月待浜3丁目5-1")
    assert plain("月待浜3丁目5‐1") == plain("月待浜3丁目5—1")
    assert plain("橋本 渚") != plain("橋本 汀")


def test_what_two_rows_share() -> None:
    mother = Household(("橋本 渚", "橋本 岳"), "汐見区月待浜3丁目5", "999-0008")
    assert reasons(mother, Household(("橋本　岳",), "汐見区月待浜３丁目５", "999-0008")) == (
        "guardian", "address", "postal_code",
    )  # fmt: skip
    assert reasons(mother, Household(("橋本 岳",), "", "999-0001")) == ("guardian",)
    assert reasons(mother, Household(("森 葵",), "", "999-0008")) == ("postal_code",)
    assert reasons(Household(("", "橋本 渚"), "", ""), Household(("", "森"), "", "")) == ()
