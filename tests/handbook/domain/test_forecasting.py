"""Chapter 7 and 9: status, the four dates, and how the dates of several series become one."""

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
    result,
    run,
    series,
    window,
)
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.groups import GroupForecast, principal
from yakuba.handbook.domain.engine.state import DatedBy
from yakuba.handbook.domain.evaluate import Verdict
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.rules import (
    RISK,
    STANDARD,
    Antigen,
    Association,
    BornBefore,
    Conflict,
    Contraindication,
    Group,
    Indication,
    Period,
    Rulebook,
    Series,
    VaccineUse,
    season_of,
)

Dates = tuple[str | None, str | None, str | None, str | None]


def dates(verdict: Verdict) -> Dates:
    """Earliest, recommended, past due, latest."""
    one = verdict.forecasts[0]
    found = (one.earliest, one.recommended, one.past_due, one.latest)
    return tuple(dated.day.isoformat() if dated else None for dated in found)  # type: ignore[return-value]


FULL = dose(1, window("6 weeks", "12 months", wanted="2 months", late="4 months"))


def test_a_first_dose_is_dated_by_its_ages() -> None:
    assert dates(run(book(series(FULL)), on="2020-01-02")) == (
        "2020-02-12", "2020-03-01", "2020-04-30", "2020-12-31",
    )  # fmt: skip


def test_every_date_names_the_rule_and_the_source_that_set_it() -> None:
    found = run(book(series(dose(1, window("6 weeks", wanted="2 months", source="S"))))).forecasts[0]
    assert found.earliest == DatedBy(date(2020, 2, 12), "age", ("S",))
    assert found.recommended == DatedBy(date(2020, 3, 1), "age:recommended", ("S",))
    assert (found.past_due, found.latest) == (None, None)


SECOND = interval("4 weeks", wanted="8 weeks", late="13 weeks")


def test_a_second_dose_is_dated_by_its_interval_when_it_has_no_ages() -> None:
    rules = book(series(dose(1), dose(2, intervals=(SECOND,))))
    assert dates(run(rules, given("2020-03-01"))) == ("2020-03-29", "2020-04-26", "2020-05-30", None)


def test_recommended_ages_go_before_recommended_intervals_and_nothing_before_the_earliest_date() -> None:
    second = dose(2, window("2 months", wanted="4 months", late="5 months"), intervals=(SECOND,))
    rules = book(series(dose(1), second))
    assert dates(run(rules, given("2020-01-01"))) == ("2020-03-01", "2020-05-01", "2020-05-31", None)
    assert dates(run(rules, given("2020-05-15"))) == ("2020-06-12", "2020-06-12", "2020-06-12", None)


def test_the_latest_of_all_intervals_counts() -> None:
    third = dose(3, intervals=(SECOND, interval("16 weeks", wanted="1 year", late="2 years",
                                                reference="target", target=1)))  # fmt: skip
    rules = book(series(dose(1), dose(2), third))
    assert dates(run(rules, given("2020-03-01", "2020-03-15"))) == (
        "2020-06-21", "2021-03-01", "2022-02-28", None,
    )  # fmt: skip


def test_no_dose_is_forecast_before_the_last_one_given_or_an_inadvertent_one() -> None:
    rules = book(series(dose(1, window("6 weeks"), inadvertent=frozenset({"y"}))))
    assert dates(run(rules, given("2020-02-01")))[0] == "2020-02-12"
    assert dates(run(rules, given("2020-09-01", vaccine="y")))[0] == "2020-09-01"
    late = [*given("2020-09-01", vaccine="y"), Given("z", date(2020, 9, 5))]
    assert dates(run(rules, late))[0] == "2020-09-05"


def test_a_live_vaccine_given_before_moves_the_earliest_date_by_the_whole_gap() -> None:
    rule = Conflict(Offset(days=1), Offset(days=24), Offset(days=28), source=("L",))
    rules = book(series(dose(1, window("6 weeks"))), conflicts={("y", "x"): (rule,), ("z", "y"): (rule,)})
    rules = replace(rules, vaccines={**rules.vaccines, "y": (), "z": ()})
    found = run(rules, [*given("2020-06-01", vaccine="y"), *given("2020-07-01", vaccine="z")]).forecasts[0]
    assert found.earliest == DatedBy(date(2020, 6, 29), "live_conflict", ("L",))


