"""The dates of the next dose of a series (Logic Specification chapter 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from yakuba.handbook.domain.calendars import FIRST_DAY
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.judge import concerns, conflicts_before, reference_date
from yakuba.handbook.domain.engine.need import contraindication, forbidden, immune
from yakuba.handbook.domain.engine.skip import Skipper
from yakuba.handbook.domain.engine.state import DatedBy, PatientSeries, Reason, SeriesForecast
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.rules import PREVIOUS, AgeWindow, Antigen, Interval, TargetDose, VaccineUse

_DAY = timedelta(days=1)


def forecast(
    context: Context, antigen: Antigen, patient: PatientSeries, siblings: Sequence[PatientSeries]
) -> None:
    """Set the status of a series and, when another dose is needed, its dates."""
    skipper = Skipper(context, patient, siblings)
    _skip(patient, skipper, context.on_date)
    if immune(context, antigen):
        patient.status = state.IMMUNE
        return
    if patient.current is None and patient.satisfied:  # table 7-10 from the left: nothing is left to forbid
        patient.status = state.COMPLETE
        return
    if (reason := contraindication(context, antigen, patient)) is not None:
        patient.status, patient.because = state.CONTRAINDICATED, (reason,)
        return
    while True:
        target = patient.current
        if target is None:  # table 7-10: nothing is left to satisfy
            patient.status = state.COMPLETE if patient.satisfied else state.NOT_RECOMMENDED
            patient.forecast = None
            return
        _dates(context, antigen, patient, target.dose)
        if patient.forecast is None or not skipper.in_forecast(target.dose, patient.forecast.earliest.day):
            return
        target.status = state.SKIPPED  # 7.6: on its own earliest date the dose is no longer needed
        patient.position += 1
        _skip(patient, skipper, context.on_date)


def _skip(patient: PatientSeries, skipper: Skipper, reference: date) -> None:
    while (target := patient.current) is not None and skipper.in_forecast(target.dose, reference):
        target.status = state.SKIPPED
        patient.position += 1


def window_for(context: Context, patient: PatientSeries, dose: TargetDose) -> AgeWindow | None:
    """The age window that a forecast goes by: of those in force (RELEVANT-2) the first not yet over.

    When none is in force yet, the next one that will be.
    """
    windows = [window for window in dose.ages if window.period.holds(context.on_date)]
    windows = windows or [window for window in dose.ages if window.period.first > context.on_date][:1]
    for window in windows:
        end = context.until(window, patient.series, dose)
        if end is None or context.on_date < end:
            return window
    return windows[-1] if windows else None


def _dates(context: Context, antigen: Antigen, patient: PatientSeries, dose: TargetDose) -> None:
    """Table 7-10 from the season on, then table 7-13."""
    patient.status, patient.forecast, patient.because = state.NOT_COMPLETE, None, ()
    window = window_for(context, patient, dose) or AgeWindow()
    end = context.until(window, patient.series, dose)
    season = context.season(dose)
    if season is not None and context.on_date > season.last:
        patient.status, patient.because = state.NOT_RECOMMENDED, (Reason("season_over", season.last),)
        return
    if end is not None and context.on_date >= end:
        patient.status = state.AGED_OUT
        patient.because = (Reason(state.TOO_OLD, end - _DAY, window.source),)
        return
    earliest = _earliest(context, patient, dose, window)
    if earliest is None:  # table 7-9: no candidate date counts as 2999-12-31, never before a maximum age
        patient.status, patient.because = state.AGED_OUT, (Reason("no_date"),)
        return
    for soonest in (earliest.day, max(earliest.day, context.on_date)):
        if (opens := context.shut_until(window, patient.series, dose, soonest)) is not None:
            earliest = DatedBy(opens, "extension", window.source)
    if end is not None and earliest.day >= end:
        patient.status = state.AGED_OUT
        patient.because = (Reason("cannot_finish_in_time", end - _DAY, window.source),)
        return
    patient.forecast = _forecast(context, antigen, patient, dose, window, earliest, end)


def _in_force(context: Context, dose: TargetDose) -> list[Interval]:
    vaccines = [use.vaccine for use in dose.preferable]
    return [i for i in dose.intervals if i.period.holds(context.on_date) and concerns(i, *vaccines)]


def _interval_dates(context: Context, patient: PatientSeries, dose: TargetDose, part: str) -> list[DatedBy]:
    """The days that the intervals give for one of their parts (CALCDTINT-4 to -6)."""
    found = []
    for interval in _in_force(context, dose):
        start = reference_date(context, patient, interval, None)
        gap: Offset | None = getattr(interval, part)
        if start is None or gap is None:
            continue
        measure = context.calendar.window_end if part == "recommended_until" else context.calendar.after
        found.append(DatedBy(measure(start, gap), f"interval:{part}", interval.source))
    return found


def _earliest(
    context: Context, patient: PatientSeries, dose: TargetDose, window: AgeWindow
) -> DatedBy | None:
    """FORECASTDTCAN-1: the latest of everything that must have come before; None when there is nothing."""
    candidates = []
    minimum = _opening(context, dose, window)
    if minimum is not None:
        candidates.append(minimum)
    candidates += _interval_dates(context, patient, dose, "minimum")
    candidates += _conflict_ends(context, dose)
    if (season := context.season(dose)) is not None:
        candidates.append(DatedBy(season.first, "season"))
    if (begin := context.indicated_from(patient.series.indications)) is not None:
        candidates.append(DatedBy(begin, "indication"))
    candidates += [DatedBy(judged.given.date, "last_dose") for judged in patient.judged[-1:]]
    candidates += [DatedBy(j.given.date, "inadvertent") for j in patient.judged if j.inadvertent]
    if window.period.first > context.on_date:
        candidates.append(DatedBy(window.period.first, "in_force", window.source))
    return _latest_of(candidates)


def _opening(context: Context, dose: TargetDose, window: AgeWindow) -> DatedBy | None:
    """The minimum age; in Japan never a day before the rule itself, or the one that it took the place of."""
    minimum = context.day(window.from_)
    if minimum is None:
        return None
    begins = window.period.first
    if context.rulebook.selection != "start" or begins <= max(minimum, FIRST_DAY):
        return DatedBy(minimum, "age", window.source)
    earlier = [
        DatedBy(max(day, former.period.first), "age", former.source)
        for former in dose.ages
        if former.period.last < begins
        and (day := context.day(former.from_)) is not None
        and day <= former.period.last
    ]
    return min(earlier, key=lambda dated: dated.day, default=DatedBy(begins, "in_force", window.source))


def repeat_from(context: Context, patient: PatientSeries, dose: TargetDose) -> DatedBy | None:
    """Japan: the day from which a first dose that did not count is given once more.

    The law sets no gap there. Without one the next visit would be the next day: the gap before the series's
    next dose is kept, as long as any such gap is known.
    """
    previous = patient.previous()
    if context.rulebook.selection != "start" or previous is None or patient.satisfied:
        return None
    if any(interval.reference == PREVIOUS for interval in _in_force(context, dose)):
        return None
    gaps = [
        DatedBy(context.calendar.after(previous.date, interval.minimum), "interval:minimum", interval.source)
        for later in patient.series.doses
        for interval in later.intervals
        if interval.reference == PREVIOUS and interval.minimum and interval.period.holds(context.on_date)
    ]
    return min(gaps, key=lambda dated: dated.day, default=None)


def _conflict_ends(context: Context, dose: TargetDose) -> list[DatedBy]:
    """CALCDTCONFLICT-3: when the vaccines of the dose no longer conflict with what was given."""
    return [
        DatedBy(context.calendar.after(given.date, rule.end), "live_conflict", rule.source)
        for vaccine in sorted({use.vaccine for use in dose.preferable})
        for given, rule in conflicts_before(context, vaccine, context.on_date)
    ]


def _latest_of(days: list[DatedBy]) -> DatedBy | None:
    return max(days, key=lambda dated: dated.day, default=None)


def _recommended(
    context: Context, patient: PatientSeries, dose: TargetDose, window: AgeWindow, earliest: DatedBy
) -> DatedBy:
    """FORECASTDT-2: by age, else by interval, else as early as possible."""
    by_age = context.day(window.recommended_from)
    if by_age is not None:
        return DatedBy(by_age, "age:recommended", window.source)
    return _latest_of(_interval_dates(context, patient, dose, "recommended_from")) or earliest


def _past_due(
    context: Context, patient: PatientSeries, dose: TargetDose, window: AgeWindow
) -> DatedBy | None:
    """FORECASTDT-3: the last day of the recommended window, by age, else by interval."""
    by_age = context.day(window.recommended_until)
    found = (
        DatedBy(by_age, "age:recommended", window.source)
        if by_age is not None
        else _latest_of(_interval_dates(context, patient, dose, "recommended_until"))
    )
    return None if found is None else DatedBy(found.day - _DAY, found.rule, found.source)


def _forecast(
    context: Context,
    antigen: Antigen,
    patient: PatientSeries,
    dose: TargetDose,
    window: AgeWindow,
    earliest: DatedBy,
    end: date | None,
) -> SeriesForecast:
    wanted = _recommended(context, patient, dose, window, earliest)
    late = _past_due(context, patient, dose, window)
    preferable = _in_force(context, dose)
    recommended = wanted if wanted.day > earliest.day else earliest  # FORECASTDT-5
    again = repeat_from(context, patient, dose)
    if again is not None and again.day > recommended.day:
        recommended = again
    return SeriesForecast(
        dose=dose,
        number=_number(context, patient, dose),
        earliest=earliest,
        recommended=recommended,
        unadjusted_recommended=wanted.day,
        past_due=None if late is None else (late if late.day > earliest.day else earliest),  # FORECASTDT-6
        unadjusted_past_due=late.day if late else None,
        latest=None if end is None else DatedBy(end - _DAY, "age:until", window.source),  # FORECASTDT-4
        vaccines=_vaccines(context, antigen, dose, (earliest.day, recommended.day)),
        priority=bool(preferable) and all(interval.priority for interval in preferable),
    )


def _number(context: Context, patient: PatientSeries, dose: TargetDose) -> int:
    """FORECASTDN-1: one more than the doses that count, of this season when there is one."""
    if dose.named:
        return dose.number
    season = context.season(dose)
    return 1 + sum(
        season is None or (target.given is not None and target.given.date >= season.first)
        for target in patient.satisfied
    )


def _vaccines(
    context: Context, antigen: Antigen, dose: TargetDose, days: tuple[date, date]
) -> tuple[VaccineUse, ...]:
    """FORECASTRECVAC-1: the vaccines to offer on the earliest or the recommended date."""
    rules = [rule for rule in antigen.contraindications if context.observed(rule.observation)]
    return tuple(
        use
        for use in dose.preferable
        if use.offered
        and not forbidden(context, rules, use)
        and any(context.within(day, use.from_, use.until) for day in days)
    )
