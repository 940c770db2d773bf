"""Holding one given dose against one target dose (Logic Specification 6.1 and 6.3 to 6.10)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from yakuba.handbook.domain.calendars import FIRST_DAY, LAST_DAY
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.state import Judged, PatientSeries, Reason
from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.rules import (
    OBSERVATION,
    PREVIOUS,
    TARGET,
    AgeWindow,
    Conflict,
    Interval,
    Rulebook,
    TargetDose,
    VaccineUse,
)

_Bounded = tuple[Conflict, timedelta]


def unusable(given: Given) -> Reason | None:
    """Table 6-3: a dose of an expired lot or with a known condition is not evaluated at all."""
    if given.expired_on is not None and given.date > given.expired_on:
        return Reason(state.EXPIRED, given.expired_on)
    return Reason(state.FAULTY) if given.faulty else None


def judge(context: Context, patient: PatientSeries, dose: TargetDose, given: Given) -> Judged:
    """The verdict of table 6-31, with every reason against the dose and the grace that was granted."""
    if given.vaccine in dose.inadvertent:  # table 6-13
        return Judged(given, state.NOT_VALID, dose.number, (Reason(state.INADVERTENT),))
    age_fits, age_reason = _age(context, patient, dose, given)
    if age_reason is not None and age_reason.code == state.TOO_OLD:
        return Judged(given, state.EXTRANEOUS, dose.number, (age_reason,))
    reasons = [age_reason] if age_reason else []
    gap_fits, gap_reasons = _intervals(context, patient, dose, given)
    reasons += gap_reasons
    conflict = conflicting(context, patient, given)
    if conflict is not None:
        reasons.append(conflict)
    listed = takes(context, dose.preferable, given) or takes(context, dose.allowable, given)
    if not listed:
        reasons.append(_not_in_use(context, dose, given) or Reason(state.WRONG_VACCINE))
    fits = age_fits and gap_fits and conflict is None and listed
    return Judged(given, state.VALID if fits else state.NOT_VALID, dose.number, tuple(reasons))


def _age(
    context: Context, patient: PatientSeries, dose: TargetDose, given: Given
) -> tuple[bool, Reason | None]:
    """Table 6-15. Of several windows in force, one that fits is enough; else the one not yet over speaks."""
    windows = [window for window in dose.ages if window.period.holds(given.date)]
    verdicts = [_in_window(context, patient, dose, given, window) for window in windows]
    if not verdicts:
        return (
            (True, None) if not dose.ages else (False, Reason(state.NOT_IN_FORCE, None, dose.ages[0].source))
        )
    for fits, reason in verdicts:
        if fits:
            return fits, reason
    return next((v for v in verdicts if v[1] and v[1].code == state.TOO_YOUNG), verdicts[0])


def _in_window(
    context: Context, patient: PatientSeries, dose: TargetDose, given: Given, window: AgeWindow
) -> tuple[bool, Reason | None]:
    minimum = context.day(window.from_)
    absolute = context.day(window.absolute_from) if window.absolute_from else minimum
    end = context.until(window, patient.series, dose)
    if absolute is not None and given.date < absolute:
        return False, Reason(state.TOO_YOUNG, absolute, window.source)
    if minimum is not None and given.date < minimum:
        return True, Reason(state.GRACE, minimum, window.source)
    if end is not None and given.date >= end:
        return False, Reason(state.TOO_OLD, end, window.source)
    if (opens := context.shut_until(window, patient.series, dose, given.date)) is not None:
        return False, Reason(state.TOO_OLD, opens, window.source)
    return True, None


def reference_date(
    context: Context, patient: PatientSeries, interval: Interval, before: Given | None
) -> date | None:
    """What an interval counts from (CALCDTINT-1, -2, -8, -9); None when there is no such dose or event."""
    if interval.reference == PREVIOUS:
        previous = patient.previous()
        return previous.date if previous else None
    if interval.reference == TARGET:
        return next(
            (t.given.date for t in patient.satisfied if t.dose.number == interval.target and t.given), None
        )
    if interval.reference == OBSERVATION:
        return context.observed_on(interval.observation)
    found = None
    for given in context.history:
        if given is before:
            break
        if given.vaccine in interval.products and not _inadvertent(patient, given):
            found = given.date
    return found


def concerns(interval: Interval, *vaccines: str) -> bool:
    """Whether an interval is about any of these vaccines."""
    return not interval.only_for or not interval.only_for.isdisjoint(vaccines)


def _inadvertent(patient: PatientSeries, given: Given) -> bool:
    return any(judged.given is given and judged.inadvertent for judged in patient.judged)


def _intervals(
    context: Context, patient: PatientSeries, dose: TargetDose, given: Given
) -> tuple[bool, list[Reason]]:
    """Tables 6-18 and 6-21: all preferable intervals, or all allowable ones."""
    against = _gaps(context, patient, dose.intervals, given)
    if not any(reason.code == state.TOO_SOON for reason in against):
        return True, against
    allowed = [i for i in dose.allowed_intervals if i.period.holds(given.date) and concerns(i, given.vaccine)]
    if allowed and not any(
        reason.code == state.TOO_SOON for reason in _gaps(context, patient, allowed, given)
    ):
        return True, [Reason(state.ALLOWED_INTERVAL, None, allowed[0].source)]
    return False, against


def _gaps(
    context: Context, patient: PatientSeries, intervals: Iterable[Interval], given: Given
) -> list[Reason]:
    reasons = []
    for interval in intervals:
        if not interval.period.holds(given.date) or not concerns(interval, given.vaccine):
            continue
        start = reference_date(context, patient, interval, given)
        if start is None:
            continue
        absolute = interval.absolute or interval.minimum
        if absolute is not None and given.date < (day := context.calendar.after(start, absolute)):
            reasons.append(Reason(state.TOO_SOON, day, interval.source))
        elif interval.minimum is not None and given.date < (
            day := context.calendar.after(start, interval.minimum)
        ):
            reasons.append(Reason(state.GRACE, day, interval.source))
    return reasons


@lru_cache(maxsize=8)
def _changes(rulebook: Rulebook) -> list[date]:
    """The days on which conflict rules begin or have ended, in order."""
    periods = {rule.period for rules in rulebook.conflicts.values() for rule in rules}
    return sorted(
        {p.first for p in periods} | {p.last + timedelta(days=1) for p in periods if p.last < LAST_DAY}
    )


@lru_cache(maxsize=1024)
def _earlier_vaccines(rulebook: Rulebook, vaccine: str, change: int) -> dict[str, tuple[_Bounded, ...]]:
    """The conflict rules of a vaccine after the ``change``-th change, by the vaccine given before it."""
    day = _changes(rulebook)[change - 1] if change else FIRST_DAY
    found = {
        earlier: tuple((rule, _longest(rule)) for rule in rules if rule.period.holds(day))
        for (earlier, later), rules in rulebook.conflicts.items()
        if later == vaccine
    }
    return {earlier: rules for earlier, rules in found.items() if rules}


def _longest(rule: Conflict) -> timedelta:
    """No gap of a rule lasts longer, in any calendar: a quick way past doses of long ago."""
    return timedelta(
        days=max(gap.days + 31 * gap.whole_months for gap in (rule.end, rule.end_after_valid)) + 3
    )


def conflicts_before(
    context: Context, vaccine: str, day: date, before: Given | None = None
) -> Iterator[tuple[Given, Conflict]]:
    """The doses of the history (up to ``before``) that a vaccine given on a day may conflict with."""
    if not context.rulebook.conflicts:
        return
    rules = _earlier_vaccines(context.rulebook, vaccine, bisect_right(_changes(context.rulebook), day))
    if not rules:
        return
    for earlier in context.history:
        if earlier is before:
            return
        for rule, longest in rules.get(earlier.vaccine, ()):
            if before is None or day - earlier.date <= longest:
                yield earlier, rule


def conflicting(context: Context, patient: PatientSeries, given: Given) -> Reason | None:
    """CONFLICT-3: the first earlier dose that is too near, if any (6.7)."""
    for earlier, rule in conflicts_before(context, given.vaccine, given.date, given):
        if given.date < earlier.date + timedelta(days=rule.begin.days):
            continue
        counted = patient.status_of(earlier) in (None, state.VALID)
        end = context.calendar.after(earlier.date, rule.end_after_valid if counted else rule.end)
        if given.date < end:
            return Reason(state.CONFLICT, end, rule.source)
    return None


def takes(context: Context, uses: Iterable[VaccineUse], given: Given) -> bool:
    """Whether a list holds the vaccine at the age at which it was given (tables 6-26 and 6-29).

    Where the rule book follows the first dose (Japan), a dose of unknown product fits every product: a record
    without the name is no dose too few.
    """
    return any(use.period.holds(given.date) for use in _named(context, uses, given))


def _named(context: Context, uses: Iterable[VaccineUse], given: Given) -> Iterator[VaccineUse]:
    """The entries of a list that name the vaccine, its product and the age, whenever they are in force."""
    anything = not given.product and context.rulebook.selection == "start"
    return (
        use
        for use in uses
        if use.vaccine == given.vaccine
        and (anything or not use.product or use.product == given.product)
        and context.within(given.date, use.from_, use.until)
    )


def _not_in_use(context: Context, dose: TargetDose, given: Given) -> Reason | None:
    """A vaccine that the list holds on other days: not yet, with its first day, or no more."""
    named = list(_named(context, (*dose.preferable, *dose.allowable), given))
    if not named:
        return None
    later = [use for use in named if given.date < use.period.first]
    if not later:
        return Reason(state.NOT_IN_USE, None, named[0].source)
    first = min(later, key=lambda use: use.period.first)
    return Reason(state.NOT_IN_USE, first.period.first, first.source)
