"""``evaluate``: a person's doses judged and their next doses forecast, under any rule book and calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from yakuba.handbook.domain.calendars import Calendar
from yakuba.handbook.domain.engine.antigens import AntigenResult, evaluate_antigen
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.groups import (
    DoseVerdict,
    GroupForecast,
    group_forecasts,
    series_of,
    verdicts,
)
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Rulebook


@dataclass(frozen=True, slots=True)
class Verdict:
    """``doses`` in the order of their dates (one line a dose and group), ``forecasts`` one a group."""

    doses: tuple[DoseVerdict, ...]
    forecasts: tuple[GroupForecast, ...]
    antigens: Mapping[str, AntigenResult]


def evaluate(
    rulebook: Rulebook,
    person: Person,
    history: Iterable[Given],
    observations: Iterable[Observation],
    on_date: date,
    calendar: Calendar,
    groups: Collection[str] | None = None,
) -> Verdict:
    """Judge every dose of a history and forecast the next ones.

    ``history`` may come in any order; doses after ``on_date`` are judged as they stand. ``groups`` restricts
    the work to some groups of the rule book. A mother's dose before the birth is left out: it is judged with
    the pregnancy. Raises ``ValueError`` for a vaccine that the rule book has no entry for, and for any other
    dose before birth.
    """
    # copies: two equal doses of one day stay two
    given = [
        Given(d.vaccine, d.date, d.product, d.expired_on, d.faulty)
        for d in sorted(history, key=lambda d: (d.date, d.vaccine, d.product))
        if not of_pregnancy(rulebook, person, d)
    ]
    _check(rulebook, person, given)
    context = Context(rulebook, person, tuple(given), tuple(observations), on_date, calendar)
    wanted = [group for name, group in rulebook.groups.items() if groups is None or name in groups]
    results = {
        name: evaluate_antigen(context, rulebook.antigens[name])
        for group in wanted
        for name in group.antigens
        if name in rulebook.antigens
    }
    doses: list[DoseVerdict] = []
    forecasts: list[GroupForecast] = []
    for group in wanted:
        patients = series_of(results, group)
        doses += verdicts(context, group, results, patients)
        forecasts += group_forecasts(context, group, patients)
    order = {id(dose): number for number, dose in enumerate(given)}
    doses.sort(key=lambda verdict: order[id(verdict.given)])
    return Verdict(tuple(doses), tuple(forecasts), results)


def of_pregnancy(rulebook: Rulebook, person: Person, given: Given) -> bool:
    """Whether a born child's dose is one that the mother was given before the birth (母子免疫)."""
    return person.birth is not None and given.date < person.birth and for_mothers(rulebook, given.vaccine)


def for_mothers(rulebook: Rulebook, vaccine: str) -> bool:
    """Whether a vaccine is given to the mother alone, for her child (母子免疫)."""
    held = rulebook.vaccines.get(vaccine, ())
    series = [
        one for a in held if a.antigen in rulebook.antigens for one in rulebook.antigens[a.antigen].series
    ]
    return bool(series) and all(one.requires_due_date for one in series)


def _check(rulebook: Rulebook, person: Person, history: list[Given]) -> None:
    for given in history:
        if given.vaccine not in rulebook.vaccines:
            raise ValueError(
                f"vaccine {given.vaccine!r} of {given.date}: {rulebook.name} has no such vaccine"
            )
        if person.birth is not None and given.date < person.birth:
            raise ValueError(f"dose of {given.date}: before the birth on {person.birth}")
