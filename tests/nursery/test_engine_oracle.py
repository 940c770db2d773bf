"""The engine equals exhaustive search on more than a thousand tiny markets."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery import exhaustive, generate
from yakuba.nursery.domain import cover, extra_seats, grow_seats, minimal
from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.extra_seats import ExtraSeats, fewest_extra_seats
from yakuba.nursery.domain.market_json import parse, result_dict
from yakuba.nursery.domain.minimal import fewest_blocking
from yakuba.nursery.domain.presolve import reduce
from yakuba.nursery.domain.search import Limits
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.verify import verify


def check(market: dict[str, Any]) -> exhaustive.Truth:
    truth = exhaustive.solve(market)
    result = allocate(parse(market)).result
    assert len(result.blocking_families) == truth.fewest
    assert result.blocking_lower_bound == truth.fewest
    assert result.status == ("stable" if truth.stable else "minimal")
    assert result.unique == ((truth.stable == 1) if truth.stable else None)
    assert sum(seat is not None for seat in result.assignment.values()) == truth.placed
    assert dict(result.assignment) == truth.best
    assert verify(market, result_dict(result)) == []
    return truth


def test_verdict_optimum_and_fewest_blockers_equal_exhaustive_search_on_1200_tiny_markets() -> None:
    truths = [check(generate.tiny(seed)) for seed in range(1200)]
    assert sum(truth.stable == 0 for truth in truths) >= 30
    assert sum(truth.stable > 1 for truth in truths) >= 30


def unstable_seeds(count: int) -> list[int]:
    seeds = (seed for seed in range(1, 2000, 2) if exhaustive.solve(generate.tiny(seed)).stable == 0)
    return [seed for seed, _ in zip(seeds, range(count), strict=False)]


def beside(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two markets side by side, ids kept apart."""
    result: dict[str, Any] = {"format": generate.FORMAT, "capacity": {}, "priority": {}, "families": []}
    for mark, market in (("a", one), ("b", other)):
        for name, seats in market["capacity"].items():
            result["capacity"][mark + name] = seats
            result["priority"][mark + name] = [mark + child for child in market["priority"][name]]
        for family in market["families"]:
            rename = lambda p, mark=mark: [None if seat is None else mark + seat for seat in p]  # noqa: E731
            result["families"].append(
                {
                    "id": mark + family["id"],
                    "children": rename(family["children"]),
                    "current": rename(family["current"]),
                    "wishes": [rename(wish) for wish in family["wishes"]],
                }
            )
    return result


def test_two_unstable_markets_side_by_side_have_two_blocking_families_at_least() -> None:
    seeds = unstable_seeds(6)
    for first, second in zip(seeds[::2], seeds[1::2], strict=True):
        result = allocate(parse(beside(generate.tiny(first), generate.tiny(second)))).result
        assert (result.status, len(result.blocking_families), result.blocking_lower_bound) == (
            "minimal",
            2,
            2,
        )


def extra_seats_of(market: dict[str, Any]) -> ExtraSeats:
    arrays = Arrays(parse(market))
    fewest = fewest_blocking(arrays, reduce(arrays), proven_none=True, seed=0, limits=Limits())
    return fewest_extra_seats(arrays, fewest, proven_none=True, seed=0, limits=Limits())


def with_seats(market: dict[str, Any], seats: dict[str, int] | None) -> dict[str, Any]:
    assert seats is not None
    capacity = {name: held + seats.get(name, 0) for name, held in market["capacity"].items()}
    return {**market, "capacity": capacity}


def test_fewest_extra_seats_equal_exhaustive_search() -> None:
    for seed in unstable_seeds(12):
        market = generate.tiny(seed)
        extra = extra_seats_of(market)
        assert extra.proven
        assert extra.seats is not None
        assert sum(extra.seats.values()) == extra.lower_bound == exhaustive.fewest_extra(market, 4)
        assert exhaustive.solve(with_seats(market, extra.seats)).stable


@pytest.mark.parametrize(("rounds", "checks"), [(12, 60), (0, 60), (12, 0)])
def test_grown_seats_restore_stability_without_the_exact_models(
    monkeypatch: pytest.MonkeyPatch, rounds: int, checks: int
) -> None:
    monkeypatch.setattr(extra_seats, "LITERALS", 0)
    monkeypatch.setattr(grow_seats, "ROUNDS", rounds)
    monkeypatch.setattr(grow_seats, "CHECKS", checks)
    for seed in unstable_seeds(10):
        market = generate.tiny(seed)
        extra = extra_seats_of(market)
        assert extra.lower_bound == 1
        assert extra.seats is not None
        assert sum(extra.seats.values()) >= 1
        assert all(extra.seats.values())
        assert extra.proven == (sum(extra.seats.values()) == 1)
        assert exhaustive.solve(with_seats(market, extra.seats)).stable
        assert extra.steps[0].status == "NOT_TRIED"


