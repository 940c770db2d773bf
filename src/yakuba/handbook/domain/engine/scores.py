"""Points of competing series (Logic Specification 8.4 to 8.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.forecast import window_for
from yakuba.handbook.domain.engine.state import UNSATISFIED, VALID, PatientSeries


def _alone_or_shared(holds: Sequence[bool], alone: int, shared: int, missed: int) -> list[int]:
    """Points for a condition that several series may meet."""
    value = alone if sum(holds) == 1 else shared
    return [value if held else missed for held in holds]


def _most_valid(patients: Sequence[PatientSeries]) -> list[bool]:
    """SELECTB-19."""
    counts = [len(patient.satisfied) for patient in patients]
    return [count == max(counts) for count in counts]


def complete(context: Context, patients: list[PatientSeries]) -> list[int]:
    """Table 8-7."""
    return _alone_or_shared(_most_valid(patients), 1, 0, -1)


def in_process(context: Context, patients: list[PatientSeries]) -> list[int]:
    """Table 8-9."""
    finishes = [finish_date(context, patient) for patient in patients]
    completable = [_completable(context, p, f) for p, f in zip(patients, finishes, strict=True)]
    left = [sum(target.status == UNSATISFIED for target in patient.targets) for patient in patients]
    soonest = min((f for f, can in zip(finishes, completable, strict=True) if can and f), default=None)
    earliest = [can and f == soonest for f, can in zip(finishes, completable, strict=True)]
    all_valid = [p.series.product_path and all(j.status == VALID for j in p.judged) for p in patients]
    rows = (
        [2 if held else -2 for held in all_valid],
        [3 if can else -3 for can in completable],
        _alone_or_shared(_most_valid(patients), 2, 0, -2),
        _alone_or_shared([number == min(left) for number in left], 2, 0, -2),
        _alone_or_shared(earliest, 1, 0, -1),
    )
    return [sum(points) for points in zip(*rows, strict=True)]


def no_valid_doses(context: Context, patients: list[PatientSeries]) -> list[int]:
    """Table 8-11."""
    starts = [patient.forecast.earliest.day if patient.forecast else None for patient in patients]
    first = min((start for start in starts if start is not None), default=None)
    finishes = [finish_date(context, patient) for patient in patients]
    rows = (
        _alone_or_shared([start is not None and start == first for start in starts], 1, 0, -1),
        [1 if _completable(context, p, f) else -1 for p, f in zip(patients, finishes, strict=True)],
        [-1 if patient.series.product_path else 1 for patient in patients],
    )
    return [sum(points) for points in zip(*rows, strict=True)]


def finish_date(context: Context, patient: PatientSeries) -> date | None:
    """SELECTB-12: the earliest date, plus the latest minimum interval of each dose that then remains."""
    if patient.forecast is None:
        return None
    day = patient.forecast.earliest.day
    for target in patient.targets[patient.position + 1 :]:
        gaps = [i.minimum for i in target.dose.intervals if i.minimum and i.period.holds(context.on_date)]
        day = max((context.calendar.after(day, gap) for gap in gaps), default=day)
    return day


def _completable(context: Context, patient: PatientSeries, finish: date | None) -> bool:
    """SELECTB-3."""
    if finish is None or not patient.targets:
        return False
    last = patient.targets[-1].dose
    window = window_for(context, patient, last)
    end = context.until(window, patient.series, last) if window else None
    return end is None or finish < end
