"""What is left unsaid for want of a person's sex: named where it matters, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.handbook.domain.books import BIRTH, CALENDAR, book, dose, given, run, series, window
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.missing import unsaid_without_sex
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.rulebooks.load import builtin

GIRLS = frozenset({"F"})
FROM_TWELVE = window("12 years", "16 years")


def unsaid(
    rulebook: Rulebook, person: Person, history: Sequence[Given] = (), on: str = "2021-01-01"
) -> tuple[str, ...]:
    return unsaid_without_sex(rulebook, person, history, [], date.fromisoformat(on), CALENDAR)


def test_a_rule_for_girls_is_named_while_the_sex_is_unknown_and_only_then() -> None:
    rules = book(series(dose(1, FROM_TWELVE), sexes=GIRLS))
    assert run(rules, person=Person(BIRTH)).forecasts[0].series == ()
    assert unsaid(rules, Person(BIRTH)) == ("X",)
    assert unsaid(rules, Person(BIRTH, "F")) == ()
    assert unsaid(rules, Person(BIRTH, "M")) == ()


def test_a_rule_for_everybody_needs_no_sex() -> None:
    assert unsaid(book(series(dose(1, FROM_TWELVE))), Person(BIRTH)) == ()
    everybody = frozenset({"F", "M", "unknown"})
    assert unsaid(book(series(dose(1, FROM_TWELVE), sexes=everybody)), Person(BIRTH)) == ()


def test_a_boys_rule_counts_like_a_girls() -> None:
    assert unsaid(book(series(dose(1, FROM_TWELVE), sexes=frozenset({"M"}))), Person(BIRTH)) == ("X",)


def test_nothing_is_asked_when_the_time_is_over_for_everybody() -> None:
    rules = book(series(dose(1, FROM_TWELVE), sexes=GIRLS))
    assert unsaid(rules, Person(BIRTH), on="2035-12-31") == ("X",)
    assert unsaid(rules, Person(BIRTH), on="2036-01-01") == ()


def test_a_dose_that_waits_for_its_verdict_asks_for_the_sex_also_later() -> None:
    rules = book(series(dose(1, FROM_TWELVE), sexes=GIRLS))
    assert unsaid(rules, Person(BIRTH), given("2033-05-01"), on="2036-01-01") == ("X",)


def test_a_pregnancy_is_not_asked_for_the_sex() -> None:
    assert unsaid(book(series(dose(1, FROM_TWELVE), sexes=GIRLS)), Person(None, due=BIRTH)) == ()


def test_the_japanese_book_asks_for_it_for_hpv_alone() -> None:
    rules, calendar = builtin("jp"), JapaneseCalendar()
    child = Person(date(2014, 6, 1))
    asked = unsaid_without_sex(rules, child, [], [], date(2026, 11, 24), calendar)
    assert asked == ("HPV",)
    forbidden = [Observation("VARICELLA_DISEASE")]
    assert unsaid_without_sex(rules, child, [], forbidden, date(2026, 11, 24), calendar) == ("HPV",)
