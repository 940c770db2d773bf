"""The fewest extra seats (弾力運用) with which a stable assignment exists."""

from __future__ import annotations

from dataclasses import dataclass, field

from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market import Market
from yakuba.nursery.domain.model import build
from yakuba.nursery.domain.presolve import Relaxation, reduce
from yakuba.nursery.domain.search import Limits, Search, Step
from yakuba.nursery.domain.stability import blocking_families


@dataclass(slots=True)
class ExtraSeats:
    """``seats``: class -> seats to add, ``None`` when none was found; ``proven``: no fewer seats do."""

    seats: dict[str, int] | None
    proven: bool
    steps: list[Step] = field(default_factory=list)


def fewest_extra_seats(arrays: Arrays, *, most: int, seed: int, limits: Limits) -> ExtraSeats:
    """Tries 1, 2, 3 … ``most`` extra seats in all; checked on the whole market with the seats added."""
    result = ExtraSeats(None, True)
    for total in range(1, most + 1):
        core = build(reduce(arrays, Relaxation(extra=total)))
        if core.contradiction:
            continue
        added = list(core.extra.values())
        core.model.add(sum(added) <= total)
        search = Search(core, seed, limits)
        step = search.minimise(f"extra_seats_at_most_{total}", [(e, 1) for e in added], 0, limits.extra_seats)
        result.steps += search.steps
        if search.chosen is None:
            result.proven &= step.status == "INFEASIBLE"
            continue
        result.proven &= step.status == "OPTIMAL"
        seats = {arrays.classes[c]: n for c, n in search.extra.items() if n}
        if stable_with(arrays.market, seats, core.assignment(search.chosen)):
            result.seats = seats
            return result
    result.proven = False
    return result


def stable_with(market: Market, seats: dict[str, int], assignment: dict[str, str | None]) -> bool:
    """Whether the assignment is stable on the whole market once the seats are added."""
    capacity = {name: held + seats.get(name, 0) for name, held in market.capacity.items()}
    return not blocking_families(Market(capacity, market.priority, market.families), assignment)
