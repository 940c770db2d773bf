"""The planner's oracle: every possible plan of a small case, windows asked of the engine, cheapest kept.

It shares nothing with the search but the definition of the objective (``domain/planner/plan.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product

from yakuba.handbook.domain.evaluate import evaluate
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import NextDose, outlook
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.planner.wishes import Wishes
from yakuba.handbook.rulebooks.load import builtin

BOOK, CALENDAR = builtin(), JapaneseCalendar()
DAY = timedelta(days=1)
LIVE = ("BCG", "MR", "VAR", "MUMPS")
PRODUCTS = {"ROTA": "RV1", "PCV": "PCV20", "HPV": "HPV9"}
SHIFT = 13


@dataclass(frozen=True)
class Case:
    """One child, the vaccines to plan and the days that are open."""

    birth: date
    history: tuple[Given, ...]
    on: date
    open_days: tuple[date, ...]
    wishes: Wishes
    before: tuple[tuple[tuple[str, int], date], ...] | None = None


@dataclass(frozen=True)
class Chain:
    """Possible days of one vaccine's doses: (day, standard, late) a dose; shorter ones leave doses out."""

    name: str
    ideals: tuple[date, ...]
    options: tuple[tuple[tuple[date, bool], ...], ...]


def next_dose(case: Case, vaccine: str, taken: Sequence[date], on: date) -> NextDose | None:
    return _next(case.birth, case.history, vaccine, tuple(taken), on)


@cache
def _next(
    birth: date, history: tuple[Given, ...], vaccine: str, taken: tuple[date, ...], on: date
) -> NextDose | None:
    doses = [*history, *(Given(vaccine, day, product_for(vaccine, birth, history, taken)) for day in taken)]
    found = outlook(BOOK, Person(birth, "F"), doses, [], on, CALENDAR)
    return next((one for one in found.forecasts if one.vaccine == vaccine and one.legal_from), None)


def product_for(vaccine: str, birth: date, history: Sequence[Given], taken: Sequence[date]) -> str:
    """Rota vaccine of one component can be begun until 24 weeks; after them only the other one."""
    begun = next((dose.product for dose in history if dose.vaccine == vaccine and dose.product), "")
    if vaccine == "ROTA" and not begun and taken and taken[0] > birth + DAY * 168:
        return "RV5"
    return begun or PRODUCTS.get(vaccine, "")


def ideal_course(case: Case, vaccine: str, until: date) -> list[tuple[date, NextDose]]:
    """The doses by themselves, each on its first open day; what the plan of this vaccine asks for."""
    found: list[tuple[date, NextDose]] = []
    on = floor = case.on
    while (one := next_dose(case, vaccine, [day for day, _ in found], on)) is not None:
        if max(one.recommended_from or floor, floor) > until:
            break
        day = None
        for wanted in (one.recommended_from, one.legal_from):
            first = max(wanted or floor, floor)
            day = next((d for d in case.open_days if d >= first), None)
            if day is not None and (one.legal_until is None or day <= one.legal_until):
                break
            day = None
        if day is None:
            break
        again = next_dose(case, vaccine, [d for d, _ in found], day)
        if (again is None or (again.course, again.dose) != (one.course, one.dose)) and on < day:
            on = day
            continue
        found.append((day, one))
        on, floor = day, day + DAY
    return found


def chain(case: Case, vaccine: str, until: date) -> Chain:
    course = ideal_course(case, vaccine, until)
    days = sorted({*case.open_days, *(one.day for one in case.wishes.booked)})

    def longer(taken: tuple[tuple[date, bool], ...]) -> Iterator[tuple[tuple[date, bool], ...]]:
        yield taken
        number = len(taken)
        if number == len(course):
            return
        ideal, wanted = course[number]
        for day in days:
            if day < case.on or (taken and day <= taken[-1][0]):
                continue
            one = next_dose(case, vaccine, [d for d, _ in taken], day)
            if one is None or (one.course, one.dose, one.label) != (wanted.course, wanted.dose, wanted.label):
                continue
            if one.legal_from is None or day < one.legal_from:
                continue
            if one.legal_until is not None and day > one.legal_until:
                continue
            yield from longer((*taken, (day, _standard(case, vaccine, taken, one, day, ideal))))

    return Chain(vaccine, tuple(day for day, _ in course), tuple(longer(())))


