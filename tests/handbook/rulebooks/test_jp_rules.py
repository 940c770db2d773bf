"""The Japanese rule book of 2026 by worked examples; S.. are the ids of its sources."""

from __future__ import annotations

from datetime import date

import pytest

from tests.handbook.children import look, next_of, pregnancy, recommended, verdicts, window
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import (
    AGED_OUT,
    COMPLETE,
    CONTRAINDICATED,
    DUE,
    NOT_JUDGED,
    NOT_YET,
    OVERDUE,
    WITHIN_RULES,
    outlook,
)
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.planner.plan import plan
from yakuba.handbook.domain.planner.wishes import Wishes
from yakuba.handbook.rulebooks.load import builtin

APRIL = "2026-04-01"
OK = (True, WITHIN_RULES)


@pytest.mark.parametrize(
    ("vaccine", "legal", "standard"),
    [
        ("HEPB", ("2026-04-01", "2027-03-31"), ("2026-05-31", "2026-12-31")),  # S04, S29
        ("ROTA", ("2026-05-13", "2026-09-16"), ("2026-05-31", "2026-07-14")),  # S01: 6w0d to 24w0d, to 14w6d
        ("PCV", ("2026-05-31", "2031-03-31"), ("2026-05-31", None)),  # S06
        ("DPT_IPV_HIB", ("2026-05-31", "2033-09-30"), ("2026-05-31", "2026-10-31")),  # S09
        ("BCG", ("2026-04-01", "2027-03-31"), ("2026-08-31", "2026-11-30")),  # S12
        ("MR", ("2027-03-31", "2028-03-31"), ("2027-03-31", None)),  # S13
        ("VAR", ("2027-03-31", "2029-03-31"), ("2027-03-31", "2027-06-30")),  # S15
        ("JE", ("2026-09-30", "2033-09-30"), ("2029-03-31", "2030-03-31")),  # S16
        ("DT", ("2037-03-31", "2039-03-31"), ("2037-03-31", "2038-03-31")),  # S15
        ("HPV", ("2037-04-01", "2042-03-31"), ("2038-04-01", "2039-03-31")),  # S19: school years of 12 to 16
    ],
)
def test_a_newborns_first_doses_have_a_legal_and_a_standard_window(
    vaccine: str, legal: tuple[str, str], standard: tuple[str, str | None]
) -> None:
    one = next_of(look(APRIL, on="2026-04-01"), vaccine)
    assert window(one) == legal
    assert recommended(one) == standard
    assert one.dose == 1


def test_a_child_born_on_the_last_of_a_month_reaches_two_months_on_the_last_day() -> None:
    assert window(next_of(look("2026-07-31", on="2026-08-01"), "PCV"))[0] == "2026-09-30"  # S01
    assert window(next_of(look("2026-08-01", on="2026-08-01"), "PCV"))[0] == "2026-09-30"


def test_every_date_has_a_source_that_the_book_lists() -> None:
    from yakuba.handbook.rulebooks.load import builtin

    known = {*builtin().sources, "RECALLED"}
    for found in (look(APRIL, on="2026-06-01"), look(APRIL, "PCV 2026-04-02 PCV20", on="2026-06-01"),
                  look("2020-04-02", "MR 2021-05-01", "VAR 2021-05-15", on="2026-06-15")):  # fmt: skip
        for line in found.doses:
            assert set(line.source) <= known
            assert line.source
        for one in found.forecasts:
            assert set(one.source) <= known
            assert one.source
            days = (one.legal_from, one.legal_until, one.recommended_from, one.recommended_until)
            if one.status not in (COMPLETE, AGED_OUT):
                assert sum(day is not None for day in days) == len(one.sources)
                assert all(one.sources.values())


@pytest.mark.parametrize(
    ("on", "status"),
    [("2026-05-30", NOT_YET), ("2026-05-31", DUE), ("2026-10-31", DUE), ("2026-11-01", OVERDUE),
     ("2033-09-30", OVERDUE), ("2033-10-01", AGED_OUT)],
)  # fmt: skip
def test_a_dose_is_not_yet_due_then_due_then_overdue_then_too_late(on: str, status: str) -> None:
    assert next_of(look(APRIL, on=on), "DPT_IPV_HIB").status == status


