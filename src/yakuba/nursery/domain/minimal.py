"""When no stable assignment exists: the fewest blocking families, with a proven lower bound.

*Found* comes from models in which only some families may block (exact within those candidates: first the
families on which the presolve contradicted itself, then all families with several children; the latter
always has a solution, because markets of only children do). *Bound* comes from models in which any n
families may block: the first n with a solution is the proven minimum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.domain.model import Core, build
from yakuba.nursery.domain.presolve import Reduction, Relaxation, reduce
from yakuba.nursery.domain.search import Limits, Search, Step
from yakuba.nursery.domain.stability import blocking_families

SMALL = 4_000  # placements up to which the exact model of all families is asked first


@dataclass(slots=True)
class Fewest:
    """``assignment`` has ``blocking`` blocking families; no assignment has fewer than ``lower_bound``.

    ``scope``: «all» = the later objectives were optimised over every assignment with so few blocking
    families; «candidates» = over those in which only candidate families block.
    """

    assignment: Mapping[str, Seat]
    blocking: tuple[str, ...]
    lower_bound: int
    scope: str
    steps: list[Step] = field(default_factory=list)


def fewest_blocking(
    arrays: Arrays, stable: Reduction, *, proven_none: bool, seed: int, limits: Limits
) -> Fewest:
    """The assignment with the fewest blocking families that the limits allow to find."""
    return _Fewest(arrays, stable, proven_none, seed, limits).run()


class _Fewest:
    def __init__(
        self, arrays: Arrays, stable: Reduction, proven_none: bool, seed: int, limits: Limits
    ) -> None:
        self.arrays, self.stable, self.seed, self.limits = arrays, stable, seed, limits
        self.bound = 1 if proven_none else 0
        self.steps: list[Step] = []
        self.best: Fewest | None = None

    def run(self) -> Fewest:
        if len(self.arrays.placements) > SMALL:
            for candidates in self._candidate_sets():
                self._within(candidates)
                if self.best is not None and len(self.best.blocking) <= max(self.bound, 1):
                    break
        self._raise_bound()
        best = self.best or self._everyone_stays()
        best.lower_bound = min(self.bound, len(best.blocking))
        best.steps = self.steps
        return best

    def _candidate_sets(self) -> list[frozenset[int]]:
        left = self.stable.families_left
        first = set(np.flatnonzero(left != 1).tolist())
        if (left > 0).all():
            core = build(self.stable)
            if not core.choice:
                names = set(blocking_families(self.arrays.market, core.assignment({})))
                first |= {f for f, family in enumerate(self.arrays.families) if family.id in names}
        several = set(np.flatnonzero(~self.arrays.single).tolist())
        return [frozenset(first), frozenset(first | several)]

    def _within(self, candidates: frozenset[int]) -> None:
        """Fewest blocking families when only the candidates may block."""
        core = build(reduce(self.arrays, Relaxation(free=candidates)), may_block=candidates)
        if not core.contradiction:
            self._optimise(core, "candidates", None)

    def _raise_bound(self) -> None:
        """Exact models with 1, 2, 3 … blocking families of all, until one has a solution."""
        blockers = max(self.bound, 1)
        while self.best is None or self.best.scope == "candidates":
            proven = self.best is not None and len(self.best.blocking) <= self.bound
            core = build(reduce(self.arrays, Relaxation(blockers=blockers)), any_blockers=blockers)
            size = sum(len(own) for own in core.choice.values())
            self.steps.append(Step(f"model_with_{blockers}_blocking_any_family", "BUILT", size))
            if proven and size > SMALL:
                return  # already minimal; the whole model would only reorder equals
            if not core.contradiction and not self._optimise(core, "all", blockers):
                return
            if self.best is not None and self.best.scope == "all":
                return
            self.bound = blockers + 1
            if self.best is not None and len(self.best.blocking) <= self.bound and size > SMALL:
                return
            blockers += 1

    def _optimise(self, core: Core, scope: str, blockers: int | None) -> bool:
        """Runs the objectives; False = undecided within the limits."""
        search = Search(core, self.seed, self.limits)
        cost = [(b, 1) for b in core.blocks.values()]
        name = "blocking_families" if blockers is None else f"blocking_families_at_most_{blockers}"
        first = search.minimise(name, cost, 0, self.limits.lower_bound)
        if search.chosen is not None:
            search.children_and_positions()
            search.lowest_id()
            assignment = core.assignment(search.chosen)
            blocking = blocking_families(self.arrays.market, assignment)
            if self.best is None or len(blocking) <= len(self.best.blocking):
                self.best = Fewest(assignment, blocking, 0, scope)
        self.steps += search.steps
        return first.status in ("OPTIMAL", "INFEASIBLE")

    def _everyone_stays(self) -> Fewest:
        """The answer that always exists: every family keeps what it has."""
        assignment: dict[str, Seat] = {}
        for family in self.arrays.families:
            assignment.update(zip(family.children, family.current, strict=True))
        return Fewest(assignment, blocking_families(self.arrays.market, assignment), 0, "none")
