"""Chapter 8: which of several series a person follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.handbook.domain.books import (
    BIRTH,
    CALENDAR,
    age,
    book,
    dose,
    given,
    interval,
    result,
    run,
    series,
    window,
)
from yakuba.handbook.domain.engine.antigens import evaluate_antigen
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.scores import finish_date, in_process, no_valid_doses
from yakuba.handbook.domain.engine.select import scorable
from yakuba.handbook.domain.engine.state import PatientSeries
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import (
    EVALUATION_ONLY,
    RISK,
    Indication,
    Period,
    Rulebook,
    Series,
    VaccineUse,
)

MONTH = window("1 month")
SEEN = {"kind": RISK, "indications": (Indication("o"),)}


def best(rules: Rulebook, *days: str, on: str = "2021-01-01") -> list[str]:
    return [one.series.name for one in result(rules, given(*days), on, ["o"]).best]


def test_without_doses_the_default_series_is_followed() -> None:
    rules = book(
        series(dose(1, MONTH), name="a"), series(dose(1, MONTH), name="b", default=True, preference=2)
    )
    assert best(rules) == ["b"]


def test_without_a_default_the_series_that_can_start_earliest_wins() -> None:
    late, soon = (
        series(dose(1, window("2 months")), name="late"),
        series(dose(1, MONTH), name="soon", preference=2),
    )
    assert best(book(late, soon)) == ["soon"]


def test_product_series_stand_back_while_no_dose_is_valid_and_ties_go_by_preference() -> None:
    product = series(dose(1, MONTH), name="product", product_path=True)
    plain = series(dose(1, MONTH), name="plain", preference=2)
    assert best(book(product, plain)) == ["plain"]
    other = series(dose(1, MONTH), name="other", preference=3)
    assert best(book(other, plain)) == ["plain"]


def test_a_series_that_cannot_be_completed_loses_its_point() -> None:
    short = series(
        dose(1, MONTH), dose(2, window(until="3 months"), intervals=(interval("1 year"),)), name="short"
    )
    long = series(dose(1, MONTH), dose(2, intervals=(interval("1 year"),)), name="long", preference=2)
    assert best(book(short, long), on="2020-02-10") == ["long"]


def test_the_only_scorable_series_is_followed() -> None:
    never = series(dose(1, window("3 years")), name="never")
    assert best(book(never, series(dose(1, MONTH), name="one", preference=2)), "2020-03-01") == ["one"]


def test_a_single_complete_series_goes_before_those_in_process() -> None:
    three = series(dose(1, MONTH), dose(2), dose(3), name="three")
    two = series(dose(1, MONTH), dose(2), name="two", preference=2)
    assert best(book(three, two), "2020-03-01", "2020-04-01") == ["two"]


def test_of_complete_series_the_one_with_the_most_valid_doses_wins_then_preference() -> None:
    one, two = series(dose(1, MONTH), name="one"), series(dose(1, MONTH), dose(2), name="two", preference=2)
    assert best(book(one, two), "2020-03-01", "2020-04-01") == ["two"]
    again = series(dose(1, MONTH), name="again", preference=2)
    assert best(book(one, again), "2020-03-01") == ["one"]


def test_a_single_series_in_process_goes_before_those_that_ended() -> None:
    ended = series(dose(1, MONTH), dose(2, window(until="6 months")), name="ended")
    open_ = series(dose(1, MONTH), dose(2, window("2 months")), name="open", preference=2)
    assert best(book(ended, open_), "2020-03-01") == ["open"]


def test_in_process_the_points_of_table_8_9_decide() -> None:
    """Closest to completion (+2/-2) decides here; finishing earliest (+1/-1) breaks the next tie."""
    second = dose(2, window("2 months"), intervals=(interval("4 weeks"),))
    near = series(dose(1, MONTH), second, name="near", preference=2)
    far = series(dose(1, MONTH), second, dose(3, window("3 months")), name="far")
    assert best(book(far, near), "2020-03-01") == ["near"]
    slow = series(dose(1, MONTH), dose(2, window("2 months"), intervals=(interval("1 year"),)), name="slow")
    assert best(book(slow, near), "2020-03-01") == ["near"]


def test_a_product_series_with_all_valid_doses_wins_over_a_mixed_one() -> None:
    uses = (VaccineUse("x", "P"),)
    product = series(dose(1, MONTH, preferable=uses), dose(2, window("2 months"), preferable=uses),
                     name="product", product_path=True, preference=2)  # fmt: skip
    mixed = series(dose(1, MONTH), dose(2, window("2 months")), name="mixed")
    rules = book(mixed, product)
    history = [Given("x", date(2020, 2, 1), "P")]
    assert [one.series.name for one in result(rules, history).best] == ["product"]


def test_more_valid_doses_outweigh_fewer() -> None:
    strict = series(dose(1, window("3 months")), dose(2, MONTH), name="strict")
    loose = series(dose(1, MONTH), dose(2, MONTH), dose(3, MONTH), name="loose", preference=2)
    assert best(book(strict, loose), "2020-02-01", "2020-05-01") == ["loose"]


def test_a_standard_series_begun_after_its_maximum_age_to_start_is_not_considered() -> None:
    early = series(dose(1, MONTH), dose(2, MONTH), name="early", start_until=age("7 months"), default=True)
    late = series(dose(1, MONTH), name="late", preference=2)
    assert best(book(early, late), "2020-07-31") == ["late"]  # complete
    two = series(dose(1, MONTH), dose(2, MONTH), dose(3, MONTH), name="late", preference=2)
    assert best(book(early, two), "2020-07-31") == ["early"]
    assert best(book(early, two), "2020-08-01") == ["late"]


def test_of_risk_series_only_the_highest_priority_is_considered() -> None:
    high = series(dose(1, window("2 years")), name="high", priority="A", **SEEN)
    low = series(dose(1, MONTH), name="low", priority="B", **SEEN)
    assert best(book(low, high)) == ["high"]


def test_a_risk_series_whose_ages_are_over_excludes_no_lower_priority() -> None:
    high = series(dose(1, window("1 month", "6 months")), name="high", priority="A", **SEEN)
    low = series(dose(1, MONTH), name="low", priority="B", **SEEN)
    assert best(book(low, high), on="2020-06-30") == ["high"]
    assert best(book(low, high), on="2020-07-01") == ["low"]
    over = series(dose(1, window("1 month", "2 months")), name="over", priority="B", **SEEN)
    assert best(book(over, high), on="2020-07-01") == ["high"]


def test_points_without_valid_doses_are_those_of_table_8_11() -> None:
    """Soonest start alone +1, completable +1, no product +1; each missed -1; shared starts give none."""
    soon = series(dose(1, MONTH), name="soon", series_group="a", **SEEN)
    later = series(dose(1, window("2 months")), name="later", **SEEN)
    product = series(dose(1, MONTH), name="product", product_path=True, **SEEN)
    over = series(dose(1, MONTH), dose(2, window(None, "5 months"), intervals=(interval("6 months"),)),
                  name="over", **SEEN)  # fmt: skip
    rules = book(soon, later)
    context = Context(rules, Person(BIRTH), (), (Observation("o"),), date(2020, 1, 2), CALENDAR)
    assert points(rules, context) == [3, 1]
    assert points(book(soon, product), context) == [2, 0]
    assert points(book(soon, over), context) == [2, 0]
    assert points(book(later, product, over), context) == [1, 0, 0]


def points(rules: Rulebook, context: Context) -> list[int]:
    found = evaluate_antigen(replace(context, rulebook=rules), rules.antigens["X"]).series
    return no_valid_doses(context, list(found))


@pytest.mark.parametrize(
    ("standards", "risks", "doses", "numbers"),
    [("2", "", 2, [None, 4]), ("", "1", 3, [4, 4]), ("", "", 2, [None, 2]), ("", "", 3, [4, 2])],
)
def test_a_series_beside_an_equivalent_one_goes_on_counting_its_doses(
    standards: str, risks: str, doses: int, numbers: list[int | None]
) -> None:
    """With «doses» 3 and a fourth after five years the standard series is still in process."""
    more = [dose(4, window("5 years"))] if doses == 3 else []
    standard = series(
        *(dose(number, MONTH) for number in range(1, doses + 1)), *more,
        name="standard", default=True, equivalent_groups=frozenset(standards),
    )  # fmt: skip
    year = window("1 year")
    risk = series(
        dose(1, year),
        dose(2, year),
        name="risk",
        series_group="2",
        equivalent_groups=frozenset(risks),
        **SEEN,
    )
    days = ("2020-03-01", "2020-06-01", "2021-01-01")
    found = run(book(standard, risk), given(*days), "2021-01-02", ["o"]).forecasts
    assert [one.number for one in found] == numbers


def test_a_dose_that_two_equivalent_series_use_is_counted_once_and_seasons_count_alone() -> None:
    standard = series(dose(1, MONTH), name="standard", default=True, equivalent_groups=frozenset("2"))
    risk = series(dose(1, MONTH), dose(2, MONTH), name="risk", series_group="2", **SEEN)
    found = run(book(standard, risk), given("2020-03-01"), "2020-03-02", ["o"]).forecasts
    assert found[1].number == 2
    season = Period(date(2020, 10, 1), date(2021, 3, 31))
    yearly = series(dose(1, window("9 months"), season=season, recurring=True), name="risk",
                    series_group="2", **SEEN)  # fmt: skip
    history = given("2020-03-01", "2020-11-01")
    assert run(book(standard, yearly), history, "2020-11-02", ["o"]).forecasts[1].number == 2


def test_contraindicated_series_give_way_unless_all_are() -> None:
    from yakuba.handbook.domain.rules import Contraindication

    a = series(dose(1, MONTH, preferable=(VaccineUse("x"),)), name="a", **SEEN)
    b = series(dose(1, MONTH, preferable=(VaccineUse("y"),)), name="b", preference=2, **SEEN)
    only_x = {"contraindications": (Contraindication("o", vaccines=(VaccineUse("x"),)),)}
    both = {"contraindications": (Contraindication("o"),)}
    assert best(book(a, b, antigen=only_x)) == ["b"]
    assert best(book(a, b, antigen=both)) == ["a"]


def test_a_series_for_evaluation_only_counts_when_it_is_complete_and_never_asks() -> None:
    only = series(dose(1, MONTH), name="only", kind=EVALUATION_ONLY)
    assert best(book(only)) == []
    assert best(book(only), "2020-03-01") == ["only"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [((), ["risk"]), (("2020-03-01",), ["standard"]), (("2020-03-01", "2020-04-01"), ["standard", "risk"])],
)
def test_equivalent_groups_replace_one_another(days: tuple[str, ...], expected: list[str]) -> None:
    """Table 8-14: a complete equivalent series, or a risk series, makes the other group's one redundant."""
    standard = series(dose(1, MONTH), name="standard", default=True, equivalent_groups=frozenset("2"))
    risk = series(
        dose(1, MONTH), dose(2), name="risk", series_group="2", equivalent_groups=frozenset("1"), **SEEN
    )
    assert best(book(standard, risk), *days) == expected