def test_hepatitis_b_third_dose_waits_twenty_weeks_from_the_first_and_a_week_from_the_second() -> None:
    two = look(APRIL, "HEPB 2026-06-01", "HEPB 2026-06-29", on="2026-07-01")
    assert verdicts(two) == [OK, OK]  # 27 days = the same weekday four weeks later (S04)
    assert window(next_of(two, "HEPB"))[0] == "2026-10-19"  # 139 days = twenty weeks later (S04, S24)
    late = look(APRIL, "HEPB 2026-06-01", "HEPB 2026-10-16", on="2026-10-20")
    assert window(next_of(late, "HEPB"))[0] == "2026-10-23"
    early = look(APRIL, "HEPB 2026-06-01", "HEPB 2026-06-28", on="2026-07-01")
    assert verdicts(early)[1] == (False, "too_soon")
    assert early.doses[1].right_from is not None
    assert early.doses[1].right_from.isoformat() == "2026-06-29"


def test_babies_of_the_hbig_course_are_not_asked_for_hepatitis_b() -> None:
    assert (
        next_of(look(APRIL, on="2026-06-01", observed=[("HBIG_COURSE", None)]), "HEPB").status
        == CONTRAINDICATED
    )


@pytest.mark.parametrize(
    ("doses", "last", "status"),
    [
        (["ROTA 2026-06-01 RV1", "ROTA 2026-06-29 RV1"], None, COMPLETE),
        (["ROTA 2026-06-01 RV5", "ROTA 2026-06-29 RV5"], "2026-11-11", NOT_YET),
        (["ROTA 2026-06-01 RV5", "ROTA 2026-06-29 RV5", "ROTA 2026-07-27 RV5"], None, COMPLETE),
        (["ROTA 2026-06-01 RV1"], "2026-09-16", NOT_YET),
    ],
)
def test_rota_is_finished_with_the_product_it_was_begun_with(
    doses: list[str], last: str | None, status: str
) -> None:
    one = next_of(look(APRIL, *doses, on=doses[-1].split()[1]), "ROTA")
    assert one.status == status
    assert window(one)[1] == last
    assert one.product == (doses[0].split()[2] if last else "")


def test_rota_of_another_product_does_not_continue_the_course() -> None:
    mixed = look(APRIL, "ROTA 2026-06-01 RV1", "ROTA 2026-06-29 RV5", on="2026-07-01")
    assert verdicts(mixed) == [OK, (False, "vaccine_not_listed")]


def test_a_dose_of_unknown_product_counts_and_the_shorter_course_is_shown() -> None:
    unknown = look(APRIL, "ROTA 2026-06-01", "PCV 2026-06-01", on="2026-06-02")
    assert verdicts(unknown) == [OK, OK]
    assert window(next_of(unknown, "ROTA")) == ("2026-06-29", "2026-09-16")


def test_rota_was_no_routine_vaccine_before_october_2020() -> None:
    assert [one.vaccine for one in look("2020-07-31", on="2020-10-02").forecasts].count("ROTA") == 0
    before = look("2020-08-01", "ROTA 2020-09-30 RV1", on="2020-10-02")
    assert verdicts(before) == [(False, "rule_not_in_force")]
    assert verdicts(look("2020-08-01", "ROTA 2020-10-01 RV1", on="2020-10-02")) == [OK]


@pytest.mark.parametrize(
    ("first", "dose", "start"),
    [  # S06: the number of doses follows the age at the first
        ("2026-10-31", 2, "2026-11-28"),  # reached 7 months on 10-31: still the first band, 27 days
        ("2026-11-01", 2, "2026-11-29"),  # the day after: the second band, 27 days
        ("2027-03-31", 2, "2027-04-28"),
        ("2027-04-01", 2, "2027-06-01"),  # after 12 months: two doses 60 days apart
        ("2028-04-01", None, None),  # after 24 months one dose is enough
    ],
)
def test_pcv_courses_follow_the_age_at_the_first_dose(
    first: str, dose: int | None, start: str | None
) -> None:
    one = next_of(look(APRIL, f"PCV {first} PCV20", on=first), "PCV")
    assert (one.dose, window(one)[0]) == (dose, start)