def test_a_season_holds_the_dose_back_and_then_ends_it() -> None:
    season = Period(date(2020, 10, 1), date(2021, 3, 31))
    rules = book(series(dose(1, window("6 months"), season=season, recurring=True)))
    assert dates(run(rules, on="2020-08-01"))[0] == "2020-10-01"
    assert run(rules, on="2021-03-31").forecasts[0].status == state.NOT_COMPLETE
    ended = run(rules, on="2021-04-01").forecasts[0]
    assert (ended.status, ended.because[0].code) == (state.NOT_RECOMMENDED, "season_over")
    assert run(rules, given("2020-09-01"), on="2020-10-02").forecasts[0].number == 1
    assert run(rules, given("2020-10-01"), on="2020-10-02").forecasts[0].number == 2


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [("2020-08-01", "2020-10-01", "2021-02-28"), ("2020-02-29", "2020-10-01", "2021-02-28"),
     ("2020-02-28", "2019-10-01", "2020-02-28"), ("2019-03-01", "2019-10-01", "2020-02-28"),
     ("2017-12-31", "2017-10-01", "2018-02-28"), ("2021-03-01", "2020-10-01", "2021-02-28"),
     ("2021-01-01", "2020-10-01", "2021-02-28"), ("2026-01-01", "2020-10-01", "2021-02-28")],
)  # fmt: skip
def test_a_day_before_the_season_of_the_data_has_a_season_of_its_own(on: str, first: str, last: str) -> None:
    season = Period(date(2020, 10, 1), date(2021, 2, 28))
    assert season_of(season, date.fromisoformat(on)) == Period(
        date.fromisoformat(first), date.fromisoformat(last)
    )


def test_seasons_of_leap_days_and_seasons_without_an_end() -> None:
    leap = season_of(Period(date(2023, 10, 1), date(2024, 2, 29)), date(2022, 1, 10))
    assert leap == Period(date(2021, 10, 1), date(2022, 2, 28))
    end_of_month = season_of(Period(date(2023, 8, 31), date(2024, 1, 31)), date(2022, 1, 10))
    assert end_of_month == Period(date(2021, 8, 31), date(2022, 1, 31))
    open_ = Period(date(2025, 8, 27))
    assert season_of(open_, date(2020, 1, 1)) == open_


def test_a_dose_of_an_earlier_season_is_counted_in_that_season() -> None:
    season = Period(date(2025, 10, 1), date(2026, 3, 31))
    rules = book(series(dose(1, window("6 months"), season=season, recurring=True)))
    found = run(rules, given("2020-10-02"), on="2021-01-02").forecasts[0]
    assert (found.number, dates(run(rules, on="2021-01-02"))[0]) == (2, "2020-10-01")


@pytest.mark.parametrize(
    ("on", "status"), [("2020-12-31", state.NOT_COMPLETE), ("2021-01-01", state.AGED_OUT)]
)
def test_a_person_ages_out_on_the_day_of_the_maximum_age(on: str, status: str) -> None:
    found = run(book(series(FULL)), on=on).forecasts[0]
    assert found.status == status
    if status == state.AGED_OUT:
        assert (found.because[0].code, found.because[0].day) == (state.TOO_OLD, date(2020, 12, 31))


def test_a_person_whose_next_dose_would_come_too_late_has_aged_out() -> None:
    second = dose(2, window("0 days", "12 months"), intervals=(interval("4 weeks"),))
    rules = book(series(dose(1), second))
    assert run(rules, given("2020-12-03"), on="2020-12-03").forecasts[0].status == state.NOT_COMPLETE
    found = run(rules, given("2020-12-04"), on="2020-12-04").forecasts[0]
    assert (found.status, found.because[0].code) == (state.AGED_OUT, "cannot_finish_in_time")


def test_a_dose_that_nothing_dates_cannot_be_finished() -> None:
    found = run(book(series(dose(1)))).forecasts[0]
    assert (found.status, found.because[0].code) == (state.AGED_OUT, "no_date")


