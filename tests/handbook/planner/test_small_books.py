"""Plans from rule books of a few lines: one rule at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.handbook.domain.books import BIRTH, CALENDAR, age, book, dose, interval, series, window
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.planner.plan import plan
from yakuba.handbook.domain.planner.result import NotPlanned, Visit
from yakuba.handbook.domain.planner.wishes import Wishes
from yakuba.handbook.domain.rules import (
    OBSERVATION,
    PRODUCT,
    Antigen,
    Association,
    Condition,
    ConditionSet,
    Group,
    Period,
    Rulebook,
    Series,
    Skip,
    TargetDose,
    VaccineUse,
)

DAY = timedelta(days=1)


def planned(rules: Rulebook, on: str, *given: Given, wishes: Wishes | None = None) -> dict[str, list[str]]:
    found = plan(rules, Person(BIRTH), given, [], date.fromisoformat(on), CALENDAR, wishes)
    return {
        visit.date.isoformat(): [f"{shot.vaccine} {shot.dose}" for shot in visit.shots]
        for visit in found.visits
    }


def with_y(rules: Rulebook, *doses: TargetDose) -> Rulebook:
    """A second vaccine «Y» beside «X»."""
    other = Antigen("Y", (Series("y", "Y", "Y", doses, preference=1),))
    return replace(
        rules,
        antigens={**rules.antigens, "Y": other},
        groups={**rules.groups, "Y": Group("Y", ("Y",))},
        vaccines={**rules.vaccines, "y": (Association("Y"),)},
    )


def y(number: int, *ages: object) -> TargetDose:
    return dose(number, *ages, preferable=(VaccineUse("y", offered=True),))  # type: ignore[arg-type]


def test_a_dose_that_would_make_a_later_one_needless_stays_before_that_age() -> None:
    """Given from twelve months on it would be the last: so it joins no visit after that, though one waits."""
    from_12_months = Condition("count", from_age=age("12 months"), count=0, comparison=">")
    skip = Skip((ConditionSet((from_12_months,)),))
    second = dose(2, intervals=(interval("8 weeks"),))
    plain = book(series(dose(1, window("2 months")), second))
    assert planned(with_y(plain, y(1, window("12 months"))), "2020-12-20") == {
        "2021-01-01": ["X 1", "Y 1"], "2021-02-26": ["X 2"],
    }  # fmt: skip
    counted = book(series(dose(1, window("2 months")), replace(second, skips=(skip,))))
    early = {"2020-12-20": ["X 1"], "2021-02-14": ["X 2", "Y 1"]}
    assert planned(with_y(counted, y(1, window("12 months"))), "2020-12-20") == early
    grown = ConditionSet((Condition("age", from_age=age("5 years")),))  # another way to the same skip
    either = Skip((grown, *skip.sets), every=False)
    counted = book(series(dose(1, window("2 months")), replace(second, skips=(either,))))
    assert planned(with_y(counted, y(1, window("12 months"))), "2020-12-20") == early


def test_a_dose_on_the_first_day_of_the_age_that_a_skip_counts_from_keeps_its_day() -> None:
    two_from_12_months = Condition("count", from_age=age("12 months"), count=1, comparison=">")
    skip = Skip((ConditionSet((two_from_12_months,)),))
    third = dose(3, intervals=(interval("8 weeks"),), skips=(skip,))
    rules = book(series(dose(1, window("2 months")), dose(2, window("12 months")), third))
    assert planned(rules, "2020-12-20") == {
        "2020-12-20": ["X 1"], "2021-01-01": ["X 2"], "2021-02-26": ["X 3"],
    }  # fmt: skip


def test_a_skip_by_age_alone_leaves_the_doses_before_it_where_they_are() -> None:
    grown = Condition("age", from_age=age("5 years"))
    second = dose(2, intervals=(interval("8 weeks"),), skips=(Skip((ConditionSet((grown,)),)),))
    rules = with_y(book(series(dose(1, window("2 months")), second)), y(1, window("12 months")))
    assert planned(rules, "2020-12-20") == {"2021-01-01": ["X 1", "Y 1"], "2021-02-26": ["X 2"]}


def test_an_interval_that_has_ended_or_nothing_to_count_from_hides_none_that_is_written_after_it() -> None:
    ended = interval("1 year", period=Period(last=date(2019, 12, 31)))
    unseen = interval("1 year", reference=OBSERVATION, observation="o")
    gaps = (ended, unseen, interval("4 weeks"))
    rules = book(series(dose(1, window("1 month")), dose(2, intervals=gaps)))
    assert planned(rules, "2020-03-01") == {"2020-03-01": ["X 1"], "2020-03-29": ["X 2"]}


def test_a_vaccine_that_goes_out_of_use_on_the_first_day_of_a_window_is_planned_on_that_day() -> None:
    last = VaccineUse("x", offered=True, period=Period(last=date(2020, 3, 1)))
    rules = book(series(dose(1, window("2 months", "3 months"), preferable=(last,))))
    assert planned(rules, "2020-02-01") == {"2020-03-01": ["X 1"]}


def test_a_product_that_is_no_longer_in_use_is_not_planned_on() -> None:
    old = VaccineUse("x", "OLD", offered=True, period=Period(last=date(2020, 6, 30)))
    new = VaccineUse("x", "NEW", offered=True, period=Period(first=date(2020, 7, 1)))
    rules = book(series(*(dose(number, preferable=(old, new)) for number in (1, 2))))
    kept = replace(rules, groups={"X": Group("X", ("X",), product="OLD", keep=frozenset({"OLD"}))})
    begun = Given("x", date(2020, 6, 1), "OLD")
    found = plan(kept, Person(BIRTH), [begun], [], date(2020, 7, 1), CALENDAR)
    assert [shot.product for visit in found.visits for shot in visit.shots] == ["NEW"]


def test_a_visit_is_booked_only_where_that_is_said() -> None:
    assert not Visit(date(2020, 3, 1), ()).booked


def test_a_course_of_twelve_doses_is_planned_whole_and_a_thirteenth_left_for_later() -> None:
    first, gap = dose(1, window("1 month")), (interval("4 weeks"),)
    rules = book(series(first, *(dose(number, intervals=gap) for number in range(2, 13))))
    days = [date(2020, 2, 1) + 28 * DAY * number for number in range(12)]
    whole = {day.isoformat(): [f"X {number}"] for number, day in enumerate(days, 1)}
    assert planned(rules, "2020-01-02") == whole
    longer = book(series(first, *(dose(number, intervals=gap) for number in range(2, 15))))
    assert planned(longer, "2020-01-02") == whole


def test_a_vaccine_that_is_accepted_but_not_offered_is_planned_only_where_nothing_is() -> None:
    accepted, offered = VaccineUse("y"), VaccineUse("x", offered=True)
    for uses, named in (((accepted, offered), "x"), ((accepted,), "y")):
        rules = book(series(dose(1, window("2 months"), preferable=uses)))
        found = plan(rules, Person(BIRTH), [], [], date(2020, 2, 1), CALENDAR)
        assert [shot.given_as for visit in found.visits for shot in visit.shots] == [named]


def test_a_window_of_one_day_is_met_on_it() -> None:
    by_age = book(series(dose(1, window("2 months", "2 months + 1 day"))))
    assert planned(by_age, "2020-02-01") == {"2020-03-01": ["X 1"]}
    in_force = book(series(dose(1, window("2 months", period=Period(last=date(2020, 3, 1))))))
    assert planned(in_force, "2020-02-01") == {"2020-03-01": ["X 1"]}
    by_rule = book(series(dose(1, window(until="2 months + 1 day", period=Period(first=date(2020, 3, 1))))))
    assert planned(by_rule, "2020-02-01") == {"2020-03-01": ["X 1"]}


def test_of_two_windows_the_one_that_the_planned_day_lies_in_is_named() -> None:
    young = window("1 month", "2 months", source="A")
    older = window("2 months", "1 year", source="B")

    def sources(rules: Rulebook, on: date) -> list[tuple[str, ...]]:
        found = plan(rules, Person(BIRTH), [], [], on, CALENDAR)
        return [shot.sources["legal_until"] for visit in found.visits for shot in visit.shots
                if "legal_until" in shot.sources]  # fmt: skip

    one = book(series(dose(1, young, older)))
    assert sources(one, date(2020, 2, 29)) == [("A",)]
    assert sources(one, date(2020, 3, 1)) == [("B",)]
    again = dose(2, young, older, intervals=(interval("4 weeks"),))
    second = book(series(dose(1, window("3 months")), again))
    assert sources(second, date(2020, 2, 1)) == [("B",)]


def test_a_vaccine_that_does_not_count_after_another_planned_one_goes_to_staff_alone() -> None:
    after_y = interval("8 weeks", reference=PRODUCT, products=frozenset({"y"}))
    rules = book(series(dose(1, window("2 months"), intervals=(after_y,)), dose(2, window("1 year"))))
    rules = with_y(rules, y(1, window("1 month", "2 months")))
    found = plan(rules, Person(BIRTH), [], [], date(2020, 2, 20), CALENDAR)
    assert [(visit.date, [shot.vaccine for shot in visit.shots]) for visit in found.visits] == [
        (date(2020, 2, 20), ["Y"]),
    ]
    assert found.not_planned == (NotPlanned("X", 1, "ask_staff"), NotPlanned("X", 2, "ask_staff"))


def test_the_usual_product_is_planned_whether_the_dose_names_it_or_takes_any() -> None:
    named = (VaccineUse("x", "P", offered=True), VaccineUse("y", "Q", offered=True))
    for uses, vaccine in ((named, "y"), ((VaccineUse("x", offered=True),), "x")):
        rules = book(series(dose(1, window("2 months"), preferable=uses)))
        usual = replace(rules, groups={"X": Group("X", ("X",), product="Q")})
        found = plan(usual, Person(BIRTH), [], [], date(2020, 3, 1), CALENDAR)
        assert [(shot.given_as, shot.product) for visit in found.visits for shot in visit.shots] == [
            (vaccine, "Q"),
        ]


def test_no_two_doses_of_a_vaccine_lie_on_one_day() -> None:
    rules = book(series(dose(1, window("1 month")), dose(2), dose(3)))
    assert planned(rules, "2020-03-01", Given("x", date(2020, 3, 1))) == {
        "2020-03-02": ["X 2"], "2020-03-03": ["X 3"],
    }  # fmt: skip
    assert planned(rules, "2020-03-05", Given("x", date(2020, 3, 1))) == {
        "2020-03-05": ["X 2"], "2020-03-06": ["X 3"],
    }  # fmt: skip
    found = plan(rules, Person(BIRTH), [Given("x", date(2020, 3, 1))], [], date(2020, 3, 5), CALENDAR)
    assert found.cost["late"] == 0  # the first day of a dose is the one after the dose before it


def test_the_recommended_window_is_that_of_the_interval_which_has_one_though_it_has_no_minimum() -> None:
    open_, late = interval("4 weeks"), interval(None, wanted="6 weeks", late="8 weeks", source=("I",))
    rules = book(series(dose(1, window("2 months")), dose(2, intervals=(open_, late))))
    for given in ((), (Given("x", date(2020, 3, 1)),)):  # after a planned dose and after one that was given
        found = plan(rules, Person(BIRTH), given, [], date(2020, 3, 1), CALENDAR)
        second = found.visits[-1].shots[0]
        assert (second.dose, second.legal_from) == (2, date(2020, 3, 29))
        assert (second.recommended_from, second.recommended_until) == (date(2020, 4, 12), date(2020, 4, 25))
        assert second.sources["recommended_from"] == second.sources["recommended_until"] == ("I",)