def test_pcv_third_dose_falls_away_when_the_second_came_after_twelve_months() -> None:
    late = look(APRIL, "PCV 2026-10-01 PCV20", "PCV 2027-04-01 PCV20", on="2027-04-01")
    one = next_of(late, "PCV")
    assert (one.label, window(one)) == ("追加", ("2027-06-01", "2031-03-31"))
    in_time = look(APRIL, "PCV 2026-10-01 PCV20", "PCV 2027-03-31 PCV20", on="2027-04-01")
    assert next_of(in_time, "PCV").label == ""
    assert window(next_of(in_time, "PCV")) == ("2027-04-28", "2028-03-31")


def test_pcv_primary_doses_lapse_at_24_months_and_the_booster_stays_possible() -> None:
    one = next_of(look(APRIL, "PCV 2026-10-01 PCV20", on="2028-04-01"), "PCV")
    assert (one.label, one.status, window(one)) == ("追加", OVERDUE, ("2027-03-31", "2031-03-31"))
    assert next_of(look(APRIL, "PCV 2026-10-01 PCV20", on="2028-03-31"), "PCV").label == ""


def test_pcv_products_follow_their_days() -> None:
    assert next_of(look(APRIL, on="2026-06-01"), "PCV").product == "PCV20"
    born = "2024-04-01"
    assert verdicts(look(born, "PCV 2024-09-30 PCV13", on="2024-10-02")) == [OK]  # S08
    (ended,) = look(born, "PCV 2024-10-01 PCV13", on="2024-10-02").doses
    assert (ended.valid, ended.reason, ended.right_from) == (False, "product_not_in_use_then", None)
    (early,) = look(born, "PCV 2024-09-30 PCV20", on="2024-10-02").doses
    assert (early.valid, early.reason, early.right_from) == (
        False, "product_not_in_use_then", date(2024, 10, 1)
    )  # fmt: skip
    assert early.source == ended.source == ("S08",)
    assert verdicts(look(born, "PCV 2024-10-01 PCV7", on="2024-10-02")) == [(False, "vaccine_not_listed")]
    assert next_of(look(born, "PCV 2024-06-01 PCV15", on="2024-10-02"), "PCV").product == "PCV15"
    assert next_of(look(born, "PCV 2024-06-01 PCV13", on="2024-10-02"), "PCV").product == "PCV20"


def test_five_in_one_gaps_are_twenty_days_and_six_months() -> None:
    days = ("2026-06-01", "2026-06-22", "2026-07-13")
    three = look(APRIL, *(f"DPT_IPV_HIB {day}" for day in days), on="2026-07-20")
    assert verdicts(three) == [OK, OK, OK]
    booster = next_of(three, "DPT_IPV_HIB")
    assert (booster.dose, window(booster)[0], recommended(booster)) == (
        4,
        "2027-01-13",
        ("2027-01-13", "2028-01-13"),
    )
    second = next_of(look(APRIL, "DPT_IPV_HIB 2026-06-01", on="2026-06-02"), "DPT_IPV_HIB")
    assert recommended(second) == ("2026-06-22", "2026-07-28")  # 20 to 56 days
    assert verdicts(look(APRIL, "DPT_IPV_HIB 2026-06-01", "DPT_IPV_HIB 2026-06-21", on="2026-07-01"))[1] == (
        False, "too_soon",
    )  # fmt: skip


def test_a_course_begun_with_four_in_one_and_hib_is_finished_with_five_in_one() -> None:
    born = "2024-02-01"
    history = [f"{v} {day}" for day in ("2024-04-01", "2024-04-29", "2024-05-27") for v in ("DPT_IPV", "HIB")]
    begun = look(born, *history, on="2024-06-01")
    assert verdicts(begun) == [OK] * 6
    assert next_of(begun, "DPT_IPV_HIB").dose == 4  # S10
    assert next_of(begun, "HIB").dose == 4
    done = look(born, *history, "DPT_IPV_HIB 2024-12-27", on="2025-01-01")
    assert verdicts(done)[-1] == OK
    assert [line.vaccine for line in done.doses] == ["DPT_IPV_HIB", "HIB"] * 3 + ["DPT_IPV_HIB"]
    assert {next_of(done, "DPT_IPV_HIB").status, next_of(done, "HIB").status} == {COMPLETE}


