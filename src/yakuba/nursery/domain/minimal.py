"""When no stable assignment exists: the fewest blocking families, with a proven lower bound.

Small markets: exact models in which any 1, 2, 3 … families may block; the first with a solution is the
minimum. Larger ones: *found* comes from rounds of a model that keeps the presolve's deletions but lets every
family block, each round freeing the families that blocked in the last one from the presolve; every answer
is recounted on the whole market, so it is a true upper bound. One blocking family found where no stable
assignment exists is minimal. For two and more the exact models raise the *bound* as far as the limits
allow: those of all families at once where they are small, else those of groups that together cover them
(see :mod:`cover`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from yakuba.nursery.domain import cover
from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.domain.model import Core, build
from yakuba.nursery.domain.presolve import Reduction, Relaxation, reduce
from yakuba.nursery.domain.search import Limits, Search, Step
from yakuba.nursery.domain.stability import blocking_families

SMALL = 1_000  # placements up to which only the exact model of all families is asked
LARGEST = 5_000  # literals up to which the exact model of all families is asked at all
COVERED = 60_000  # placements of freed families, over all models of one number of blocking families
ROUNDS = 8


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
        self.left = limits.lower_bound  # deterministic work
        self.everyone = frozenset(range(len(arrays.families)))
        self.steps: list[Step] = []
        self.best: Fewest | None = None

    def run(self) -> Fewest:
        if len(self.arrays.placements) > SMALL:
            self._localised()
        if self.best is None or len(self.best.blocking) > max(self.bound, 1):
            self._exact()
        best = self.best or self._everyone_stays()
        best.lower_bound = min(self.bound, len(best.blocking))
        best.steps = self.steps
        return best

    def _localised(self) -> None:
        """Rounds of the soft model; each frees the families that blocked before."""
        free, reduction = self._without_contradiction()
        several = frozenset(np.flatnonzero(~self.arrays.single).tolist())
        for _ in range(ROUNDS):
            before = None if self.best is None else len(self.best.blocking)
            core = build(reduction, may_block=self.everyone)
            if not core.contradiction:
                self._optimise(core, "candidates", None)
            found = set(self.best.blocking) if self.best else set()
            if self.best is not None and (len(found) <= max(self.bound, 1) or len(found) == before):
                return
            named = {f for f, family in enumerate(self.arrays.families) if family.id in found}
            free = free | named if self.best is not None else free | several
            reduction = reduce(self.arrays, Relaxation(free=free))

    def _without_contradiction(self) -> tuple[frozenset[int], Reduction]:
        """Frees families that the presolve left without a placement, until none is."""
        free: frozenset[int] = frozenset()
        reduction = self.stable
        for _ in range(ROUNDS):
            stuck = np.flatnonzero(reduction.families_left == 0).tolist()
            if not stuck:
                return free, reduction
            free |= frozenset(stuck)
            reduction = reduce(self.arrays, Relaxation(free=free))
        free = frozenset(range(len(self.arrays.families)))
        return free, reduce(self.arrays, Relaxation(free=free))

    def _exact(self) -> None:
        """Models with 1, 2, 3 … blocking families of all, until one has a solution or the limits end it."""
        blockers = max(self.bound, 1)
        while self.best is None or len(self.best.blocking) > blockers or len(self.arrays.placements) <= SMALL:
            core = build(reduce(self.arrays, Relaxation(blockers=blockers)), any_blockers=blockers)
            size = sum(len(own) for own in core.choice.values())
            if size > LARGEST and self.best is not None:
                self._covered()
                return
            if not core.contradiction and not self._optimise(core, "all", blockers):
                return
            if self.best is not None and self.best.scope == "all":
                self.bound = len(self.best.blocking)
                return
            blockers += 1
            self.bound = blockers

    def _covered(self) -> None:
        """Raises the bound while every set of so many families is refuted; a solution found is the fewest."""
        parts = cover.groups(self.arrays)
        while self.best is not None and 0 < self.bound < len(self.best.blocking):
            blockers = self.bound
            name = f"blocking_families_at_most_{blockers}_by_groups"
            if cover.work(self.arrays, parts, blockers) > COVERED:
                self.steps.append(Step(name, "NOT_TRIED"))
                return
            for free in cover.unions(parts, blockers):
                core = build(reduce(self.arrays, Relaxation(free=free)), may_block=free)
                if core.contradiction:
                    continue
                core.model.add(sum(core.blocks.values()) <= blockers)
                decided = self._optimise(core, "candidates", None)
                if not decided or len(self.best.blocking) <= blockers:
                    return
            self.steps.append(Step(name, "INFEASIBLE"))
            self.bound += 1

    def _optimise(self, core: Core, scope: str, blockers: int | None) -> bool:
        """Runs the objectives; False = undecided within the limits."""
        search = Search(core, self.seed, self.limits)
        cost = [(b, 1) for b in core.blocks.values()]
        name = "blocking_families" if blockers is None else f"blocking_families_at_most_{blockers}"
        first = search.minimise(name, cost, 0, max(self.left, 0.0))
        self.left -= search.spent
        if blockers is None:
            # A bound within the candidates says nothing of the whole market.
            first.bound = None
        if search.chosen is not None:
            search.children_and_positions()
            search.lowest_id()
            assignment = core.assignment(search.chosen)
            blocking = blocking_families(self.arrays.market, assignment)
            if self.best is None or len(blocking) < len(self.best.blocking) or scope == "all":
                self.best = Fewest(assignment, blocking, 0, scope)
        self.steps += search.steps
        return first.status in ("OPTIMAL", "INFEASIBLE")

    def _everyone_stays(self) -> Fewest:
        """The answer that always exists: every family keeps what it has."""
        assignment: dict[str, Seat] = {}
        for family in self.arrays.families:
            assignment.update(zip(family.children, family.current, strict=True))
        return Fewest(assignment, blocking_families(self.arrays.market, assignment), 0, "none")