def test_groups_that_are_not_equivalent_are_both_followed() -> None:
    standard = series(dose(1, MONTH), name="standard", default=True)
    risk = series(dose(1, MONTH), name="risk", series_group="2", **SEEN)
    assert best(book(standard, risk)) == ["standard", "risk"]


# -- by the first dose (Japan) ----------------------------------------------------------------------------

EARLY = series(dose(1, window("2 months", "7 months")), dose(2), dose(3), name="early",
               start_until=age("7 months"))  # fmt: skip
MIDDLE = series(dose(1, window("7 months", "12 months")), dose(2), name="middle", preference=2,
                start_until=age("12 months"))  # fmt: skip
LATE = series(
    dose(1, window("12 months", "60 months")), name="late", preference=3, start_until=age("60 months")
)
COURSES = book(EARLY, MIDDLE, LATE, selection="start")


@pytest.mark.parametrize(
    ("days", "on", "course"),
    [
        ((), "2020-02-01", "early"),
        ((), "2020-08-01", "middle"),
        ((), "2021-01-01", "late"),
        ((), "2026-01-01", "late"),
        (("2020-07-31",), "2022-01-01", "early"),
        (("2020-08-01",), "2022-01-01", "middle"),
        (("2020-02-01", "2020-08-01"), "2022-01-01", "middle"),  # the first dose came too early to begin
        (("2021-01-01",), "2022-01-01", "late"),
    ],
)
def test_the_age_at_the_first_valid_dose_decides_the_course(
    days: tuple[str, ...], on: str, course: str
) -> None:
    assert [one.series.name for one in result(COURSES, given(*days), on).best] == [course]


