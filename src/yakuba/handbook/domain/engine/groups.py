"""Vaccine groups: the forecasts of their antigens put together (Logic Specification chapter 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.antigens import AntigenResult
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.judge import takes
from yakuba.handbook.domain.engine.state import DatedBy, Judged, PatientSeries, Reason, SeriesForecast
from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.rules import RISK, STANDARD, Group

_SPEAKS = (
    state.NOT_COMPLETE,
    state.CONTRAINDICATED,
    state.COMPLETE,
    state.IMMUNE,
    state.AGED_OUT,
    state.NOT_RECOMMENDED,
)
_WORST = (state.CONTRAINDICATED, state.AGED_OUT, state.NOT_RECOMMENDED, state.NOT_COMPLETE)


@dataclass(frozen=True, slots=True)
class GroupForecast:
    """What a person needs next of one vaccine group by one of its series groups (FORECASTVG-1).

    Dates are None unless the status is «not complete». ``begun_from``: before that day the series cannot be
    started. A person with a standard and a risk recommendation, or with one for later in life, has several.
    """

    group: str
    status: str
    series: tuple[str, ...] = ()
    kind: str = STANDARD
    begun_from: date | None = None
    number: int | None = None
    earliest: DatedBy | None = None
    recommended: DatedBy | None = None
    past_due: DatedBy | None = None
    latest: DatedBy | None = None
    forecasts: tuple[SeriesForecast, ...] = ()
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseVerdict:
    """The verdict on one given dose for one vaccine group."""

    given: Given
    group: str
    status: str
    target: int | None
    reasons: tuple[Reason, ...] = ()
    source: tuple[str, ...] = ()


def series_of(results: Mapping[str, AntigenResult], group: Group) -> list[PatientSeries]:
    """The best series whose forecasts the group's forecast holds (FORECASTVG-1)."""
    return [
        patient
        for name in group.antigens
        if name in results
        for patient in results[name].best
        if patient.series.group == group.name
    ]


def group_forecasts(context: Context, group: Group, patients: Sequence[PatientSeries]) -> list[GroupForecast]:
    """The forecasts of a vaccine group: one a series group, risk with risk and standard with standard."""
    parts: dict[tuple[str, bool], list[PatientSeries]] = {}
    for patient in patients:
        key = (patient.series.series_group, patient.series.kind == RISK)
        parts.setdefault(key, []).append(patient)
    if not parts:
        return [GroupForecast(group.name, state.NOT_RECOMMENDED)]
    found = [_group_forecast(context, group, part) for _, part in sorted(parts.items())]
    if len(group.antigens) > 1 or len(parts) == 1:
        return found
    return [
        _with_equivalents(context, one, part, patients)
        for one, (_, part) in zip(found, sorted(parts.items()), strict=True)
    ]


def _with_equivalents(
    context: Context, found: GroupForecast, own: Sequence[PatientSeries], patients: Sequence[PatientSeries]
) -> GroupForecast:
    """FORECASTDN-1 for a series that goes on from an equivalent one: its doses are counted too.

    A risk series begun after the standard one was completed asks for «dose 6», not for «dose 2»; a second
    round that is not equivalent starts counting anew.
    """
    if found.number is None or any(context.season(one.dose) is not None for one in found.forecasts):
        return found
    names = {patient.series.series_group for patient in own}
    wanted = frozenset[str]().union(*(patient.series.equivalent_groups for patient in own))
    counted = {
        id(target.given)
        for patient in patients
        if patient in own
        or patient.series.series_group in wanted
        or not names.isdisjoint(patient.series.equivalent_groups)
        for target in patient.satisfied
    }
    return replace(found, number=max(found.number, len(counted) + 1))


def _group_forecast(context: Context, group: Group, patients: Sequence[PatientSeries]) -> GroupForecast:
    """Tables 9-2 to 9-5."""
    status = group_status(group, [patient.status for patient in patients])
    starts = [context.day(patient.series.start_from) for patient in patients]
    plain = GroupForecast(
        group.name,
        status,
        tuple(patient.series.name for patient in patients),
        patients[0].series.kind,
        min((start for start in starts if start is not None), default=None),
        because=tuple(reason for patient in patients for reason in patient.because),
    )
    found = [p.forecast for p in patients if p.status == state.NOT_COMPLETE and p.forecast is not None]
    if status != state.NOT_COMPLETE or not found:
        return plain
    earliest = _earliest(context, group, found)
    numbers = [one.number for one in found]
    late = [one.past_due for one in found if one.past_due]
    return replace(
        plain,
        number=min(numbers) if group.full else max(numbers),  # FORECASTDN-2
        earliest=earliest,
        recommended=_not_before(earliest, _first([one.recommended for one in found])),  # FORECASTVG-2
        past_due=_not_before(earliest, _first(late)) if late else None,  # FORECASTVG-3
        latest=_first([one.latest for one in found if one.latest]),  # FORECASTVG-4
        forecasts=tuple(found),
    )