def test_a_rule_that_is_not_in_force_yet_is_forecast_from_its_first_day() -> None:
    soon = window("2 months", period=Period(first=date(2020, 6, 1)))
    found = run(book(series(dose(1, soon))), on="2020-04-01").forecasts[0]
    assert found.earliest == DatedBy(date(2020, 6, 1), "in_force", ())


def test_a_complete_series_is_complete() -> None:
    found = run(book(series(FULL)), given("2020-03-01")).forecasts[0]
    assert (found.status, found.number, found.earliest) == (state.COMPLETE, None, None)


def test_immunity_by_history_or_birth_ends_the_forecast() -> None:
    born = BornBefore(date(1957, 1, 1), "U.S.", frozenset({"exception"}))
    rules = book(series(dose(1, window("1 year"))), antigen={"immune_after": frozenset({"had_it"}),
                 "born_before": (born,)}, country="U.S.")  # fmt: skip
    assert run(rules, observed=["had_it"]).forecasts[0].status == state.IMMUNE
    old = Person(date(1956, 12, 31))
    assert run(rules, person=old).forecasts[0].status == state.IMMUNE
    assert run(rules, person=old, observed=["exception"]).forecasts[0].status == state.NOT_COMPLETE
    assert run(rules, person=Person(date(1957, 1, 1))).forecasts[0].status == state.NOT_COMPLETE
    abroad = Person(date(1956, 1, 1), country="J.P.")
    assert run(rules, person=abroad).forecasts[0].status == state.NOT_COMPLETE


def test_a_contraindication_holds_for_its_ages_and_names_itself() -> None:
    rule = Contraindication("pregnant", until=age("2 years"), source=("C",))
    rules = book(series(dose(1, window("1 month"))), antigen={"contraindications": (rule,)})
    found = run(rules, observed=["pregnant"]).forecasts[0]
    assert (found.status, found.because) == (
        state.CONTRAINDICATED, (state.Reason("contraindicated:pregnant", None, ("C",)),),
    )  # fmt: skip
    assert run(rules, observed=["other"]).forecasts[0].status == state.NOT_COMPLETE
    assert run(rules, observed=["pregnant"], on="2022-01-01").forecasts[0].status == state.NOT_COMPLETE


def test_a_series_that_is_complete_asks_for_nothing_that_could_be_contraindicated() -> None:
    rule = Contraindication("pregnant")
    rules = book(series(dose(1, window("1 month"))), antigen={"contraindications": (rule,)})
    found = run(rules, given("2020-03-01"), observed=["pregnant"]).forecasts[0]
    assert (found.status, found.because) == (state.COMPLETE, ())


def test_a_series_is_contraindicated_when_each_of_its_vaccines_is() -> None:
    rule = Contraindication("allergy", vaccines=(VaccineUse("x"), VaccineUse("y", until=age("2 years"))))
    uses = (VaccineUse("x", offered=True), VaccineUse("y", offered=True))
    rules = book(series(dose(1, window("1 month"), preferable=uses)), antigen={"contraindications": (rule,)})
    assert run(rules, observed=["allergy"]).forecasts[0].status == state.CONTRAINDICATED
    later = run(rules, observed=["allergy"], on="2022-06-01").forecasts[0]
    assert later.status == state.NOT_COMPLETE
    assert [use.vaccine for use in later.forecasts[0].vaccines] == ["y"]
    assert [use.vaccine for use in run(rules).forecasts[0].forecasts[0].vaccines] == ["x", "y"]


def test_offered_vaccines_fit_the_age_on_the_earliest_or_the_recommended_date() -> None:
    uses = (VaccineUse("x", offered=True, until=age("2 months")), VaccineUse("y", offered=True,
            from_=age("3 months")), VaccineUse("z", from_=age("0 days")))  # fmt: skip
    first = dose(1, window("1 month", wanted="3 months"), preferable=uses)
    found = run(book(series(first))).forecasts[0].forecasts[0]
    assert [use.vaccine for use in found.vaccines] == ["x", "y"]
    sooner = dose(1, window("1 month", wanted="1 month"), preferable=uses)
    assert [use.vaccine for use in run(book(series(sooner))).forecasts[0].forecasts[0].vaccines] == ["x"]