def _standard(
    case: Case, vaccine: str, taken: Sequence[tuple[date, bool]], one: NextDose, day: date, ideal: date
) -> bool:
    wishes = case.wishes
    if one.recommended_from is not None and day < one.recommended_from:
        return False
    if wishes.within == "legal":
        return True
    cap = ideal + DAY * wishes.put_off
    end = _standard_end(case.birth, case.history, vaccine, tuple(d for d, _ in taken), day)
    return day <= max(min(end, cap) if end else cap, ideal + DAY * wishes.catch_up)


@cache
def _standard_end(
    birth: date, history: tuple[Given, ...], vaccine: str, taken: tuple[date, ...], on: date
) -> date | None:
    """The end of the recommended window as the rules say it, though the dose may have to come later."""
    doses = [*history, *(Given(vaccine, day, product_for(vaccine, birth, history, taken)) for day in taken)]
    found = evaluate(BOOK, Person(birth, "F"), doses, [], on, CALENDAR, [vaccine])
    return found.forecasts[0].forecasts[0].unadjusted_past_due


def best_cost(case: Case, until: date) -> tuple[int, ...]:
    """The cost of the best plan (left out, outside, changes, visits, late, off weekday)."""
    names = [name for name in BOOK.groups if name in case.wishes.vaccines]
    chains = [chain(case, name, until) for name in names]
    booked = {one.day: one.vaccines for one in case.wishes.booked}
    before = dict(case.before or ())
    kept = set(before.values())
    fixed = {*booked, *(d for d in kept if d in case.open_days and d >= case.on)}
    numbers = {name: [one.dose for _, one in ideal_course(case, name, until)] for name in names}
    plans: dict[object, list[tuple[tuple[int, ...], tuple[date, ...], tuple[int, ...]]]] = {}
    for combination in product(*(one.options for one in chains)):
        if not _allowed(case, chains, combination, booked):
            continue
        shots = [
            (one.name, number, day, standard, one.ideals[number])
            for one, days in zip(chains, combination, strict=True)
            for number, (day, standard) in enumerate(days)
        ]
        used = sorted({day for _, _, day, _, _ in shots})
        dropped = sum(len(one.ideals) for one in chains) - len(shots)
        outside = sum(not standard for _, _, _, standard, _ in shots)
        changes = 0
        if case.before is not None:
            changes += sum(
                (name, numbers[name][number]) in before and before[name, numbers[name][number]] != day
                for name, number, day, _, _ in shots
            )
        visits = sum(day not in booked for day in used)
        late = sum(max(0, (day - ideal).days) for _, _, day, _, ideal in shots)
        key = (
            tuple((name, number, used.index(day), standard) for name, number, day, standard, _ in shots),
            tuple(day if day in fixed else None for day in used),
        )
        wished = case.wishes.preferred_weekdays
        misses = sum(bool(wished) and d.weekday() not in wished for d in used if d not in fixed)
        plans.setdefault(key, []).append(
            ((dropped, outside, changes, visits, late), tuple(used), (misses, *(d.toordinal() for d in used)))
        )
    if not case.wishes.preferred_weekdays:
        return (*min(cost for found in plans.values() for cost, _, _ in found), 0)
    return min(one for found in plans.values() for one in _of_assignment(found))


def _of_assignment(
    found: list[tuple[tuple[int, ...], tuple[date, ...], tuple[int, ...]]],
) -> Iterator[tuple[int, ...]]:
    """Of the plans that differ in their days alone: lateness of the earliest, weekdays of those near it.

    Where doses outside their window are nearer to it in the earliest, that one is another assignment.
    """
    least = tuple(min(column) for column in zip(*(used for _, used, _ in found), strict=True))
    for cost, used, _ in found:
        if used == least:
            near = [
                misses[0]
                for _, days, misses in found
                if all(day <= first + DAY * SHIFT for day, first in zip(days, least, strict=True))
            ]
            yield (*cost, min(near))


def _allowed(
    case: Case,
    chains: Sequence[Chain],
    combination: Sequence[tuple[tuple[date, bool], ...]],
    booked: dict[date, frozenset[str]],
) -> bool:
    most = case.wishes.max_shots or 99
    count: dict[date, int] = {}
    live: list[tuple[str, date]] = []
    for one, days in zip(chains, combination, strict=True):
        for day, _ in days:
            count[day] = count.get(day, 0) + 1
            if count[day] > most or (booked.get(day) and one.name not in booked[day]):
                return False
            if one.name in LIVE:
                live.append((one.name, day))
    return all(
        a == b or first == second or abs((first - second).days) >= 28
        for a, first in live
        for b, second in live
    )
