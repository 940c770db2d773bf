"""Whom a change of the rule book affects: in what, from which day, and nobody before it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handbook.children import given as dose
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rule_diff import (
    Affected,
    Change,
    Subject,
    compare,
    differences,
    effective_days,
    summary,
)
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.rulebooks.load import builtin, parse

CALENDAR = JapaneseCalendar()
DAY = timedelta(days=1)
ON = date(2026, 11, 23)
CHANGED = date(2027, 4, 1)
ONE_WINDOW = "{n: 1, from: 12m, until: 36m, standard_from: 12m, standard_until: 15m}"
_STANDARD = "from: 12m, standard_from: 12m, standard_until: 15m"
TWO_WINDOWS = f"""n: 1
            windows:
              - {{{_STANDARD}, until: 36m, effective_until: 2027-03-31}}
              - {{{_STANDARD}, until: 60m, effective_from: 2027-04-01}}"""


@cache
def edited(old: str, new: str) -> Rulebook:
    """The shipped book with one edit."""
    text = (resources.files("yakuba.handbook.rulebooks") / "jp" / "2026.yaml").read_text("utf-8")
    assert text.count(old) == 1
    return parse("edited.yaml", text.replace(old, new).encode())


@pytest.fixture(scope="module")
def wider() -> Rulebook:
    """The first varicella dose up to 60 months from April 2027 on."""
    return edited(ONE_WINDOW, TWO_WINDOWS)


def child(name: str, birth: str, *doses: str) -> Subject:
    return Subject(name, Person(date.fromisoformat(birth), "F"), tuple(dose(one) for one in doses))


def test_a_wider_window_affects_those_whom_it_reaches_from_its_day_on(wider: Rulebook) -> None:
    children = [
        child("baby", "2026-10-01"),
        child("three", "2024-02-01"),
        child("done", "2024-02-01", "VAR 2025-03-01", "VAR 2025-09-01"),
        child("too old", "2021-01-01"),
    ]
    found = list(compare(builtin(), wider, children, ON, CALENDAR))
    assert [(one.id, one.on) for one in found] == [("baby", CHANGED), ("three", CHANGED)]
    assert found[0].changes == (
        Change("forecast", "VAR", 1, "legal_until", date(2029, 9, 30), date(2031, 9, 30)),
    )
    by_field = {change.field: (change.before, change.after) for change in found[1].changes}
    assert by_field["status"] == ("aged_out", "overdue")
    assert by_field["dose"] == (None, 1)
    assert by_field["legal_from"] == (None, date(2025, 1, 31))
    assert summary(found)["VAR"] == dict.fromkeys(sorted(by_field), 1) | {"people": 2, "legal_until": 2}


def test_a_change_without_a_date_of_its_own_counts_from_the_day_of_assessment() -> None:
    longer = edited("{dose: previous, months: 3, standard_months: [6, 12]}", "{dose: previous, months: 4}")
    found = list(
        compare(
            builtin(), longer, [child("a", "2025-01-31", "VAR 2026-02-15", "VAR 2026-05-20")], ON, CALENDAR
        )
    )
    assert [(one.id, one.on) for one in found] == [("a", ON)]
    verdicts = [change for change in found[0].changes if change.what == "verdict"]
    assert verdicts == [
        Change("verdict", "VAR", 2, "valid", True, False),
        Change("verdict", "VAR", 2, "reason", "within_rules", "too_soon"),
        Change("verdict", "VAR", 2, "right_from", None, date(2026, 6, 15)),
    ]
    status = next(change for change in found[0].changes if change.field == "status")
    assert (status.what, status.before, status.after, status.dose) == ("forecast", "complete", "due", 2)


def test_the_same_book_affects_nobody() -> None:
    again = edited(ONE_WINDOW, ONE_WINDOW)
    children = [child("a", "2025-01-31", "VAR 2026-02-15"), child("b", "2020-05-01")]
    assert list(compare(builtin(), again, children, ON, CALENDAR)) == []
    assert summary([]) == {}


def test_the_days_looked_at_are_those_of_rules_not_of_birth_cohorts(wider: Rulebook) -> None:
    assert effective_days(builtin(), wider, ON) == (ON, CHANGED)
    assert effective_days(wider, builtin(), date(2027, 4, 2)) == (date(2027, 4, 2),)
    assert effective_days(wider, wider, date(2020, 9, 30))[:3] == (
        date(2020, 9, 30), date(2020, 10, 1), date(2023, 4, 1),
    )  # fmt: skip
    shorter = edited(
        "until: 2027-03-31\n    born_from: 2022-04-02", "until: 2028-03-31\n    born_from: 2022-04-02"
    )
    assert date(2028, 4, 1) in effective_days(builtin(), shorter, ON)


def test_observations_and_order_of_people_are_kept(wider: Rulebook) -> None:
    sick = Subject(7, Person(date(2026, 10, 1), "F"), (), (Observation("VARICELLA_DISEASE"),))
    found = list(
        compare(builtin(), wider, [child("z", "2026-10-01"), sick, child("a", "2026-10-01")], ON, CALENDAR)
    )
    assert [one.id for one in found] == ["z", "a"]


def test_a_summary_counts_each_person_once_a_field() -> None:
    change = Change("forecast", "MR", 1, "legal_until", None, None)
    people = [Affected(1, ON, (change, change)), Affected(2, ON, (change,))]
    assert summary(people) == {"MR": {"people": 2, "legal_until": 2}}


births = st.dates(date(2020, 4, 2), date(2026, 11, 1))
histories = st.lists(
    st.tuples(st.sampled_from(["VAR", "MR", "BCG", "HEPB"]), st.integers(60, 2000)), max_size=5
)


@settings(max_examples=30)
@given(births, histories, st.integers(0, 400))
def test_before_its_day_a_change_changes_nothing(
    birth: date, drawn: list[tuple[str, int]], sooner: int
) -> None:
    wider_book = edited(ONE_WINDOW, TWO_WINDOWS)
    on = CHANGED - DAY * (1 + sooner)
    history = [Given(vaccine, birth + DAY * age) for vaccine, age in drawn if birth + DAY * age <= on]
    person = Person(birth, "F")
    looks = [outlook(book, person, history, [], max(on, birth), CALENDAR) for book in (builtin(), wider_book)]
    assert list(differences(*looks)) == []
    found = list(
        compare(builtin(), wider_book, [Subject(1, person, tuple(history))], max(on, birth), CALENDAR)
    )
    assert all(one.on >= CHANGED for one in found)
    assert all(change.vaccine == "VAR" for one in found for change in one.changes)
