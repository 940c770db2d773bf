"""A child's outlook from what is written down of it: computed anew for each page, never copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from yakuba.handbook.domain.calendars import Origin
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.missing import unsaid_without_sex
from yakuba.handbook.domain.observed import Moved, moved
from yakuba.handbook.domain.outlook import DoseLine, NextDose, outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import HealthCheck
from yakuba.handbook.models import Child, Dose
from yakuba.handbook.services.families.rules import InUse

CALENDAR = JapaneseCalendar()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A dose as it is kept, and what the rules say of it (``None``: a vaccine that they do not know)."""

    dose: Dose
    line: DoseLine | None


@dataclass(frozen=True, slots=True)
class Check:
    """A health check (健診) with its window; both days inclusive, ``None`` where the city sets the date."""

    rule: HealthCheck
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class View:
    """Everything the pages show of a child on a day.

    ``moved``: what the child's observations change. ``unsaid``: vaccines that wait for the child's sex.
    """

    recorded: tuple[Recorded, ...]
    forecasts: tuple[NextDose, ...]
    checks: tuple[Check, ...]
    moved: tuple[Moved, ...] = ()
    unsaid: tuple[str, ...] = ()


def person_of(child: Child) -> Person:
    """The child as the engine takes it."""
    return Person(child.birth, child.sex, child.due)


def given_of(doses: Sequence[Dose], rules: InUse) -> list[Given]:
    """The doses as the engine takes them, without vaccines that the rule book does not know."""
    return [
        Given(one.vaccine, one.given_on, one.product) for one in doses if one.vaccine in rules.book.vaccines
    ]


def observations_of(child: Child) -> list[Observation]:
    """What rules ask for, as far as it is known."""
    rows = child.observations.filter(taken_back_at=None)
    return [Observation(one.code, one.on) for one in rows]


def doses_of(child: Child) -> list[Dose]:
    """The doses that stand, oldest first."""
    return list(child.doses.filter(taken_back_at=None).order_by("given_on", "pk"))


def view_of(
    child: Child,
    rules: InUse,
    on_date: date,
    doses: Sequence[Dose] | None = None,
    *,
    named: bool = True,
) -> View:
    """What the rules say of a child on a day.

    ``named``: whether the sources may tell what the office recorded (特例・状態). Without it every date stays
    as it is and cites what it would rest on without those records: the title of a source names the illness.
    """
    rows = doses_of(child) if doses is None else list(doses)
    known = [one for one in rows if one.vaccine in rules.book.vaccines]
    person, given, observed = person_of(child), given_of(rows, rules), observations_of(child)
    found = outlook(rules.book, person, given, observed, on_date, CALENDAR)
    lines = dict(zip((one.pk for one in known), found.doses, strict=True))
    view = View(
        tuple(Recorded(one, lines.get(one.pk)) for one in rows),
        found.forecasts,
        tuple(checks_of(child, rules)),
        moved(rules.book, person, given, observed, on_date, CALENDAR, found),
        unsaid_without_sex(rules.book, person, given, observed, on_date, CALENDAR),
    )
    if named or not observed:
        return view
    return _unnamed(view, outlook(rules.book, person, given, [], on_date, CALENDAR).forecasts)


def _unnamed(view: View, plain: Sequence[NextDose]) -> View:
    """The same dates with the sources of ``plain``, the outlook without records of the office."""
    cited = {one.vaccine: one for one in plain}

    def without(one: NextDose) -> NextDose:
        other = cited.get(one.vaccine)
        return replace(
            one, source=other.source if other else (), sources=dict(other.sources) if other else {}
        )

    return replace(
        view,
        forecasts=tuple(without(one) for one in view.forecasts),
        moved=tuple(replace(one, source=()) for one in view.moved),
    )


def checks_of(child: Child, rules: InUse) -> list[Check]:
    """Health checks of a born child, in the order of the rule book."""
    if child.birth is None:
        return []
    origin = Origin(child.birth, child.due)
    found = []
    for rule in rules.book.health_checks:
        first = CALENDAR.point(rule.from_, origin) if rule.from_ else None
        end = CALENDAR.point(rule.until, origin) if rule.until else None
        last = date.fromordinal(end.toordinal() - 1) if end else None
        found.append(Check(rule, first, last))
    return found