def test_hib_alone_is_no_question_for_children_of_five_in_one() -> None:
    assert not [
        one
        for one in look(APRIL, "DPT_IPV_HIB 2026-06-01", on="2026-07-01").forecasts
        if one.vaccine == "HIB"
    ]


@pytest.mark.parametrize(
    ("days", "on", "label", "start"),
    [  # S10, S11
        (("2024-04-01", "2024-04-29"), "2024-05-01", "", "2024-05-27"),
        (("2024-04-01", "2024-04-29", "2024-05-27"), "2024-06-01", "追加（初回3回の後）", "2024-12-27"),
        (("2024-04-01", "2024-04-29"), "2025-02-01", "追加（初回が3回に満たない）", "2024-05-27"),
        (("2024-10-01",), "2024-10-02", "", "2024-10-29"),
    ],
)
def test_monovalent_hib_follows_its_own_courses(
    days: tuple[str, ...], on: str, label: str, start: str
) -> None:
    one = next_of(look("2024-02-01", *(f"HIB {day}" for day in days), on=on), "HIB")
    assert (one.label, window(one)[0]) == (label, start)


def test_hib_twenty_days_count_where_the_doctor_decides_and_one_dose_after_twelve_months() -> None:
    near = look("2024-02-01", "HIB 2024-04-01", "HIB 2024-04-22", on="2024-05-01")
    assert verdicts(near)[1] == (True, "allowed_interval")
    assert next_of(look("2024-02-01", "HIB 2025-02-01", on="2025-02-02"), "HIB").status == COMPLETE


def test_live_injections_keep_27_days_and_the_day_itself_is_free() -> None:
    born = "2025-01-10"
    same = look(born, "MR 2026-02-02", "VAR 2026-02-02", on="2026-03-01")
    assert verdicts(same) == [OK, OK]
    near = look(born, "MR 2026-02-02", "VAR 2026-03-01", on="2026-03-05")
    assert verdicts(near)[1] == (False, "live_conflict")  # S21
    assert verdicts(look(born, "MR 2026-02-02", "VAR 2026-03-02", on="2026-03-05"))[1] == OK
    assert window(next_of(look(born, "MR 2026-02-02", on="2026-02-03"), "VAR"))[0] == "2026-03-02"
    assert verdicts(look(born, "ROTA 2025-03-10 RV1", "BCG 2025-03-11", on="2025-04-01"))[1] == OK


def test_before_october_2020_every_live_vaccine_kept_27_days_from_the_next() -> None:
    born = "2019-09-01"
    old = look(born, "MR 2020-09-01", "HEPB 2020-08-10", "JE 2020-09-20", on="2020-12-01")
    assert verdicts(old)[2] == (False, "live_conflict")
    new = look(born, "MR 2020-10-01", "JE 2020-10-02", on="2020-12-01")
    assert verdicts(new) == [OK, OK]


def test_mr_second_period_is_the_school_year_before_entry() -> None:
    for birth, first, last in (
        ("2020-04-02", "2026-04-01", "2027-03-31"),
        ("2021-04-01", "2026-04-01", "2027-03-31"),
        ("2021-04-02", "2027-04-01", "2028-03-31"),
    ):
        one = next_of(look(birth, "MR 2022-04-10", on="2025-06-01"), "MR")
        assert (one.dose, one.label, window(one)) == (2, "第2期", (first, last))


def test_mr_missed_in_the_first_period_is_asked_for_in_the_second() -> None:
    one = next_of(look("2020-05-01", on="2022-05-01"), "MR")
    assert (one.dose, one.status, window(one)[0]) == (2, NOT_YET, "2026-04-01")
    between = look("2020-05-01", "MR 2023-05-01", on="2023-06-01")
    assert verdicts(between) == [(False, "too_young")]  # outside both periods
    assert next_of(look("2020-05-01", on="2022-04-30"), "MR").dose == 1


