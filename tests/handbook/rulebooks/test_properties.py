"""What holds for every child: order of history, time, planned doses, and agreement with a plain programme."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handbook.rulebooks.pcv_oracle import months_old, valid_doses
from yakuba.handbook.domain import japan
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import AGED_OUT, COMPLETE, NextDose, Outlook, outlook
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.rulebooks.load import builtin

BOOK, CALENDAR = builtin(), JapaneseCalendar()
DAY = timedelta(days=1)
births = st.dates(date(2024, 4, 1), date(2028, 3, 31))
KINDS = [("HEPB", ""), ("ROTA", "RV1"), ("ROTA", "RV5"), ("PCV", "PCV20"), ("DPT_IPV_HIB", ""), ("BCG", ""),
         ("MR", ""), ("VAR", ""), ("JE", ""), ("HIB", ""), ("DPT_IPV", "")]  # fmt: skip
doses = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2600)), max_size=12)


def look(birth: date, history: list[Given], on: date) -> Outlook:
    return outlook(BOOK, Person(birth, "F"), history, [], on, CALENDAR)


def made(birth: date, drawn: list[tuple[tuple[str, str], int]]) -> list[Given]:
    return [Given(vaccine, birth + DAY * age, product) for (vaccine, product), age in drawn]


@settings(max_examples=60)
@given(births, doses, st.randoms(use_true_random=False))
def test_the_order_in_which_a_history_is_handed_in_is_irrelevant(birth, drawn, random) -> None:  # type: ignore[no-untyped-def]
    history = made(birth, drawn)
    shuffled = list(history)
    random.shuffle(shuffled)
    on = birth + DAY * 800
    first, second = look(birth, history, on), look(birth, shuffled, on)
    assert first.forecasts == second.forecasts
    lines = [
        (line.given.date, line.given.vaccine, line.given.product, line.valid, line.reason)
        for line in first.doses
    ]
    again = [
        (line.given.date, line.given.vaccine, line.given.product, line.valid, line.reason)
        for line in second.doses
    ]
    assert sorted(map(str, lines)) == sorted(map(str, again))


@settings(max_examples=60)
@given(births, doses, st.integers(0, 2600), st.integers(0, 900))
def test_a_later_day_of_assessment_never_gives_an_earlier_date(birth, drawn, age, more) -> None:  # type: ignore[no-untyped-def]
    history = made(birth, drawn)
    now, later = (look(birth, history, birth + DAY * days) for days in (age, age + more))
    known = {one.vaccine: one for one in now.forecasts}
    for one in later.forecasts:
        before = known[one.vaccine]
        if one.legal_from and before.legal_from:
            assert one.legal_from >= before.legal_from
        assert not (before.status == COMPLETE and one.status != COMPLETE)


@settings(max_examples=60)
@given(births, doses, st.integers(0, 2600))
def test_the_windows_of_a_dose_are_in_order(birth, drawn, age) -> None:  # type: ignore[no-untyped-def]
    for one in look(birth, made(birth, drawn), birth + DAY * age).forecasts:
        assert (one.dose is None) == (one.legal_from is None)
        if one.legal_from is None or one.recommended_from is None:
            continue
        assert one.legal_from <= one.recommended_from
        if one.legal_until is not None:
            assert one.recommended_from <= one.legal_until
        if one.recommended_until is not None:
            assert one.recommended_from <= one.recommended_until == (one.overdue_on or date.max) - DAY


def product(one: NextDose) -> str:
    return {"ROTA": "RV1", "PCV": "PCV20", "HPV": "HPV9"}.get(one.vaccine, "")


@pytest.mark.parametrize("late", [0, 35, 100, 160, 230, 400, 700])
@pytest.mark.parametrize("birth", ["2026-04-01", "2026-04-02", "2026-07-31", "2026-12-30", "2028-02-29"])
def test_giving_each_dose_on_its_first_day_completes_every_series(birth: str, late: int) -> None:
    """A child first seen after ``late`` days: every dose that the engine names is valid when it is given.

    Seen in time every series is completed; seen late, some can be begun and no longer finished.
    """
    born = date.fromisoformat(birth)
    history: list[Given] = []
    today = born + DAY * late
    while asked := [one for one in look(born, history, today).forecasts if one.legal_from]:
        one = min(asked, key=lambda dose: (dose.legal_from or date.max, dose.vaccine))
        today = max(today, one.legal_from or date.max)
        assert one.legal_until is None or today <= one.legal_until
        history.append(Given(one.vaccine, today, product(one)))
    found = look(born, history, today)
    assert [line.valid for line in found.doses] == [True] * len(history)
    statuses = {one.vaccine: one.status for one in found.forecasts}
    if late < 150:
        assert statuses == dict.fromkeys(statuses, COMPLETE)
        assert len(history) == 27
    assert set(statuses.values()) <= {COMPLETE, AGED_OUT}


@settings(max_examples=100)
@given(births, st.lists(st.integers(50, 900), max_size=5), st.integers(0, 5))
def test_pneumococcal_verdicts_agree_with_a_plain_programme(birth: date, ages: list[int], shift: int) -> None:
    days = sorted(
        {birth + DAY * age for age in ages} | ({months_old(birth, 7) + DAY * (shift - 2)} if shift else set())
    )
    found = look(
        birth, [Given("PCV", day, "PCV20") for day in days if day >= date(2024, 10, 1)], date(2035, 1, 1)
    )
    assert [line.valid for line in found.doses] == valid_doses(
        birth, [d for d in days if d >= date(2024, 10, 1)]
    )


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(0, 90))
def test_months_of_age_agree_with_counting_day_by_day(birth: date, months: int) -> None:
    assert japan.month_age_reached(birth, months) == months_old(birth, months)
