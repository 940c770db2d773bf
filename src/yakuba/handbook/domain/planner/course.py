"""Which doses are left, asked of the engine one after the other, each taken as given on its ideal day.

So courses by the age at the start, skips and products are the engine's own judgement; what a dose waits for
is then read from the rules it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from yakuba.handbook.domain.calendars import FIRST_DAY, Calendar
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.forecast import repeat_from, window_for
from yakuba.handbook.domain.engine.judge import concerns, conflicts_before, reference_date
from yakuba.handbook.domain.engine.skip import COUNT
from yakuba.handbook.domain.engine.state import PatientSeries, SeriesForecast
from yakuba.handbook.domain.evaluate import evaluate
from yakuba.handbook.domain.outlook import product_of
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.planner.days import FAR, OpenDays
from yakuba.handbook.domain.planner.steps import (
    AGE,
    CONFLICT,
    INTERVAL,
    LAST_DOSE,
    RECOMMENDED,
    Limit,
    Step,
)
from yakuba.handbook.domain.planner.wishes import LEGAL, Wishes
from yakuba.handbook.domain.rules import AgeWindow, Group, Period, Rulebook, TargetDose, VaccineUse

NO_OPEN_DAY, ASK_STAFF, TOO_LATE = "no_open_day", "ask_staff", "too_late"
_MOST = 12  # doses of one vaccine in one plan
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Child:
    """Whom to plan for, and the day from which on."""

    rulebook: Rulebook
    person: Person
    history: tuple[Given, ...]
    observations: tuple[Observation, ...]
    start: date
    calendar: Calendar


@dataclass(slots=True)
class Courses:
    """The steps of all vaccines, and the doses that cannot be planned: vaccine, number, reason."""

    steps: list[Step] = field(default_factory=list)
    impossible: list[tuple[str, int, str]] = field(default_factory=list)


def courses(
    child: Child, wishes: Wishes, open_days: OpenDays, until: date, groups: Sequence[Group]
) -> Courses:
    """The doses of the groups whose ideal day is not after ``until``; covering vaccines come first."""
    found = Courses()
    for group in sorted(groups, key=lambda one: bool(one.covered_by)):
        _Course(child, wishes, open_days, until, group, found).run()
    _live_gaps(child, found.steps)
    return found


class _Course:
    """One vaccine's doses, one after the other."""

    def __init__(
        self, child: Child, wishes: Wishes, open_days: OpenDays, until: date, group: Group, found: Courses
    ) -> None:
        self._child, self._wishes, self._open, self._until = child, wishes, open_days, until.toordinal()
        self._group, self._found = group, found
        self._context = Context(
            child.rulebook, child.person, child.history, child.observations, child.start, child.calendar
        )
        self._own: list[Step] = []
        self._status = ""
        others = [step for step in found.steps if step.group == group.covered_by]
        self._planned = {step.ideal: step.index for step in others}
        self._taken = [Given(step.vaccine, date.fromordinal(step.ideal), step.product) for step in others]

    def run(self) -> None:
        """Ask for dose after dose."""
        on, floor = self._child.start, self._child.start.toordinal()
        for _ in range(_MOST):
            asked = self._ask(on)
            if asked is None:
                if self._own and self._status == state.AGED_OUT:
                    self._found.impossible.append((self._group.name, self._own[-1].number + 1, TOO_LATE))
                return
            patient, one = asked
            if self._own and self._refused(patient):
                del self._found.steps[self._own[0].index :]
                self._found.impossible.append((self._group.name, self._own[0].number, ASK_STAFF))
                return
            if max(_recommended(one), floor) > self._until:
                return
            day = self._ideal(one, floor)
            if day == FAR:
                self._found.impossible.append((self._group.name, one.number, NO_OPEN_DAY))
                return
            if not _fits(self._context, patient, one.dose, day) and on < date.fromordinal(day):
                on = date.fromordinal(day)  # another course or dose is the one of that day
                continue
            self._add(patient, one, day)
            on, floor = date.fromordinal(day), day + 1

    def _ask(self, on: date) -> tuple[PatientSeries, SeriesForecast] | None:
        child = self._child
        history = [*child.history, *self._taken]
        verdict = evaluate(
            child.rulebook, child.person, history, child.observations, on, child.calendar, (self._group.name,)
        )
        for one in verdict.forecasts:
            self._status = one.status
            if one.forecasts:  # it has some only while it is not complete
                for patient in verdict.antigens[self._group.antigens[0]].best:
                    if patient.forecast is one.forecasts[0]:
                        return patient, one.forecasts[0]
        return None

    def _refused(self, patient: PatientSeries) -> bool:
        """Whether the engine does not count the dose that was just planned."""
        last = self._taken[-1]
        return any(judged.given == last and judged.status != state.VALID for judged in patient.judged)

    def _ideal(self, one: SeriesForecast, floor: int) -> int:
        """The first open day in the recommended window, else in the legal one; ``FAR`` when there is none."""
        latest = one.latest.day.toordinal() if one.latest else FAR
        for wanted in (_recommended(one), one.earliest.day.toordinal()):
            day = self._open.next(max(wanted, floor))
            if day <= latest:
                return day
        return FAR

    def _add(self, patient: PatientSeries, one: SeriesForecast, day: int) -> None:
        step = self._step(patient, one, day)
        _keep_structure(self._context, one.dose, self._own)
        self._found.steps.append(step)
        self._own.append(step)
        self._planned[day] = step.index
        self._taken.append(Given(step.vaccine, date.fromordinal(day), step.product))

    def _step(self, patient: PatientSeries, one: SeriesForecast, day: int) -> Step:
        context, dose, wishes = self._context, one.dose, self._wishes
        window = _window(context, patient, dose, day)
        use = self._use(one, day)
        spans = tuple(_within(_spans(context, patient, dose), use.period))
        last = max((end for _, end in spans), default=FAR)
        legal_only = wishes.within == LEGAL
        step = Step(
            index=len(self._found.steps),
            group=self._group.name,
            vaccine=use.vaccine,
            product=self._product(one, use.product, day),
            number=one.number,
            label=dose.label,
            course=patient.series.name,
            chain=self._own[0].chain if self._own else len(self._found.steps),
            previous=self._own[-1].index if self._own else None,
            ideal=day,
            limits=tuple(self._limits(patient, dose, window, day, use.vaccine)),
            spans=spans,
            last=last,
            cap=FAR if legal_only else day + wishes.put_off,
            catch_up=FAR if legal_only else day + wishes.catch_up,
            legal_source=window.source,
            legal_last=last,
            group_source=self._group.source,
        )
        self._standard_end(step, patient, dose, window)
        return step

    def _use(self, one: SeriesForecast, day: int) -> VaccineUse:
        """What the dose takes on a day: a vaccine whose rule is in force, the usual product if it is."""
        offered = [use for use in one.dose.preferable if use.offered] or list(one.dose.preferable)
        uses = [use for use in offered if use.period.holds(date.fromordinal(day))] or offered
        usual = product_of(self._group, one, [*self._child.history, *self._taken])
        return next((use for use in uses if use.product in (usual, "")), uses[0])

    def _product(self, one: SeriesForecast, bound: str, day: int) -> str:
        """The product wished for, begun with or usual, unless its rule is not in force on the day."""
        chosen = self._wishes.products.get(self._group.name, "")
        if chosen and not any(given.vaccine == self._group.name for given in self._child.history):
            return chosen
        usual = product_of(self._group, one, [*self._child.history, *self._taken])
        periods = [use.period for use in one.dose.preferable if use.product == usual]
        over = periods and not any(period.holds(date.fromordinal(day)) for period in periods)
        return bound if over or not usual else usual

    def _limits(
        self, patient: PatientSeries, dose: TargetDose, window: AgeWindow, day: int, vaccine: str
    ) -> list[Limit]:
        """FORECASTDTCAN-1 and FORECASTDT-2 as limits; a reference that is planned stays a reference."""
        context, on = self._context, date.fromordinal(day)
        found = [Limit("start", day=self._child.start.toordinal())]
        if (minimum := context.day(window.from_)) is not None:
            found.append(Limit(AGE, window.source, minimum.toordinal()))
        by_age = context.day(window.recommended_from)
        if by_age is not None:
            found.append(Limit(RECOMMENDED, window.source, by_age.toordinal(), standard=True))
        for interval in dose.intervals:
            if not interval.period.holds(on) or not concerns(interval, vaccine):
                continue
            start = reference_date(context, patient, interval, None)
            if start is None:
                continue
            wanted = None if by_age is not None else interval.recommended_from
            for rule, gap, standard in (
                (INTERVAL, interval.minimum, False),
                (RECOMMENDED, wanted, True),
            ):
                if gap is None:
                    continue
                planned = self._planned.get(start.toordinal())
                fixed = context.calendar.after(start, gap).toordinal() if planned is None else 0
                found.append(Limit(rule, interval.source, fixed, planned, gap, standard, start.toordinal()))
        if patient.judged and not self._own:
            found.append(Limit(LAST_DOSE, (), patient.judged[-1].given.date.toordinal() + 1))
            if (again := repeat_from(context, patient, dose)) is not None:
                found.append(Limit(RECOMMENDED, again.source, again.day.toordinal(), standard=True))
        for given, conflict in conflicts_before(context, vaccine, on):
            end = context.calendar.after(given.date, conflict.end).toordinal()
            found.append(Limit(CONFLICT, conflict.source, end, since=given.date.toordinal()))
        return found

    def _standard_end(self, step: Step, patient: PatientSeries, dose: TargetDose, window: AgeWindow) -> None:
        """FORECASTDT-3: the end of the recommended window, by age, else by the first interval with one."""
        context = self._context
        by_age = context.day(window.recommended_until)
        if by_age is not None:
            step.standard_last, step.standard_source = by_age.toordinal() - 1, window.source
            return
        for interval in dose.intervals:
            gap = interval.recommended_until
            start = reference_date(context, patient, interval, None)
            if gap is None or start is None or not concerns(interval, step.vaccine):
                continue
            step.standard_source = interval.source
            planned = self._planned.get(start.toordinal())
            if planned is None:
                step.standard_last = context.calendar.window_end(start, gap).toordinal() - 1
            else:
                step.standard_after, step.standard_gap = planned, gap
            return