def group_status(group: Group, statuses: Sequence[str]) -> str:
    """SINGLEANTVG-1 and table 9-4."""
    if len(group.antigens) == 1:
        return statuses[0]
    for status in _WORST:
        if status in statuses:
            return status
    return state.IMMUNE if all(status == state.IMMUNE for status in statuses) else state.COMPLETE


def principal(context_day: date, forecasts: Sequence[GroupForecast]) -> GroupForecast:
    """The one forecast that answers «what is next?» for a vaccine group.

    A series that cannot be started yet comes last; a risk recommendation goes before the standard one;
    what is still asked for goes before what is done.
    """

    def rank(one: GroupForecast) -> tuple[bool, bool, int, date]:
        open_ = one.status == state.NOT_COMPLETE
        later = open_ and one.begun_from is not None and one.begun_from > context_day
        day = one.earliest.day if one.earliest else date.max
        return later, one.kind != RISK, _SPEAKS.index(one.status), day

    return min(forecasts, key=rank)


def _first(days: Sequence[DatedBy]) -> DatedBy | None:
    return min(days, key=lambda dated: dated.day, default=None)


def _not_before(earliest: DatedBy, dated: DatedBy | None) -> DatedBy:
    return dated if dated is not None and dated.day > earliest.day else earliest


def _earliest(context: Context, group: Group, found: Sequence[SeriesForecast]) -> DatedBy:
    """SINGLEANTVG-2; MULTIANTVG-1 with FORECASTPRIORITY-1."""
    dates = [one.earliest for one in found]
    if len(group.antigens) == 1:
        return min(dates, key=lambda dated: dated.day)
    if not any(one.priority for one in found):
        return max(dates, key=lambda dated: dated.day)
    first = min(dates, key=lambda dated: dated.day)
    wanted = set(group.antigens)
    last = [given.date for given in context.history if wanted & set(context.antigens_of(given))]
    return max([first, *(DatedBy(day, "last_dose") for day in last)], key=lambda dated: dated.day)


def verdicts(
    context: Context, group: Group, results: Mapping[str, AntigenResult], patients: Sequence[PatientSeries]
) -> list[DoseVerdict]:
    """One verdict a given dose that holds an antigen of the group: valid when valid for each antigen."""
    found = []
    single = len(group.antigens) == 1
    for given in context.records(group.antigens[0]) if single else context.history:
        held = [name for name in group.antigens if name in context.antigens_of(given)]
        if held:
            judged = [_of_antigen(given, name, patients) for name in held]
            if single and group.antigens[0] in results and context.rulebook.selection == "start":
                judged = [_closest(context, given, judged[0], results[group.antigens[0]])]
            found.append(_together(given, group, judged))
    return found


def _closest(context: Context, given: Given, judged: Judged, result: AntigenResult) -> Judged:
    """Japan: what was wrong with a dose before the course was begun, by the course it came closest to.

    The course that is followed is the one open on the day of assessment. It says of a dose at three months
    «too young, from seven months on», though another one was meant for it and something else was wrong.
    """
    starts = [day for patient in result.best if (day := patient.first_valid) is not None]
    if judged.status in (state.VALID, state.SUB_STANDARD) or (starts and min(starts) < given.date):
        return judged

    def distance(patient: PatientSeries, one: Judged) -> tuple[bool, int]:
        first, reason = patient.series.doses[0], one.reasons[0] if one.reasons else None
        by_age = reason is not None and reason.code in (state.TOO_YOUNG, state.TOO_OLD)
        days = abs((reason.day - given.date).days) if by_age and reason and reason.day else 0
        return not takes(context, (*first.preferable, *first.allowable), given), days

    others = [
        (distance(patient, one), one)
        for patient in result.series
        for one in patient.judged
        if one.given is given and one.status != state.VALID
    ]
    return min(others, key=lambda pair: pair[0], default=((True, 0), judged))[1]


def _of_antigen(given: Given, antigen: str, patients: Sequence[PatientSeries]) -> Judged:
    """The verdict for one antigen: of several best series, the one that can use the dose speaks."""
    judged = [
        one
        for patient in patients
        if patient.series.antigen == antigen
        for one in patient.judged
        if one.given is given
    ]
    for status in (state.VALID, state.NOT_VALID, state.SUB_STANDARD, state.EXTRANEOUS):
        for one in judged:
            if one.status == status:
                return one
    return Judged(given, state.NOT_VALID, None, (Reason(state.NO_SERIES),))


def _together(given: Given, group: Group, judged: Sequence[Judged]) -> DoseVerdict:
    """The group's verdict: the worst of its antigens."""
    worst = (state.SUB_STANDARD, state.NOT_VALID, state.EXTRANEOUS, state.VALID)
    one = min(judged, key=lambda found: worst.index(found.status))
    return DoseVerdict(given, group.name, one.status, one.target, one.reasons, group.source)
