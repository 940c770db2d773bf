"""The fewest extra seats (弾力運用) with which a stable assignment exists, between proven bounds.

*Lower bound*: exact models of the whole market in which 1, 2, 3 … seats in all may be added to any class;
each that has no solution raises the bound, the first that has one is the answer. *Found*: when the exact
models become too large, seats near the blocking families (see :mod:`grow_seats`). Both ends are certified:
the bound by refuted models, the seats by an assignment without blocking families on the whole market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.grow_seats import grow_seats
from yakuba.nursery.domain.market import Market, Seat
from yakuba.nursery.domain.minimal import Fewest
from yakuba.nursery.domain.model import Core, build
from yakuba.nursery.domain.presolve import Relaxation, reduce
from yakuba.nursery.domain.search import Limits, Search, Step
from yakuba.nursery.domain.stability import blocking_families

LITERALS = 20_000  # size of all exact models together, at about half a millisecond a literal


@dataclass(slots=True)
class ExtraSeats:
    """``seats``: class -> seats to add, enough for a stable assignment; no fewer than ``lower_bound`` do.

    ``seats`` is ``None`` only when nothing was asked for.
    """

    seats: dict[str, int] | None
    lower_bound: int = 0
    steps: list[Step] = field(default_factory=list)

    @property
    def proven(self) -> bool:
        """No fewer seats do."""
        return self.seats is not None and sum(self.seats.values()) == self.lower_bound

    def as_dict(self) -> dict[str, Any]:
        """The answer as the certificate tells it."""
        return {"seats": self.seats, "lower_bound": self.lower_bound, "proven_fewest": self.proven}


def fewest_extra_seats(
    arrays: Arrays, fewest: Fewest, *, proven_none: bool, seed: int, limits: Limits
) -> ExtraSeats:
    """Seats for a market whose best assignment is ``fewest``.

    ``proven_none``: no stable assignment exists without more seats; otherwise the lower bound stays 0 unless
    the exact models raise it.
    """
    exact = _exact(arrays, proven_none, seed, limits)
    if exact.seats is not None:
        return exact
    grown = grow_seats(arrays, fewest, seed=seed)
    exact.seats = grown.seats
    exact.steps.append(Step("extra_seats_near", "FEASIBLE", sum(grown.seats.values())))
    return exact


def _exact(arrays: Arrays, proven_none: bool, seed: int, limits: Limits) -> ExtraSeats:
    """Whole-market models with 1, 2, 3 … seats, until one has a solution or the work is spent."""
    result = ExtraSeats(None, 1 if proven_none else 0)
    literals = 0
    for total in range(1, 1 + sum(len(family.children) for family in arrays.families)):
        core = build(reduce(arrays, Relaxation(extra=total)))
        name = f"extra_seats_at_most_{total}"
        literals += sum(len(own) for own in core.choice.values())
        if literals > LITERALS:
            result.steps.append(Step(name, "NOT_TRIED"))
            return result
        if core.contradiction:
            result.steps.append(Step(name, "INFEASIBLE"))
        elif _solve(core, name, total, Search(core, seed, limits), result).status != "INFEASIBLE":
            return result
        result.lower_bound = total + 1
    return result


def _solve(core: Core, name: str, total: int, search: Search, result: ExtraSeats) -> Step:
    """One model with ``total`` seats; a solution goes into ``result``."""
    arrays, added = core.arrays, list(core.extra.values())
    core.model.add(sum(added) <= total)
    step = search.minimise(name, [(e, 1) for e in added], 0, search.limits.extra_seats)
    result.steps += search.steps
    if search.chosen is not None:
        result.seats = {arrays.classes[c]: n for c, n in sorted(search.extra.items()) if n}
        if not stable_with(arrays.market, result.seats, core.assignment(search.chosen)):
            raise AssertionError("the model and the definition of stability disagree on extra seats")
        if step.bound is not None:
            result.lower_bound = max(result.lower_bound, step.bound)
    return step


def stable_with(market: Market, seats: Mapping[str, int], assignment: Mapping[str, Seat]) -> bool:
    """Whether the assignment is stable on the whole market once the seats are added."""
    capacity = {name: held + seats.get(name, 0) for name, held in market.capacity.items()}
    return not blocking_families(Market(capacity, market.priority, market.families), assignment)