def _recommended(one: SeriesForecast) -> int:
    """The beginning of the recommended window, never after the legal one."""
    day = one.recommended.day
    return (min(day, one.latest.day) if one.latest else day).toordinal()


def _spans(context: Context, patient: PatientSeries, dose: TargetDose) -> tuple[tuple[int, int], ...]:
    """The legal windows of a dose by age, each while its rule is in force."""
    found = []
    for window in dose.ages:
        own = (context.day(window.from_) or FIRST_DAY, context.day(window.until))
        for begin, end in (own, *context.reopened(window, patient.series, dose)):
            first = max(begin, window.period.first)
            last = window.period.last if end is None else min(end - _DAY, window.period.last)
            if first <= last:
                found.append((first.toordinal(), last.toordinal()))
    return tuple(sorted(found)) if dose.ages else ((0, FAR),)


def _within(spans: Sequence[tuple[int, int]], period: Period) -> Iterator[tuple[int, int]]:
    """The parts of windows that lie in a period."""
    first, last = period.first.toordinal(), period.last.toordinal()
    for begin, end in spans:
        if max(begin, first) <= min(end, last):
            yield max(begin, first), min(end, last)


def _fits(context: Context, patient: PatientSeries, dose: TargetDose, day: int) -> bool:
    return any(first <= day <= last for first, last in _spans(context, patient, dose))