def test_a_risk_series_is_relevant_only_with_its_indication_at_its_ages() -> None:
    found = Indication("o", age("6 months"), age("2 years"))
    rules = book(series(dose(1, window("1 month")), kind=RISK, indications=(found,)))
    assert result(rules, observed=["o"]).series != ()
    assert result(rules, observed=["p"]).series == ()
    assert result(rules, observed=["o"], on="2022-01-01").series == ()
    both = book(series(dose(1, window("1 month"))), *rules.antigens["X"].series)
    assert [one.series.kind for one in result(both, observed=["o"], on="2020-06-30").series] == [STANDARD]
    assert len(result(both, observed=["o"], on="2020-07-01").series) == 2


def test_an_indication_that_begins_later_is_told_with_its_first_day_where_nothing_else_is_asked_for() -> None:
    found = Indication("o", age("6 months"), age("2 years"))
    again = Indication("o", age("8 months"))
    rules = book(series(dose(1, window("1 month")), kind=RISK, indications=(again, found)))
    told = run(rules, observed=["o"], on="2020-06-30").forecasts[0]
    assert told.earliest == DatedBy(date(2020, 7, 1), "indication")
    assert run(rules, observed=["p"], on="2020-06-30").forecasts[0].status == state.NOT_RECOMMENDED
    assert run(rules, observed=["o"], on="2020-07-01").forecasts[0].earliest == DatedBy(
        date(2020, 2, 1), "age"
    )
    over = book(series(dose(1, window("1 month")), kind=RISK, indications=(found,)))
    assert run(over, observed=["o"], on="2022-01-01").forecasts[0].status == state.NOT_RECOMMENDED


def test_an_indication_that_the_person_lacks_hides_none_that_is_written_after_it() -> None:
    lacking, held = Indication("p", age("3 months")), Indication("o", age("6 months"))
    rules = book(series(dose(1, window("1 month")), kind=RISK, indications=(lacking, held)))
    told = run(rules, observed=["o"], on="2020-06-30").forecasts[0]
    assert told.earliest == DatedBy(date(2020, 7, 1), "indication")


def test_of_two_rules_that_give_one_day_the_one_that_must_be_kept_is_named() -> None:
    """Tables for FORECASTDT-5 and -6: a recommended day counts only where it lies later."""
    same = book(series(dose(1, window("2 months", wanted="2 months", late="2 months + 1 day"))))
    one = run(same, on="2020-01-02").forecasts[0]
    assert one.earliest == one.recommended == one.past_due == DatedBy(date(2020, 3, 1), "age")
    (alone,) = result(same, on="2020-01-02").best  # already before the series of a group are put together
    assert alone.forecast is not None
    assert alone.forecast.recommended == alone.forecast.past_due == alone.forecast.earliest
    later = book(
        series(dose(1, window("2 months", wanted="2 months + 1 day", late="2 months + 2 days", source="S")))
    )
    one = run(later, on="2020-01-02").forecasts[0]
    assert one.earliest == DatedBy(date(2020, 3, 1), "age", ("S",))
    assert one.recommended == one.past_due == DatedBy(date(2020, 3, 2), "age:recommended", ("S",))


def test_sex_cohort_and_pregnancy_make_a_series_relevant() -> None:
    girls = book(series(dose(1), sexes=frozenset("F")))
    assert result(girls, person=Person(BIRTH, "F")).series != ()
    assert result(girls, person=Person(BIRTH, "M")).series == ()
    assert result(girls, person=Person(BIRTH)).series == ()
    born = book(series(dose(1), born=Period(BIRTH, BIRTH)))
    assert result(born).series != ()
    assert result(born, person=Person(date(2019, 12, 31))).series == ()
    pregnancy = book(series(dose(1), requires_due_date=True))
    assert result(pregnancy).series == ()
    assert result(pregnancy, person=Person(None, due=date(2021, 3, 1))).series != ()
    assert result(girls, person=Person(None, "F", due=date(2021, 3, 1))).series == ()


