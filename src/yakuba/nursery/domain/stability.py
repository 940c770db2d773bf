"""Which families block an assignment: the definition of stability, as the manual states it.

A family *blocks* with a placement that it likes better than what it has when, in every class of that
placement, (occupants from other families ranked above the family's lowest child placed there) + (the
family's children placed there) does not exceed the seats. Only occupants and the family itself count.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from yakuba.nursery.domain.market import Family, Market, Placement, Seat


class Occupancy:
    """Who sits where, with each class's occupants as sorted ranks (0 = best)."""

    def __init__(self, market: Market, assignment: Mapping[str, Seat]) -> None:
        self.market = market
        self.assignment = assignment
        self.rank = {
            name: {child: at for at, child in enumerate(order)} for name, order in market.priority.items()
        }
        self.seated: dict[str, list[int]] = {name: [] for name in market.capacity}
        for family in market.families:
            for child in family.children:
                seat = assignment[child]
                if seat is not None:
                    self.seated[seat].append(self.rank[seat][child])
        for ranks in self.seated.values():
            ranks.sort()

    def obtained(self, family: Family) -> Placement:
        """What the family's children have."""
        return tuple(self.assignment[child] for child in family.children)

    def has_room(self, family: Family, placement: Placement) -> bool:
        """Whether the family would get ``placement`` by its priority over the other occupants."""
        for seat in {seat for seat in placement if seat is not None}:
            ranks = self.rank[seat]
            mine = [ranks[c] for c, s in zip(family.children, placement, strict=True) if s == seat]
            worst = max(mine)
            above = bisect_left(self.seated[seat], worst)
            own = sum(self.assignment[c] == seat and ranks[c] < worst for c in family.children)
            if above - own + len(mine) > self.market.capacity[seat]:
                return False
        return True

    def blocking_wish(self, family: Family) -> int | None:
        """The best wish (0 = first) with which the family blocks, or ``None``."""
        has = self.obtained(family)
        for position, wish in enumerate(family.wishes):
            if wish == has:
                return None
            if self.has_room(family, wish):
                return position
        return None


class AnyOccupancy(Occupancy):
    """Of any assignment, also one that seats children in classes they have no rank in: those stand last."""

    def __init__(self, market: Market, assignment: Mapping[str, Seat]) -> None:
        strangers: dict[str, list[str]] = {}
        for child, seat in sorted(assignment.items()):
            if seat is not None:
                strangers.setdefault(seat, []).append(child)
        priority = {
            name: (*order, *(child for child in strangers.get(name, ()) if child not in set(order)))
            for name, order in market.priority.items()
        }
        super().__init__(Market(market.capacity, priority, market.families), assignment)


def blocking_families(market: Market, assignment: Mapping[str, Seat]) -> tuple[str, ...]:
    """Ids of the families that block ``assignment``, sorted. O(total wishes × log seats)."""
    occupancy = Occupancy(market, assignment)
    return tuple(
        sorted(family.id for family in market.families if occupancy.blocking_wish(family) is not None)
    )