@pytest.mark.parametrize(
    ("birth", "observed", "dose", "last"),
    [  # S14, S17
        ("2022-04-02", True, 1, "2027-03-31"),
        ("2023-04-01", True, 1, "2027-03-31"),
        ("2022-04-02", False, 2, "2029-03-31"),
        ("2022-04-01", True, 2, "2028-03-31"),
    ],
)
def test_mr_shortage_extends_the_first_period_for_its_cohort_alone(
    birth: str, observed: bool, dose: int, last: str
) -> None:
    seen = [("MR_SHORTAGE", None)] if observed else []
    one = next_of(look(birth, on="2026-11-23", observed=seen), "MR")
    assert (one.dose, window(one)[1]) == (dose, last)


def test_varicella_doses_are_three_months_apart_and_past_disease_ends_the_question() -> None:
    born = "2025-01-31"
    near = look(born, "VAR 2026-02-15", "VAR 2026-05-14", on="2026-06-01")
    assert verdicts(near)[1] == (False, "too_soon")  # two doses under three months apart count as one (S31)
    one = next_of(look(born, "VAR 2026-02-15", on="2026-03-01"), "VAR")
    assert (window(one)[0], recommended(one)) == ("2026-05-15", ("2026-08-15", "2027-02-15"))
    assert window(next_of(look(born, "VAR 2026-08-31", on="2026-09-01"), "VAR"))[0] == "2026-12-01"  # S05
    sick = look(born, on="2026-06-01", observed=[("VARICELLA_DISEASE", None)])
    assert next_of(sick, "VAR").status == CONTRAINDICATED


def test_japanese_encephalitis_by_cohort() -> None:
    assert window(next_of(look("2010-01-01", on="2018-01-01"), "JE")) == (
        "2018-12-31",
        "2022-12-31",
    )  # 2nd period
    special = look("2007-04-01", "JE 2026-01-10", on="2026-11-01")
    assert verdicts(special) == [OK]
    assert window(next_of(special, "JE")) == ("2026-01-17", "2027-03-31")  # S16, S17
    assert next_of(look("2007-04-01", on="2027-04-01"), "JE").status == AGED_OUT
    middle = look("2008-01-01", "JE 2017-02-01", on="2017-03-01")
    assert (verdicts(middle), window(next_of(middle, "JE"))[1]) == ([OK], "2020-12-31")


def test_hpv_two_doses_when_begun_before_fifteen_and_three_otherwise() -> None:
    born = "2013-05-10"
    two = next_of(look(born, "HPV 2026-06-01 HPV9", on="2026-06-02"), "HPV")
    assert (two.dose, window(two), recommended(two)[0]) == (2, ("2026-11-01", "2030-03-31"), "2026-12-01")
    assert (
        next_of(look(born, "HPV 2026-06-01 HPV9", "HPV 2026-11-01 HPV9", on="2026-12-01"), "HPV").status
        == COMPLETE
    )
    near = look(born, "HPV 2026-06-01 HPV9", "HPV 2026-10-31 HPV9", on="2026-11-01")
    assert verdicts(near) == [OK, OK]
    assert window(next_of(near, "HPV"))[0] == "2027-01-31"  # under five months: a third, three months later
    on_the_eve = next_of(look(born, "HPV 2028-05-09 HPV9", on="2028-05-11"), "HPV")
    fifteen = next_of(look(born, "HPV 2028-05-10 HPV9", on="2028-05-11"), "HPV")
    assert (window(on_the_eve)[0], window(fifteen)[0]) == ("2028-10-09", "2028-06-10")


def test_hpv_is_for_girls_and_other_products_keep_their_own_gaps() -> None:
    assert not [one for one in look("2013-05-10", on="2026-06-01", sex="M").forecasts if one.vaccine == "HPV"]
    born = "2010-05-10"
    two = look(born, "HPV 2023-06-01 HPV2", "HPV 2023-07-01 HPV2", on="2023-08-01")
    assert window(next_of(two, "HPV"))[0] == "2023-11-01"  # five months from the first
    four = look(born, "HPV 2023-06-01 HPV4", "HPV 2023-08-01 HPV4", on="2023-08-02")
    assert window(next_of(four, "HPV"))[0] == "2023-11-01"
    switched = look(
        born, "HPV 2023-06-01 HPV4", "HPV 2023-08-01 HPV4", "HPV 2023-11-01 HPV9", on="2023-12-01"
    )
    assert verdicts(switched) == [OK, OK, OK]
    assert next_of(switched, "HPV").status == COMPLETE