def _window(context: Context, patient: PatientSeries, dose: TargetDose, day: int) -> AgeWindow:
    """The window that a day lies in, else the one a forecast goes by."""
    on = date.fromordinal(day)
    for window in dose.ages:
        end = context.until(window, patient.series, dose)
        if window.period.holds(on) and (end is None or on < end):
            return window
    return window_for(context, patient, dose) or AgeWindow()


def _keep_structure(context: Context, dose: TargetDose, before: Sequence[Step]) -> None:
    """A skip that counts doses from an age on must stay unmet: the doses before keep to earlier days."""
    for skip in dose.skips:
        for one in (condition for found in skip.sets for condition in found.conditions):
            first = context.day(one.from_age) if one.kind == COUNT else None
            if first is None:
                continue
            for step in before:
                if step.ideal < first.toordinal():
                    step.last = min(step.last, first.toordinal() - 1)
                    step.spans = tuple(
                        (begin, min(end, step.last)) for begin, end in step.spans if begin <= step.last
                    )


def _live_gaps(child: Child, steps: list[Step]) -> None:
    """The gaps that planned doses of different vaccines keep from each other."""
    rules = child.rulebook.conflicts
    for step in steps:
        step.conflicts = tuple(
            (other.index, rule.end, rule.source)
            for other in steps
            for rule in rules.get((other.vaccine, step.vaccine), ())
            if rule.period.holds(date.fromordinal(step.ideal))
        )
