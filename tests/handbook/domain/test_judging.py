"""Each table of chapter 6: which doses count, and why the others do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.handbook.domain.books import (
    BIRTH,
    age,
    book,
    dose,
    given,
    interval,
    reasons,
    run,
    series,
    statuses,
    window,
)
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.rules import (
    OBSERVATION,
    PRODUCT,
    TARGET,
    Association,
    Conflict,
    Period,
    VaccineUse,
)

TWO_MONTHS = book(series(dose(1, window("2 months", "12 months", absolute="2 months - 4 days", source="S"))))


@pytest.mark.parametrize(
    ("day", "status", "reason"),
    [  # table 6-15
        ("2020-02-25", state.NOT_VALID, state.TOO_YOUNG),
        ("2020-02-26", state.VALID, state.GRACE),
        ("2020-02-29", state.VALID, state.GRACE),
        ("2020-03-01", state.VALID, None),
        ("2020-12-31", state.VALID, None),
        ("2021-01-01", state.EXTRANEOUS, state.TOO_OLD),
    ],
)
def test_a_dose_counts_from_the_absolute_minimum_age_to_the_day_before_the_maximum(
    day: str, status: str, reason: str | None
) -> None:
    verdict = run(TWO_MONTHS, given(day))
    assert statuses(verdict) == [status]
    assert reasons(verdict, 0) == ([reason] if reason else [])


def test_a_reason_names_the_day_that_decides_and_its_source() -> None:
    reason = run(TWO_MONTHS, given("2020-02-01")).doses[0].reasons[0]
    assert (reason.day, reason.source) == (date(2020, 2, 26), ("S",))
    assert run(TWO_MONTHS, given("2020-02-27")).doses[0].reasons[0].day == date(2020, 3, 1)
    assert run(TWO_MONTHS, given("2022-02-27")).doses[0].reasons[0].day == date(2021, 1, 1)


def test_a_dose_without_ages_is_valid_at_any_age() -> None:
    assert statuses(run(book(series(dose(1))), given("2020-01-01"))) == [state.VALID]


def test_without_an_absolute_minimum_the_minimum_decides() -> None:
    plain = book(series(dose(1, window("2 months"))))
    assert statuses(run(plain, given("2020-02-29"))) == [state.NOT_VALID]
    assert statuses(run(plain, given("2020-03-01"))) == [state.VALID]


def test_a_history_is_judged_by_the_rule_of_its_day() -> None:
    until, since = Period(last=date(2020, 3, 31)), Period(first=date(2020, 4, 1))
    changed = book(series(dose(1, window("3 months", period=until), window("2 months", period=since))))
    assert statuses(run(changed, given("2020-03-15"))) == [state.NOT_VALID]
    assert statuses(run(changed, given("2020-04-01"))) == [state.VALID]


def test_a_dose_before_any_rule_was_in_force_is_outside_the_rules() -> None:
    later = book(series(dose(1, window("0 days", period=Period(first=date(2021, 1, 1)), source="S"))))
    verdict = run(later, given("2020-12-31"))
    assert statuses(verdict) == [state.NOT_VALID]
    assert verdict.doses[0].reasons[0] == state.Reason(state.NOT_IN_FORCE, None, ("S",))


def test_of_two_windows_one_that_fits_is_enough_and_the_gap_between_them_is_too_early() -> None:
    twice = book(series(dose(1, window("1 month", "2 months"), window("6 months", "7 months"))))
    assert statuses(run(twice, given("2020-02-01"))) == [state.VALID]
    assert statuses(run(twice, given("2020-07-01"))) == [state.VALID]
    between = run(twice, given("2020-04-01"))
    assert (statuses(between), reasons(between, 0)) == ([state.NOT_VALID], [state.TOO_YOUNG])
    assert reasons(run(twice, given("2020-09-01")), 0) == [state.TOO_OLD]


FOUR_WEEKS = book(series(dose(1), dose(2, intervals=(interval("4 weeks", absolute="4 weeks - 4 days"),))))


@pytest.mark.parametrize(
    ("day", "status", "reason"),
    [("2020-03-24", state.NOT_VALID, state.TOO_SOON), ("2020-03-25", state.VALID, state.GRACE),
     ("2020-03-28", state.VALID, state.GRACE), ("2020-03-29", state.VALID, None)],
)  # fmt: skip
def test_a_second_dose_keeps_its_interval_with_the_grace_that_the_rule_grants(
    day: str, status: str, reason: str | None
) -> None:
    verdict = run(FOUR_WEEKS, given("2020-03-01", day))
    assert statuses(verdict) == [state.VALID, status]
    assert reasons(verdict, 1) == ([reason] if reason else [])


def test_an_interval_counts_from_the_previous_dose_even_when_that_was_not_valid() -> None:
    verdict = run(FOUR_WEEKS, given("2020-03-01", "2020-03-10", "2020-04-01", "2020-05-01"))
    assert statuses(verdict) == [state.VALID, state.NOT_VALID, state.NOT_VALID, state.VALID]
    assert verdict.doses[2].reasons[0].day == date(2020, 4, 3)


def test_an_interval_from_a_target_dose_ignores_doses_that_did_not_satisfy_it() -> None:
    third = dose(3, intervals=(interval("8 weeks", reference=TARGET, target=1),))
    rules = book(series(dose(1, window("1 month")), dose(2), third))
    days = ("2020-01-02", "2020-02-01", "2020-03-01", "2020-03-27", "2020-03-28")
    assert statuses(run(rules, given(*days))) == [
        state.NOT_VALID, state.VALID, state.VALID, state.NOT_VALID, state.VALID,
    ]  # fmt: skip


def test_an_interval_from_a_product_counts_from_its_latest_dose_before_this_one() -> None:
    second = dose(2, intervals=(interval("8 weeks", reference=PRODUCT, products=frozenset({"y"})),))
    rules = book(series(dose(1), second))
    after_y = [*given("2020-03-01"), *given("2020-03-10", vaccine="y"), *given("2020-05-04")]
    assert statuses(run(rules, after_y)) == [state.VALID, state.NOT_VALID, state.NOT_VALID]
    after_y[-1] = replace(after_y[-1], date=date(2020, 5, 5))
    assert statuses(run(rules, after_y))[-1] == state.VALID
    assert statuses(run(rules, given("2020-03-01", "2020-03-02"))) == [state.VALID, state.VALID]
    later = [*given("2020-03-01", "2020-03-02"), *given("2020-03-03", vaccine="y")]
    assert statuses(run(rules, later))[1] == state.VALID


def test_an_interval_from_an_observation_counts_from_its_latest_date() -> None:
    rules = book(series(dose(1, intervals=(interval("27 weeks", reference=OBSERVATION, observation="p"),))))
    observed = [("p", "2020-01-01"), ("p", "2020-02-01"), ("q", "2020-06-01")]
    assert statuses(run(rules, given("2020-08-07"), observed=observed)) == [state.NOT_VALID]
    assert statuses(run(rules, given("2020-08-08"), observed=observed)) == [state.VALID]
    assert statuses(run(rules, given("2020-01-02"))) == [state.VALID]  # nothing to count from


def test_every_interval_of_a_dose_has_to_be_kept() -> None:
    third = dose(3, intervals=(interval("4 weeks"), interval("16 weeks", reference=TARGET, target=1)))
    rules = book(series(dose(1), dose(2), third))
    verdict = run(rules, given("2020-01-01", "2020-04-01", "2020-04-10"))
    assert reasons(verdict, 2) == [state.TOO_SOON, state.TOO_SOON]
    assert statuses(run(rules, given("2020-01-01", "2020-02-01", "2020-04-21")))[2] == state.NOT_VALID
    assert statuses(run(rules, given("2020-01-01", "2020-02-01", "2020-04-22")))[2] == state.VALID


def test_an_allowable_interval_saves_a_dose_and_says_so() -> None:
    second = dose(
        2, intervals=(interval("4 weeks"),), allowed_intervals=(interval("3 weeks", source=("A",)),)
    )
    rules = book(series(dose(1), second))
    verdict = run(rules, given("2020-03-01", "2020-03-22"))
    assert statuses(verdict) == [state.VALID, state.VALID]
    assert verdict.doses[1].reasons == (state.Reason(state.ALLOWED_INTERVAL, None, ("A",)),)
    assert statuses(run(rules, given("2020-03-01", "2020-03-21")))[1] == state.NOT_VALID
    assert reasons(run(rules, given("2020-03-01", "2020-03-29")), 1) == []
    over = replace(second.allowed_intervals[0], period=Period(last=date(2020, 3, 1)))
    ended = book(series(dose(1), replace(second, allowed_intervals=(over,))))
    assert statuses(run(ended, given("2020-03-01", "2020-03-22")))[1] == state.NOT_VALID


def test_intervals_hold_only_while_in_force_and_for_the_vaccines_they_are_about() -> None:
    old = interval("8 weeks", period=Period(last=date(2020, 3, 31)))
    about_y = interval("8 weeks", only_for=frozenset({"y"}))
    uses = (VaccineUse("x"), VaccineUse("y"))
    rules = book(series(dose(1), dose(2, intervals=(old, about_y), preferable=uses)))
    assert statuses(run(rules, given("2020-03-01", "2020-03-31")))[1] == state.NOT_VALID
    assert statuses(run(rules, given("2020-03-01", "2020-04-01")))[1] == state.VALID
    mixed = [*given("2020-03-01"), *given("2020-04-01", vaccine="y")]
    assert statuses(run(rules, mixed))[1] == state.NOT_VALID


def test_an_inadvertent_vaccine_is_not_valid_and_later_intervals_do_not_count_from_it() -> None:
    second = dose(2, inadvertent=frozenset({"y"}), intervals=(interval("4 weeks"),))
    rules = book(series(dose(1), second))
    history = [*given("2020-03-01"), *given("2020-03-28", vaccine="y"), *given("2020-03-30")]
    verdict = run(rules, history)
    assert statuses(verdict) == [state.VALID, state.NOT_VALID, state.VALID]
    assert reasons(verdict, 1) == [state.INADVERTENT]


def test_a_product_before_or_after_its_time_is_told_apart_from_one_that_is_never_taken() -> None:
    first, second = Period(date(2020, 1, 1), date(2020, 2, 29)), Period(date(2020, 5, 1), date(2020, 6, 30))
    uses = (VaccineUse("x", "ABC", period=first), VaccineUse("x", "ABC", period=second, source=("S",)))
    rules = book(series(dose(1, preferable=uses[:1], allowable=uses[1:])))

    def of(day: str, product: str = "ABC") -> tuple[str, date | None, tuple[str, ...]]:
        (one,) = run(rules, [Given("x", date.fromisoformat(day), product)]).doses[0].reasons
        return one.code, one.day, one.source

    assert of("2020-03-01") == (state.NOT_IN_USE, date(2020, 5, 1), ("S",))
    assert of("2020-07-01") == (state.NOT_IN_USE, None, ())
    assert of("2020-03-01", "DEF") == (state.WRONG_VACCINE, None, ())
    assert statuses(run(rules, [Given("x", date(2020, 2, 29), "ABC")])) == [state.VALID]


def test_a_vaccine_that_is_not_listed_or_at_the_wrong_age_does_not_count() -> None:
    uses = (VaccineUse("x", "ABC"), VaccineUse("y", from_=age("2 months"), until=age("3 months")))
    rules = book(series(dose(1, preferable=uses, allowable=(VaccineUse("z", until=age("1 month")),))))
    assert reasons(run(rules, given("2020-02-01")), 0) == [state.WRONG_VACCINE]
    assert statuses(run(rules, [Given("x", date(2020, 2, 1), "ABC")])) == [state.VALID]
    for day, status in (("2020-02-29", state.NOT_VALID), ("2020-03-01", state.VALID),
                        ("2020-04-01", state.NOT_VALID)):  # fmt: skip
        assert statuses(run(rules, given(day, vaccine="y"))) == [status]
    assert statuses(run(rules, given("2020-01-31", vaccine="z"))) == [state.VALID]
    assert statuses(run(rules, given("2020-02-01", vaccine="z"))) == [state.NOT_VALID]


def test_a_product_counts_only_while_it_is_in_use() -> None:
    old = VaccineUse("x", period=Period(last=date(2020, 3, 31)))
    rules = book(series(dose(1, preferable=(old,))))
    assert statuses(run(rules, given("2020-03-31"))) == [state.VALID]
    assert statuses(run(rules, given("2020-04-01"))) == [state.NOT_VALID]


def live(**others: object) -> dict[tuple[str, str], tuple[Conflict, ...]]:
    rule = replace(Conflict(Offset(days=1), Offset(days=24), Offset(days=28), source=("L",)), **others)  # type: ignore[arg-type]
    return {("y", "x"): (rule,), ("x", "x"): (rule,)}


@pytest.mark.parametrize(
    ("day", "status"),
    [("2020-03-01", state.VALID), ("2020-03-02", state.NOT_VALID), ("2020-03-24", state.NOT_VALID),
     ("2020-03-25", state.VALID)],
)  # fmt: skip
def test_a_live_vaccine_conflicts_from_the_next_day_until_the_gap_is_over(day: str, status: str) -> None:
    rules = book(series(dose(1)), vaccines=("x",), conflicts=live())
    rules = replace(rules, vaccines={"x": (Association("X"),), "y": ()})
    verdict = run(rules, [*given("2020-03-01", vaccine="y"), *given(day)])
    assert statuses(verdict) == [status]
    if status == state.NOT_VALID:
        assert verdict.doses[0].reasons == (state.Reason(state.CONFLICT, date(2020, 3, 25), ("L",)),)


def test_after_a_dose_that_was_not_valid_the_longer_gap_counts() -> None:
    rules = book(series(dose(1, window("2 months")), dose(2)), conflicts=live())
    verdict = run(rules, given("2020-02-20", "2020-03-18"))
    assert reasons(verdict, 1) == [state.CONFLICT]
    assert verdict.doses[1].reasons[0].day == date(2020, 3, 19)


def test_a_conflict_rule_holds_only_while_in_force() -> None:
    since = live(period=Period(first=date(2020, 3, 10)))
    rules = book(series(dose(1), dose(2)), conflicts=since)
    assert statuses(run(rules, given("2020-03-01", "2020-03-09"))) == [state.VALID, state.VALID]
    assert statuses(run(rules, given("2020-03-01", "2020-03-10"))) == [state.VALID, state.NOT_VALID]


def test_a_conflict_rule_ends_with_its_last_day() -> None:
    until = live(period=Period(last=date(2020, 3, 10)))
    rules = book(series(dose(1), dose(2)), conflicts=until)
    assert statuses(run(rules, given("2020-03-01", "2020-03-10"))) == [state.VALID, state.NOT_VALID]
    assert statuses(run(rules, given("2020-03-01", "2020-03-11"))) == [state.VALID, state.VALID]
    assert statuses(run(rules, given("2020-03-01", "2020-03-12"))) == [state.VALID, state.VALID]


def test_a_dose_for_which_no_series_is_meant_does_not_count_and_says_so() -> None:
    girls = book(series(dose(1), sexes=frozenset({"F"})))
    assert statuses(run(girls, given("2020-03-01"), person=Person(BIRTH, "F"))) == [state.VALID]
    boy = run(girls, given("2020-03-01"), person=Person(BIRTH, "M"))
    assert (statuses(boy), reasons(boy, 0)) == ([state.NOT_VALID], [state.NO_SERIES])
    assert boy.doses[0].target is None


def test_a_dose_of_an_expired_lot_or_a_faulty_one_is_sub_standard_and_no_reference() -> None:
    history = [
        Given("x", date(2020, 3, 1)),
        Given("x", date(2020, 3, 29), expired_on=date(2020, 3, 28)),
        Given("x", date(2020, 3, 30), faulty=True),
        Given("x", date(2020, 3, 31), expired_on=date(2020, 3, 31)),
    ]
    verdict = run(FOUR_WEEKS, history)
    assert statuses(verdict) == [state.VALID, state.SUB_STANDARD, state.SUB_STANDARD, state.VALID]
    assert [reasons(verdict, number) for number in (1, 2)] == [[state.EXPIRED], [state.FAULTY]]


def test_doses_after_the_last_target_are_extraneous() -> None:
    verdict = run(book(series(dose(1))), given("2020-03-01", "2020-04-01"))
    assert statuses(verdict) == [state.VALID, state.EXTRANEOUS]
    assert reasons(verdict, 1) == [state.SERIES_COMPLETE]


def test_a_recurring_dose_is_asked_for_again_and_again() -> None:
    rules = book(series(dose(1, recurring=True, intervals=(interval("1 year"),))))
    verdict = run(rules, given("2020-03-01", "2021-03-01", "2022-02-28"), on="2022-03-01")
    assert statuses(verdict) == [state.VALID, state.VALID, state.NOT_VALID]
    assert verdict.forecasts[0].number == 3


def test_every_reason_against_a_dose_is_named() -> None:
    second = dose(2, window("6 months"), intervals=(interval("8 weeks"),), preferable=(VaccineUse("z"),))
    rules = book(series(dose(1), second), conflicts=live())
    assert reasons(run(rules, given("2020-03-01", "2020-03-02")), 1) == [
        state.TOO_YOUNG, state.TOO_SOON, state.CONFLICT, state.WRONG_VACCINE,
    ]  # fmt: skip


def test_a_rule_that_has_ended_or_nothing_to_count_from_hides_none_that_is_written_after_it() -> None:
    ended = interval("8 weeks", period=Period(last=date(2020, 1, 31)))
    unseen = interval("8 weeks", reference=OBSERVATION, observation="o")
    rules = book(series(dose(1), dose(2, intervals=(ended, unseen, interval("4 weeks")))))
    assert reasons(run(rules, given("2020-03-01", "2020-03-28")), 1) == [state.TOO_SOON]
    assert statuses(run(rules, given("2020-03-01", "2020-03-29"))) == [state.VALID, state.VALID]


def test_a_gap_of_months_after_a_live_vaccine_is_kept_to_its_end() -> None:
    months = live(end_after_valid=Offset(months=3), end=Offset(months=3))
    rules = replace(book(series(dose(1)), conflicts=months), vaccines={"x": (Association("X"),), "y": ()})
    for day, status in (("2020-05-31", state.NOT_VALID), ("2020-06-01", state.VALID)):
        assert statuses(run(rules, [*given("2020-03-01", vaccine="y"), *given(day)])) == [status]