def test_before_the_first_dose_the_last_day_is_that_of_the_last_course() -> None:
    found = result(COURSES, on="2020-02-01").best[0].forecast
    assert found is not None
    assert found.latest is not None
    assert found.latest.day == date(2024, 12, 31)
    begun = result(COURSES, given("2020-03-01"), on="2020-03-01").best[0].forecast
    assert begun is None or begun.latest is None or begun.latest.day < date(2024, 12, 31)


def test_courses_of_another_product_do_not_lengthen_the_first_doses_window() -> None:
    one = series(dose(1, window("6 weeks", "24 weeks"), preferable=(VaccineUse("x", "P"),)), name="p")
    other = series(
        dose(1, window("6 weeks", "32 weeks"), preferable=(VaccineUse("x", "Q"),)), name="q", preference=2
    )
    found = result(book(one, other, selection="start"), on="2020-02-01").best[0]
    assert found.series.name == "p"
    assert found.forecast is not None
    assert found.forecast.latest is not None
    assert found.forecast.latest.day == date(2020, 6, 16)


def test_of_courses_begun_together_the_one_that_keeps_more_doses_is_followed() -> None:
    two = series(dose(1, MONTH), dose(2, intervals=(interval("5 months"),)), name="two")
    three = series(dose(1, MONTH), dose(2, intervals=(interval("1 month"),)),
                   dose(3, intervals=(interval("3 months"),)), name="three", preference=2)  # fmt: skip
    rules = book(two, three, selection="start")
    assert best(rules, "2020-03-01") == ["two"]
    assert best(rules, "2020-03-01", "2020-05-01") == ["three"]
    assert best(rules, "2020-03-01", "2020-08-01") == ["two"]


