"""Every example that the rule table or its sources print, each with the id of its source."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.handbook.children import look, next_of, pregnancy, verdicts, window
from yakuba.handbook.domain import japan

DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("birth", "reached"), [("2026-07-31", "2026-09-30"), ("2026-08-01", "2026-09-30")])
def test_s01_two_months_of_the_last_and_the_first_of_a_month(birth: str, reached: str) -> None:
    assert japan.month_age_reached(day(birth), 2) == day(reached)


def test_s01_weeks_and_days_after_birth_count_the_day_of_birth_as_day_0() -> None:
    birth = day("2026-04-01")
    assert japan.days_after_birth(birth, 6) == birth + DAY * 42
    assert japan.days_after_birth(birth, 14, 6) == birth + DAY * 104
    assert japan.days_after_birth(birth, 24) == birth + DAY * 168
    assert japan.days_after_birth(birth, 32) == birth + DAY * 224


@pytest.mark.parametrize("birth", ["2020-08-01", "2020-08-31", "2026-04-01", "2028-02-29"])
def test_s01_s02_s30_rota_of_either_product_ends_on_its_own_day(birth: str) -> None:
    born = day(birth)
    for product, last in (("RV1", 168), ("RV5", 224)):
        for extra, valid in ((0, True), (1, False)):
            at = born + DAY * (last + extra)
            found = look(birth, f"ROTA {at} {product}", on=at.isoformat())
            assert verdicts(found)[0][0] is valid
    early = born + DAY * 41
    if early >= day("2020-10-01"):
        assert verdicts(look(birth, f"ROTA {early} RV1", on=early.isoformat()))[0] == (False, "too_young")


def test_s03_until_includes_the_eve() -> None:
    """「生後n月に至るまで」: the eve of the day on which the next band begins is the last day."""
    assert window(next_of(look("2026-04-01", on="2026-04-01"), "MR")) == ("2027-03-31", "2028-03-31")


@pytest.mark.parametrize("weekday", range(7))
def test_s04_27_days_are_four_weeks_and_139_days_are_twenty(weekday: int) -> None:
    start = day("2026-11-02") + DAY * weekday
    for days, weeks in ((27, 4), (139, 20), (20, 3), (6, 1)):
        assert japan.interval_days(start, days) == start + timedelta(weeks=weeks)
        assert japan.interval_days(start, days).weekday() == start.weekday()


def test_s05_months_without_such_a_day_end_on_the_first_of_the_next() -> None:
    assert japan.interval_months(day("2026-01-31"), 1) == day("2026-03-01")
    assert japan.interval_months(day("2026-08-31"), 6) == day("2027-03-01")
    assert japan.interval_months(day("2026-06-15"), 5) == day("2026-11-15")


@pytest.mark.parametrize(
    ("fiscal_year", "first", "last"),
    [(2025, "2009-04-02", "2014-04-01"), (2026, "2010-04-02", "2015-04-01")],
)
def test_s05_s19_the_cohorts_of_hpv(fiscal_year: int, first: str, last: str) -> None:
    assert japan.school_year_cohort(fiscal_year, 16)[0] == day(first)
    assert japan.school_year_cohort(fiscal_year, 12)[1] == day(last)
    on = f"{fiscal_year}-06-01"
    for birth, eligible in (
        (day(first), True),
        (day(first) - DAY, False),
        (day(last), True),
        (day(last) + DAY, False),
    ):
        one = next_of(look(birth.isoformat(), on=on), "HPV")
        assert (one.legal_from is not None and one.legal_from <= day(on)) is eligible


def test_s06_the_bands_of_pneumococcal_vaccine_begin_the_day_after() -> None:
    courses = {
        "2026-10-31": "生後2月から7月までに開始", "2026-11-01": "7月を過ぎて12月までに開始",
        "2027-03-31": "7月を過ぎて12月までに開始", "2027-04-01": "12月を過ぎて24月までに開始",
        "2028-03-31": "12月を過ぎて24月までに開始", "2028-04-01": "24月を過ぎて60月までに開始",
    }  # fmt: skip
    for first, course in courses.items():
        assert next_of(look("2026-04-01", f"PCV {first} PCV20", on=first), "PCV").course == course


def test_s13_mr_of_fiscal_2026_is_for_those_born_from_april_2020_on() -> None:
    for birth, due in (
        ("2020-04-01", False),
        ("2020-04-02", True),
        ("2021-04-01", True),
        ("2021-04-02", False),
    ):
        one = next_of(look(birth, "MR 2021-12-01", on="2026-06-01") if birth < "2021" else
                      look(birth, "MR 2022-06-01", on="2026-06-01"), "MR")  # fmt: skip
        assert (one.status == "due") is due


def test_s14_s17_the_extension_for_want_of_vaccine_ends_with_march_2027() -> None:
    for on, dose in (("2027-03-31", 1), ("2027-04-01", 2)):
        assert next_of(look("2022-04-02", on=on, observed=[("MR_SHORTAGE", None)]), "MR").dose == dose


def test_s16_s17_the_special_measures_of_japanese_encephalitis_end_on_the_eve_of_20_and_13() -> None:
    assert window(next_of(look("2007-04-01", on="2026-06-01"), "JE"))[1] == "2027-03-31"
    assert window(next_of(look("2009-10-01", on="2020-06-01"), "JE"))[1] == "2022-09-30"
    assert next_of(look("2009-10-01", on="2022-10-01"), "JE").status == "aged_out"


def test_s18_a_second_hpv_dose_too_soon_asks_for_a_third_three_months_later() -> None:
    found = look("2013-05-10", "HPV 2026-06-01 HPV9", "HPV 2026-09-01 HPV9", on="2026-09-02")
    assert window(next_of(found, "HPV"))[0] == "2026-12-01"


def test_s20_maternal_rsv_from_28_weeks_to_36_weeks_and_6_days() -> None:
    due = day("2026-10-01")
    assert (japan.gestation(due, 28), japan.gestation(due, 36, 6)) == (due - DAY * 84, due - DAY * 22)
    assert window(next_of(pregnancy("2026-10-01", on="2026-06-01"), "RSV_MATERNAL")) == (
        "2026-07-09", "2026-09-09",
    )  # fmt: skip


def test_s21_before_october_2020_an_inactivated_vaccine_after_a_live_one_had_to_wait() -> None:
    assert verdicts(look("2019-09-01", "MR 2020-09-01", "JE 2020-09-28", on="2020-12-01"))[1] == (
        False, "live_conflict",
    )  # fmt: skip
    assert verdicts(look("2019-09-01", "MR 2020-09-15", "JE 2020-10-01", on="2020-12-01"))[1][0] is True


def test_s24_the_third_dose_of_hepatitis_b_waits_for_both_gaps() -> None:
    for second, third in (("2026-06-29", "2026-10-19"), ("2026-10-16", "2026-10-23")):
        found = look("2026-04-01", "HEPB 2026-06-01", f"HEPB {second}", on=second)
        assert window(next_of(found, "HEPB"))[0] == third


def test_s31_two_varicella_doses_under_three_months_apart_count_as_one() -> None:
    found = look("2025-01-31", "VAR 2026-02-15", "VAR 2026-05-14", on="2026-06-01")
    assert [valid for valid, _ in verdicts(found)] == [True, False]
    assert next_of(found, "VAR").dose == 2
