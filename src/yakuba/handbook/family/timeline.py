"""What was, what can be done now and what comes, as the plan page and the calendar show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext

from yakuba.handbook.domain.outlook import NextDose
from yakuba.handbook.family import vaccines, words
from yakuba.handbook.models import Child, PlannedVisit
from yakuba.handbook.services.families.outlooks import Check, Recorded, View
from yakuba.handbook.services.families.rules import InUse
from yakuba.handbook.services.open_visits import still_open

FAR = timedelta(days=3 * 365)  # beyond this, dates stand in a fold
NOTHING_MORE = ("complete", "aged_out", "contraindicated")


@dataclass(frozen=True, slots=True)
class Line:
    """The next dose of one vaccine."""

    vaccine: str
    dose: int | None
    name: str
    product: str
    state: str
    state_text: str
    chip: str
    day: date | None  # when to give it; None: now
    one: NextDose
    why: words.Why
    optional: bool
    open: bool  # may be given by law today


@dataclass(frozen=True, slots=True)
class Group:
    """Doses of one day. ``day`` None: now."""

    day: date | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Doses given on one day."""

    day: date
    names: tuple[str, ...]
    ask: tuple[str, ...]  # names of doses that may lie outside the rules


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A health check."""

    name: str
    check: Check
    state: str  # now, later, over, city


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned visit with the names of its doses."""

    visit: PlannedVisit
    names: tuple[str, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole page."""

    done: tuple[Done, ...]
    now: Group | None
    soon: tuple[Group, ...]
    far: tuple[Group, ...]
    ended: tuple[Line, ...]
    checks: tuple[CheckLine, ...]
    visits: tuple[Visit, ...] = ()
    hero: Group | None = None
    unsaid: str = ""  # vaccines that wait for the child's sex
    answers: dict[str, str] = field(default_factory=dict)


def lines_of(child: Child, view: View, rules: InUse, today: date) -> list[Line]:
    """One line a vaccine, soonest first."""
    found = [_line(one, child, view, rules, today) for one in view.forecasts]
    return sorted(found, key=lambda line: (line.day or date.min, line.name))


def _line(one: NextDose, child: Child, view: View, rules: InUse, today: date) -> Line:
    waits = max(filter(None, (one.legal_from, one.recommended_from)), default=None)
    day = waits if waits is not None and waits > today else None
    state = one.status if day is None or one.status in NOTHING_MORE else "not_yet"
    text = gettext("Complete") if state == "complete" else str(words.STATES[state])
    return Line(
        vaccine=one.vaccine,
        dose=one.dose,
        name=vaccines.dose_name(one.vaccine, one.dose, one.label, rules)
        if state not in NOTHING_MORE
        else vaccines.vaccine_name(one.vaccine, rules),
        product=vaccines.product_name(one.product) if one.product else "",
        state=state,
        state_text=text,
        chip=words.CHIPS[state],
        day=day,
        one=one,
        why=words.why(one, view, rules, child.birth, child.due),
        optional=words.optional(one.vaccine, rules),
        open=one.legal_from is not None and one.legal_from <= today,
    )


def done_of(recorded: Sequence[Recorded], rules: InUse) -> tuple[Done, ...]:
    """Doses given, a day at a time."""
    days: dict[date, list[Recorded]] = {}
    for one in recorded:
        days.setdefault(one.dose.given_on, []).append(one)
    return tuple(
        Done(
            day,
            tuple(recorded_name(one, rules) for one in rows),
            tuple(recorded_name(one, rules) for one in rows if words.outside_rules(one.line)),
        )
        for day, rows in sorted(days.items())
    )


def recorded_name(one: Recorded, rules: InUse) -> str:
    """«Hepatitis B, dose 2»; without a number where the rules do not count the dose."""
    line = one.line
    counted = line is not None and line.valid and line.vaccine == one.dose.vaccine
    return vaccines.dose_name(one.dose.vaccine, line.dose if counted and line else None, "", rules)


def check_lines(view: View, today: date) -> tuple[CheckLine, ...]:
    """Health checks with their windows."""
    return tuple(
        CheckLine(vaccines.check_name(one.rule), one, _check_state(one, today)) for one in view.checks
    )


def _check_state(one: Check, today: date) -> str:
    if one.first is None or one.last is None:
        return "city"
    if today > one.last:
        return "over"
    return "now" if today >= one.first else "later"


def visits_of(child: Child, rules: InUse, today: date) -> tuple[Visit, ...]:
    """The family's planned visits, soonest first, with the doses that are still to be given."""
    return tuple(
        Visit(
            one,
            tuple(
                vaccines.dose_name(shot["vaccine"], shot["dose"], shot.get("label", ""), rules)
                for shot in left
            ),
            one.on < today,
        )
        for one, left in still_open(child)
    )


def timeline_of(child: Child, view: View, rules: InUse, today: date) -> Timeline:
    """Everything the plan page shows."""
    lines = lines_of(child, view, rules, today)
    open_ = [line for line in lines if line.state not in NOTHING_MORE]
    now = tuple(line for line in open_ if line.day is None)
    later: dict[date, list[Line]] = {}
    for line in open_:
        if line.day is not None:
            later.setdefault(line.day, []).append(line)
    groups = [Group(day, tuple(rows)) for day, rows in sorted(later.items())]
    near = tuple(one for one in groups if one.day is not None and one.day <= today + FAR)
    first = Group(None, now) if now else next(iter(groups), None)
    return Timeline(
        done=done_of(view.recorded, rules),
        now=Group(None, now) if now else None,
        soon=near,
        far=tuple(one for one in groups if one not in near),
        ended=tuple(line for line in lines if line.state in NOTHING_MORE),
        checks=check_lines(view, today),
        visits=visits_of(child, rules, today),
        hero=first,
        unsaid=gettext("; ").join(vaccines.vaccine_name(one, rules) for one in view.unsaid),
    )
