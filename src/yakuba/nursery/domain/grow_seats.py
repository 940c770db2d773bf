"""Extra seats that surely restore stability, found without search over all classes: an upper bound.

*Grow*: each family that blocks is offered the wish that costs the fewest seats, counting everyone above it
in those classes who sits there or would rather sit there; the market with these seats is solved again, until
no family blocks. When that does not end, every family gets its first wish, which is always stable.
*Shrink*: class by class, the smallest number of seats that still gives a stable assignment, by halving.
Every «yes» on the way is an assignment without blocking families on the whole market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market import Family, Market, Placement, Seat
from yakuba.nursery.domain.minimal import Fewest, fewest_blocking
from yakuba.nursery.domain.model import build
from yakuba.nursery.domain.presolve import reduce
from yakuba.nursery.domain.search import Limits, Search
from yakuba.nursery.domain.stability import Occupancy, blocking_families

ROUNDS = 12  # times that seats are added before every family simply gets its first wish
CHECKS = 60  # markets solved while shrinking
QUICK = Limits(stability=0.5, objective=0.2, uniqueness=0, lower_bound=0.5, extra_seats=0)


@dataclass(frozen=True, slots=True)
class Grown:
    """``seats``: class -> seats to add; with them a stable assignment exists. ``checks``: markets solved."""

    seats: dict[str, int]
    checks: int


def grow_seats(arrays: Arrays, fewest: Fewest, *, seed: int) -> Grown:
    """Seats that restore stability, each class's number at its smallest given the others."""
    return _Grow(arrays, seed).run(fewest)


def stable_assignment(arrays: Arrays, *, seed: int, limits: Limits) -> dict[str, Seat] | None:
    """Some stable assignment, checked on the whole market; None = there is none or none was found."""
    reduction = reduce(arrays)
    if reduction.contradiction:
        return None
    core = build(reduction)
    if core.contradiction:
        return None
    if not core.choice:
        assignment = core.assignment({})
        return None if blocking_families(arrays.market, assignment) else assignment
    search = Search(core, seed, limits)
    search.minimise("stable_exists", [], 0, limits.stability)
    if search.chosen is None:
        return None
    assignment = core.assignment(search.chosen)
    return None if blocking_families(arrays.market, assignment) else assignment


class _Grow:
    def __init__(self, arrays: Arrays, seed: int) -> None:
        self.arrays, self.seed = arrays, seed
        self.held = {name: int(arrays.capacity[at]) for at, name in enumerate(arrays.classes)}
        self.family = {family.id: family for family in arrays.families}
        self.checks = 0

    def run(self, fewest: Fewest) -> Grown:
        seats: dict[str, int] = {}
        for _ in range(ROUNDS):
            market = self._market(seats)
            for name in fewest.blocking:
                _add(seats, cheapest(market, fewest.assignment, self.family[name]))
            grown = self.arrays.with_seats(seats)
            self.checks += 1
            if stable_assignment(grown, seed=self.seed, limits=QUICK) is not None:
                return Grown(self._shrink(seats), self.checks)
            fewest = fewest_blocking(grown, reduce(grown), proven_none=True, seed=self.seed, limits=QUICK)
            if not fewest.blocking:
                return Grown(self._shrink(seats), self.checks)
        return Grown(self._shrink(first_wishes(self.arrays)), self.checks)

    def _market(self, seats: Mapping[str, int]) -> Market:
        return self.arrays.with_seats(seats).market

    def _shrink(self, seats: dict[str, int]) -> dict[str, int]:
        for name in sorted(seats, key=lambda name: (-seats[name], name)):
            low, high = 0, seats[name]  # ``high`` is known to do
            while low < high and self.checks < CHECKS:
                middle = (low + high) // 2
                self.checks += 1
                grown = self.arrays.with_seats({**seats, name: middle})
                if stable_assignment(grown, seed=self.seed, limits=QUICK) is None:
                    low = middle + 1
                else:
                    high = middle
            seats[name] = high
        return {name: seats[name] for name in sorted(seats) if seats[name]}


def _add(seats: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        seats[name] = seats.get(name, 0) + count


def cheapest(market: Market, assignment: Mapping[str, Seat], family: Family) -> dict[str, int]:
    """Class -> seats for the wish, better than what the family has, that needs the fewest in all.

    Needed in a class: the family's children + the others above its lowest child who sit there or like it
    better than what they have - the seats; one at least in all, so that adding makes progress. A wish that
    names no class needs none.
    """
    occupancy = Occupancy(market, assignment)
    wanting = _wanting(market, assignment, occupancy, family)
    has = occupancy.obtained(family)
    best: tuple[int, int, dict[str, int]] | None = None
    for position, wish in enumerate(family.wishes):
        if wish == has:
            break
        needed = {seat: _needed(occupancy, wanting, family, wish, seat) for seat in wish if seat is not None}
        total = sum(needed.values())
        if total == 0 and needed:
            tightest = min(
                needed, key=lambda seat: (market.capacity[seat] - len(occupancy.seated[seat]), seat)
            )
            total, needed[tightest] = 1, 1
        if best is None or (total, position) < best[:2]:
            best = total, position, needed
    return {} if best is None else {seat: count for seat, count in best[2].items() if count}


def _wanting(
    market: Market, assignment: Mapping[str, Seat], occupancy: Occupancy, but: Family
) -> dict[str, set[int]]:
    """Class -> ranks of other families' children who sit there or have a better wish for it."""
    wanting: dict[str, set[int]] = {name: set() for name in market.capacity}
    for family in market.families:
        if family.id == but.id:
            continue
        has = occupancy.obtained(family)
        better: list[Placement] = [has]
        for wish in family.wishes:
            if wish == has:
                break
            better.append(wish)
        for wish in better:
            for child, seat in zip(family.children, wish, strict=True):
                if seat is not None:
                    wanting[seat].add(occupancy.rank[seat][child])
    return wanting


def _needed(
    occupancy: Occupancy, wanting: Mapping[str, set[int]], family: Family, wish: Placement, seat: str
) -> int:
    ranks = occupancy.rank[seat]
    mine = [ranks[child] for child, wanted in zip(family.children, wish, strict=True) if wanted == seat]
    above = sum(rank < max(mine) for rank in wanting[seat])
    return max(0, above + len(mine) - occupancy.market.capacity[seat])


def first_wishes(arrays: Arrays) -> dict[str, int]:
    """Class -> seats so that every family can have its first wish at once."""
    asked: dict[str, int] = {}
    for family in arrays.families:
        for seat in family.wishes[0] if family.wishes else family.current:
            if seat is not None:
                asked[seat] = asked.get(seat, 0) + 1
    held = dict(zip(arrays.classes, arrays.capacity.tolist(), strict=True))
    return {name: count - held[name] for name, count in asked.items() if count > held[name]}
