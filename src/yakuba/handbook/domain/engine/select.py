"""Choosing the best series of an antigen (Logic Specification chapter 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from yakuba.handbook.domain.engine import scores, state
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.state import PatientSeries
from yakuba.handbook.domain.rules import EVALUATION_ONLY, RISK


def best_series(context: Context, patients: Sequence[PatientSeries]) -> list[PatientSeries]:
    """The best patient series, at most one a series group, in the order of the groups."""
    groups: dict[str, list[PatientSeries]] = {}
    for patient in patients:
        groups.setdefault(patient.series.series_group, []).append(patient)
    choose = by_start if context.rulebook.selection == "start" else prioritized
    chosen = {
        name: found for name, group in sorted(groups.items()) if (found := choose(context, group)) is not None
    }
    return [patient for patient in chosen.values() if _best(patient, chosen)]


def _best(patient: PatientSeries, chosen: dict[str, PatientSeries]) -> bool:
    """Table 8-14."""
    if patient.status == state.COMPLETE:
        return True
    others = [chosen[name] for name in sorted(patient.series.equivalent_groups) if name in chosen]
    if any(other.status == state.COMPLETE for other in others):
        return False
    if patient.series.kind == EVALUATION_ONLY:
        return False
    return patient.series.kind == RISK or not any(other.series.kind == RISK for other in others)


def scorable(context: Context, group: Sequence[PatientSeries]) -> list[PatientSeries]:
    """SELECTB-24 and SELECTSCORE-2: the series of a group that may be considered.

    A series whose ages are over cannot be followed: its priority excludes no other that still can.
    """
    all_contraindicated = all(patient.status == state.CONTRAINDICATED for patient in group)
    candidates = [p for p in group if all_contraindicated or p.status != state.CONTRAINDICATED]
    open_ = [patient for patient in group if patient.status != state.AGED_OUT] or group
    highest = min((patient.series.priority for patient in open_), default="")
    nothing_valid = not any(patient.satisfied for patient in group)
    has_default = any(patient.series.default for patient in group)

    def considered(patient: PatientSeries) -> bool:
        if patient.series.kind == RISK:
            return patient.series.priority == highest
        if patient.series.kind == EVALUATION_ONLY:
            return patient.status == state.COMPLETE
        first = patient.first_valid
        if first is not None:
            end = context.day(patient.series.start_until)
            return end is None or first < end
        return nothing_valid and not has_default

    return [patient for patient in candidates if considered(patient)]


def prioritized(context: Context, group: Sequence[PatientSeries]) -> PatientSeries | None:
    """Table 8-3, then scores: the one series of a group that is followed."""
    candidates = scorable(context, group)
    default = next((patient for patient in group if patient.series.default), None)
    if not candidates:
        return default
    if len(candidates) == 1:
        return candidates[0]
    complete = [patient for patient in candidates if patient.status == state.COMPLETE]
    in_process = [p for p in candidates if p.satisfied and p.status == state.NOT_COMPLETE]
    for found, points in ((complete, scores.complete), (in_process, scores.in_process)):
        if len(found) == 1:
            return found[0]
        if found:
            return _winner(context, found, points)
    if default is not None:
        return default
    if not any(patient.satisfied for patient in candidates):
        return _winner(context, candidates, scores.no_valid_doses)
    return min(candidates, key=lambda patient: patient.series.preference)


def _winner(
    context: Context,
    candidates: list[PatientSeries],
    points: Callable[[Context, list[PatientSeries]], list[int]],
) -> PatientSeries:
    """SELECTBEST-2: the highest score, ties by the ranked preference."""
    scored = zip(points(context, candidates), candidates, strict=True)
    return min(scored, key=lambda pair: (-pair[0], pair[1].series.preference))[1]


def by_start(context: Context, group: Sequence[PatientSeries]) -> PatientSeries | None:
    """The course that the first valid dose began (Japan: 「接種開始時の月齢」); before it, the one open now.

    Courses that began on the same day are told apart by how many doses they keep, then by completeness,
    then by the rule book's order.
    """
    started = begun(group)
    if started:
        return min(
            started,
            key=lambda p: (
                p.first_valid or date.max,
                -len(p.satisfied),
                p.status != state.COMPLETE,
                p.series.preference,
            ),
        )
    open_now = [patient for patient in group if _may_begin(context, patient)]
    still = open_now or [patient for patient in group if patient.status == state.NOT_COMPLETE]
    chosen = min(still or group[-1:], key=lambda patient: patient.series.preference)
    if open_now:
        _may_begin_until(chosen, open_now)
    return chosen


def begun(group: Sequence[PatientSeries]) -> list[PatientSeries]:
    """The courses that a valid dose began."""
    return [patient for patient in group if patient.satisfied and _own_product(patient)]


def _own_product(patient: PatientSeries) -> bool:
    """Whether a course bound to a product has a dose of it, or one whose product is not known."""
    product = _product(patient)
    given = {target.given.product for target in patient.satisfied if target.given}
    return not patient.series.product_path or not product or not given.isdisjoint({product, ""})


def _may_begin(context: Context, patient: PatientSeries) -> bool:
    """Whether the first dose of a course can still be given, extensions counted."""
    first = patient.series.doses[0]
    ends = [context.until(window, patient.series, first) for window in first.ages]
    return not ends or any(end is None or context.on_date < end for end in ends)


def _may_begin_until(chosen: PatientSeries, open_now: Sequence[PatientSeries]) -> None:
    """A first dose stays possible while a later course with the same product can still be begun."""
    if chosen.forecast is None or chosen.forecast.latest is None:
        return
    product = _product(chosen)
    ends = [
        patient.forecast.latest
        for patient in open_now
        if patient.forecast is not None and _product(patient) == product
    ]
    if all(end is not None for end in ends):
        latest = max((end for end in ends if end is not None), key=lambda dated: dated.day)
        chosen.forecast = replace(chosen.forecast, latest=latest)


def _product(patient: PatientSeries) -> str:
    uses = patient.series.doses[0].preferable
    return uses[0].product if uses else ""
