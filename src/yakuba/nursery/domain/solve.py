"""The allocation engine: presolve, exact search on the rest, proof.

``allocate`` finds a stable assignment, proves whether it is the only one, or, where none exists, finds the
fewest blocking families with a proven lower bound and the fewest extra seats that would restore stability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.extra_seats import ExtraSeats, fewest_extra_seats
from yakuba.nursery.domain.market import Market, Result
from yakuba.nursery.domain.minimal import Fewest, fewest_blocking
from yakuba.nursery.domain.model import Core, build
from yakuba.nursery.domain.only_children import extremes
from yakuba.nursery.domain.presolve import Reduction, reduce
from yakuba.nursery.domain.search import Limits, Search, Step
from yakuba.nursery.domain.stability import blocking_families

Progress = Callable[[float, str], None]

DEFINITION = (
    "A family blocks with a placement it likes better than its own when, in every class of that placement, "
    "(occupants from other families ranked above the family's lowest child placed there) + (the family's "
    "children placed there) <= seats. Only occupants and the family itself count. "
    "Order of choice: fewest blocking families; most children placed; smallest sum over families of the "
    "position of what it gets in its own list (0 = first wish, current = after the last wish); "
    "families in string order of id take their best in turn."
)


@dataclass(frozen=True, slots=True)
class Allocation:
    """``result`` and ``proof``: the JSON values that certificate.json holds of how it was found."""

    result: Result
    proof: dict[str, Any]


def allocate(
    market: Market, *, seed: int = 0, progress: Progress | None = None, limits: Limits | None = None
) -> Allocation:
    """Allocates the market's seats.

    ``seed`` feeds the solver only; among equally good assignments the order of ids decides, so that the
    result does not depend on it unless a solve stops at its limit. ``progress(fraction, text)`` is called
    between the stages and may raise to cancel.
    """
    return _Run(market, seed, progress or (lambda fraction, text: None), limits or Limits()).run()


class _Run:
    def __init__(self, market: Market, seed: int, progress: Progress, limits: Limits) -> None:
        self.market, self.seed, self.progress, self.limits = market, seed, progress, limits
        self.steps: list[Step] = []

    def run(self) -> Allocation:
        self.progress(0.05, "市場を読み込んでいます")
        arrays = Arrays(self.market)
        self.progress(0.2, "確実な希望を決めています")
        reduction = reduce(arrays)
        core = None if reduction.contradiction else build(reduction)
        self.progress(0.5, "残りの世帯を計算しています")
        stable = None if core is None or core.contradiction else self._stable(core, reduction)
        presolve = _presolve_proof(reduction)
        if stable is None:
            return self._without_stable(arrays, reduction, presolve)
        return Allocation(stable, self._proof(stable, presolve, "all", None))

    def _stable(self, core: Core, reduction: Reduction) -> Result | None:
        """A stable result, or None when the model has none (or none was found within the limits)."""
        if not core.choice:
            assignment = core.assignment({})
            # With every family fixed the check on the whole market is the proof, either way.
            return None if blocking_families(self.market, assignment) else Result("stable", True, assignment)
        known = self._only_children(core, reduction)
        if known is not None:
            return known
        search = Search(core, self.seed, self.limits)
        search.minimise("stable_exists", [], 0, self.limits.stability)
        unique: bool | None = None
        if search.chosen is not None:
            other = search.other_exists("another_stable", self.limits.uniqueness)
            unique = None if other is None else not other
            if unique is not True:
                search.children_and_positions()
                search.lowest_id()
        self.steps += search.steps
        if search.chosen is None:
            return None
        self.progress(0.8, "全体で検算しています")
        assignment = core.assignment(search.chosen)
        blocking = blocking_families(self.market, assignment)
        if blocking:
            raise AssertionError(f"the model and the definition of stability disagree on {blocking}")
        return Result("stable", unique, assignment)

    def _only_children(self, core: Core, reduction: Reduction) -> Result | None:
        """The optimum by deferred acceptance, when it settles the optimum and the uniqueness."""
        ends = extremes(core, reduction)
        if ends is None or ends.best is None or ends.worst is None:
            return None
        assignment = core.assignment(ends.best)
        if blocking_families(self.market, assignment):
            return None
        unique = ends.best == ends.worst
        if not unique and blocking_families(self.market, core.assignment(ends.worst)):
            return None
        self.steps.append(Step("deferred_acceptance_of_only_children", "OPTIMAL"))
        return Result("stable", unique, assignment)

    def _without_stable(self, arrays: Arrays, reduction: Reduction, presolve: dict[str, Any]) -> Allocation:
        proven_none = not self.steps or self.steps[0].status == "INFEASIBLE"
        self.progress(0.6, "安定な割当てがありません。最少の不満世帯を探しています")
        fewest = fewest_blocking(
            arrays, reduction, proven_none=proven_none, seed=self.seed, limits=self.limits
        )
        self.steps += fewest.steps
        result = _result(fewest)
        self.progress(0.85, "追加の席を計算しています")
        extra = (
            fewest_extra_seats(arrays, fewest, proven_none=proven_none, seed=self.seed, limits=self.limits)
            if fewest.blocking
            else None
        )
        self.steps += extra.steps if extra else []
        return Allocation(result, self._proof(result, presolve, fewest.scope, extra))

    def _proof(
        self, result: Result, presolve: dict[str, Any], scope: str, extra: ExtraSeats | None
    ) -> dict[str, Any]:
        return {
            "status": result.status,
            "unique": result.unique,
            "blocking_families": list(result.blocking_families),
            "blocking_lower_bound": result.blocking_lower_bound,
            "definition": DEFINITION,
            "objectives_over": scope,
            "presolve": presolve,
            "steps": [step.as_dict() for step in self.steps],
            "extra_seats": None if extra is None else extra.as_dict(),
        }


def _result(fewest: Fewest) -> Result:
    found = len(fewest.blocking)
    if found == 0:
        return Result("stable", None, fewest.assignment)
    status: Any = "minimal" if fewest.lower_bound == found else "bounded"
    return Result(status, None, fewest.assignment, fewest.blocking, fewest.lower_bound)


def _presolve_proof(reduction: Reduction) -> dict[str, Any]:
    left = reduction.families_left
    return {
        "families": len(left),
        "families_fixed": int((left == 1).sum()),
        "rounds": reduction.rounds,
        "deleted_below_guaranteed": int(reduction.dominated.sum()),
        "deleted_impossible": int(reduction.impossible.sum()),
    }
