"""The exact model holds the assignments that it speaks of, all of them and no others."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from tests.nursery import exhaustive, generate
from yakuba.nursery.domain import minimal
from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market_json import parse
from yakuba.nursery.domain.minimal import fewest_blocking
from yakuba.nursery.domain.model import Core, build
from yakuba.nursery.domain.presolve import Relaxation, reduce
from yakuba.nursery.domain.search import Limits

Json = dict[str, Any]
Seats = frozenset[tuple[str, str | None]]


class _Collector(cp_model.CpSolverSolutionCallback):
    def __init__(self, core: Core) -> None:
        super().__init__()
        self.core, self.found = core, set[Seats]()

    def on_solution_callback(self) -> None:
        chosen = {
            f: next(p for p, x in own.items() if self.boolean_value(x)) for f, own in self.core.choice.items()
        }
        self.found.add(frozenset(self.core.assignment(chosen).items()))


def held(core: Core) -> set[Seats]:
    """Every assignment that the model holds."""
    if core.contradiction:
        return set()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    collector = _Collector(core)
    solver.solve(core.model, collector)
    return collector.found


def those(market: Json) -> list[tuple[Seats, set[str]]]:
    """Every assignment within the seats, with the families that block it."""
    return [
        (
            frozenset(seats.items()),
            {family["id"] for family in market["families"] if exhaustive.blocks(market, seats, family)},
        )
        for _, seats in exhaustive.assignments(market)
    ]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 5000))
def test_without_relaxation_the_model_holds_the_stable_assignments(seed: int) -> None:
    market = generate.tiny(seed)
    core = build(reduce(Arrays(parse(market))))
    assert held(core) == {seats for seats, blocked in those(market) if not blocked}


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 5000), blockers=st.integers(1, 2))
def test_the_model_of_n_blocking_families_holds_the_assignments_with_at_most_n(
    seed: int, blockers: int
) -> None:
    market = generate.tiny(seed)
    core = build(reduce(Arrays(parse(market)), Relaxation(blockers=blockers)), any_blockers=blockers)
    assert held(core) == {seats for seats, blocked in those(market) if len(blocked) <= blockers}


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 5000), free=st.sets(st.integers(0, 5), min_size=1, max_size=3))
def test_the_model_of_freed_families_holds_the_assignments_that_only_they_block(
    seed: int, free: set[int]
) -> None:
    market = generate.tiny(seed)
    arrays = Arrays(parse(market))
    freed = frozenset(f for f in free if f < len(arrays.families))
    allowed = {arrays.families[f].id for f in freed}
    core = build(reduce(arrays, Relaxation(free=freed)), may_block=freed)
    assert held(core) == {seats for seats, blocked in those(market) if blocked <= allowed}


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 5000), extra=st.integers(1, 2))
def test_the_model_of_n_extra_seats_holds_the_assignments_stable_with_at_most_n(
    seed: int, extra: int
) -> None:
    market = generate.tiny(seed)
    core = build(reduce(Arrays(parse(market)), Relaxation(extra=extra)))
    if not core.contradiction:
        core.model.add(sum(core.extra.values()) <= extra)
    stable: set[Seats] = set()
    for added in product(range(extra + 1), repeat=len(market["capacity"])):
        if sum(added) <= extra:
            capacity = {c: n + k for (c, n), k in zip(market["capacity"].items(), added, strict=True)}
            stable |= {seats for seats, blocked in those({**market, "capacity": capacity}) if not blocked}
    assert held(core) == stable


def test_families_that_blocked_are_freed_until_no_fewer_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """In each of these towns the first round of the localised search finds two, a later one the true one."""
    monkeypatch.setattr(minimal, "SMALL", 0)
    monkeypatch.setattr(minimal, "LARGEST", -1)
    for seed in (143, 164, 429):
        arrays = Arrays(parse(generate.town(seed, 120, 10, siblings=0.3, apart=True)))
        found = fewest_blocking(arrays, reduce(arrays), proven_none=True, seed=0, limits=Limits())
        assert (len(found.blocking), found.lower_bound) == (1, 1)
