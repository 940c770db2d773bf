"""Walking through a history against one series (Logic Specification 4.4, figure 4-6)."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.judge import judge, unusable
from yakuba.handbook.domain.engine.skip import Skipper
from yakuba.handbook.domain.engine.state import Judged, PatientSeries, Reason, Target
from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.rules import Series


def start(series: Series) -> PatientSeries:
    """A series of a person before any dose is looked at."""
    return PatientSeries(series, [Target(dose) for dose in series.doses])


def walk(
    context: Context, patient: PatientSeries, records: Sequence[Given], siblings: Sequence[PatientSeries]
) -> None:
    """Judge every record of the series's antigen, oldest first; ``patient`` holds the outcome."""
    skipper = Skipper(context, patient, siblings)
    for given in records:
        patient.judged.append(_verdict(context, patient, skipper, given))


def _verdict(context: Context, patient: PatientSeries, skipper: Skipper, given: Given) -> Judged:
    if patient.current is None:
        return Judged(given, state.EXTRANEOUS, None, (Reason(state.SERIES_COMPLETE),))
    broken = unusable(given)
    if broken is not None:
        return Judged(given, state.SUB_STANDARD, patient.current.dose.number, (broken,))
    while (target := patient.current) is not None and skipper.in_history(target.dose, given):
        target.status = state.SKIPPED
        patient.position += 1
    if target is None:
        return Judged(given, state.EXTRANEOUS, None, (Reason(state.SERIES_COMPLETE),))
    judged = judge(context, patient, target.dose, given)
    if judged.status == state.VALID:
        target.status, target.given = state.SATISFIED, given
        patient.position += 1
        if target.dose.recurring:
            patient.targets.insert(patient.position, Target(target.dose))
    return judged
