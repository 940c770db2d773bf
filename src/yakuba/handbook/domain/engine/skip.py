"""Conditional skip: when a target dose is not needed (Logic Specification 6.2, 7.1, 7.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.state import COMPLETE, VALID, PatientSeries
from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.rules import Condition, ConditionSet, Skip, TargetDose

AGE, COMPLETED, INTERVAL, COUNT = "age", "completed series", "interval", "count"


class Skipper:
    """Decides skips for one person's series. ``siblings``: the patient series of the same antigen."""

    def __init__(self, context: Context, patient: PatientSeries, siblings: Sequence[PatientSeries]) -> None:
        self._context, self._patient, self._siblings = context, patient, siblings

    def in_history(self, dose: TargetDose, given: Given) -> bool:
        """Whether a dose can be skipped before holding a given dose against it (CONDSKIP-2: its date)."""
        return self._any(dose, given.date, given, lambda skip: skip.in_history)

    def in_forecast(self, dose: TargetDose, reference: date) -> bool:
        """Whether a dose can be skipped on a day: the assessment date (7.1) or the earliest date (7.6)."""
        return self._any(dose, reference, None, lambda skip: skip.in_forecast)

    def _any(
        self, dose: TargetDose, reference: date, given: Given | None, wanted: Callable[[Skip], bool]
    ) -> bool:
        if dose.lapses and self._window_over(dose, reference):
            return True
        return any(wanted(skip) and self._met(skip, reference, given) for skip in dose.skips)

    def _window_over(self, dose: TargetDose, reference: date) -> bool:
        series, context = self._patient.series, self._context
        ends = [context.until(window, series, dose) for window in dose.ages]
        return bool(ends) and all(end is not None and end <= reference for end in ends)

    def _met(self, skip: Skip, reference: date, given: Given | None) -> bool:
        """Table 6-11."""
        day = given.date if given else self._context.on_date
        met = [self._set_met(found, reference, given) for found in skip.sets if found.period.holds(day)]
        return bool(met) and (all(met) if skip.every else any(met))

    def _set_met(self, found: ConditionSet, reference: date, given: Given | None) -> bool:
        """Table 6-10."""
        met = (self._condition_met(condition, reference, given) for condition in found.conditions)
        return all(met) if found.every else any(met)

    def _condition_met(self, condition: Condition, reference: date, given: Given | None) -> bool:
        if condition.kind == AGE:  # table 6-6
            return self._context.within(reference, condition.from_age, condition.until_age)
        if condition.kind == COMPLETED:  # table 6-7
            return any(
                sibling.status == COMPLETE and sibling.series.series_group in condition.series_groups
                for sibling in self._siblings
            )
        if condition.kind == INTERVAL:  # table 6-8
            previous = self._patient.previous()
            if previous is None or condition.gap is None:
                return False
            return reference >= self._context.calendar.after(previous.date, condition.gap)
        number = self._count(condition, given)  # table 6-9
        if condition.comparison == ">":
            return number > condition.count
        return number < condition.count if condition.comparison == "<" else number == condition.count

    def _count(self, condition: Condition, given: Given | None) -> int:
        """CONDSKIP-1: the doses so far that the condition counts."""
        number = 0
        for dose in self._context.history:
            if dose is given:
                break
            if condition.vaccines and dose.vaccine not in condition.vaccines:
                continue
            if not condition.vaccines and self._patient.series.antigen not in self._context.antigens_of(dose):
                continue
            if not condition.first <= dose.date < condition.before:
                continue
            if not self._context.within(dose.date, condition.from_age, condition.until_age):
                continue
            number += not condition.valid_only or self._patient.status_of(dose) == VALID
        return number
