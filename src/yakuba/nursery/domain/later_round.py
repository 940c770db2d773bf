"""A later selection round (二次選考): seats that are left, children who still wait, and new applications.

* Seats for new children of a class = its seats − everybody who sits there after the round before, where a
  child who declined an offer sits nowhere.
* A child who was placed and a child who was withdrawn leave; whoever got less than asked for goes on with
  the wishes of before. A transfer child (転園) who stays where it is goes on holding its seat.
* A sibling who was placed counts as enrolled (在園きょうだい) at that nursery from here on.
* A new application with the number of an old one replaces it.

All go into one ranking: nothing of the order of the round before is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Household,
    WishTuple,
    class_id,
)
from yakuba.nursery.domain.market import Seat


@dataclass(frozen=True, slots=True)
class Leaving:
    """Children who left after the round: ``declined`` gave an offer back, ``withdrawn`` their application."""

    declined: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Carried:
    """The next round. ``going_on``, ``placed``, ``left``, ``replaced``, ``new``: child ids, sorted."""

    applications: Applications
    going_on: tuple[str, ...]
    placed: tuple[str, ...]
    left: tuple[str, ...]
    replaced: tuple[str, ...]
    new: tuple[str, ...]


class CannotCarry(ValueError):
    """The round before and what is to follow do not fit; ``problems`` names each child or class."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def next_round(
    before: Applications,
    assignment: Mapping[str, Seat],
    leaving: Leaving | None = None,
    new: Applications | None = None,
) -> Carried:
    """Put the applications of the next round together.

    ``assignment``: child → class id or ``None``, the approved result of ``before``. ``new``: applications
    that came since; its classes are ignored, their seats follow from the result. Raises ``CannotCarry``.
    """
    leaving = leaving or Leaving()
    _check(before, assignment, leaving)
    added = {child.id: child for child in (new.applicants if new else ())}
    placed = {child.id for child in before.applicants if _is_placed(child, assignment)} - leaving.declined
    stays = [
        child
        for child in before.applicants
        if child.id not in placed | leaving.declined | leaving.withdrawn | added.keys()
    ]
    kept = (*stays, *(new.applicants if new else ()))
    homes = _households(before, new, kept)
    carried = Applications(
        classes=tuple(
            replace(row, recruits=seats)
            for row, seats in zip(before.classes, _free_seats(before, assignment, leaving), strict=True)
        ),
        households=homes,
        applicants=tuple(sorted(kept, key=lambda child: child.id)),
        tuples=_tuples(before, new, {child.id for child in kept}, added.keys()),
        siblings_enrolled=_enrolled(before, new, assignment, placed, homes),
    )
    _check_wishes(carried)
    return Carried(
        applications=carried,
        going_on=tuple(sorted(child.id for child in stays)),
        placed=tuple(sorted(placed)),
        left=tuple(sorted(leaving.declined | leaving.withdrawn)),
        replaced=tuple(sorted(child.id for child in before.applicants if child.id in added)),
        new=tuple(sorted(added.keys() - {child.id for child in before.applicants})),
    )


def _own(child: Applicant, nursery: str | None) -> Seat:
    return None if nursery is None else class_id(nursery, child.age, child.track)


def _is_placed(child: Applicant, assignment: Mapping[str, Seat]) -> bool:
    """Whether the round gave the child what it asked for: a seat that it did not hold before."""
    seat = assignment.get(child.id)
    return seat is not None and seat != _own(child, child.current)


def _check(before: Applications, assignment: Mapping[str, Seat], leaving: Leaving) -> None:
    known = {child.id: child for child in before.applicants}
    problems = [
        f"児童{child}：前の選考の申込みにありません。" for child in sorted(leaving.withdrawn - known.keys())
    ]
    problems += [
        f"児童{child}：前の選考の結果にありません。" for child in sorted(known.keys() - assignment.keys())
    ]
    problems += [
        f"児童{child}：内定しています。取下げではなく、内定の辞退として記録してください。"
        for child in sorted(leaving.withdrawn & known.keys())
        if _is_placed(known[child], assignment)
    ]
    for child in sorted(leaving.declined):
        if child not in known or not _is_placed(known[child], assignment):
            problems.append(f"児童{child}：前の選考で内定していないため、辞退を記録できません。")
    if problems:
        raise CannotCarry(problems)


def _free_seats(before: Applications, assignment: Mapping[str, Seat], leaving: Leaving) -> list[int]:
    """Seats for new children, per class of ``before``: its seats − who sits there now."""
    holders = Counter(_own(child, child.current) for child in before.applicants if child.current is not None)
    sitting = Counter(
        seat for child, seat in assignment.items() if seat is not None and child not in leaving.declined
    )
    free, problems = [], []
    for row in before.classes:
        name = class_id(row.nursery, row.age, row.track)
        left = row.recruits + holders[name] - sitting[name]
        if left < 0:
            problems.append(
                f"クラス{name}：定員より {-left}人多く内定しています。前の選考の結果を確かめてください。"
            )
        free.append(max(left, 0))
    if problems:
        raise CannotCarry(problems)
    return free


def _households(
    before: Applications, new: Applications | None, kept: Iterable[Applicant]
) -> dict[str, Household]:
    """Households of whoever is in the round; what came later is the newer word on a household."""
    known = {**before.households, **(new.households if new else {})}
    return {child.household: known[child.household] for child in kept}


def _tuples(
    before: Applications, new: Applications | None, kept: set[str], added: Iterable[str]
) -> tuple[WishTuple, ...]:
    """Explicit wishes, without the children who left; a household with a new application writes them anew."""
    renewed = {child.household for child in (new.applicants if new else ()) if child.id in set(added)}
    found: list[WishTuple] = list(new.tuples) if new else []
    seen: dict[str, list[dict[str, Seat]]] = {}
    for wish in sorted(before.tuples, key=lambda wish: (wish.household, wish.rank)):
        choices = {child: seat for child, seat in wish.choices.items() if child in kept}
        if wish.household in renewed or not choices:
            continue
        mine = seen.setdefault(wish.household, [])
        if choices not in mine and any(seat is not None for seat in choices.values()):
            mine.append(choices)
    for household, wishes in sorted(seen.items()):
        found += [WishTuple(household, rank, choices) for rank, choices in enumerate(wishes, 1)]
    return tuple(found)


def _enrolled(
    before: Applications,
    new: Applications | None,
    assignment: Mapping[str, Seat],
    placed: set[str],
    homes: Mapping[str, Household],
) -> dict[str, tuple[str, ...]]:
    """Where siblings who do not apply any more attend."""
    found: dict[str, set[str]] = {home: set() for home in homes}
    for source in (before, new):
        for home, nurseries in source.siblings_enrolled.items() if source else ():
            found.setdefault(home, set()).update(nurseries)
    nursery_of = {class_id(row.nursery, row.age, row.track): row.nursery for row in before.classes}
    for child in before.applicants:
        if child.id in placed and child.household in homes:
            found[child.household].add(nursery_of[str(assignment[child.id])])
    return {
        home: tuple(sorted(nurseries))
        for home, nurseries in sorted(found.items())
        if nurseries and home in homes
    }


def _check_wishes(carried: Applications) -> None:
    known = {class_id(row.nursery, row.age, row.track) for row in carried.classes}
    problems = [
        f"児童{child.id}：希望「{nursery}」に {child.age}歳のクラスがありません。"
        for child in carried.applicants
        for nursery in child.wishes
        if _own(child, nursery) not in known
    ]
    if problems:
        raise CannotCarry(problems)
