"""Each part of the engine against enumeration: what it deletes, its two ends, and its limits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery import exhaustive, generate
from tests.nursery.test_engine import couples, latin
from tests.nursery.test_engine_oracle import beside, extra_seats_of, unstable_seeds
from yakuba.nursery.domain import extra_seats, grow_seats, minimal
from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.extra_seats import fewest_extra_seats
from yakuba.nursery.domain.grow_seats import cheapest, first_wishes
from yakuba.nursery.domain.market_json import parse, result_dict
from yakuba.nursery.domain.minimal import fewest_blocking
from yakuba.nursery.domain.model import build
from yakuba.nursery.domain.only_children import extremes
from yakuba.nursery.domain.presolve import Reduction, Relaxation, claims, occupancy, reduce
from yakuba.nursery.domain.search import Limits
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.verify import verify

Json = dict[str, Any]
NOTHING = Limits(stability=0, objective=0, uniqueness=0, lower_bound=0, extra_seats=0)


def singles(seed: int) -> Json:
    """Only children with long wish lists for few seats: several stable assignments are common."""
    rng = random.Random(seed)
    classes = [f"{k}-0" for k in range(rng.randint(3, 5))]
    children = [f"c{k}" for k in range(rng.randint(3, 5))]
    held = {children[0]: rng.choice(classes)} if rng.random() < 0.4 else {}
    families = [
        {
            "id": f"f{at}",
            "children": [child],
            "current": [held.get(child)],
            "wishes": [[c] for c in rng.sample(classes, rng.randint(2, len(classes)))],
        }
        for at, child in enumerate(children)
    ]
    priority = {}
    for c in classes:
        rest = [child for child in children if held.get(child) != c]
        rng.shuffle(rest)
        priority[c] = [child for child in children if held.get(child) == c] + rest
    capacity = {c: max(1, sum(seat == c for seat in held.values())) for c in classes}
    return {"format": generate.FORMAT, "capacity": capacity, "priority": priority, "families": families}


def blocking(market: Json, seats: Json) -> set[str]:
    return {family["id"] for family in market["families"] if exhaustive.blocks(market, seats, family)}


def outcomes(market: Json) -> Iterator[tuple[tuple[int, ...], Json, set[str]]]:
    for chosen, seats in exhaustive.assignments(market):
        yield chosen, dict(seats), blocking(market, seats)


def untouched(arrays: Arrays) -> Reduction:
    """A reduction that deleted nothing, so that the proposals have everything to do."""
    none = np.zeros(len(arrays.placements), dtype=bool)
    always, possible = occupancy(arrays, ~none)
    return Reduction(arrays, Relaxation(), none, none.copy(), always, possible)


def test_only_children_get_the_oracle_s_optimum_and_both_ends_of_the_lattice() -> None:
    several, both = 0, 0
    for seed in range(150):
        market = singles(seed)
        truth = exhaustive.solve(market)
        found = allocate(parse(market)).result
        assert (dict(found.assignment), found.unique) == (truth.best, truth.stable == 1)
        several += truth.stable > 1
        whole = untouched(Arrays(parse(market)))
        proposed = extremes(build(whole), whole)
        assert proposed is not None
        assert proposed.best is not None
        assert proposed.worst is not None
        stable = [(chosen, seats) for chosen, seats, blocked in outcomes(market) if not blocked]
        assert build(whole).assignment(proposed.best) == min(stable, key=lambda one: one[0])[1]
        assert build(whole).assignment(proposed.worst) == max(stable, key=lambda one: one[0])[1]
        reduction = reduce(Arrays(parse(market)))
        core = build(reduction)
        ends = extremes(core, reduction)
        if ends is None:
            assert not core.choice
            continue
        assert ends.best is not None
        assert ends.worst is not None
        assert core.assignment(ends.best) == min(stable, key=lambda one: one[0])[1]
        assert core.assignment(ends.worst) == max(stable, key=lambda one: one[0])[1]
        both += len(stable) > 1
    assert min(several, both) >= 10


def kept(arrays: Arrays, alive: Any, seats: Json, families: set[str]) -> bool:
    """The placements that these families have in an assignment are all alive."""
    for f, family in enumerate(arrays.families):
        if family.id in families:
            has = tuple(seats[child] for child in family.children)
            start, stop = int(arrays.family_start[f]), int(arrays.family_start[f + 1])
            if not any(alive[p] and arrays.placements[p] == has for p in range(start, stop)):
                return False
    return True


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 5000), free=st.sets(st.integers(0, 5), max_size=2), blockers=st.integers(0, 2))
def test_the_presolve_never_deletes_what_an_assignment_of_its_set_contains(
    seed: int, free: set[int], blockers: int
) -> None:
    market = generate.tiny(seed)
    arrays = Arrays(parse(market))
    names = {family.id for family in arrays.families}
    freed = frozenset(f for f in free if f < len(arrays.families))
    allowed = {arrays.families[f].id for f in freed}
    with_free, with_blockers = (
        reduce(arrays, Relaxation(free=freed)),
        reduce(arrays, Relaxation(blockers=blockers)),
    )
    for _, seats, blocked in outcomes(market):
        if blocked <= allowed:
            assert kept(arrays, with_free.alive, seats, names)
        if len(blocked) <= blockers:
            assert kept(arrays, ~with_blockers.impossible, seats, names)
            assert kept(arrays, with_blockers.alive, seats, names - blocked)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 5000), extra=st.integers(1, 2))
def test_with_extra_seats_the_presolve_keeps_every_assignment_stable_with_them(seed: int, extra: int) -> None:
    market = generate.tiny(seed)
    arrays = Arrays(parse(market))
    alive = reduce(arrays, Relaxation(extra=extra)).alive
    names = {family.id for family in arrays.families}
    for added in product(range(extra + 1), repeat=len(market["capacity"])):
        if sum(added) <= extra:
            capacity = {c: n + k for (c, n), k in zip(market["capacity"].items(), added, strict=True)}
            for _, seats, blocked in outcomes({**market, "capacity": capacity}):
                assert blocked or kept(arrays, alive, seats, names)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 5000), chance=st.randoms(use_true_random=False))
def test_only_children_claim_the_class_of_their_best_placement_left(seed: int, chance: random.Random) -> None:
    arrays = Arrays(parse(generate.tiny(seed)))
    state = untouched(arrays)
    alive = np.array([chance.random() < 0.7 for _ in arrays.placements], dtype=bool)
    expected = set()
    for f, family in enumerate(arrays.families):
        places = range(int(arrays.family_start[f]), int(arrays.family_start[f + 1]))
        best = next((arrays.placements[p] for p in places if alive[p]), (None,))
        if len(family.children) == 1 and best[0] is not None:
            expected.add((family.children[0], best[0]))
    slots = np.flatnonzero(claims(state, alive)).tolist()
    assert {(arrays.slot_child[s], arrays.classes[arrays.slot_class[s]]) for s in slots} == expected


def test_a_family_that_only_stays_surely_sits_where_it_is() -> None:
    family = {"id": "f", "children": ["x"], "current": ["A"], "wishes": []}
    market = {"format": generate.FORMAT, "capacity": {"A": 1}, "priority": {"A": ["x"]}, "families": [family]}
    reduction = reduce(Arrays(parse(market)))
    assert (reduction.always.tolist(), reduction.possible.tolist(), reduction.rounds) == ([True], [True], 1)


def test_the_presolve_alone_settles_a_market_of_one_common_order() -> None:
    children = [f"c{k}" for k in range(6)]
    market = {
        "format": generate.FORMAT,
        "capacity": {"A": 2, "B": 1},
        "priority": {"A": children, "B": children},
        "families": [
            {"id": f"f{k}", "children": [child], "current": [None], "wishes": [["A"], ["B"]]}
            for k, child in enumerate(children)
        ],
    }
    reduction = reduce(Arrays(parse(market)))
    assert reduction.rounds == 3  # A is given, then B, then nothing more
    assert reduction.families_left.tolist() == [1] * 6
    assert int(reduction.dominated.sum()) == 2 * 2 + 1  # two sure of A, one of B
    assert int(reduction.impossible.sum()) == 1 + 3 * 2
    result = allocate(parse(market)).result
    assert (result.status, result.unique) == ("stable", True)
    assert result.assignment == {"c0": "A", "c1": "A", "c2": "B", "c3": None, "c4": None, "c5": None}


def test_without_any_work_allowed_bounds_stay_true_and_results_verify() -> None:
    for seed in unstable_seeds(10):
        market = generate.tiny(seed)
        allocation = allocate(parse(market), limits=NOTHING)
        result = allocation.result
        assert verify(market, result_dict(result)) == []
        assert result.blocking_lower_bound <= exhaustive.solve(market).fewest <= len(result.blocking_families)
        extra = allocation.proof["extra_seats"]
        assert (
            extra["lower_bound"] <= (exhaustive.fewest_extra(market, 4) or 5) <= sum(extra["seats"].values())
        )
        more = {name: seats + extra["seats"].get(name, 0) for name, seats in market["capacity"].items()}
        assert exhaustive.solve({**market, "capacity": more}).stable


def test_a_stable_market_left_undecided_claims_nothing_it_has_not_proven() -> None:
    seeds = [seed for seed in range(300) if exhaustive.solve(generate.tiny(seed)).stable > 1][:20]
    for seed in seeds:
        market = generate.tiny(seed)
        result = allocate(parse(market), limits=NOTHING).result
        assert verify(market, result_dict(result)) == []
        assert result.blocking_lower_bound == 0
        assert result.status in ("stable", "bounded")
        assert result.unique is not True


def test_conflicts_apart_need_seats_each() -> None:
    first, second = unstable_seeds(2)
    apart = [exhaustive.fewest_extra(generate.tiny(seed), 4) or 0 for seed in (first, second)]
    extra = extra_seats_of(beside(generate.tiny(first), generate.tiny(second)))
    assert extra.proven
    assert extra.lower_bound == sum(apart)


@pytest.mark.parametrize("rounds", [0, 1])
def test_the_localised_search_ends_when_its_rounds_do(monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    monkeypatch.setattr(minimal, "SMALL", 0)
    monkeypatch.setattr(minimal, "ROUNDS", rounds)
    for seed in unstable_seeds(6):
        market = generate.tiny(seed)
        result = allocate(parse(market)).result
        assert (result.status, len(result.blocking_families)) == ("minimal", exhaustive.solve(market).fewest)


def test_seats_are_offered_where_they_cost_the_fewest() -> None:
    market = {
        "format": generate.FORMAT,
        "capacity": {"A": 1, "B": 1, "C": 1},
        "priority": {"A": ["p", "q", "x"], "B": ["q", "x", "p"], "C": ["x"]},
        "families": [
            {"id": "f", "children": ["x"], "current": [None], "wishes": [["A"], ["B"], ["C"]]},
            {"id": "p", "children": ["p"], "current": [None], "wishes": [["A"], ["B"]]},
            {"id": "q", "children": ["q"], "current": [None], "wishes": [["B"], ["A"]]},
        ],
    }
    parsed = parse(market)
    seats = {"p": "A", "q": "B", "x": None}
    family = parsed.families[0]
    # A: only p ranks above and wants it (q has B, which q likes better); B: q. A is the earlier.
    assert cheapest(parsed, seats, family) == {"A": 1}
    assert cheapest(parsed, {**seats, "p": "B", "q": None}, family) == {"B": 1}  # p and q want A, q wants B
    assert cheapest(parsed, {"p": "A", "q": "B", "x": "C"}, family) == {"A": 1}
    assert cheapest(parsed, {"p": None, "q": None, "x": "A"}, family) == {}
    leaving = parse(
        {**couples(), "families": [{"id": "f", "children": ["s"], "current": ["B"], "wishes": [[None]]}]}
    )
    assert cheapest(leaving, {"s": "B"}, leaving.families[0]) == {}
    assert first_wishes(Arrays(parsed)) == {"A": 1}
    market["capacity"] = {"A": 0, "B": 1, "C": 0}
    assert first_wishes(Arrays(parse(market))) == {"A": 2}


def test_no_seat_is_offered_where_there_is_room_already() -> None:
    market = parse(
        {
            "format": generate.FORMAT,
            "capacity": {"A": 1, "B": 1},
            "priority": {"A": ["x"], "B": ["p", "y"]},
            "families": [
                {"id": "f", "children": ["x", "y"], "current": [None, None], "wishes": [["A", "B"]]},
                {"id": "p", "children": ["p"], "current": [None], "wishes": [["B"]]},
            ],
        }
    )
    assert cheapest(market, {"x": None, "y": None, "p": "B"}, market.families[0]) == {"B": 1}


def test_more_seats_share_everything_but_the_seats() -> None:
    arrays = Arrays(parse(couples()))
    grown = arrays.with_seats({"B": 2})
    assert grown.capacity.tolist() == [1, 3]
    assert dict(grown.market.capacity) == {"A": 1, "B": 3}
    assert arrays.capacity.tolist() == [1, 1]
    assert grown.placements is arrays.placements


def test_when_growing_does_not_end_every_family_gets_its_first_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grow_seats, "ROUNDS", 0)
    monkeypatch.setattr(grow_seats, "CHECKS", 0)
    arrays = Arrays(parse(couples()))
    fewest = fewest_blocking(arrays, reduce(arrays), proven_none=True, seed=0, limits=Limits())
    grown = grow_seats.grow_seats(arrays, fewest, seed=0)
    assert (grown.seats, grown.checks) == ({"A": 1}, 0)
    monkeypatch.setattr(extra_seats, "LITERALS", 0)
    extra = fewest_extra_seats(arrays, fewest, proven_none=True, seed=0, limits=Limits())
    assert (extra.seats, extra.lower_bound, extra.proven) == ({"A": 1}, 1, True)


def test_a_certificate_tells_how_the_answer_was_found() -> None:
    proof = allocate(parse(couples())).proof
    assert (proof["status"], proof["blocking_lower_bound"], proof["objectives_over"]) == ("minimal", 1, "all")
    assert proof["extra_seats"] == {
        "seats": proof["extra_seats"]["seats"],
        "lower_bound": 1,
        "proven_fewest": True,
    }
    names = [step["objective"] for step in proof["steps"]]
    assert "blocking_families_at_most_1" in names
    assert "extra_seats_at_most_1" in names
    stable = allocate(parse(latin(5))).proof
    assert stable["extra_seats"] is None
    assert stable["presolve"]["families"] == 5
    assert [step["objective"] for step in stable["steps"]] == ["deferred_acceptance_of_only_children"]


def test_a_search_ends_undecided_rather_than_claim_a_bound_on_seats() -> None:
    limits = Limits(extra_seats=0)
    arrays = Arrays(parse(generate.town(1, 250, 24, 8, siblings=0.15, apart=True)))
    fewest = fewest_blocking(arrays, reduce(arrays), proven_none=True, seed=0, limits=Limits())
    assert fewest.blocking
    extra = fewest_extra_seats(arrays, fewest, proven_none=True, seed=0, limits=limits)
    assert extra.seats
    assert 1 <= extra.lower_bound <= sum(extra.seats.values())


def test_extra_seats_that_do_not_hold_by_the_definition_are_never_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extra_seats, "stable_with", lambda market, seats, assignment: False)
    with pytest.raises(AssertionError, match="disagree on extra seats"):
        allocate(parse(couples()))