# -- groups of several antigens (9.3) ---------------------------------------------------------------------


def pair(first: Series, second: Series, full: bool = True) -> Rulebook:
    """Antigens «A» and «B» in one group; vaccine «ab» holds both, «a» and «b» one each."""
    one = replace(first, antigen="A", group="AB")
    other = replace(second, antigen="B", group="AB")
    uses = (VaccineUse("ab", offered=True), VaccineUse("a"), VaccineUse("b"))
    both = {
        found.antigen: Antigen(
            found.antigen, (replace(found, doses=tuple(replace(d, preferable=uses) for d in found.doses)),)
        )
        for found in (one, other)
    }
    vaccines = {
        "ab": (Association("A"), Association("B")),
        "a": (Association("A"),),
        "b": (Association("B"),),
    }
    return Rulebook("test", "1", both, {"AB": Group("AB", ("A", "B"), full)}, vaccines)


def test_a_group_goes_by_its_latest_earliest_date_unless_an_interval_has_priority() -> None:
    late = series(dose(1, window("6 months", wanted="7 months", late="8 months", until="3 years")))
    soon = series(dose(1, window("2 months", wanted="2 months", late="4 months", until="2 years")))
    assert dates(run(pair(late, soon), on="2020-01-02")) == (
        "2020-07-01", "2020-07-01", "2020-07-01", "2021-12-31",
    )  # fmt: skip
    second = dose(2, intervals=(interval("4 weeks", priority=True),))
    urgent = series(dose(1), second)
    plain = series(dose(1), dose(2, intervals=(interval("4 weeks"),)))  # nothing says that it has priority
    assert dates(run(pair(late, plain), given("2020-02-01", vaccine="b"), on="2020-02-02"))[0] == "2020-07-01"
    history = [*given("2020-02-01", vaccine="b")]
    assert dates(run(pair(late, urgent), history, on="2020-02-02"))[0] == "2020-02-29"
    history += given("2020-04-01", vaccine="a")
    assert dates(run(pair(late, urgent), history, on="2020-04-02"))[0] == "2020-04-01"


@pytest.mark.parametrize(("full", "number"), [(True, 1), (False, 2)])
def test_a_full_group_counts_by_its_furthest_behind_antigen(full: bool, number: int) -> None:
    two = series(dose(1, window("1 month")), dose(2, window("1 month")))
    assert run(pair(two, two, full), given("2020-03-01", vaccine="a")).forecasts[0].number == number


def test_a_dose_that_holds_any_one_antigen_of_a_group_has_a_verdict() -> None:
    one = series(dose(1, window("1 month")))
    for vaccine in ("a", "b", "ab"):
        verdict = run(pair(one, one), given("2020-03-01", vaccine=vaccine))
        assert [(found.given.vaccine, found.status) for found in verdict.doses] == [(vaccine, state.VALID)]


def test_a_dose_of_a_group_is_as_good_as_its_worst_antigen() -> None:
    early, late = series(dose(1, window("1 month"))), series(dose(1, window("6 months")))
    rules = pair(early, late)
    assert [one.status for one in run(rules, given("2020-03-01", vaccine="ab")).doses] == [state.NOT_VALID]
    assert [one.status for one in run(rules, given("2020-03-01", vaccine="a")).doses] == [state.VALID]
    twice = [*given("2020-07-01", vaccine="a"), *given("2020-08-01", vaccine="ab")]
    assert [one.status for one in run(rules, twice).doses] == [state.VALID, state.EXTRANEOUS]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [  # table 9-4
        (state.CONTRAINDICATED, state.AGED_OUT, state.CONTRAINDICATED),
        (state.COMPLETE, state.AGED_OUT, state.AGED_OUT),
        (state.COMPLETE, state.NOT_RECOMMENDED, state.NOT_RECOMMENDED),
        (state.COMPLETE, state.NOT_COMPLETE, state.NOT_COMPLETE),
        (state.IMMUNE, state.IMMUNE, state.IMMUNE),
        (state.IMMUNE, state.COMPLETE, state.COMPLETE),
        (state.COMPLETE, state.COMPLETE, state.COMPLETE),
    ],
)
def test_the_status_of_a_group_follows_its_table(first: str, second: str, together: str) -> None:
    from yakuba.handbook.domain.engine.groups import group_status

    both = Group("AB", ("A", "B"))
    assert group_status(both, [first, second]) == group_status(both, [second, first]) == together


