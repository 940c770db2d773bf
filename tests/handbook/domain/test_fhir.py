"""The FHIR R4 bundle against the structure definitions of R4 (cardinalities, choices, codes)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain import fhir

AT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
CHILD = fhir.ChildLine("ref-1", "ひなた", date(2026, 9, 3), "F")
DOSE = fhir.DoseLine("d-1", "PCV", "小児用肺炎球菌", "PCV20", date(2026, 11, 5), "AB1", "汐浜", 1, own=True)
DATES = {fhir.EARLIEST: date(2026, 12, 3), fhir.DUE: date(2026, 12, 3), fhir.OVERDUE: None, fhir.LATEST: None}
NEXT = fhir.NextLine("PCV", "小児用肺炎球菌", "not_yet", 2, DATES, "生後2月から", "jp (not signed off)")
MEASURE = fhir.MeasureLine("m-1", "height_mm", date(2026, 11, 1), 565)

# R4 4.0.1: element -> (at least, at most; None: any number). Elements that are not here may not occur.
STRUCTURES: dict[str, dict[str, tuple[int, int | None]]] = {
    "Bundle": {"type": (1, 1), "timestamp": (0, 1), "entry": (0, None)},
    "Patient": {"identifier": (0, None), "name": (0, None), "gender": (0, 1), "birthDate": (0, 1)},
    "Immunization": {
        "identifier": (0, None), "status": (1, 1), "vaccineCode": (1, 1), "patient": (1, 1),
        "occurrenceDateTime": (1, 1), "primarySource": (0, 1), "reportOrigin": (0, 1), "lotNumber": (0, 1),
        "performer": (0, None), "protocolApplied": (0, None),
    },
    "ImmunizationRecommendation": {"patient": (1, 1), "date": (1, 1), "recommendation": (1, None)},
    "Observation": {
        "identifier": (0, None), "status": (1, 1), "category": (0, None), "code": (1, 1), "subject": (0, 1),
        "effectiveDateTime": (0, 1), "valueQuantity": (0, 1),
    },
    "recommendation": {
        "vaccineCode": (0, None), "forecastStatus": (1, 1), "dateCriterion": (0, None), "description": (0, 1),
        "series": (0, 1), "doseNumberPositiveInt": (0, 1),
    },
    "dateCriterion": {"code": (1, 1), "value": (1, 1)},
    "protocolApplied": {"doseNumberPositiveInt": (1, 1)},
    "performer": {"actor": (1, 1)},
}  # fmt: skip
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?")


def faults(name: str, found: dict[str, Any]) -> list[str]:
    rule, wrong = STRUCTURES[name], []
    for element, value in found.items():
        if element == "resourceType":
            continue
        if element not in rule:
            wrong.append(f"{name}.{element} is not of R4")
        elif (rule[element][1] is None) != isinstance(value, list):
            wrong.append(f"{name}.{element} should be a list, or not one")
        elif value in ([], {}, "", None):
            wrong.append(f"{name}.{element} is empty")
    wrong += [f"{name}.{one} is missing" for one, (least, _) in rule.items() if least and one not in found]
    for part in ("recommendation", "dateCriterion", "protocolApplied", "performer"):
        for one in found.get(part, []):
            wrong += faults(part, one)
    return wrong


def resources(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["resource"] for one in made["entry"]]


def test_every_resource_has_the_structure_of_r4() -> None:
    made = fhir.bundle(CHILD, [DOSE], [NEXT], [MEASURE], AT)
    assert faults("Bundle", made) == []
    kinds = [one["resourceType"] for one in resources(made)]
    assert kinds == ["Patient", "Immunization", "ImmunizationRecommendation", "Observation"]
    for one in resources(made):
        assert faults(one["resourceType"], one) == []
    assert made["type"] == "collection"


def test_references_lead_to_entries_of_the_bundle() -> None:
    made = fhir.bundle(CHILD, [DOSE], [NEXT], [MEASURE], AT)
    addresses = [one["fullUrl"] for one in made["entry"]]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one) for one in addresses)
    referred = re.findall(r'"reference": "([^"]+)"', json.dumps(made))
    assert set(referred) == {addresses[0]}


def test_the_dose_and_the_forecast_say_what_was_handed_in() -> None:
    _, dose, following, measure = resources(fhir.bundle(CHILD, [DOSE], [NEXT], [MEASURE], AT))
    assert dose["vaccineCode"]["coding"][0] == {
        "system": fhir.SYSTEM,
        "code": "PCV",
        "display": "小児用肺炎球菌",
    }
    assert (dose["occurrenceDateTime"], dose["lotNumber"]) == ("2026-11-05", "AB1")
    assert dose["protocolApplied"] == [{"doseNumberPositiveInt": 1}]
    assert dose["primarySource"] is False
    (one,) = following["recommendation"]
    assert [(c["code"]["coding"][0]["code"], c["value"]) for c in one["dateCriterion"]] == [
        ("30981-5", "2026-12-03"),
        ("30980-7", "2026-12-03"),
    ]
    assert one["forecastStatus"]["coding"] == [{"system": fhir.OWN_STATUSES, "code": "not_yet"}]
    ucum = "http://unitsofmeasure.org"
    assert measure["valueQuantity"] == {"value": 56.5, "unit": "cm", "system": ucum, "code": "cm"}


@pytest.mark.parametrize("status", ["due", "overdue", "complete", "contraindicated"])
def test_states_that_hl7_names_are_named_by_hl7(status: str) -> None:
    line = fhir.NextLine("PCV", "x", status, None, {}, "", "jp")
    made = resources(fhir.bundle(CHILD, [], [line], [], AT))[1]["recommendation"][0]
    assert made["forecastStatus"]["coding"] == [{"system": fhir.STATUSES, "code": status}]
    assert set(made) == {"vaccineCode", "forecastStatus", "description"}


def test_what_is_not_known_is_left_out() -> None:
    bare = fhir.ChildLine("ref-2", "", None, "")
    dose = fhir.DoseLine("d-2", "BCG", "BCG", "", date(2026, 11, 5), "", "", None, own=False)
    made = resources(fhir.bundle(bare, [dose], [], [], AT))
    assert [one["resourceType"] for one in made] == ["Patient", "Immunization"]
    assert made[0]["gender"] == "unknown"
    assert {"name", "birthDate"} & set(made[0]) == set()
    assert {"lotNumber", "performer", "protocolApplied"} & set(made[1]) == set()
    assert made[1]["reportOrigin"]["text"] != "family"


def test_code_systems_have_the_addresses_that_others_know() -> None:
    """Those of HL7, LOINC and UCUM as R4 prints them; the rule book's own are no one else's."""
    assert fhir.STATUSES == "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"
    assert fhir.CATEGORY == "http://terminology.hl7.org/CodeSystem/observation-category"
    assert (fhir.LOINC, fhir.UCUM) == ("http://loinc.org", "http://unitsofmeasure.org")
    own = (fhir.SYSTEM, fhir.PRODUCTS, fhir.REFERENCE, fhir.OWN_STATUSES)
    assert all(one.startswith("urn:yakuba:handbook:") for one in own)
    assert len(set(own)) == len(own)


def test_the_child_is_named_as_the_family_wrote() -> None:
    (child,) = resources(fhir.bundle(CHILD, [], [], [], AT))
    assert child == {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:yakuba:handbook:reference", "value": "ref-1"}],
        "gender": "female",
        "name": [{"use": "usual", "text": "ひなた"}],
        "birthDate": "2026-09-03",
    }
    boy = fhir.ChildLine("ref-3", "はると", date(2026, 9, 3), "M")
    assert resources(fhir.bundle(boy, [], [], [], AT))[0]["gender"] == "male"


def test_a_product_is_coded_beside_the_vaccine_only_where_it_is_known() -> None:
    unknown = replace(DOSE, reference="d-2", product="")
    _, known, plain = resources(fhir.bundle(CHILD, [DOSE, unknown], [], [], AT))
    vaccine = {"system": "urn:yakuba:handbook:vaccine", "code": "PCV", "display": "小児用肺炎球菌"}
    product = {"system": "urn:yakuba:handbook:product", "code": "PCV20"}
    assert known["vaccineCode"] == {"coding": [vaccine, product], "text": "小児用肺炎球菌"}
    assert plain["vaccineCode"] == {"coding": [vaccine], "text": "小児用肺炎球菌"}


def test_a_dose_is_said_to_be_of_the_family_or_of_the_register_and_where_it_was_given() -> None:
    office = replace(DOSE, reference="d-3", own=False)
    _, family, register = resources(fhir.bundle(CHILD, [DOSE, office], [], [], AT))
    assert family["reportOrigin"] == {"text": "family"}
    assert register["reportOrigin"] == {"text": "immunisation register of the municipality"}
    assert family["performer"] == [{"actor": {"display": "汐浜"}}]
    assert (family["status"], family["identifier"][0]["value"]) == ("completed", "d-1")


def test_a_forecast_names_its_vaccine_dose_course_and_rule_book() -> None:
    _, following = resources(fhir.bundle(CHILD, [], [NEXT], [], AT))
    (one,) = following["recommendation"]
    assert one["vaccineCode"] == [
        {
            "coding": [{"system": fhir.SYSTEM, "code": "PCV", "display": "小児用肺炎球菌"}],
            "text": "小児用肺炎球菌",
        }
    ]
    assert (one["doseNumberPositiveInt"], one["series"]) == (2, "生後2月から")
    assert one["description"] == "jp (not signed off)"
    assert {found["code"]["coding"][0]["system"] for found in one["dateCriterion"]} == {"http://loinc.org"}
    assert following["date"] == "2026-11-23T00:00:00+00:00"


@pytest.mark.parametrize(
    ("field", "kept", "code", "words", "value", "unit"),
    [
        ("weight_g", 3050, "29463-7", "Body weight", 3050.0, "g"),
        ("height_mm", 565, "8302-2", "Body height", 56.5, "cm"),
        ("head_mm", 392, "9843-4", "Head Occipital-frontal circumference", 39.2, "cm"),
    ],
)
def test_a_measure_has_its_loinc_code_and_the_unit_of_the_vital_signs_profile(
    field: str, kept: int, code: str, words: str, value: float, unit: str
) -> None:
    line = fhir.MeasureLine("m-1", field, date(2026, 11, 1), kept)
    _, measure = resources(fhir.bundle(CHILD, [], [], [line], AT))
    assert measure["code"] == {"coding": [{"system": "http://loinc.org", "code": code, "display": words}]}
    assert (measure["valueQuantity"]["value"], measure["valueQuantity"]["unit"]) == (value, unit)
    assert measure["category"][0]["coding"][0]["code"] == "vital-signs"
    assert measure["effectiveDateTime"] == "2026-11-01"
    assert measure["identifier"] == [{"system": fhir.REFERENCE, "value": f"m-1:{field}"}]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        fhir.bundle(CHILD, [], [], [], datetime(2026, 11, 23))  # noqa: DTZ001 - the point of the test


figures = st.builds(
    fhir.MeasureLine,
    st.text(min_size=1, max_size=8),
    st.sampled_from(sorted(fhir.MEASURES)),
    st.dates(),
    st.integers(1, 200_000),
)


@given(st.lists(figures, max_size=5))
def test_dates_are_written_as_fhir_wants_them(measures: list[fhir.MeasureLine]) -> None:
    made = fhir.bundle(CHILD, [DOSE], [NEXT], measures, AT)
    assert DATE_TIME.fullmatch(made["timestamp"])
    for one in resources(made):
        for name in ("occurrenceDateTime", "effectiveDateTime", "date"):
            assert name not in one or DATE_TIME.fullmatch(one[name])
        assert faults(one["resourceType"], one) == []
