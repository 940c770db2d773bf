"""Chapter 8: which of several series a person follows."""

from __future__ import annotations

from datetime import date

import pytest

from tests.handbook.domain.books import age, book, dose, given, interval, result, series, window
from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.rules import EVALUATION_ONLY, RISK, Indication, Rulebook, VaccineUse

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
