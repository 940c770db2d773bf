"""What observations change: against two outlooks made by hand, and the codes that rules ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.observed import Moved, codes_of, moved
from yakuba.handbook.domain.outlook import outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import (
    OBSERVATION,
    BornBefore,
    Contraindication,
    Extension,
    Indication,
    Interval,
)
from yakuba.handbook.rulebooks.load import builtin

BOOK = builtin("jp")
CALENDAR = JapaneseCalendar()
CHILD = Person(date(2025, 4, 1), "F")
ILL = Observation("LONG_ILLNESS", date(2026, 10, 31))
NO_HEPB = Observation("HBIG_COURSE")


def changes(
    *observations: Observation, given: tuple[Given, ...] = (), on: date = date(2026, 11, 23)
) -> tuple[Moved, ...]:
    found = outlook(BOOK, CHILD, given, observations, on, CALENDAR)
    return moved(BOOK, CHILD, given, observations, on, CALENDAR, found)


def by_vaccine(found: tuple[Moved, ...], code: str) -> dict[str, Moved]:
    return {one.vaccine: one for one in found if one.code == code}


def test_nothing_observed_changes_nothing() -> None:
    assert changes() == ()
    assert changes(Observation("LONG_ILLNESS")) == ()  # without its day the rule can't be counted
    assert changes(Observation("SOMETHING_ELSE", date(2026, 1, 1))) == ()


def test_a_long_illness_moves_the_end_of_each_window_that_was_over_or_ends_sooner() -> None:
    found = by_vaccine(changes(ILL), "LONG_ILLNESS")
    hepb = found["HEPB"]
    assert (hepb.before.status, hepb.before.legal_until) == ("aged_out", date(2026, 3, 31))
    assert (hepb.after.status, hepb.after.legal_until) == ("overdue", date(2028, 10, 30))
    assert hepb.source == ("S22", "S23")
    assert found["BCG"].after.legal_until == date(2028, 10, 30)
    assert not {"ROTA", "MUMPS", "HPV", "DT"} & set(found)  # no extension, or later ends of their own


def test_two_records_of_one_code_count_together_by_the_later_day() -> None:
    earlier = replace(ILL, date=date(2026, 5, 1))
    assert changes(earlier, ILL) == changes(ILL)
    assert len({one.vaccine for one in changes(earlier, ILL)}) == len(changes(earlier, ILL))


def test_an_exclusion_ends_the_forecast_with_its_own_source() -> None:
    young = date(2025, 6, 1)
    (one,) = changes(NO_HEPB, on=young)
    assert (one.vaccine, one.before.status, one.after.status) == ("HEPB", "due", "contraindicated")
    assert one.source == ("S24",)
    assert {change.vaccine for change in changes(Observation("SCID"), on=young)} == {"ROTA"}


def test_each_code_is_told_apart_where_two_meet() -> None:
    found = changes(ILL, NO_HEPB)
    assert "HEPB" not in by_vaccine(found, "LONG_ILLNESS")  # excluded with it and without it
    assert by_vaccine(found, "HBIG_COURSE")["HEPB"].before.legal_until == date(2028, 10, 30)


def test_a_complete_course_is_not_changed() -> None:
    days = (date(2025, 6, 1), date(2025, 6, 29), date(2025, 11, 20))
    found = by_vaccine(changes(ILL, given=tuple(Given("HEPB", day) for day in days)), "LONG_ILLNESS")
    assert "HEPB" not in found
    assert "BCG" in found


def test_the_japanese_book_asks_for_these() -> None:
    assert codes_of(BOOK) == (
        "LONG_ILLNESS",
        "MR_SHORTAGE",
        "HBIG_COURSE",
        "INTUSSUSCEPTION",
        "GUT_ANOMALY",
        "SCID",
        "VARICELLA_DISEASE",
    )


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"immune_after": frozenset({"B", "A"})}, ("A", "B")),
        ({"contraindications": (Contraindication("C"), Contraindication("C"))}, ("C",)),
        ({"born_before": (BornBefore(date(1957, 1, 1), "", frozenset({"D"})),)}, ("D",)),
    ],
)
def test_every_kind_of_rule_that_asks_is_found(change: dict[str, object], wanted: tuple[str, ...]) -> None:
    hepb = replace(BOOK.antigens["HEPB"], contraindications=())
    book = replace(BOOK, extensions=(), antigens={"HEPB": replace(hepb, **change)})  # type: ignore[arg-type]
    assert codes_of(book) == wanted


def test_indications_and_intervals_ask_too_and_an_extension_for_everybody_does_not() -> None:
    hepb = replace(BOOK.antigens["HEPB"], contraindications=())
    course = hepb.series[0]
    asked = Interval(reference=OBSERVATION, observation="E")
    other = Interval(observation="not asked for")
    allowed = Interval(reference=OBSERVATION, observation="F")
    dose = replace(course.doses[0], intervals=(other, asked), allowed_intervals=(allowed,))
    series = replace(course, doses=(dose,), indications=(Indication("G"),))
    book = replace(
        BOOK,
        extensions=(Extension("for everybody", "", {}), Extension("x", "H", {})),
        antigens={"HEPB": replace(hepb, series=(series,))},
    )
    assert codes_of(book) == ("H", "G", "E", "F")