def test_maternal_rsv_is_given_in_its_weeks_from_april_2026() -> None:
    one = next_of(pregnancy("2026-10-01", on="2026-06-01"), "RSV_MATERNAL")
    assert window(one) == ("2026-07-09", "2026-09-09")  # 28w0d and 36w6d (S20)
    assert window(next_of(pregnancy("2026-05-10", on="2026-02-01"), "RSV_MATERNAL"))[0] == "2026-04-01"
    assert verdicts(pregnancy("2026-05-10", "RSV_MATERNAL 2026-03-31", on="2026-04-02")) == [
        (False, "rule_not_in_force")
    ]
    assert verdicts(pregnancy("2026-10-01", "RSV_MATERNAL 2026-07-08", on="2026-09-01")) == [
        (False, "too_young")
    ]
    assert verdicts(pregnancy("2026-10-01", "RSV_MATERNAL 2026-09-09", on="2026-09-10")) == [OK]
    assert verdicts(pregnancy("2026-10-01", "RSV_MATERNAL 2026-09-10", on="2026-09-11")) == [
        (False, "too_old")
    ]


@pytest.mark.parametrize(
    ("vaccine", "ended", "day", "expected"),
    [  # S22: two years from the end of the reason, at most to the upper age
        ("BCG", "2027-06-01", "2029-05-31", True),
        ("BCG", "2027-06-01", "2029-06-01", False),
        ("BCG", "2029-06-01", "2030-03-31", True),
        ("BCG", "2029-06-01", "2030-04-01", False),
        ("HEPB", "2030-01-01", "2031-12-31", True),
        ("ROTA", "2026-10-01", "2026-11-12", False),
    ],
)
def test_after_a_long_illness_the_window_stays_open_up_to_the_upper_age(
    vaccine: str, ended: str, day: str, expected: bool
) -> None:
    product = " RV5" if vaccine == "ROTA" else ""
    found = look(APRIL, f"{vaccine} {day}{product}", on=day, observed=[("LONG_ILLNESS", ended)])
    assert verdicts(found)[0][0] is expected
    assert verdicts(look(APRIL, f"{vaccine} {day}{product}", on=day))[0][0] is False


def test_optional_vaccines_are_known_and_not_judged() -> None:
    found = look("2024-01-01", "FLU 2026-10-15", "MUMPS 2025-02-01", on="2026-11-01")
    assert verdicts(found) == [(None, NOT_JUDGED), OK]
    mumps = next_of(found, "MUMPS")
    assert (mumps.dose, window(mumps), recommended(mumps)) == (
        2,
        ("2025-03-01", None),
        ("2029-04-01", "2030-03-31"),
    )


def test_a_dose_given_twice_on_a_day_is_judged_twice() -> None:
    twice = look(APRIL, "HEPB 2026-06-01", "HEPB 2026-06-01", on="2026-06-02")
    assert [valid for valid, _ in verdicts(twice)] == [True, False]


def test_a_mothers_dose_before_the_birth_stays_right_once_the_child_is_born() -> None:
    """It is judged by the due date, plans go on, and any other dose before the birth is still an error."""
    mothers = Given("RSV_MATERNAL", date(2026, 8, 1))
    first = Given("HEPB", date(2026, 10, 30))
    born = Person(date(2026, 9, 20), "F", date(2026, 10, 1))
    on, calendar = date(2026, 11, 1), JapaneseCalendar()
    found = outlook(builtin(), born, [first, mothers], [], on, calendar)
    assert [(one.given, one.valid) for one in found.doses] == [(first, True), (mothers, True)]
    assert not [one for one in found.forecasts if one.vaccine == "RSV_MATERNAL"]
    early = Given("RSV_MATERNAL", date(2026, 7, 1))
    assert outlook(builtin(), born, [early], [], on, calendar).doses[0].reason == "too_young"
    no_due = outlook(builtin(), Person(born.birth), [mothers], [], on, calendar).doses[0]
    assert (no_due.valid, no_due.reason) == (None, NOT_JUDGED)
    assert plan(builtin(), born, [mothers], [], on, calendar, Wishes()).visits
    with pytest.raises(ValueError, match="before the birth"):
        outlook(builtin(), born, [Given("HEPB", date(2026, 9, 19))], [], on, calendar)
