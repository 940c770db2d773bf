"""Cases in, result columns out; a case that cannot be run is named with its column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.handbook.cdsi.made import archive
from yakuba.handbook.cdsi.cases import BadCase, run_case
from yakuba.handbook.cdsi.load import load
from yakuba.handbook.domain.rules import Rulebook


@pytest.fixture
def rules(tmp_path: Path) -> Rulebook:
    return load(archive(tmp_path))


CASE: dict[str, Any] = {
    "CDC_Test_ID": "T-1", "DOB": "2024-01-01", "gender": "F", "Vaccine_Group": "alpha group",
    "Assessment_Date": "2024-03-01",
}  # fmt: skip


def test_a_case_without_doses_gets_its_dates(rules: Rulebook) -> None:
    assert run_case(rules, CASE) == {
        "CDC_Test_ID": "T-1", "Series_Status": "Not complete", "Forecast_#": "1",
        "Earliest_Date": "2024-02-12", "Recommended_Date": "2024-03-01", "Past_Due_Date": "2024-04-28",
    }  # fmt: skip


def test_doses_are_judged_in_the_order_of_their_columns(rules: Rulebook) -> None:
    doses = {"Date_Administered_1": "2024-02-20", "CVX_1": 1, "MVX_1": "ABC",
             "Date_Administered_2": "2024-02-01", "CVX_2": "01"}  # fmt: skip
    found = run_case(rules, CASE | doses)
    assert (found["Evaluation_Status_1"], found["Evaluation_Status_2"]) == ("Valid", "Not Valid")
    assert "Evaluation_Reason_1" not in found
    assert found["Evaluation_Reason_2"] == "too_young"


def test_a_dose_of_another_group_is_judged_for_its_own(rules: Rulebook) -> None:
    found = run_case(rules, CASE | {"Date_Administered_1": "2024-02-20", "CVX_1": "5"})
    assert found["Evaluation_Status_1"] == "Not Valid"  # no series of «Beta» in this archive


def test_a_code_that_the_data_does_not_know_gets_no_verdict(rules: Rulebook) -> None:
    found = run_case(rules, CASE | {"Date_Administered_1": "2024-02-20", "CVX_1": "99"})
    assert found == run_case(rules, CASE)


def test_a_group_is_found_by_its_name_its_antigen_or_its_short_name(rules: Rulebook) -> None:
    assert run_case(rules, CASE | {"Vaccine_Group": " Alpha "}) == run_case(rules, CASE)
    with pytest.raises(BadCase, match="'POL' is no vaccine group"):
        run_case(rules, CASE | {"Vaccine_Group": "POL"})


@pytest.mark.parametrize("name", ["Alpha-Group", "ALPHAGROUP", "alpha  group", "Al pha"])
def test_names_of_groups_are_compared_by_their_letters_and_digits(rules: Rulebook, name: str) -> None:
    assert run_case(rules, CASE | {"Vaccine_Group": name}) == run_case(rules, CASE)


def test_a_number_left_out_hides_no_dose_and_no_observation_after_it(rules: Rulebook) -> None:
    third = run_case(rules, CASE | {"Date_Administered_3": "2024-02-20", "CVX_3": 1.0, "MVX_3": "-"})
    first = run_case(rules, CASE | {"Date_Administered_1": "2024-02-20", "CVX_1": "01"})
    assert third.pop("Evaluation_Status_3") == first.pop("Evaluation_Status_1") == "Valid"
    assert third == first
    assert run_case(rules, CASE | {"Observation_Code_1": "-", "Observation_Code_2": 18.0}) == run_case(
        rules, CASE | {"Observation_Code_1": "18"}
    )


def test_observations_are_read_with_their_dates(rules: Rulebook) -> None:
    found = run_case(rules, CASE | {"Observation_Code_1": "18"})
    assert found == {"CDC_Test_ID": "T-1", "Series_Status": "Immune"}
    found = run_case(rules, CASE | {"Observation_Code_1": "160", "Observation_Date_1": "2024-01-02"})
    assert found["Earliest_Date"] == "2024-03-01"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"DOB": "1 January"}, "case T-1, DOB: '1 January' is not a date"),
        ({"Assessment_Date": None}, "Assessment_Date: None"),
        ({"Vaccine_Group": "Gamma"}, "Vaccine_Group: 'Gamma' is no vaccine group"),
        ({"Date_Administered_1": "2024-02-20"}, "CVX_1: a dose needs its CVX code"),
        ({"Date_Administered_1": "2023-12-31", "CVX_1": "1"}, "before the birth on 2024-01-01"),
        ({"Observation_Code_1": "160", "Observation_Date_1": "x"}, "Observation_Date_1: 'x'"),
    ],
)
def test_what_cannot_be_run_is_named(rules: Rulebook, change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadCase) as refused:
        run_case(rules, CASE | change)
    assert told in str(refused.value)


def test_no_column_of_the_expected_answers_or_of_the_names_is_read(rules: Rulebook) -> None:
    noise = {"Series_Status": "Complete", "Forecast_#": "9", "Evaluation_Status_1": "Valid",
             "Series_Type_1": "risk", "Test_Case_Name": "x", "Earliest_Date": "1900-01-01"}  # fmt: skip
    assert run_case(rules, CASE | noise) == run_case(rules, CASE)
