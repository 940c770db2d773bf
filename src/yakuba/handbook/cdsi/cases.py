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

# short names of vaccine groups (``_plain``); every other name is that of a group or an antigen of the data
GROUPS = {
    "covid": "COVID-19",
    "dtap": "DTaP/Tdap/Td",
    "dtaptdap": "DTaP/Tdap/Td",
    "flu": "Influenza",
    "herpeszoster": "Zoster",
    "hzv": "Zoster",
    "ipol": "Polio",
    "ipv": "Polio",
    "je": "Japanese Encephalitis",
    "mcv": "Meningococcal",
    "men": "Meningococcal",
    "menacwy": "Meningococcal",
    "menb": "Meningococcal B",
    "mening": "Meningococcal",
    "meningb": "Meningococcal B",
    "meningococcalacwy": "Meningococcal",
    "mpox": "Orthopoxvirus",
    "opv": "Polio",
    "pcv": "Pneumococcal",
    "pneumo": "Pneumococcal",
    "pol": "Polio",
    "ppsv": "Pneumococcal",
    "rota": "Rotavirus",
    "rv": "Rotavirus",
    "smallpox": "Orthopoxvirus",
    "td": "DTaP/Tdap/Td",
    "tdap": "DTaP/Tdap/Td",
    "tdaptd": "DTaP/Tdap/Td",
    "tdtdap": "DTaP/Tdap/Td",
    "tickborneencephalitis": "TBE",
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
    numbered, observations = dict(_given(case)), list(_observations(case))
    given = list(numbered.values())
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
    return result | _statuses(group, numbered, verdict)


def _name(case: Mapping[str, Any]) -> str:
    return f"case {case.get('CDC_Test_ID')}"


def _group(rulebook: Rulebook, case: Mapping[str, Any]) -> str:
    written = _plain(str(case.get("Vaccine_Group", "")))
    wanted = _plain(GROUPS.get(written, written))
    for name, group in rulebook.groups.items():
        if wanted in map(_plain, (name, *group.antigens)):
            return name
    raise BadCase(f"{_name(case)}, Vaccine_Group: {case.get('Vaccine_Group')!r} is no vaccine group")


def _plain(name: str) -> str:
    """Letters and digits alone: «Hep A», «HepA» and «HEP-A» are one name."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _groups_touched(rulebook: Rulebook, group: str, given: list[Given]) -> set[str]:
    """The case's group, and those of doses that hold none of its antigens (they are judged for their own)."""
    antigens = {one.antigen for dose in given for one in rulebook.vaccines.get(dose.vaccine, ())}
    return {group} | {name for name, found in rulebook.groups.items() if antigens & set(found.antigens)}


def _date(case: Mapping[str, Any], column: str) -> date:
    try:
        return date.fromisoformat(str(case[column]).strip())
    except (KeyError, ValueError):
        raise BadCase(f"{_name(case)}, {column}: {case.get(column)!r} is not a date (YYYY-MM-DD)") from None


def _numbers(case: Mapping[str, Any], column: str) -> list[int]:
    """The numbers n for which «column_n» says something, in order; a number may be left out."""
    found = (key.removeprefix(f"{column}_") for key in case if key.startswith(f"{column}_"))
    return sorted(int(n) for n in found if n.isascii() and n.isdigit() and _text(case, f"{column}_{n}"))


def _text(case: Mapping[str, Any], column: str) -> str:
    """What stands in a column; empty where it is absent or «-». A code may come as a number, even as 8.0."""
    value = case.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    written = "" if value is None else str(value).strip()
    return "" if written == "-" else written


def _given(case: Mapping[str, Any]) -> Iterator[tuple[int, Given]]:
    for number in _numbers(case, "Date_Administered"):
        code = _text(case, f"CVX_{number}")
        if not code:
            raise BadCase(f"{_name(case)}, CVX_{number}: a dose needs its CVX code")
        day = _date(case, f"Date_Administered_{number}")
        yield number, Given(cvx(code), day, _text(case, f"MVX_{number}"))


def _observations(case: Mapping[str, Any]) -> Iterator[Observation]:
    for number in _numbers(case, "Observation_Code"):
        written = f"Observation_Date_{number}"
        yield Observation(
            _text(case, f"Observation_Code_{number}").zfill(3),
            _date(case, written) if _text(case, written) else None,
        )


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


def _statuses(group: str, given: Mapping[int, Given], verdict: Verdict) -> dict[str, Any]:
    """Evaluation statuses in the order of the case's columns."""
    left = sorted(verdict.doses, key=lambda one: one.group != group)
    result = {}
    for number, dose in given.items():
        found = next((one for one in left if one.given == dose), None)
        if found is None:
            continue
        left.remove(found)
        result[f"Evaluation_Status_{number}"] = found.status.title()
        if found.reasons:
            result[f"Evaluation_Reason_{number}"] = found.reasons[0].code
    return result