def test_what_answers_for_a_group_is_what_is_asked_for_now_and_a_risk_before_the_standard() -> None:
    day = date(2020, 6, 1)
    soon = GroupForecast("X", state.NOT_COMPLETE, earliest=DatedBy(date(2020, 7, 1), "age"))
    sooner = GroupForecast("X", state.NOT_COMPLETE, earliest=DatedBy(date(2020, 6, 2), "age"))
    later = replace(sooner, begun_from=date(2070, 1, 1))
    complete = GroupForecast("X", state.COMPLETE)
    aged_out = GroupForecast("X", state.AGED_OUT)
    risk = GroupForecast("X", state.COMPLETE, kind=RISK)
    assert principal(day, [soon, sooner]) is sooner
    assert principal(day, [later, soon]) is soon
    assert principal(day, [replace(sooner, begun_from=day), soon]).earliest == sooner.earliest
    assert principal(day, [later, complete]) is complete
    assert principal(day, [aged_out, complete, soon]) is soon
    assert principal(day, [aged_out, complete]) is complete
    assert principal(day, [soon, risk]) is risk
    done = replace(complete, begun_from=date(2070, 1, 1))
    assert principal(day, [aged_out, done]) is done


def test_risk_and_standard_recommendations_are_forecast_apart() -> None:
    risk = series(dose(1, window("2 years")), kind=RISK, series_group="2", indications=(Indication("o"),))
    found = run(book(series(dose(1, window("1 year"))), risk), observed=["o"]).forecasts
    assert [(one.kind, one.earliest and one.earliest.day) for one in found] == [
        ("standard", date(2021, 1, 1)), (RISK, date(2022, 1, 1)),
    ]  # fmt: skip


def test_a_vaccine_that_the_book_lacks_and_a_dose_before_birth_are_refused_by_name() -> None:
    rules = book(series(dose(1)))
    with pytest.raises(ValueError, match="'q' of 2020-03-01: test has no such vaccine"):
        run(rules, given("2020-03-01", vaccine="q"))
    with pytest.raises(ValueError, match="2019-12-31: before the birth on 2020-01-01"):
        run(rules, given("2019-12-31"))


def test_of_two_best_series_the_one_that_can_use_a_dose_speaks() -> None:
    risk = series(dose(1, window("2 years")), kind=RISK, series_group="2", indications=(Indication("o"),))
    rules = book(series(dose(1, window("1 month"))), risk)
    verdict = run(rules, given("2020-03-01", "2020-04-01"), observed=["o"])
    assert [one.status for one in verdict.doses] == [state.VALID, state.NOT_VALID]  # not extraneous for both
    assert [one.target for one in verdict.doses] == [1, 1]


def test_open_ends_are_those_that_the_specification_assumes() -> None:
    assert (Period().first, Period().last) == (date(1900, 1, 1), date(2999, 12, 31))


def test_two_equal_doses_of_one_day_stay_two() -> None:
    twice = given("2020-03-01") * 2
    rules = book(series(dose(1), dose(2, intervals=(interval("4 weeks"),))))
    assert [one.status for one in run(rules, twice).doses] == [state.VALID, state.NOT_VALID]


def test_a_forecast_goes_by_intervals_that_are_in_force_and_about_a_vaccine_of_the_dose() -> None:
    ended = interval("1 year", period=Period(last=date(2020, 12, 31)))
    about_y = interval("2 years", only_for=frozenset({"y"}))
    rules = book(series(dose(1), dose(2, intervals=(ended, about_y, interval("4 weeks")))))
    assert dates(run(rules, given("2020-12-20"), on="2021-01-01"))[0] == "2021-01-17"
    assert dates(run(rules, given("2020-12-20"), on="2020-12-31"))[0] == "2021-12-20"
