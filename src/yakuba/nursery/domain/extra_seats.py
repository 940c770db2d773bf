"""The fewest extra seats (弾力運用) with which a stable assignment exists."""

from __future__ import annotations

from dataclasses import dataclass, field

from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market import Market
from yakuba.nursery.domain.model import build
from yakuba.nursery.domain.presolve import Relaxation, reduce
from yakuba.nursery.domain.search import Limits, Search, Step
from yakuba.nursery.domain.stability import blocking_families

LARGEST = 6_000  # placements up to which seats in every class are tried


@dataclass(slots=True)
class ExtraSeats:
    """``seats``: class -> seats to add, ``None`` when none was found; ``proven``: no fewer seats do."""

    seats: dict[str, int] | None
    proven: bool
    steps: list[Step] = field(default_factory=list)


def fewest_extra_seats(
    arrays: Arrays, *, near: frozenset[int], most: int, seed: int, limits: Limits
) -> ExtraSeats:
    """Tries 1, 2, 3 … ``most`` extra seats in all; every answer is checked on the whole market.

    ``near``: families around which seats are tried first (their classes only, a small model). One seat found
    there is the fewest, since none is too few. Otherwise every class is tried with fewer seats, when the
    market is small enough for that proof.
    """
    classes = frozenset(
        int(c)
        for c, p in zip(arrays.entry_class, arrays.entry_placement, strict=True)
        if int(arrays.placement_family[p]) in near
    )
    result = _try(arrays, range(1, most + 1), classes, seed, limits)
    found = sum(result.seats.values()) if result.seats else None
    result.proven = found == 1
    if result.proven or len(arrays.placements) > LARGEST:
        return result
    wider = _try(arrays, range(1, found or most + 1), None, seed, limits)
    wider.steps = result.steps + wider.steps
    if wider.seats is None and result.seats is not None:
        wider.seats = result.seats
    return wider


def _try(
    arrays: Arrays, totals: range, classes: frozenset[int] | None, seed: int, limits: Limits
) -> ExtraSeats:
    """``proven`` here: every total below the one found was refuted for these classes."""
    result = ExtraSeats(None, True)
    where = "anywhere" if classes is None else "near"
    for total in totals:
        core = build(reduce(arrays, Relaxation(extra=total, extra_classes=classes)))
        if core.contradiction:
            continue
        added = list(core.extra.values())
        core.model.add(sum(added) <= total)
        search = Search(core, seed, limits)
        name = f"extra_seats_{where}_at_most_{total}"
        step = search.minimise(name, [(e, 1) for e in added], 0, limits.extra_seats)
        result.steps += search.steps
        if search.chosen is None:
            result.proven &= step.status == "INFEASIBLE"
            if step.status == "UNKNOWN":
                break
            continue
        result.proven &= step.status == "OPTIMAL"
        seats = {arrays.classes[c]: n for c, n in search.extra.items() if n}
        if stable_with(arrays.market, seats, core.assignment(search.chosen)):
            result.seats = seats
            break
    return result


def stable_with(market: Market, seats: dict[str, int], assignment: dict[str, str | None]) -> bool:
    """Whether the assignment is stable on the whole market once the seats are added."""
    capacity = {name: held + seats.get(name, 0) for name, held in market.capacity.items()}
    return not blocking_families(Market(capacity, market.priority, market.families), assignment)
