"""A child's record as a FHIR R4 (4.0.1) Bundle of patient, immunizations, recommendations and figures.

Codes are the rule book's own and are named by their own code system; nothing here claims to be a profile of
anybody (PMH, マイナポータル, JP Core). References are ``urn:uuid`` addresses inside the bundle.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

SYSTEM = "urn:yakuba:handbook:vaccine"
PRODUCTS = "urn:yakuba:handbook:product"
REFERENCE = "urn:yakuba:handbook:reference"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
STATUSES = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
GENDERS = {"F": "female", "M": "male", "": "unknown"}
# LOINC codes for vaccine recommendation dates (ImmunizationRecommendation.dateCriterion examples of R4)
EARLIEST, DUE, OVERDUE, LATEST = "30981-5", "30980-7", "59778-1", "59777-3"
OWN_STATUSES = "urn:yakuba:handbook:status"
STATUS = {"due", "overdue", "complete", "contraindicated"}  # codes that both systems share
MEASURES = {  # LOINC, said in words, unit of the vital signs profile (UCUM), kept units in one of it
    "weight_g": ("29463-7", "Body weight", "g", 1),
    "height_mm": ("8302-2", "Body height", "cm", 10),
    "head_mm": ("9843-4", "Head Occipital-frontal circumference", "cm", 10),
}


@dataclass(frozen=True, slots=True)
class ChildLine:
    """The child; ``due`` is not carried over: FHIR's Patient has no place for it."""

    reference: str
    name: str
    birth: date | None
    sex: str


@dataclass(frozen=True, slots=True)
class DoseLine:
    """A dose that stands."""

    reference: str
    vaccine: str
    name: str
    product: str
    given_on: date
    lot: str
    clinic: str
    number: int | None
    own: bool  # written down by the family


@dataclass(frozen=True, slots=True)
class NextLine:
    """A forecast: dates by their LOINC code."""

    vaccine: str
    name: str
    status: str
    number: int | None
    dates: Mapping[str, date | None]
    series: str
    about: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One figure of one day."""

    reference: str
    field: str
    on: date
    value: int


def bundle(
    child: ChildLine,
    doses: Iterable[DoseLine],
    forecasts: Iterable[NextLine],
    measures: Iterable[MeasureLine],
    at: datetime,
) -> dict[str, Any]:
    """The bundle (type ``collection``). ``at``: an aware instant, when it was made."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    patient = _address(f"patient:{child.reference}")
    found = list(forecasts)
    entries = [_entry(patient, _patient(child))]
    entries += [_entry(_address(f"dose:{one.reference}"), _immunization(one, patient)) for one in doses]
    if found:
        entries.append(_entry(_address(f"next:{child.reference}"), _recommendation(found, patient, at)))
    entries += [
        _entry(_address(f"measure:{one.reference}:{one.field}"), _observation(one, patient))
        for one in measures
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.isoformat(timespec="seconds"),
        "entry": entries,
    }


def _address(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{REFERENCE}:{name}')}"


def _entry(address: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": address, "resource": resource}


def _patient(child: ChildLine) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "Patient",
        "identifier": [{"system": REFERENCE, "value": child.reference}],
        "gender": GENDERS[child.sex],
    }
    if child.name:
        found["name"] = [{"use": "usual", "text": child.name}]
    if child.birth is not None:
        found["birthDate"] = child.birth.isoformat()
    return found


def _vaccine(code: str, name: str, product: str = "") -> dict[str, Any]:
    coding = [{"system": SYSTEM, "code": code, "display": name}]
    if product:
        coding.append({"system": PRODUCTS, "code": product})
    return {"coding": coding, "text": name}


def _immunization(one: DoseLine, patient: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "Immunization",
        "identifier": [{"system": REFERENCE, "value": one.reference}],
        "status": "completed",
        "vaccineCode": _vaccine(one.vaccine, one.name, one.product),
        "patient": {"reference": patient},
        "occurrenceDateTime": one.given_on.isoformat(),
        "primarySource": False,
        "reportOrigin": {"text": "family" if one.own else "immunisation register of the municipality"},
    }
    if one.lot:
        found["lotNumber"] = one.lot
    if one.clinic:
        found["performer"] = [{"actor": {"display": one.clinic}}]
    if one.number is not None:
        found["protocolApplied"] = [{"doseNumberPositiveInt": one.number}]
    return found


def _recommendation(forecasts: list[NextLine], patient: str, at: datetime) -> dict[str, Any]:
    return {
        "resourceType": "ImmunizationRecommendation",
        "patient": {"reference": patient},
        "date": at.isoformat(timespec="seconds"),
        "recommendation": [_recommended(one) for one in forecasts],
    }


def _recommended(one: NextLine) -> dict[str, Any]:
    system = STATUSES if one.status in STATUS else OWN_STATUSES
    found: dict[str, Any] = {
        "vaccineCode": [_vaccine(one.vaccine, one.name)],
        "forecastStatus": {"coding": [{"system": system, "code": one.status}]},
        "description": one.about,
    }
    criteria = [
        {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "value": day.isoformat(),
        }
        for code, day in one.dates.items()
        if day is not None
    ]
    if criteria:
        found["dateCriterion"] = criteria
    if one.series:
        found["series"] = one.series
    if one.number is not None:
        found["doseNumberPositiveInt"] = one.number
    return found


def _observation(one: MeasureLine, patient: str) -> dict[str, Any]:
    code, words, unit, scale = MEASURES[one.field]
    return {
        "resourceType": "Observation",
        "identifier": [{"system": REFERENCE, "value": f"{one.reference}:{one.field}"}],
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": words}]},
        "subject": {"reference": patient},
        "effectiveDateTime": one.on.isoformat(),
        "valueQuantity": {"value": one.value / scale, "unit": unit, "system": UCUM, "code": unit},
    }
