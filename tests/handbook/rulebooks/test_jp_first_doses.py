"""Doses before a course is begun, days before a rule was in force, and finished courses."""

from __future__ import annotations

from datetime import date

import pytest

from tests.handbook.children import look, next_of, pregnancy, recommended, verdicts, window
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import COMPLETE, CONTRAINDICATED, NOT_YET, OVERDUE
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.planner.plan import plan
from yakuba.handbook.domain.planner.wishes import Wishes
from yakuba.handbook.rulebooks.load import builtin

APRIL = "2026-04-01"


@pytest.mark.parametrize(
    ("dose", "on", "reason", "right_from"),
    [
        ("PCV 2026-05-30 PCV20", "2026-12-05", "too_young", "2026-05-31"),  # not «from seven months on»
        ("PCV 2026-07-01 PCV13", "2026-12-05", "product_not_in_use_then", None),
        ("PCV 2031-04-01 PCV20", "2031-12-05", "too_old", "2031-04-01"),
        ("HIB 2026-05-30", "2026-12-05", "too_young", "2026-05-31"),
        ("ROTA 2026-09-17 RV1", "2026-10-05", "too_old", "2026-09-17"),  # and not «another product»
        ("ROTA 2026-05-12 RV5", "2026-10-05", "too_young", "2026-05-13"),
    ],
)
def test_a_dose_outside_the_rules_is_told_what_its_own_course_says_whatever_course_is_open_today(
    dose: str, on: str, reason: str, right_from: str | None
) -> None:
    (line,) = look(APRIL, dose, on=on).doses
    assert (line.valid, line.reason) == (False, reason)
    assert line.right_from == (date.fromisoformat(right_from) if right_from else None)


def test_a_dose_before_the_course_that_was_begun_later_is_not_judged_by_that_course() -> None:
    found = look(APRIL, "PCV 2026-05-30 PCV20", "PCV 2026-12-01 PCV20", on="2026-12-05")
    assert verdicts(found) == [(False, "too_young"), (True, "within_rules")]
    assert found.doses[0].right_from == date(2026, 5, 31)
    before = look("2020-04-01", "ROTA 2020-06-10 RV1", "PCV 2020-06-15 PCV13", on="2020-11-01")
    assert before.doses[1].reason == "live_conflict"  # 27 days after rota, by the rule of that day
    assert before.doses[1].right_from == date(2020, 7, 8)


def test_no_legal_window_begins_before_its_rule() -> None:
    assert window(next_of(look("2020-08-01", on="2020-10-10"), "ROTA")) == ("2020-10-01", "2021-01-16")
    assert window(next_of(pregnancy("2026-06-01", on="2026-05-01"), "RSV_MATERNAL")) == (
        "2026-04-01", "2026-05-10",
    )  # fmt: skip
    assert window(next_of(pregnancy("2026-12-24", on="2026-05-01"), "RSV_MATERNAL"))[0] == "2026-10-01"


@pytest.mark.parametrize(
    ("birth", "first"),
    [
        ("2022-01-01", "2022-03-31"),  # three months, by the rule until March 2023
        ("2023-01-15", "2023-04-01"),  # two months on 03-14 and three on 04-14: the day the rule changed
        ("2023-02-10", "2023-04-09"),
    ],
)
def test_where_a_rule_took_the_place_of_another_the_window_begins_by_the_one_that_opened_it(
    birth: str, first: str
) -> None:
    assert window(next_of(look(birth, on="2023-05-01"), "DPT_IPV_HIB"))[0] == first


