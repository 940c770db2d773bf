"""``plan`` and ``replan``: the entrances of the planner.

The objective, part by part: every dose that can be given is planned; as few as possible outside their
standard window (later than its end, or before its beginning because there is no day in it); for a child that
has a plan already, as few doses on another day as possible; as few visits to be made as possible; as few days
as possible between each dose's own first day and the planned one; as few visits as possible on other weekdays
than those wished for, each at most 13 days later for it; the earliest visits.

Legal windows, gaps and gaps between live vaccines always hold: at the end the engine judges every planned
dose as if it had been given, and a vaccine with one that is not valid is handed to staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from yakuba.handbook.domain.calendars import Calendar, add_months, real_or_next_first
from yakuba.handbook.domain.outlook import asked_for, outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.planner.course import ASK_STAFF, Child, courses
from yakuba.handbook.domain.planner.days import FAR, Gaps, OpenDays
from yakuba.handbook.domain.planner.result import NotPlanned, Plan, Visit
from yakuba.handbook.domain.planner.schedule import Schedule, Task
from yakuba.handbook.domain.planner.search import Cost, Fixed, Found, Search
from yakuba.handbook.domain.planner.steps import Step
from yakuba.handbook.domain.planner.why import Reasons
from yakuba.handbook.domain.planner.wishes import Wishes
from yakuba.handbook.domain.rules import Group, Rulebook

MONTHS_OF_AGE, MONTHS_AHEAD = 28, 12
COST = ("left_out", "outside_standard", "changes", "visits", "late", "off_weekday", "sum_of_days")
Earlier = Mapping[tuple[str, int], date]


def plan(
    rulebook: Rulebook,
    person: Person,
    history: Iterable[Given],
    observations: Iterable[Observation],
    on_date: date,
    calendar: Calendar,
    wishes: Wishes | None = None,
) -> Plan:
    """Plan what is left of every vaccine. Raises ``ValueError`` as ``evaluate`` does, and for bad wishes."""
    return plan_from(None, rulebook, person, history, observations, on_date, calendar, wishes)


def replan(
    previous: Iterable[Visit],
    rulebook: Rulebook,
    person: Person,
    history: Iterable[Given],
    observations: Iterable[Observation],
    on_date: date,
    calendar: Calendar,
    wishes: Wishes | None = None,
) -> Plan:
    """Plan again with the fewest doses on other days than in an earlier plan.

    Doses of the earlier plan that are given or no longer needed fall away and count as no change.
    """
    days = {(shot.vaccine, shot.dose): visit.date for visit in previous for shot in visit.shots}
    return plan_from(days, rulebook, person, history, observations, on_date, calendar, wishes)


def horizon(person: Person, on_date: date) -> date:
    """28 months of age, at least twelve months ahead."""
    ahead = real_or_next_first(*add_months(on_date, MONTHS_AHEAD))
    if person.birth is None:
        return ahead
    return max(ahead, real_or_next_first(*add_months(person.birth, MONTHS_OF_AGE)))


def plan_from(
    earlier: Earlier | None,
    rulebook: Rulebook,
    person: Person,
    history: Iterable[Given],
    observations: Iterable[Observation],
    on_date: date,
    calendar: Calendar,
    wishes: Wishes | None = None,
) -> Plan:
    """``replan`` from the days of the earlier plan by vaccine and dose number; None: ``plan``."""
    wishes = wishes or Wishes()
    history, observations = tuple(history), tuple(observations)
    if faults := wishes.faults():
        raise ValueError("; ".join(faults))
    start = max(on_date, wishes.not_before or on_date)
    child = Child(rulebook, person, history, observations, start, calendar)
    until = wishes.until or horizon(person, start)
    open_days, gaps = OpenDays(wishes), Gaps(calendar)
    groups = [group for group in rulebook.groups.values() if _wanted(group, wishes, history)]
    asked = courses(child, wishes, open_days, until, groups)
    kept_days = frozenset(day.toordinal() for day in (earlier or {}).values())
    fixed = _fixed(wishes, open_days, start, kept_days)
    to_staff: set[str] = set()
    while True:
        steps = _renumbered(asked.steps, to_staff)
        for step in steps:
            step.prepare(gaps)
        order = sorted(steps, key=lambda step: (step.ideal, step.index))
        task = Task(steps, order, open_days, gaps, wishes.max_shots or FAR)
        before = _before(steps, earlier)
        found = Search(task, fixed, wishes.work, bool(wishes.preferred_weekdays), before).run()
        bad = _not_valid(child, steps, found.schedule)
        if not bad:
            break
        to_staff |= bad
    missing = [NotPlanned(name, number, reason) for name, number, reason in asked.impossible]
    missing += [
        NotPlanned(step.group, step.number, ASK_STAFF) for step in asked.steps if step.group in to_staff
    ]
    missing += [
        NotPlanned(step.group, step.number, "no_visit_possible")
        for step in steps
        if found.schedule.at[step.index] < 0
    ]
    return Plan(
        _visits(rulebook, found, wishes, before or {}, kept_days),
        tuple(missing),
        until,
        found.proven,
        found.work,
        _cost(found.cost),
    )


def _wanted(group: Group, wishes: Wishes, history: tuple[Given, ...]) -> bool:
    if wishes.vaccines and group.name not in wishes.vaccines:
        return False
    return (wishes.optional or not group.optional) and asked_for(group, history)


def _renumbered(steps: list[Step], without: set[str]) -> list[Step]:
    """The steps without some groups, numbered from 0 again."""
    if not without:
        return steps
    kept = [step for step in steps if step.group not in without]
    new = {step.index: number for number, step in enumerate(kept)}
    return [
        replace(
            step,
            index=new[step.index],
            previous=None if step.previous is None else new[step.previous],
            limits=tuple(
                one if one.after is None else replace(one, after=new[one.after])
                for one in step.limits
                if one.after is None or one.after in new
            ),
            standard_after=None if step.standard_after is None else new.get(step.standard_after),
            conflicts=tuple(
                (new[other], gap, source) for other, gap, source in step.conflicts if other in new
            ),
        )
        for step in kept
    ]


def _before(steps: list[Step], earlier: Earlier | None) -> dict[int, int] | None:
    if earlier is None:
        return None
    known = {key: day.toordinal() for key, day in earlier.items()}
    return {s.index: known[s.group, s.number] for s in steps if (s.group, s.number) in known}


def _fixed(wishes: Wishes, open_days: OpenDays, start: date, kept_days: Iterable[int]) -> list[Fixed]:
    """Booked visits, and the days of the earlier plan that are still possible."""
    found = {
        one.day.toordinal(): Fixed(one.day.toordinal(), True, one.vaccines)
        for one in wishes.booked
        if one.day >= start and not open_days.blocked(one.day.toordinal())
    }
    for day in kept_days:
        if day >= start.toordinal() and open_days.open(day):
            found.setdefault(day, Fixed(day))
    return list(found.values())


def _not_valid(child: Child, steps: list[Step], schedule: Schedule) -> set[str]:
    """The vaccines of which the engine does not accept a planned dose."""
    planned = sorted(
        (schedule.when[step.index], step.index) for step in steps if schedule.at[step.index] >= 0
    )
    if not planned:
        return set()
    doses = [
        Given(steps[index].vaccine, date.fromordinal(day), steps[index].product) for day, index in planned
    ]
    last = max(child.start, doses[-1].date)
    found = outlook(
        child.rulebook,
        child.person,
        [*child.history, *doses],
        child.observations,
        last,
        child.calendar,
    )
    lines = found.doses[len(child.history) :]
    return {steps[index].group for (_, index), line in zip(planned, lines, strict=True) if not line.valid}


def _visits(
    rulebook: Rulebook,
    found: Found,
    wishes: Wishes,
    before: Mapping[int, int],
    kept_days: frozenset[int],
) -> tuple[Visit, ...]:
    board = found.schedule
    booked = frozenset(one.day.toordinal() for one in wishes.booked)
    reasons = Reasons(board, rulebook, booked, before, kept_days)
    order = {name: number for number, name in enumerate(rulebook.groups)}
    return tuple(
        Visit(
            date.fromordinal(day),
            tuple(sorted((reasons.shot(index) for index in shots), key=lambda shot: order[shot.vaccine])),
            day in booked,
        )
        for day, shots in zip(board.days, board.shots, strict=True)
        if shots
    )


def _cost(cost: Cost) -> dict[str, int]:
    return dict(zip(COST, cost, strict=True))
