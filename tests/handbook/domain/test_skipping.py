"""Conditional skip (6.2, 7.1, 7.6): a target dose is left out when, and only when, its conditions are met."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.handbook.domain.books import (
    age,
    book,
    dose,
    gap,
    given,
    interval,
    result,
    run,
    series,
    statuses,
    window,
)
from yakuba.handbook.domain.engine import skip as kinds
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.state import SATISFIED, SKIPPED, UNSATISFIED
from yakuba.handbook.domain.rules import RISK, Condition, ConditionSet, Indication, Period, Skip

OLD = Condition(kinds.AGE, from_age=age("12 months"))
YOUNG = Condition(kinds.AGE, until_age=age("18 months"))


def skips(*conditions: Condition, every: bool = True, **others: object) -> tuple[Skip, ...]:
    return (replace(Skip((ConditionSet(conditions, every),)), **others),)  # type: ignore[arg-type]  # fields of Skip


def second_skipped(found: tuple[Skip, ...], *days: str, on: str) -> str:
    """The status of dose 2, which ``found`` may leave out, with dose 1 given before."""
    rules = book(series(dose(1), dose(2, skips=found), dose(3)))
    return result(rules, given(*days), on).series[0].targets[1].status


@pytest.mark.parametrize(
    ("on", "status"), [("2020-12-31", UNSATISFIED), ("2021-01-01", SKIPPED), ("2021-06-30", SKIPPED),
                       ("2021-07-01", UNSATISFIED)],
)  # fmt: skip
def test_an_age_condition_holds_from_its_begin_to_before_its_end(on: str, status: str) -> None:
    both = Condition(kinds.AGE, from_age=age("12 months"), until_age=age("18 months"))
    assert second_skipped(skips(both), "2020-03-01", on=on) == status


def test_in_history_the_age_at_the_dose_decides() -> None:
    found = skips(OLD, in_forecast=False)
    rules = book(series(dose(1), dose(2, skips=found), dose(3, window("12 months"))))
    early, late = given("2020-03-01", "2020-12-31"), given("2020-03-01", "2021-01-01")
    assert [t.status for t in result(rules, early, "2022-01-01").series[0].targets] == [
        SATISFIED, SATISFIED, UNSATISFIED,
    ]  # fmt: skip
    assert [t.status for t in result(rules, late, "2022-01-01").series[0].targets] == [
        SATISFIED, SKIPPED, SATISFIED,
    ]  # fmt: skip


def test_a_skip_for_history_alone_does_not_touch_the_forecast_and_the_reverse() -> None:
    history = ("2020-03-01",)
    assert second_skipped(skips(OLD, in_forecast=False), *history, on="2022-01-01") == UNSATISFIED
    assert second_skipped(skips(OLD, in_history=False), *history, on="2022-01-01") == SKIPPED
    days = ("2020-03-01", "2021-03-01")
    assert second_skipped(skips(OLD, in_history=False), *days, on="2021-03-01") == SATISFIED


@pytest.mark.parametrize(
    ("every", "on", "status"),
    [(True, "2020-06-01", UNSATISFIED), (True, "2021-03-01", SKIPPED), (True, "2021-08-01", UNSATISFIED),
     (False, "2020-06-01", SKIPPED), (False, "2021-03-01", SKIPPED), (False, "2021-08-01", SKIPPED)],
)  # fmt: skip
def test_a_set_needs_every_condition_or_any_as_it_says(every: bool, on: str, status: str) -> None:
    assert second_skipped(skips(OLD, YOUNG, every=every), "2020-03-01", on=on) == status


@pytest.mark.parametrize(("every", "status"), [(True, UNSATISFIED), (False, SKIPPED)])
def test_sets_are_joined_by_and_or_or_as_the_skip_says(every: bool, status: str) -> None:
    never = Condition(kinds.AGE, until_age=age("0 days"))
    found = (Skip((ConditionSet((OLD,)), ConditionSet((never,))), every=every),)
    assert second_skipped(found, "2020-03-01", on="2021-03-01") == status
    assert second_skipped((), "2020-03-01", on="2021-03-01") == UNSATISFIED


def test_a_set_counts_only_while_it_is_in_force() -> None:
    since = (Skip((ConditionSet((OLD,), period=Period(first=date(2022, 1, 1))),)),)
    assert second_skipped(since, "2020-03-01", on="2021-12-31") == UNSATISFIED
    assert second_skipped(since, "2020-03-01", on="2022-01-01") == SKIPPED


def test_an_interval_condition_needs_a_previous_dose_that_long_ago() -> None:
    found = skips(Condition(kinds.INTERVAL, gap=gap("6 months")))
    assert second_skipped(found, "2020-03-01", on="2020-08-31") == UNSATISFIED
    assert second_skipped(found, "2020-03-01", on="2020-09-01") == SKIPPED
    first = book(series(dose(1, skips=found), dose(2)))
    assert result(first, on="2022-01-01").series[0].targets[0].status == UNSATISFIED
    assert second_skipped(skips(Condition(kinds.INTERVAL)), "2020-03-01", on="2022-01-01") == UNSATISFIED


@pytest.mark.parametrize(
    ("comparison", "count", "status"),
    [(">", 0, SKIPPED), (">", 1, UNSATISFIED), ("=", 1, SKIPPED), ("=", 0, UNSATISFIED), ("<", 2, SKIPPED),
     ("<", 1, UNSATISFIED)],
)  # fmt: skip
def test_counts_are_compared_as_the_condition_says(comparison: str, count: int, status: str) -> None:
    found = skips(Condition(kinds.COUNT, count=count, comparison=comparison))
    assert second_skipped(found, "2020-03-01", on="2020-06-01") == status


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        (Condition(kinds.COUNT), 4),
        (Condition(kinds.COUNT, valid_only=True), 2),
        (Condition(kinds.COUNT, vaccines=frozenset({"y"})), 1),
        (Condition(kinds.COUNT, from_age=age("2 months")), 3),
        (Condition(kinds.COUNT, until_age=age("3 months")), 2),
        (Condition(kinds.COUNT, first=date(2020, 3, 1), before=date(2020, 5, 1)), 2),
    ],
)
def test_counted_are_the_doses_of_the_right_vaccine_age_date_and_verdict(
    condition: Condition, number: int
) -> None:
    history = [*given("2020-02-15"), *given("2020-03-01", "2020-04-01"), *given("2020-05-01", vaccine="y")]
    for count, status in ((number, SKIPPED), (number - 1, UNSATISFIED), (number + 1, UNSATISFIED)):
        asked = skips(replace(condition, count=count, comparison="="), in_history=False)
        rules = book(series(dose(1, window("2 months")), dose(2), dose(3, skips=asked), dose(4)))
        assert result(rules, history, "2020-06-01").series[0].targets[2].status == status


def test_in_history_only_earlier_doses_are_counted() -> None:
    found = skips(Condition(kinds.COUNT, count=1), in_forecast=False)
    rules = book(series(dose(1), dose(2, skips=found), dose(3)))
    targets = result(rules, given("2020-03-01", "2020-04-01", "2020-05-01"), "2020-06-01").series[0].targets
    assert [target.status for target in targets] == [SATISFIED, SATISFIED, SATISFIED]


def test_a_completed_standard_series_makes_a_risk_dose_unnecessary() -> None:
    complete = Condition(kinds.COMPLETED, series_groups=frozenset({"1"}))
    risk = series(dose(1, skips=skips(complete)), dose(2), name="risk", kind=RISK, series_group="2",
                  indications=(Indication("o"),))  # fmt: skip
    for rules in (book(series(dose(1)), risk), book(risk, series(dose(1)))):
        by_name = {p.series.name: p for p in result(rules, given("2020-03-01"), observed=["o"]).series}
        assert by_name["risk"].targets[0].status == SKIPPED
        assert by_name["risk"].targets[1].status == SATISFIED
        bare = {p.series.name: p for p in result(rules, [], observed=["o"]).series}
        assert bare["risk"].targets[0].status == UNSATISFIED


def test_a_dose_that_would_not_be_needed_on_its_own_date_is_forecast_as_the_next_one() -> None:
    """7.6, the specification's own example: the catch-up dose of an 11-month-old falls after 12 months."""
    second = dose(2, intervals=(interval("4 weeks"),), skips=skips(OLD))
    third = dose(3, window("12 months"), intervals=(interval("8 weeks"),))
    rules = book(series(dose(1), second, third))
    found = run(rules, given("2020-12-15"), on="2020-12-15").forecasts[0]
    assert found.earliest is not None
    assert (found.number, found.earliest.day) == (2, date(2021, 2, 9))


