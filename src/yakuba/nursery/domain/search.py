"""Lexicographic search in a :class:`~yakuba.nursery.domain.model.Core`, one objective at a time.

The published order: fewest blocking families; most children placed; smallest sum of positions (each family
counts the position of what it gets in its own list, 0 = first wish, ``current`` = one below the last wish);
then families in string order of their ids take their best in turn.

One worker, a fixed seed and limits in deterministic work: the same market gives the same answer on every
machine that runs the same version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from yakuba.nursery.domain.model import Core, Literal

Chosen = dict[int, int]
_CHUNK = 1 << 40  # largest weight in one lexicographic step, well inside 64-bit arithmetic


@dataclass(frozen=True, slots=True)
class Limits:
    """Deterministic work (CP-SAT's unit, one to eight seconds of one core) that one solve may take.

    ``lower_bound`` is for all solves of the fewest blocking families together.
    """

    stability: float = 20.0
    objective: float = 3.0
    uniqueness: float = 5.0
    lower_bound: float = 3.0
    extra_seats: float = 0.6


@dataclass(slots=True)
class Step:
    """One solve, as the certificate tells it. ``status``: OPTIMAL, FEASIBLE, INFEASIBLE or UNKNOWN."""

    objective: str
    status: str
    value: int | None = None
    bound: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The step as JSON values."""
        return {"objective": self.objective, "status": self.status, "value": self.value, "bound": self.bound}


@dataclass(slots=True)
class Search:
    """Solves on one model; ``chosen`` is the best placement per family with a choice so far."""

    core: Core
    seed: int
    limits: Limits
    chosen: Chosen | None = None
    extra: dict[int, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    spent: float = 0.0  # deterministic work so far

    def minimise(self, name: str, cost: list[tuple[Literal, int]], constant: int, limit: float) -> Step:
        """Minimises one objective, keeps it at the value found, and records the step."""
        model = self.core.model
        expression = (
            cp_model.LinearExpr.weighted_sum([x for x, _ in cost], [w for _, w in cost]) if cost else None
        )
        if expression is not None:
            model.minimize(expression)
        step, solver = self._solve(name, limit)
        if expression is not None and self.chosen is not None and step.status in ("OPTIMAL", "FEASIBLE"):
            found = round(solver.objective_value)
            step.value, step.bound = found + constant, int(-(-solver.best_objective_bound // 1)) + constant
            model.clear_objective()  # type: ignore[no-untyped-call]  # OR-Tools has no annotation here
            model.add(expression <= found)
        elif step.status == "OPTIMAL":
            step.value = step.bound = constant
        elif expression is not None:
            model.clear_objective()  # type: ignore[no-untyped-call]  # OR-Tools has no annotation here
        self.steps.append(step)
        return step

    def _solver(self, limit: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed % (1 << 31)
        solver.parameters.max_deterministic_time = limit
        return solver

    def _solve(self, name: str, limit: float) -> tuple[Step, cp_model.CpSolver]:
        solver = self._solver(limit)
        status = solver.status_name(solver.solve(self.core.model))
        self.spent += solver.response_proto.deterministic_time
        if status in ("OPTIMAL", "FEASIBLE"):
            self._keep(solver)
        return Step(name, status), solver

    def _keep(self, solver: cp_model.CpSolver) -> None:
        model = self.core.model
        model.clear_hints()  # type: ignore[no-untyped-call]  # OR-Tools has no annotation here
        self.chosen = {}
        self.extra = {c: solver.value(e) for c, e in self.core.extra.items()}
        for f, own in self.core.choice.items():
            for p, x in own.items():
                taken = bool(solver.boolean_value(x))
                model.add_hint(x, taken)
                if taken:
                    self.chosen[f] = p

    def children_and_positions(self) -> None:
        """Most children placed, then the smallest sum of positions."""
        core, limit = self.core, self.limits.objective
        self.minimise("unplaced_children", core.unplaced_cost(), core.fixed_unplaced(), limit)
        self.minimise("sum_of_positions", core.position_cost(), core.fixed_positions(), limit)

    def other_exists(self, name: str, limit: float) -> bool | None:
        """Whether the model (with the objectives kept so far) has another solution; None = undecided."""
        if not self.core.choice or self.chosen is None:
            return False
        model = self.core.model.clone()
        model.clear_hints()  # type: ignore[no-untyped-call]  # OR-Tools has no annotation here
        taken = [
            model.get_bool_var_from_proto_index(self.core.choice[f][p].index) for f, p in self.chosen.items()
        ]
        model.add_bool_or([x.negated() for x in taken])
        solver = self._solver(limit)
        status = solver.status_name(solver.solve(model))
        self.steps.append(Step(name, status))
        return {"OPTIMAL": True, "FEASIBLE": True, "INFEASIBLE": False}.get(status)

    def lowest_id(self) -> None:
        """Families in order of id take their best in turn, several families a solve."""
        if self.other_exists("another_with_equal_objectives", self.limits.objective) is False:
            return
        for at, chunk in enumerate(self._chunks()):
            self.minimise(f"lowest_id_{at + 1}", chunk, 0, self.limits.objective)

    def _chunks(self) -> list[list[tuple[Literal, int]]]:
        start = self.core.arrays.family_start
        chunks: list[list[int]] = [[]]
        size = 1
        for f in sorted(self.core.choice):
            width = len(self.core.choice[f])
            if size * width > _CHUNK:
                chunks.append([])
                size = 1
            chunks[-1].append(f)
            size *= width
        result: list[list[tuple[Literal, int]]] = []
        for families in chunks:
            weight, costs = 1, []
            for f in reversed(families):
                own = sorted(self.core.choice[f].items())
                costs += [(x, weight * at) for at, (p, x) in enumerate(own) if at and p >= start[f]]
                weight *= len(own)
            result.append(costs)
        return result