@pytest.mark.parametrize(
    ("dose", "vaccine", "legal", "wanted"),
    [
        ("PCV 2026-05-30 PCV20", "PCV", "2026-05-31", "2026-06-27"),  # 27 whole days, as before the second
        ("DPT_IPV_HIB 2026-05-30", "DPT_IPV_HIB", "2026-05-31", "2026-06-20"),
        ("ROTA 2026-05-12 RV1", "ROTA", "2026-05-13", "2026-06-09"),
        ("VAR 2027-03-30", "VAR", "2027-03-31", "2027-06-30"),  # nearer ones count as one dose (S31)
        ("MR 2027-03-30", "MR", "2027-04-27", "2027-04-27"),
    ],
)
def test_a_first_dose_that_did_not_count_is_not_repeated_the_next_day(
    dose: str, vaccine: str, legal: str, wanted: str
) -> None:
    one = next_of(look(APRIL, dose, on=dose.split()[1]), vaccine)
    assert (one.dose, window(one)[0], recommended(one)[0]) == (1, legal, wanted)


def test_a_plan_keeps_the_gap_after_a_first_dose_that_did_not_count() -> None:
    early = Given("PCV", date(2026, 5, 30), "PCV20")
    for within in ("standard", "legal"):
        found = plan(builtin(), Person(date(2026, 4, 1), "F"), [early], [], date(2026, 5, 30),
                     JapaneseCalendar(), Wishes(within=within))  # fmt: skip
        first = next(v.date for v in found.visits if any(shot.vaccine == "PCV" for shot in v.shots))
        assert first >= date(2026, 6, 27)
        assert not found.not_planned


def test_a_finished_course_stays_complete_whatever_would_forbid_more_of_it() -> None:
    seen = [("INTUSSUSCEPTION", "2026-07-05")]
    done = look(APRIL, "ROTA 2026-06-01 RV1", "ROTA 2026-06-30 RV1", on="2026-07-15", observed=seen)
    assert next_of(done, "ROTA").status == COMPLETE
    half = look(APRIL, "ROTA 2026-06-01 RV1", on="2026-07-15", observed=seen)
    assert next_of(half, "ROTA").status == CONTRAINDICATED


ILLNESS = [("LONG_ILLNESS", "2027-06-30")]


@pytest.mark.parametrize(
    ("day", "valid", "right_from"),
    [
        ("2027-03-31", True, None),
        ("2027-05-01", False, "2027-06-30"),  # the window is over and the illness is not
        ("2027-06-30", True, None),
        ("2029-06-29", True, None),
        ("2029-06-30", False, "2029-06-30"),
    ],
)
def test_after_a_long_illness_the_window_opens_again_with_the_day_the_illness_ended(
    day: str, valid: bool, right_from: str | None
) -> None:
    (line,) = look(APRIL, f"BCG {day}", on="2029-07-01", observed=ILLNESS).doses
    told = (line.valid, line.right_from and line.right_from.isoformat())
    assert told == (valid, right_from)


def test_an_illness_that_will_end_keeps_the_next_dose_waiting_for_that_day() -> None:
    before = next_of(look(APRIL, on="2027-03-31", observed=ILLNESS), "BCG")
    assert (before.status, window(before)) == (OVERDUE, ("2026-04-01", "2029-06-29"))
    ill = next_of(look(APRIL, on="2027-04-01", observed=ILLNESS), "BCG")
    assert (ill.status, window(ill)) == (NOT_YET, ("2027-06-30", "2029-06-29"))
    ends = [Observation("LONG_ILLNESS", date(2027, 6, 30))]
    found = plan(builtin(), Person(date(2026, 4, 1), "F"), [], ends, date(2027, 4, 5),
                 JapaneseCalendar(), Wishes())  # fmt: skip
    days = [visit.date for visit in found.visits if any(shot.vaccine == "BCG" for shot in visit.shots)]
    assert days
    assert min(days) >= date(2027, 6, 30)


def test_a_second_long_illness_takes_nothing_back_from_the_first() -> None:
    twice = [("LONG_ILLNESS", "2029-06-30"), ("LONG_ILLNESS", "2031-12-31")]
    found = look(APRIL, "VAR 2029-08-01", "VAR 2031-08-01", on="2032-01-10", observed=twice)
    assert [line.valid for line in found.doses] == [True, False]  # the first spell ended on 2031-06-29
    assert window(next_of(found, "VAR")) == ("2031-12-31", "2033-12-30")
