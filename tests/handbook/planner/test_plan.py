"""Plans by worked examples: the usual child, delays, holidays, bookings, and why each day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.handbook.children import CALENDAR, given
from yakuba.core.holidays import is_holiday
from yakuba.handbook.domain.person import Observation, Person
from yakuba.handbook.domain.planner.plan import horizon, plan, replan
from yakuba.handbook.domain.planner.result import NotPlanned, Plan, Shot, Visit, Why
from yakuba.handbook.domain.planner.wishes import Booked, Wishes
from yakuba.handbook.rulebooks.load import builtin

BORN = "2026-04-01"
DAY = timedelta(days=1)
NEWBORN = {
    "2026-05-31": ["HEPB 1", "ROTA 1", "PCV 1", "DPT_IPV_HIB 1"],
    "2026-06-28": ["HEPB 2", "ROTA 2", "PCV 2", "DPT_IPV_HIB 2"],
    "2026-07-26": ["PCV 3", "DPT_IPV_HIB 3"],
    "2026-10-18": ["HEPB 3", "BCG 1"],
    "2027-03-31": ["PCV 4", "DPT_IPV_HIB 4", "MR 1", "VAR 1", "MUMPS 1"],
    "2027-10-01": ["VAR 2"],
}


def made(
    birth: str,
    *doses: str,
    on: str,
    sex: str = "F",
    observed: Iterable[tuple[str, str]] = (),
    wishes: Wishes | None = None,
) -> Plan:
    observations = [Observation(code, date.fromisoformat(day)) for code, day in observed]
    person = Person(date.fromisoformat(birth), sex)
    return plan(
        builtin(),
        person,
        [given(one) for one in doses],
        observations,
        date.fromisoformat(on),
        CALENDAR,
        wishes,
    )


def days(found: Plan) -> dict[str, list[str]]:
    return {
        visit.date.isoformat(): [f"{shot.vaccine} {shot.dose}" for shot in visit.shots]
        for visit in found.visits
    }


def shot(found: Plan, vaccine: str, dose: int) -> tuple[str, Shot]:
    return next(
        (visit.date.isoformat(), one)
        for visit in found.visits
        for one in visit.shots
        if (one.vaccine, one.dose) == (vaccine, dose)
    )


def why(found: Plan, vaccine: str, dose: int) -> list[tuple[str, str]]:
    return [(one.code, one.day.isoformat()) for one in shot(found, vaccine, dose)[1].why]


def taken(found: Plan, visits: int) -> list[str]:
    return [
        f"{one.given_as} {visit.date} {one.product}" for visit in found.visits[:visits] for one in visit.shots
    ]


def test_a_newborn_has_eighteen_doses_in_six_visits_all_in_their_standard_windows() -> None:
    found = made(BORN, on="2026-04-20")
    assert days(found) == NEWBORN
    assert found.proven
    assert found.not_planned == ()
    assert found.until == date(2028, 8, 1)
    assert found.cost["outside_standard"] == found.cost["left_out"] == 0
    for visit in found.visits:
        for one in visit.shots:
            assert one.recommended_from <= visit.date
            assert one.recommended_until is None or visit.date <= one.recommended_until
    assert shot(found, "ROTA", 2)[1].product == "RV1"
    assert shot(found, "MUMPS", 1)[1].law == "optional"


@pytest.mark.parametrize("birth", [date(2026, 4, 1) + DAY * 37 * number for number in range(10)])
def test_every_birthday_of_a_year_needs_six_visits(birth: date) -> None:
    found = made(birth.isoformat(), on=(birth + DAY * 30).isoformat())
    assert (len(found.visits), sum(len(visit.shots) for visit in found.visits)) == (6, 18)


def test_legal_windows_alone_save_one_visit_and_make_doses_late() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(within="legal", work=1500))
    assert len(found.visits) == 5
    assert found.cost["late"] > made(BORN, on="2026-04-20").cost["late"]


def test_weekends_and_holidays_move_visits_to_the_next_open_day() -> None:
    wishes = Wishes(closed_weekdays=frozenset({5, 6}), closed=is_holiday)
    found = made(BORN, on="2026-04-20", wishes=wishes)
    assert list(days(found)) == [
        "2026-06-01", "2026-06-29", "2026-07-27", "2026-10-19", "2027-03-31", "2027-10-01",
    ]  # fmt: skip
    assert why(found, "PCV", 1) == [("age", "2026-05-31"), ("closed", "2026-06-01")]
    respect = replace(wishes, closed=lambda day: is_holiday(day) or day == date(2026, 6, 1))
    assert min(days(made(BORN, on="2026-04-20", wishes=respect))) == "2026-06-02"


def test_every_shot_says_what_it_waited_for_and_what_moved_it_on() -> None:
    found = made(BORN, on="2026-04-20")
    bcg = shot(found, "BCG", 1)[1]
    assert bcg.why == (
        Why("recommended", date(2026, 8, 31), (), ("S12", "S15")),
        Why("together", date(2026, 10, 18), (("HEPB", 3),)),
    )
    third = shot(found, "HEPB", 3)[1]
    assert third.why == (
        Why("interval", date(2026, 10, 18), (("HEPB", 1),), ("S04", "S24", "S29"), date(2026, 5, 31)),
    )
    assert (third.legal_from, third.legal_until) == (date(2026, 10, 18), date(2027, 3, 31))
    assert (third.recommended_from, third.recommended_until) == (date(2026, 10, 18), date(2026, 12, 31))
    assert third.source == ("S04", "S24", "S29")
    assert set(third.sources) == {"legal_from", "legal_until", "recommended_from", "recommended_until"}
    assert set(shot(found, "MUMPS", 1)[1].sources) == {"legal_from", "recommended_from"}


def codes(found: Plan, vaccine: str, dose: int) -> list[tuple[str, str, list[str]]]:
    return [
        (one.code, one.day.isoformat(), [f"{name} {number}" for name, number in one.after])
        for one in shot(found, vaccine, dose)[1].why
    ]


def test_a_dose_waits_so_that_the_next_keeps_its_recommended_gap() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(booked=(Booked(date(2026, 9, 7)),)))
    assert codes(found, "PCV", 2) == [
        ("interval", "2026-06-28", ["PCV 1"]), ("keeps_gap", "2026-07-12", ["DPT_IPV_HIB 3"]),
    ]  # fmt: skip
    assert codes(found, "DPT_IPV_HIB", 3)[-1] == ("booked", "2026-09-07", [])


def test_a_full_visit_and_a_shared_one_are_told_apart() -> None:
    pair = frozenset({"HEPB", "ROTA"})
    full = made(BORN, on="2026-05-31", wishes=Wishes(max_shots=1, vaccines=pair))
    assert codes(full, "ROTA", 1) == [("start", "2026-05-31", []), ("order", "2026-06-01", [])]
    ill = Wishes(blocked=((date(2026, 6, 20), date(2026, 6, 30)),), vaccines=frozenset({"BCG", "ROTA"}),
                 until=date(2026, 9, 30))  # fmt: skip
    shared = made(BORN, on="2026-06-20", wishes=ill)
    assert codes(shared, "ROTA", 1) == [("start", "2026-06-20", []), ("closed", "2026-07-01", [])]
    assert codes(shared, "ROTA", 2) == [
        ("interval", "2026-07-29", ["ROTA 1"]), ("together", "2026-08-31", ["BCG 1"]),
    ]  # fmt: skip


def test_windows_are_those_of_the_rules_whenever_a_plan_is_made() -> None:
    found = made(BORN, on="2026-12-20", wishes=Wishes(vaccines=frozenset({"BCG", "HEPB"})))
    bcg = shot(found, "BCG", 1)[1]
    assert (bcg.legal_from, bcg.recommended_from, bcg.recommended_until) == (
        date(2026, 4, 1), date(2026, 8, 31), date(2026, 11, 30),
    )  # fmt: skip
    second = shot(found, "HEPB", 2)[1]
    assert second.legal_from == second.recommended_until == date(2027, 1, 17)
    assert found.not_planned == (NotPlanned("HEPB", 3, "too_late"),)
    assert found.cost["outside_standard"] == 0  # late, but on the first possible day


def test_a_window_without_an_open_day_is_left_for_an_earlier_legal_one() -> None:
    days_open = {date(2026, 6, 10), date(2026, 7, 10)}
    wishes = Wishes(vaccines=frozenset({"BCG"}), closed=lambda day: day not in days_open)
    found = made(BORN, on="2026-05-01", wishes=wishes)
    assert (days(found), found.cost["outside_standard"]) == ({"2026-06-10": ["BCG 1"]}, 1)
    assert codes(found, "BCG", 1) == [("start", "2026-05-01", []), ("closed", "2026-06-10", [])]


def test_the_bounds_keep_the_search_small() -> None:
    """The work is the same on every machine; weaker bounds show here."""
    assert made(BORN, on="2026-04-20").work <= 410
    four = made(BORN, on="2026-04-20", wishes=Wishes(max_shots=4))
    assert (four.work <= 960, four.proven, len(four.visits)) == (True, True, 7)
    assert made("2025-04-01", on="2026-05-10").work <= 295
    first = made(BORN, on="2026-04-20")
    person = Person(date(2026, 4, 1), "F")
    same = replan(first.visits, builtin(), person, [], [], date(2026, 4, 20), CALENDAR)
    assert same.work <= 120
    ill = Wishes(blocked=((date(2026, 6, 20), date(2026, 7, 5)),))
    doses = [given(one) for one in taken(first, 1)]
    moved = replan(first.visits, builtin(), person, doses, [], date(2026, 6, 20), CALENDAR, ill)
    assert (moved.work <= 1130, moved.proven) == (True, True)


def test_a_gap_from_a_given_dose_names_its_day() -> None:
    found = made("2025-04-01", "BCG 2025-09-01", "MR 2026-04-20", on="2026-05-01",
                 wishes=Wishes(vaccines=frozenset({"VAR", "MUMPS"})))  # fmt: skip
    assert days(found) == {"2026-05-18": ["VAR 1", "MUMPS 1"], "2026-11-18": ["VAR 2"]}
    assert shot(found, "VAR", 1)[1].why == (
        Why("live_conflict", date(2026, 5, 18), (), ("S21",), date(2026, 4, 20)),
    )


def test_a_fever_moves_what_it_must_and_nothing_else() -> None:
    first = made(BORN, on="2026-04-20")
    doses = [given(one) for one in taken(first, 1)]
    ill = Wishes(blocked=((date(2026, 6, 20), date(2026, 7, 5)),))
    person, on = Person(date(2026, 4, 1), "F"), date(2026, 6, 20)
    moved = replan(first.visits, builtin(), person, doses, [], on, CALENDAR, ill)
    assert days(moved) == {
        "2026-07-06": NEWBORN["2026-06-28"], "2026-08-03": NEWBORN["2026-07-26"],
        "2026-10-18": NEWBORN["2026-10-18"], "2027-03-31": NEWBORN["2027-03-31"],
        "2027-10-01": NEWBORN["2027-10-01"],
    }  # fmt: skip
    assert moved.cost["changes"] == 6
    assert why(moved, "BCG", 1)[-1] == ("kept", "2026-10-18")
    assert why(moved, "HEPB", 2) == [("interval", "2026-06-28"), ("closed", "2026-07-06")]
    assert days(replan(moved.visits, builtin(), person, doses, [], on, CALENDAR, ill)) == days(moved)


def test_an_earlier_plan_is_kept_though_a_new_one_would_be_better() -> None:
    first = made(BORN, on="2026-04-20", wishes=Wishes(closed_weekdays=frozenset(range(6))))
    again = replan(
        first.visits, builtin(), Person(date(2026, 4, 1), "F"), [], [], date(2026, 4, 20), CALENDAR
    )
    assert days(again) == days(first)
    late = [Visit(visit.date + DAY * 3, visit.shots) for visit in first.visits]
    kept = replan(late, builtin(), Person(date(2026, 4, 1), "F"), [], [], date(2026, 4, 20), CALENDAR)
    assert list(days(kept)) == [visit.date.isoformat() for visit in late]


def test_booked_visits_cost_nothing_and_hold_what_they_are_for() -> None:
    booked = (Booked(date(2026, 9, 7), frozenset({"BCG"})), Booked(date(2026, 12, 24)))
    found = made(BORN, on="2026-04-20", wishes=Wishes(booked=booked))
    visits = [(one.date, [shot.vaccine for shot in one.shots]) for one in found.visits if one.booked]
    assert visits == [(date(2026, 9, 7), ["BCG"]), (date(2026, 12, 24), ["HEPB"])]
    assert why(found, "BCG", 1) == [("recommended", "2026-08-31"), ("booked", "2026-09-07")]
    assert found.cost["visits"] == len(found.visits) - 2 == 5
    ill = Wishes(booked=booked, blocked=((date(2026, 9, 1), date(2026, 9, 10)),))
    after = [one.date for one in made(BORN, on="2026-04-20", wishes=ill).visits if one.booked]
    assert after == [date(2026, 12, 24)]


def test_at_most_so_many_shots_lie_in_a_visit() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(max_shots=3, work=1500))
    assert max(len(visit.shots) for visit in found.visits) == 3
    assert sum(len(visit.shots) for visit in found.visits) == 18
    assert found.cost["outside_standard"] == 0


def test_weekdays_wished_for_move_visits_by_days_but_never_cost_another_visit() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(preferred_weekdays=frozenset({5})))
    assert {visit.date.weekday() for visit in found.visits} == {5}
    assert (len(found.visits), found.cost["off_weekday"]) == (6, 0)
    assert why(found, "PCV", 1) == [("age", "2026-05-31"), ("weekday", "2026-06-06")]
    for visit, plain in zip(found.visits, NEWBORN, strict=True):
        assert 0 <= (visit.date - date.fromisoformat(plain)).days <= 13


def test_the_product_wished_for_decides_the_course_until_one_is_begun() -> None:
    five = Wishes(products={"ROTA": "RV5"}, optional=False)
    found = made(BORN, on="2026-04-20", wishes=five)
    assert [shot(found, "ROTA", number)[1].product for number in (1, 2, 3)] == ["RV5"] * 3
    assert not [one for visit in found.visits for one in visit.shots if one.law == "optional"]
    begun = made(BORN, "ROTA 2026-06-01 RV1", on="2026-06-02", wishes=five)
    assert shot(begun, "ROTA", 2)[1].product == "RV1"
    assert shot(made("2024-04-01", "PCV 2024-06-01 PCV15", on="2024-10-02"), "PCV", 2)[1].product == "PCV15"


def test_a_late_start_follows_the_course_of_its_age() -> None:
    found = made("2025-04-01", on="2026-05-10")
    assert days(found) == {
        "2026-05-10": ["PCV 1", "DPT_IPV_HIB 1", "MR 1", "VAR 1", "MUMPS 1"],
        "2026-05-31": ["DPT_IPV_HIB 2"],
        "2026-07-10": ["PCV 2", "DPT_IPV_HIB 3"],
        "2027-01-10": ["DPT_IPV_HIB 4", "VAR 2"],
    }
    assert shot(found, "PCV", 1)[1].course == "12月を過ぎて24月までに開始"
    assert why(found, "MR", 1) == [("start", "2026-05-10")]


def test_a_dose_that_could_be_skipped_after_twelve_months_keeps_its_place_before_them() -> None:
    found = made(BORN, "PCV 2026-10-01 PCV20", on="2027-02-25", wishes=Wishes(vaccines=frozenset({"PCV"})))
    assert [shot(found, "PCV", number)[0] for number in (2, 3, 4)] == [
        "2027-02-25", "2027-03-25", "2027-05-25",
    ]  # fmt: skip
    late = made(BORN, "PCV 2026-10-01 PCV20", on="2027-04-01", wishes=Wishes(vaccines=frozenset({"PCV"})))
    assert [(shot(late, "PCV", number)[1].label, shot(late, "PCV", number)[0]) for number in (2, 3)] == [
        ("", "2027-04-01"), ("追加", "2027-06-01"),
    ]  # fmt: skip


def test_five_in_one_also_finishes_a_course_of_hib() -> None:
    history = [f"{v} {day}" for day in ("2024-04-01", "2024-04-29", "2024-05-27") for v in ("DPT_IPV", "HIB")]
    found = made("2024-02-01", *history, on="2024-06-01",
                 wishes=Wishes(vaccines=frozenset({"DPT_IPV_HIB", "HIB"})))  # fmt: skip
    assert days(found) == {"2024-11-27": ["DPT_IPV_HIB 4"]}


def test_a_dose_without_an_open_day_in_its_window_is_named() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(closed=lambda day: day.month != 12))
    assert found.not_planned == (NotPlanned("HEPB", 3, "too_late"), NotPlanned("ROTA", 1, "no_open_day"))
    assert {visit.date.month for visit in found.visits} == {12}
    assert shot(found, "PCV", 1)[1].course == "7月を過ぎて12月までに開始"


def test_doses_that_no_visit_can_hold_are_named() -> None:
    only = (date(2027, 3, 1), date(2027, 3, 29))
    found = made(BORN, on="2027-03-01", wishes=Wishes(
        closed=lambda day: day not in only, max_shots=1, vaccines=frozenset({"BCG", "HEPB"}),
        until=date(2027, 3, 29),
    ))  # fmt: skip
    assert days(found) == {"2027-03-01": ["HEPB 1"], "2027-03-29": ["HEPB 2"]}
    assert found.not_planned == (
        NotPlanned("HEPB", 3, "too_late"), NotPlanned("BCG", 1, "no_visit_possible"),
    )  # fmt: skip


def test_what_the_engine_would_not_count_is_left_to_staff() -> None:
    """In 2023 five-in-one vaccine was no routine one yet: nothing that could be planned would count."""
    found = made("2023-01-30", on="2023-10-19", wishes=Wishes(vaccines=frozenset({"DPT_IPV_HIB", "BCG"})))
    assert found.not_planned == (NotPlanned("DPT_IPV_HIB", 1, "ask_staff"),)
    assert days(found) == {"2023-10-19": ["BCG 1"]}


def test_what_is_left_to_staff_leaves_the_gaps_between_the_others() -> None:
    wishes = Wishes(vaccines=frozenset({"DPT_IPV_HIB", "MR", "MUMPS"}), max_shots=1)
    found = made("2023-01-30", on="2023-10-19", wishes=wishes)
    assert found.not_planned == (NotPlanned("DPT_IPV_HIB", 1, "ask_staff"),)
    assert days(found) == {"2024-01-29": ["MUMPS 1"], "2024-02-26": ["MR 1"]}


def test_a_live_vaccine_says_that_it_waits_for_the_one_of_the_first_visit() -> None:
    wishes = Wishes(vaccines=frozenset({"VAR", "MR"}), max_shots=1)
    found = made(BORN, on="2027-03-31", wishes=wishes)
    assert codes(found, "VAR", 1) == [("start", "2027-03-31", [])]
    assert codes(found, "MR", 1) == [("live_conflict", "2027-04-28", ["VAR 1"])]
    assert shot(found, "MR", 1)[1].legal_from == date(2027, 4, 28)


def test_a_dose_may_join_a_visit_of_the_earlier_plan() -> None:
    first = made(BORN, on="2026-04-20")
    fewer = [
        Visit(visit.date, tuple(one for one in visit.shots if one.vaccine != "BCG")) for visit in first.visits
    ]
    person = Person(date(2026, 4, 1), "F")
    again = replan(fewer, builtin(), person, [], [], date(2026, 4, 20), CALENDAR)
    assert codes(again, "BCG", 1) == [("recommended", "2026-08-31", []), ("kept", "2026-10-18", [])]
    assert again.cost["changes"] == 0


def test_the_defaults_are_those_of_the_readme() -> None:
    wishes = Wishes()
    assert (wishes.put_off, wishes.catch_up, wishes.work, wishes.within) == (91, 28, 2500, "standard")
    assert wishes.faults() == []
    assert Wishes(max_shots=1, put_off=0, catch_up=0, work=0).faults() == []
    assert Wishes(blocked=((date(2026, 5, 1), date(2026, 5, 1)),)).faults() == []


def test_older_children_and_pregnancies_are_planned_a_year_ahead() -> None:
    school = made("2020-05-01", "MR 2021-05-10", on="2026-05-01", wishes=Wishes(vaccines=frozenset({"MR"})))
    assert days(school) == {"2026-05-01": ["MR 2"]}
    girl = made("2014-05-01", on="2026-05-01", wishes=Wishes(vaccines=frozenset({"HPV", "DT"})))
    assert days(girl) == {"2026-05-01": ["DT 1"], "2027-04-01": ["HPV 1"]}
    boy = made("2014-05-01", on="2026-05-01", sex="M", wishes=Wishes(vaccines=frozenset({"HPV", "DT"})))
    assert days(boy) == {"2026-05-01": ["DT 1"]}
    person = Person(None, "F", date(2026, 10, 1))
    found = plan(builtin(), person, [], [], date(2026, 5, 1), CALENDAR)
    assert days(found) == {"2026-07-09": ["RSV_MATERNAL 1"]}
    assert found.until == date(2027, 5, 1)
    assert horizon(Person(date(2026, 4, 1)), date(2027, 12, 31)) == date(2028, 12, 31)


def test_observations_count() -> None:
    sick = made(BORN, on="2026-04-20", observed=[("VARICELLA_DISEASE", "2026-04-10")])
    assert not [one for visit in sick.visits for one in visit.shots if one.vaccine == "VAR"]


def test_nothing_is_planned_before_the_first_possible_day_or_after_the_horizon() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(not_before=date(2026, 6, 10), until=date(2026, 9, 1)))
    assert min(days(found)) == "2026-06-10"
    assert {one.vaccine for visit in found.visits for one in visit.shots} == {
        "HEPB", "ROTA", "PCV", "DPT_IPV_HIB", "BCG",
    }  # fmt: skip
    assert all(one.dose < 4 for visit in found.visits for one in visit.shots)


def test_with_little_work_the_best_so_far_is_said_to_be_unproven() -> None:
    found = made(BORN, on="2026-04-20", wishes=Wishes(work=0))
    assert not found.proven
    assert sum(len(visit.shots) for visit in found.visits) == 18


def test_the_limits_of_what_can_be_wished_for_are_no_faults() -> None:
    week = frozenset(range(7))
    day = date(2026, 5, 1)
    wishes = Wishes(max_shots=1, put_off=0, catch_up=0, work=0, blocked=((day, day),),
                    closed_weekdays=week, preferred_weekdays=week)  # fmt: skip
    assert wishes.faults() == []


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (Wishes(max_shots=0), "max_shots 0"),
        (Wishes(within="soon"), "within 'soon'"),
        (Wishes(put_off=-1), "put_off -1"),
        (Wishes(catch_up=-1), "catch_up -1"),
        (Wishes(work=-1), "work -1"),
        (Wishes(blocked=((date(2026, 5, 2), date(2026, 5, 1)),)), "blocked 2026-05-02 to 2026-05-01"),
        (Wishes(closed_weekdays=frozenset({7})), "closed_weekdays"),
        (Wishes(preferred_weekdays=frozenset({-1})), "preferred_weekdays"),
    ],
)
def test_wishes_that_cannot_be_meant_are_refused(wishes: Wishes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        made(BORN, on="2026-04-20", wishes=wishes)