def test_shrunk_seats_cannot_lose_one_more_of_any_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra_seats, "LITERALS", 0)
    monkeypatch.setattr(grow_seats, "ROUNDS", 0)  # begin with far too many
    found, fewest = 0, 0
    for seed in unstable_seeds(8):
        market = generate.tiny(seed)
        extra = extra_seats_of(market)
        assert extra.seats is not None
        found += sum(extra.seats.values())
        fewest += exhaustive.fewest_extra(market, 4) or 0
    assert fewest <= found <= 2 * fewest


def test_without_proof_that_none_is_stable_no_bound_on_seats_is_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extra_seats, "LITERALS", 0)
    arrays = Arrays(parse(generate.tiny(unstable_seeds(1)[0])))
    fewest = fewest_blocking(arrays, reduce(arrays), proven_none=True, seed=0, limits=Limits())
    extra = fewest_extra_seats(arrays, fewest, proven_none=False, seed=0, limits=Limits())
    assert (extra.lower_bound, extra.proven) == (0, False)


@pytest.mark.parametrize("count", [2, 3])
def test_groups_of_families_prove_as_much_as_all_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(minimal, "SMALL", 0)
    monkeypatch.setattr(minimal, "LARGEST", -1)
    seeds = unstable_seeds(3 * count)
    for at in range(0, len(seeds), count):
        market = generate.tiny(seeds[at])
        for seed in seeds[at + 1 : at + count]:
            market = beside(market, generate.tiny(seed))
        result = allocate(parse(market)).result
        assert result.blocking_lower_bound == len(result.blocking_families) == count
        assert result.status == "minimal"


def test_groups_never_raise_the_bound_above_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """An assignment found too bad on purpose is brought down to the truth, and not below."""
    monkeypatch.setattr(minimal, "SMALL", 0)
    monkeypatch.setattr(minimal, "LARGEST", -1)
    monkeypatch.setattr(
        minimal._Fewest, "_localised", lambda self: setattr(self, "best", self._everyone_stays())
    )
    for seed in unstable_seeds(10):
        market = generate.tiny(seed)
        result = allocate(parse(market)).result
        assert result.blocking_lower_bound <= exhaustive.solve(market).fewest <= len(result.blocking_families)
        assert result.status == "minimal"


def test_groups_that_would_cost_too_much_leave_the_bound_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minimal, "SMALL", 0)
    monkeypatch.setattr(minimal, "LARGEST", -1)
    monkeypatch.setattr(minimal, "COVERED", 0)
    first, second = unstable_seeds(2)
    result = allocate(parse(beside(generate.tiny(first), generate.tiny(second)))).result
    assert (result.status, len(result.blocking_families), result.blocking_lower_bound) == ("bounded", 2, 1)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 3000), size=st.integers(1, 3))
def test_unions_of_groups_cover_every_set_of_families(seed: int, size: int) -> None:
    arrays = Arrays(parse(generate.tiny(seed)))
    parts = cover.groups(arrays)
    everyone = range(len(arrays.families))
    assert sorted(f for part in parts for f in part) == list(everyone)
    made = list(cover.unions(parts, size))
    assert all(any(set(some) <= union for union in made) for some in combinations(everyone, size))
    placements = [len(family.wishes) + 1 for family in arrays.families]
    assert cover.work(arrays, parts, size) == sum(placements[f] for union in made for f in union)


def test_groups_follow_what_only_children_compete_for() -> None:
    """Two ages of only children, one sibling family over both, one family without any class."""
    market: dict[str, Any] = {
        "format": generate.FORMAT,
        "capacity": {"1-0": 1, "2-0": 1, "1-3": 1},
        "priority": {"1-0": ["a", "b", "s"], "2-0": ["b", "c"], "1-3": ["d", "t"]},
        "families": [
            {"id": "f1", "children": ["a"], "current": [None], "wishes": [["1-0"]]},
            {"id": "f2", "children": ["b"], "current": [None], "wishes": [["1-0"], ["2-0"]]},
            {"id": "f3", "children": ["c"], "current": [None], "wishes": [["2-0"]]},
            {"id": "f4", "children": ["d"], "current": [None], "wishes": [["1-3"]]},
            {"id": "f5", "children": ["s", "t"], "current": [None, None], "wishes": [["1-0", "1-3"]]},
            {"id": "f6", "children": ["e"], "current": [None], "wishes": []},
        ],
    }
    parts = cover.groups(Arrays(parse(market)))
    assert sorted(map(sorted, parts)) == [[0, 1, 2], [3], [4, 5]]
    assert sorted(map(len, cover.unions(parts, 2))) == [1, 2, 3, 3, 4, 5]
