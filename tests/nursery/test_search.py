"""The search one objective after another: its steps, its limits, and what it tells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nursery import exhaustive, generate
from tests.nursery.test_engine import couples
from tests.nursery.test_engine_oracle import beside, unstable_seeds
from tests.nursery.test_engine_parts import singles, untouched
from yakuba.nursery.domain import minimal, search, solve
from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.market_json import parse
from yakuba.nursery.domain.model import build
from yakuba.nursery.domain.search import Limits
from yakuba.nursery.domain.solve import allocate


def test_the_work_for_the_fewest_blocking_families_is_one_purse_for_all_solves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[float, float]] = []

    class Watched(search.Search):
        def minimise(self, name: str, cost: Any, constant: int, limit: float) -> search.Step:
            step = super().minimise(name, cost, constant, limit)
            if name.startswith("blocking_families"):
                seen.append((limit, self.spent))
            return step

    monkeypatch.setattr(minimal, "Search", Watched)
    first, second = unstable_seeds(2)
    allocate(parse(beside(generate.tiny(first), generate.tiny(second))), limits=Limits(lower_bound=2.0))
    given = [limit for limit, _ in seen]
    spent = [work for _, work in seen]
    assert len(seen) >= 2
    assert sum(spent[:-1]) > 0
    assert given == pytest.approx([2.0 - sum(spent[:at]) for at in range(len(seen))])


def test_a_seed_of_any_size_is_taken() -> None:
    market = parse(couples())
    results = [allocate(market, seed=seed).result for seed in (0, 2**31 - 1, 2**31, 2**32 - 1, 10**30)]
    assert all(result == results[0] for result in results)


def test_a_step_of_the_last_objective_stays_below_its_largest_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 64
    monkeypatch.setattr(search, "_CHUNK", most)
    several = 0
    for seed in range(20):
        core = build(untouched(Arrays(parse(singles(seed)))))
        chunks = search.Search(core, 0, Limits())._chunks()
        owner = {x.index: f for f, own in core.choice.items() for x in own.values()}
        families = [sorted({owner[x.index] for x, _ in chunk}) for chunk in chunks]
        assert [f for chunk in families for f in chunk] == sorted(core.choice)
        for chunk, members in zip(chunks, families, strict=True):
            worst = sum(max(cost for x, cost in chunk if owner[x.index] == f) for f in members)
            assert worst < most
        several += len(chunks) > 1
    assert several >= 5


def test_progress_rises_and_tells_what_is_being_computed() -> None:
    told: dict[str, list[tuple[float, str]]] = {"stable": [], "unstable": []}
    market = generate.tiny(next(s for s in range(0, 300, 2) if exhaustive.solve(generate.tiny(s)).stable > 1))
    allocate(parse(market), progress=lambda at, text: told["stable"].append((at, text)))
    allocate(parse(couples()), progress=lambda at, text: told["unstable"].append((at, text)))
    for calls in told.values():
        fractions = [at for at, _ in calls]
        assert fractions == sorted(set(fractions))
        assert 0 < fractions[0] < fractions[-1] < 1
    words = ["市場", "確実な希望", "残りの世帯", "最少の不満世帯", "追加の席"]
    assert [word in text for (_, text), word in zip(told["unstable"], words, strict=True)] == [True] * 5
    assert all(word in text for (_, text), word in zip(told["stable"], words[:3], strict=False))


def test_steps_of_any_size_give_the_same_last_objective(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [seed for seed in range(200) if exhaustive.solve(generate.tiny(seed)).stable > 1]
    whole = [allocate(parse(generate.tiny(seed))).result for seed in seeds]
    monkeypatch.setattr(search, "_CHUNK", 2)
    monkeypatch.setattr(solve, "extremes", lambda core, reduction: None)  # by search, not by proposals
    assert [allocate(parse(generate.tiny(seed))).result for seed in seeds] == whole


def test_the_objectives_of_the_certificate_are_those_of_the_result() -> None:
    last = 0
    for seed in unstable_seeds(10):
        market = generate.tiny(seed)
        allocation = allocate(parse(market))
        seats = allocation.result.assignment
        steps = {step["objective"]: step for step in allocation.proof["steps"]}
        positions = sum(
            exhaustive.options(family).index(tuple(seats[child] for child in family["children"]))
            for family in market["families"]
        )
        missing = sum(seat is None for seat in seats.values())
        assert steps["unplaced_children"]["value"] == steps["unplaced_children"]["bound"] == missing
        assert steps["sum_of_positions"]["value"] == steps["sum_of_positions"]["bound"] == positions
        numbered = [name for name in steps if name.startswith("lowest_id_")]
        assert numbered == [f"lowest_id_{at}" for at in range(1, len(numbered) + 1)]
        last += len(numbered)
    assert last