def judged(rules: Rulebook, *history: Given, on: date) -> tuple[Context, list[PatientSeries]]:
    context = Context(rules, Person(BIRTH), history, (), on, CALENDAR)
    return context, list(evaluate_antigen(context, rules.antigens["X"]).series)


def test_points_in_process_are_those_of_table_8_9() -> None:
    """All valid in a product series +2, completable +3, each missed the same below 0; ties give none."""
    uses = (VaccineUse("x", "P"),)
    product = series(dose(1, MONTH, preferable=uses), dose(2, window("2 months"), preferable=uses),
                     name="product", product_path=True)  # fmt: skip
    mixed = series(dose(1, MONTH), dose(2, window("2 months")), name="mixed")
    longer = series(dose(1, MONTH), dose(2, window("2 months")), dose(3, window("4 years")), name="longer")
    first = Given("x", date(2020, 2, 1), "P")
    context, found = judged(book(product, mixed), first, on=date(2020, 2, 2))
    assert in_process(context, found) == [2 + 3 + 0 + 0 + 0, -2 + 3 + 0 + 0 + 0]
    context, found = judged(book(mixed, longer), first, on=date(2020, 2, 2))
    assert in_process(context, found) == [-2 + 3 + 0 + 2 + 0, -2 + 3 + 0 - 2 + 0]


def test_a_series_in_process_that_cannot_be_completed_loses_three_points() -> None:
    short = series(
        dose(1, MONTH), dose(2, window(until="3 months"), intervals=(interval("1 year"),)), name="short"
    )
    open_ = series(dose(1, MONTH), dose(2, window("2 months")), name="open")
    context, found = judged(book(open_, short), *given("2020-02-01"), on=date(2020, 2, 2))
    assert in_process(context, found) == [-2 + 3 + 0 + 0 + 1, -2 - 3 + 0 + 0 - 1]


def test_the_most_valid_doses_and_only_valid_ones_in_a_product_series_have_two_points_each() -> None:
    ready = series(dose(1, MONTH), dose(2, MONTH), dose(3, window("6 months")), name="ready")
    behind = series(dose(1, MONTH), dose(2, window("6 months")), name="behind", product_path=True)
    context, found = judged(book(ready, behind), *given("2020-02-01", "2020-03-01"), on=date(2020, 3, 2))
    assert in_process(context, found) == [-2 + 3 + 2 + 0 + 0, -2 + 3 - 2 + 0 + 0]


def test_a_series_is_finished_after_the_gaps_of_the_doses_behind_the_next_one() -> None:
    second, third = dose(2, intervals=(interval("4 weeks"),)), dose(3, intervals=(interval("8 weeks"),))
    context, found = judged(book(series(dose(1), second, third)), *given("2020-03-01"), on=date(2020, 3, 2))
    assert finish_date(context, found[0]) == date(2020, 5, 24)  # four weeks, then eight


def test_a_series_without_a_valid_dose_is_considered_only_where_none_has_one_and_none_is_the_default() -> (
    None
):
    begun = series(dose(1, MONTH), dose(2, MONTH), name="begun")
    fresh = series(dose(1, window("3 years")), name="fresh")
    context, found = judged(book(begun, fresh), *given("2020-03-01"), on=date(2020, 4, 1))
    assert [one.series.name for one in scorable(context, found)] == ["begun"]
    context, found = judged(book(begun, fresh), on=date(2020, 4, 1))
    assert [one.series.name for one in scorable(context, found)] == ["begun", "fresh"]
    context, found = judged(book(begun, replace(fresh, default=True)), on=date(2020, 4, 1))
    assert scorable(context, found) == []


def test_a_series_without_a_rank_comes_after_every_rank() -> None:
    unranked = Series("unranked", "X", "X", (dose(1, MONTH),))
    assert best(book(unranked, series(dose(1, MONTH), name="last", preference=98))) == ["last"]
