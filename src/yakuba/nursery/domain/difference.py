"""Who is placed otherwise by a second result (差分): child by child, before and after, with wish ranks.

The two results may belong to two markets: other seats, other priorities, children who left or joined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yakuba.nursery.domain.market import Family, Market, Placement, Seat

Kind = Literal["gained", "lost", "better", "worse", "moved", "added", "withdrawn"]
Assignment = Mapping[str, Seat]
FORMAT = "yakuba.nursery.difference/1"
KINDS: tuple[Kind, ...] = ("gained", "lost", "better", "worse", "moved", "added", "withdrawn")


@dataclass(frozen=True, slots=True)
class Move:
    """One child who is placed otherwise.

    ``kind``: ``gained`` a seat, ``lost`` it, moved to a ``better`` or ``worse`` class of its own list,
    ``moved`` (the two can't be compared: one of them is none of its wishes), ``added`` or ``withdrawn``
    (the child is in one of the two markets only). ``rank_before``, ``rank_after``: which of the child's own
    wishes the class is (1 = first), ``None`` for a current seat, no seat, or a class it did not ask for.
    """

    child: str
    family: str
    kind: Kind
    before: Seat
    after: Seat
    rank_before: int | None
    rank_after: int | None

    def as_dict(self) -> dict[str, Any]:
        """The move as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def difference(before: Market, was: Assignment, after: Market, now: Assignment) -> tuple[Move, ...]:
    """Every child whose place differs between ``was`` (over ``before``) and ``now`` (over ``after``), by id.

    A child of one market only always counts, placed or not. O(total wishes of the families that changed).
    """
    old, new = homes(before), homes(after)
    return tuple(_moves(old, was, new, now))


def homes(market: Market) -> dict[str, tuple[Family, int]]:
    """Child → its family and its place among the family's children."""
    return {child: (family, at) for family in market.families for at, child in enumerate(family.children)}


def _moves(
    old: Mapping[str, tuple[Family, int]],
    was: Assignment,
    new: Mapping[str, tuple[Family, int]],
    now: Assignment,
) -> Iterator[Move]:
    for child in sorted({*old, *new}):
        before, after = was.get(child), now.get(child)
        if child in old and child in new and before == after:
            continue
        family = (new.get(child) or old[child])[0].id
        ranks = (_rank(old.get(child), before), _rank(new.get(child), after))
        if child not in new:
            yield Move(child, family, "withdrawn", before, None, ranks[0], None)
        elif child not in old:
            yield Move(child, family, "added", None, after, None, ranks[1])
        else:
            yield Move(child, family, _kind(new[child], before, after), before, after, *ranks)


def _kind(home: tuple[Family, int], before: Seat, after: Seat) -> Kind:
    if before is None:
        return "gained"
    if after is None:
        return "lost"
    order = own_order(*home)
    places = [order.index(seat) if seat in order else None for seat in (before, after)]
    if places[0] is None or places[1] is None:
        return "moved"
    return "better" if places[1] < places[0] else "worse"


def own_order(family: Family, at: int) -> list[str]:
    """The classes that the wishes name for one child, first mention first, the current seat last."""
    placements: list[Placement] = [*family.wishes, family.current]
    return list(dict.fromkeys(seat for placement in placements if (seat := placement[at]) is not None))


def _rank(home: tuple[Family, int] | None, seat: Seat) -> int | None:
    if home is None or seat is None:
        return None
    family, at = home
    if seat == family.current[at]:
        return None
    order = own_order(family, at)
    return order.index(seat) + 1 if seat in order else None


def applied(moves: tuple[Move, ...], was: Assignment) -> dict[str, Seat]:
    """``was`` with the moves made: what the second result assigns."""
    now = dict(was)
    for move in moves:
        if move.kind == "withdrawn":
            now.pop(move.child, None)
        else:
            now[move.child] = move.after
    return now


def counted(moves: tuple[Move, ...]) -> dict[str, int]:
    """Children per kind, every kind named, and their sum as ``changed``."""
    counts = Counter(move.kind for move in moves)
    return {"changed": len(moves), **{kind: counts.get(kind, 0) for kind in KINDS}}
