"""What is not known of a person and would be needed for a judgement.

A rule for one sex says nothing of a person whose sex is not recorded: the vaccine is simply absent. This
module finds such vaccines, so that the absence is told and not mistaken for «not needed».
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from yakuba.handbook.domain.calendars import Calendar
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.evaluate import Verdict, evaluate
from yakuba.handbook.domain.outlook import asked_for
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Rulebook

_UNKNOWN = "unknown"  # what a rule for persons of unknown sex names
_OVER = (state.AGED_OUT, state.NOT_RECOMMENDED)  # to learn this, nobody has to ask


def unsaid_without_sex(
    rulebook: Rulebook,
    person: Person,
    history: Iterable[Given],
    observations: Iterable[Observation],
    on_date: date,
    calendar: Calendar,
) -> tuple[str, ...]:
    """The vaccines of which something would be said, or said otherwise, if the person's sex were known.

    In the rule book's order; nothing where the sex is known. A vaccine whose time is over for every sex is
    left out, unless a dose of it waits for its verdict. Raises ``ValueError`` as ``evaluate`` does.
    """
    by_group = _sexes_by_group(rulebook)
    if person.sex or not by_group:
        return ()
    given, observed = list(history), list(observations)
    names = [name for name in by_group if asked_for(rulebook.groups[name], given)]
    plain = evaluate(rulebook, person, given, observed, on_date, calendar, names)
    found: set[str] = set()
    for sex in sorted(frozenset[str]().union(*by_group.values())):
        known = evaluate(rulebook, replace(person, sex=sex), given, observed, on_date, calendar, names)
        found |= {name for name in names if _says_more(plain, known, name)}
    return tuple(name for name in names if name in found)


@lru_cache(maxsize=8)
def _sexes_by_group(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    """The vaccines with a rule for one sex, and the sexes that their rules name."""
    found: dict[str, frozenset[str]] = {}
    for name, group in rulebook.groups.items():
        series = [
            one for antigen in group.antigens if antigen in rulebook.antigens
            for one in rulebook.antigens[antigen].series if one.group == name
        ]  # fmt: skip
        sexes = frozenset[str]().union(*(one.sexes for one in series)) - {_UNKNOWN}
        if sexes:
            found[name] = sexes
    return found


def _says_more(plain: Verdict, known: Verdict, group: str) -> bool:
    """Whether a vaccine's next dose, or the verdict on a given one, depends on the sex."""
    judged = [[one.status for one in verdict.doses if one.group == group] for verdict in (plain, known)]
    if judged[0] != judged[1]:
        return True
    before, after = ([one for one in v.forecasts if one.group == group] for v in (plain, known))
    return before != after and any(one.status not in _OVER for one in after)
