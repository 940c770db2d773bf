"""Published CDSi test cases (one JSON object a case) in, what the engine says of them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from yakuba.handbook.cdsi.fields import cvx
from yakuba.handbook.domain.calendars import CdsiCalendar
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.groups import GroupForecast, principal
from yakuba.handbook.domain.evaluate import Verdict, evaluate
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Rulebook

# short names of vaccine groups, casefolded; every other name is that of a group or an antigen of the data
GROUPS = {
    "covid": "COVID-19",
    "dtap": "DTaP/Tdap/Td",
    "flu": "Influenza",
    "hzv": "Zoster",
    "ipol": "Polio",
    "ipv": "Polio",
    "je": "Japanese Encephalitis",
    "mcv": "Meningococcal",
    "menacwy": "Meningococcal",
    "menb": "Meningococcal B",
    "mpox": "Orthopoxvirus",
    "pcv": "Pneumococcal",
    "pneumo": "Pneumococcal",
    "pol": "Polio",
    "ppsv": "Pneumococcal",
    "rota": "Rotavirus",
    "smallpox": "Orthopoxvirus",
    "td": "DTaP/Tdap/Td",
    "tdap": "DTaP/Tdap/Td",
    "typ": "Typhoid",
    "var": "Varicella",
    "yf": "Yellow Fever",
}
_SEX = {"f": "F", "female": "F", "m": "M", "male": "M"}


class BadCase(ValueError):
    """A case cannot be run; the text names the case, the column and what was found."""


def run_case(rulebook: Rulebook, case: Mapping[str, Any]) -> dict[str, Any]:
    """The result columns of one case. Raises ``BadCase``.

    A dose whose CVX code the supporting data does not know holds no antigen: it gets no verdict.
    """
    group = _group(rulebook, case)
    given, observations = list(_given(case)), list(_observations(case))
    on_date = _date(case, "Assessment_Date")
    sex = str(case.get("gender", case.get("Gender", ""))).lower()
    person = Person(_date(case, "DOB"), _SEX.get(sex, ""))
    try:
        verdict = evaluate(
            rulebook,
            person,
            [dose for dose in given if dose.vaccine in rulebook.vaccines],
            observations,
            on_date,
            CdsiCalendar(),
            groups=_groups_touched(rulebook, group, given),
        )
    except ValueError as error:
        raise BadCase(f"{_name(case)}: {error}") from error
    result: dict[str, Any] = {"CDC_Test_ID": case.get("CDC_Test_ID")}
    found = [one for one in verdict.forecasts if one.group == group]
    result |= _forecast(principal(on_date, found))
    return result | _statuses(group, given, verdict)


def _name(case: Mapping[str, Any]) -> str:
    return f"case {case.get('CDC_Test_ID')}"


def _group(rulebook: Rulebook, case: Mapping[str, Any]) -> str:
    written = str(case.get("Vaccine_Group", "")).strip().casefold()
    wanted = GROUPS.get(written, written).casefold()
    for name, group in rulebook.groups.items():
        if wanted in (name.casefold(), *(antigen.casefold() for antigen in group.antigens)):
            return name
    raise BadCase(f"{_name(case)}, Vaccine_Group: {case.get('Vaccine_Group')!r} is no vaccine group")


def _groups_touched(rulebook: Rulebook, group: str, given: list[Given]) -> set[str]:
    """The case's group, and those of doses that hold none of its antigens (they are judged for their own)."""
    antigens = {one.antigen for dose in given for one in rulebook.vaccines.get(dose.vaccine, ())}
    return {group} | {name for name, found in rulebook.groups.items() if antigens & set(found.antigens)}


def _date(case: Mapping[str, Any], column: str) -> date:
    try:
        return date.fromisoformat(str(case[column]))
    except (KeyError, ValueError):
        raise BadCase(f"{_name(case)}, {column}: {case.get(column)!r} is not a date (YYYY-MM-DD)") from None


def _given(case: Mapping[str, Any]) -> Iterator[Given]:
    number = 1
    while case.get(f"Date_Administered_{number}"):
        if not case.get(f"CVX_{number}"):
            raise BadCase(f"{_name(case)}, CVX_{number}: a dose needs its CVX code")
        yield Given(
            cvx(str(case[f"CVX_{number}"])),
            _date(case, f"Date_Administered_{number}"),
            str(case.get(f"MVX_{number}") or "").strip(),
        )
        number += 1


def _observations(case: Mapping[str, Any]) -> Iterator[Observation]:
    number = 1
    while case.get(f"Observation_Code_{number}"):
        written = case.get(f"Observation_Date_{number}")
        yield Observation(
            str(case[f"Observation_Code_{number}"]).strip().zfill(3),
            _date(case, f"Observation_Date_{number}") if written else None,
        )
        number += 1


def _forecast(found: GroupForecast) -> dict[str, Any]:
    result: dict[str, Any] = {"Series_Status": found.status.capitalize()}
    if found.status != state.NOT_COMPLETE or found.number is None:
        return result
    result["Forecast_#"] = str(found.number)
    for column, dated in (
        ("Earliest_Date", found.earliest),
        ("Recommended_Date", found.recommended),
        ("Past_Due_Date", found.past_due),
    ):
        if dated is not None:
            result[column] = dated.day.isoformat()
    return result


def _statuses(group: str, given: list[Given], verdict: Verdict) -> dict[str, Any]:
    """Evaluation statuses in the order of the case's columns."""
    left = sorted(verdict.doses, key=lambda one: one.group != group)
    result = {}
    for number, dose in enumerate(given, start=1):
        found = next((one for one in left if one.given == dose), None)
        if found is None:
            continue
        left.remove(found)
        result[f"Evaluation_Status_{number}"] = found.status.title()
        if found.reasons:
            result[f"Evaluation_Reason_{number}"] = found.reasons[0].code
    return result
