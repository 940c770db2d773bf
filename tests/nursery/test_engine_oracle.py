"""The engine equals exhaustive search on more than a thousand tiny markets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nursery import exhaustive, generate
from yakuba.nursery.domain.arrays import Arrays
from yakuba.nursery.domain.extra_seats import fewest_extra_seats
from yakuba.nursery.domain.market_json import parse, result_dict
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


@pytest.mark.slow
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


def test_fewest_extra_seats_equal_exhaustive_search() -> None:
    for seed in unstable_seeds(12):
        market = generate.tiny(seed)
        arrays = Arrays(parse(market))
        everyone = frozenset(range(len(arrays.families)))
        extra = fewest_extra_seats(arrays, near=everyone, most=4, seed=0, limits=Limits())
        assert extra.proven
        assert extra.seats is not None
        assert sum(extra.seats.values()) == exhaustive.fewest_extra(market, 4)
        more = {name: seats + extra.seats.get(name, 0) for name, seats in market["capacity"].items()}
        assert allocate(parse({**market, "capacity": more})).result.status == "stable"
