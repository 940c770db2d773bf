"""What a result means in counts: per class, per child, per wish rank.

Pure and independent of how the result was found; every figure on the staff pages comes from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from yakuba.nursery.domain.market import Family, Market, Placement, Result, Seat

Outcome = Literal["placed", "moved", "held", "waiting"]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class: seats, who got them, who still wants them.

    ``waiting`` counts children with a wish for this class above what they obtained.
    ``cutoff_child`` is the lowest-ranked admitted child of a full class, ``None`` while seats are free.
    """

    class_id: str
    capacity: int
    admitted: int
    waiting: int
    cutoff_child: str | None


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child: where it goes, and as which of its own wishes (1 = first).

    ``wish_number`` counts the classes that the family's wishes name for this child, in the order in
    which they first appear; ``None`` for a child that is not placed, keeps its current seat, or was pinned
    to a class it did not ask for.
    """

    child: str
    family: str
    outcome: Outcome
    seat: Seat
    wish_number: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """All counts of one result. ``ranks``: wish number → children; waiting children are not in it."""

    classes: tuple[ClassRow, ...]
    children: tuple[ChildRow, ...]
    ranks: Mapping[int, int]
    outcomes: Mapping[Outcome, int]
    free_seats: int


def summarise(market: Market, result: Result, pinned: Collection[str] = ()) -> Summary:
    """Count one result over its (original) market. O(total wishes).

    ``pinned``: children whom staff fixed; none of them is the last one admitted by priority.
    """
    admitted: dict[str, list[str]] = {class_id: [] for class_id in market.capacity}
    for child, seat in result.assignment.items():
        if seat is not None:
            admitted[seat].append(child)
    waiting: dict[str, set[str]] = {class_id: set() for class_id in market.capacity}
    children: list[ChildRow] = []
    for family in market.families:
        obtained = tuple(result.assignment[child] for child in family.children)
        for wish in better_wishes(family, obtained):
            for child, wanted, got in zip(family.children, wish, obtained, strict=True):
                if wanted is not None and wanted != got:
                    waiting[wanted].add(child)
        children.extend(_child_rows(family, obtained))
    classes = tuple(
        _class_row(class_id, market, admitted[class_id], len(waiting[class_id]), pinned)
        for class_id in market.capacity
    )
    return Summary(
        classes=classes,
        children=tuple(children),
        ranks=dict(sorted(Counter(row.wish_number for row in children if row.wish_number).items())),
        outcomes=Counter(row.outcome for row in children),
        free_seats=sum(row.capacity - row.admitted for row in classes),
    )


def better_wishes(family: Family, obtained: Placement) -> Sequence[Placement]:
    """The family's wishes above what it obtained, best first."""
    for position, wish in enumerate(family.wishes):
        if wish == obtained:
            return family.wishes[:position]
    return family.wishes


def _class_row(
    class_id: str, market: Market, admitted: list[str], waiting: int, pinned: Collection[str]
) -> ClassRow:
    capacity = market.capacity[class_id]
    cutoff = None
    if admitted and len(admitted) >= capacity:
        seated = set(admitted) - set(pinned)
        cutoff = next((child for child in reversed(market.priority[class_id]) if child in seated), None)
    return ClassRow(class_id, capacity, len(admitted), waiting, cutoff)


def _child_rows(family: Family, obtained: Placement) -> list[ChildRow]:
    rows = []
    for index, (child, seat, current) in enumerate(
        zip(family.children, obtained, family.current, strict=True)
    ):
        outcome: Outcome
        number = None
        if seat is None:
            outcome = "waiting"
        elif seat == current:
            outcome = "held"
        else:
            outcome = "moved" if current is not None else "placed"
            own_order = dict.fromkeys(wish[index] for wish in family.wishes if wish[index] is not None)
            # a pinned child may have a class that it never asked for
            number = list(own_order).index(seat) + 1 if seat in own_order else None
        rows.append(ChildRow(child, family.id, outcome, seat, number))
    return rows
