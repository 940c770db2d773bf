"""One antigen of one person: relevant series, walked through, forecast, and the best chosen (4.3 to 4.5)."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.forecast import forecast
from yakuba.handbook.domain.engine.select import begun, best_series
from yakuba.handbook.domain.engine.state import PatientSeries
from yakuba.handbook.domain.engine.walk import start, walk
from yakuba.handbook.domain.rules import RISK, Antigen, Series


@dataclass(frozen=True, slots=True)
class AntigenResult:
    """Every relevant series of an antigen and those that are best."""

    antigen: Antigen
    series: tuple[PatientSeries, ...]
    best: tuple[PatientSeries, ...]


def relevant(context: Context, series: Series) -> bool:
    """Table 5-5, and the birth cohorts of Japanese exceptions."""
    return _for_person(context, series) and (
        series.kind != RISK
        or any(
            context.observed(indication.observation)
            and context.within(context.on_date, indication.from_, indication.until)
            for indication in series.indications
        )
    )


def _later(context: Context, series: Series) -> bool:
    """Whether an indication of the person begins at a later age (table 5-4 puts off, it does not deny).

    Asked only where nothing else of the antigen is relevant: then what comes is told, with its first day.
    """
    return (
        series.kind == RISK
        and _for_person(context, series)
        and any(
            context.observed(indication.observation)
            and context.within(context.on_date, None, indication.until)
            for indication in series.indications
        )
    )


def _for_person(context: Context, series: Series) -> bool:
    person = context.person
    if series.sexes and (person.sex or "unknown") not in series.sexes:
        return False
    if series.requires_due_date != (person.due is not None and person.birth is None):
        return False
    return person.birth is None or series.born.holds(person.birth)


def evaluate_antigen(context: Context, antigen: Antigen) -> AntigenResult:
    """Judge the history against every relevant series, forecast each, choose the best."""
    patients = [start(series) for series in antigen.series if relevant(context, series)]
    patients = patients or [start(series) for series in antigen.series if _later(context, series)]
    records = context.records(antigen.name)
    if context.rulebook.selection == "start":
        for patient in patients:
            walk(context, patient, records, patients)
        for patient in begun(patients) or patients:  # once one is begun, no other course is asked for
            forecast(context, antigen, patient, patients)
    else:
        for patient in _standard_first(patients):
            walk(context, patient, records, patients)
            forecast(context, antigen, patient, patients)
    return AntigenResult(antigen, tuple(patients), tuple(best_series(context, patients)))


def _standard_first(patients: list[PatientSeries]) -> list[PatientSeries]:
    """Series whose skips ask whether another series is complete (table 6-7) come after the others."""
    return sorted(patients, key=lambda patient: _asks_for_others(patient.series))


def _asks_for_others(series: Series) -> bool:
    return any(
        condition.series_groups
        for dose in series.doses
        for skip in dose.skips
        for found in skip.sets
        for condition in found.conditions
    )