def test_of_a_dose_that_is_not_needed_no_dates_stay_when_the_next_one_comes_too_late() -> None:
    second = dose(2, intervals=(interval("4 weeks"),), skips=skips(OLD))
    third = dose(3, window("12 months", "13 months"), intervals=(interval("8 weeks"),))
    (found,) = result(book(series(dose(1), second, third)), given("2020-12-15"), "2020-12-15").series
    assert [target.status for target in found.targets] == [SATISFIED, SKIPPED, UNSATISFIED]
    assert (found.status, found.forecast) == (state.AGED_OUT, None)
    assert [reason.code for reason in found.because] == ["cannot_finish_in_time"]


def test_a_lapsed_dose_is_left_out_in_history_and_forecast() -> None:
    rules = book(series(dose(1, window("2 months", "12 months"), lapses=True), dose(2, window("2 years"))))
    late = run(rules, given("2021-06-01"), on="2021-06-01")
    assert statuses(late) == [state.NOT_VALID]  # held against dose 2, for which it is too young
    assert late.doses[0].target == 2
    assert result(rules, on="2020-12-31").series[0].targets[0].status == UNSATISFIED
    assert result(rules, on="2021-01-01").series[0].targets[0].status == SKIPPED


def test_a_dose_with_a_window_still_open_does_not_lapse() -> None:
    twice = dose(1, window("1 month", "2 months"), window("6 months", "7 months"), lapses=True)
    rules = book(series(twice, dose(2)))
    assert result(rules, on="2020-04-01").series[0].targets[0].status == UNSATISFIED
    assert result(rules, on="2020-08-01").series[0].targets[0].status == SKIPPED
    assert (
        result(book(series(dose(1, lapses=True))), on="2030-01-01").series[0].targets[0].status == UNSATISFIED
    )


def test_when_every_dose_is_skipped_the_rest_of_the_history_is_extraneous() -> None:
    rules = book(series(dose(1), dose(2, skips=skips(OLD))))
    verdict = run(rules, given("2020-03-01", "2021-03-01"), on="2021-03-01")
    assert statuses(verdict) == [state.VALID, state.EXTRANEOUS]
    assert verdict.forecasts[0].status == state.COMPLETE


def test_a_series_whose_doses_are_all_skipped_without_one_given_is_not_recommended() -> None:
    rules = book(series(dose(1, skips=skips(OLD))))
    assert run(rules, on="2021-03-01").forecasts[0].status == state.NOT_RECOMMENDED
