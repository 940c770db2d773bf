"""What a person's observations change: windows that stay open longer, vaccines that are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yakuba.handbook.domain.calendars import Calendar
from yakuba.handbook.domain.outlook import NextDose, Outlook, outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import OBSERVATION, Rulebook


@dataclass(frozen=True, slots=True)
class Moved:
    """One vaccine that one observation changes: the next dose without it and with it, by these sources."""

    code: str
    before: NextDose
    after: NextDose
    source: tuple[str, ...]

    @property
    def vaccine(self) -> str:
        """The rule book's code of the vaccine."""
        return self.after.vaccine


def moved(
    rulebook: Rulebook,
    person: Person,
    history: Sequence[Given],
    observations: Sequence[Observation],
    on_date: date,
    calendar: Calendar,
    found: Outlook,
) -> tuple[Moved, ...]:
    """What each observation changes in ``found``, which is the outlook with all of them.

    Compared are the status and the end of the legal window; one vaccine may be changed by several.
    """
    changes: list[Moved] = []
    for code in dict.fromkeys(one.code for one in observations):
        rest = [one for one in observations if one.code != code]
        without = {
            one.vaccine: one for one in outlook(rulebook, person, history, rest, on_date, calendar).forecasts
        }
        for after in found.forecasts:
            before = without.get(after.vaccine)
            if before is None or _same(before, after):
                continue
            changes.append(Moved(code, before, after, _sources(rulebook, code, after)))
    return tuple(changes)


def _same(one: NextDose, other: NextDose) -> bool:
    return (one.status, one.legal_until) == (other.status, other.legal_until)


def _sources(rulebook: Rulebook, code: str, after: NextDose) -> tuple[str, ...]:
    """Of the extensions that name the observation; an exclusion's own source stands with the forecast."""
    found = [
        source
        for extension in rulebook.extensions
        if extension.observation == code and after.vaccine in extension.until_age
        for source in extension.source
    ]
    return tuple(dict.fromkeys(found)) or after.source


@lru_cache(maxsize=8)
def codes_of(rulebook: Rulebook) -> tuple[str, ...]:
    """Every observation that a rule of the book asks for, in the order of the book."""
    found = [one.observation for one in rulebook.extensions]
    for antigen in rulebook.antigens.values():
        found += [one.observation for one in antigen.contraindications]
        found += sorted(antigen.immune_after)
        found += sorted({code for rule in antigen.born_before for code in rule.exceptions})
        for series in antigen.series:
            found += [one.observation for one in series.indications]
            found += [
                interval.observation
                for dose in series.doses
                for interval in (*dose.intervals, *dose.allowed_intervals)
                if interval.reference == OBSERVATION
            ]
    return tuple(dict.fromkeys(code for code in found if code))


@lru_cache(maxsize=8)
def dated_codes_of(rulebook: Rulebook) -> tuple[str, ...]:
    """The observations that change nothing without their day: an end that is so long after it."""
    return tuple(dict.fromkeys(one.observation for one in rulebook.extensions if one.within is not None))
