"""Whatever single value of a market or a result is changed, the verifier says what the definition says."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery import exhaustive, generate
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.market_json import market_dict, parse, result_dict
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.verify import differences, market_problems, verify

Json = dict[str, Any]
FIELDS = {"format", "status", "unique", "assignment", "blocking_families", "blocking_lower_bound"}
VALUES = [None, True, False, 0, 1, 2, 10**20, 1.0, "", "x", "c0", "1-0", "2-0", "f0", "stable", "minimal",
          "bounded", [], {}, [None], ["c0"], ["1-0"], [["1-0"]], [[None]]]  # fmt: skip


@cache
def case(seed: int) -> tuple[Json, Json]:
    market = market_dict(parse(generate.tiny(seed)))
    return market, result_dict(allocate(parse(market)).result)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


def changed(value: Json, path: tuple[Any, ...], new: Any) -> Json:
    """A copy with one value replaced, or dropped when ``new`` is the marker ``places``."""
    result = copy.deepcopy(value)
    parent: Any = result
    for key in path[:-1]:
        parent = parent[key]
    if new is places:
        del parent[path[-1]]
    else:
        parent[path[-1]] = new
    return result


def holds(market: Json, result: Json) -> bool:
    """The claims by the definition, with the exhaustive search's own reading of it."""
    try:
        parse(market)
    except BadInput:
        return False
    seats, declared = result.get("assignment"), result.get("blocking_families")
    if FIELDS - {"unique"} - result.keys() or not isinstance(seats, dict):
        return False
    if not isinstance(declared, list) or not all(isinstance(name, str) for name in declared):
        return False
    children = [child for family in market["families"] for child in family["children"]]
    if set(seats) != set(children) or not all(s is None or isinstance(s, str) for s in seats.values()):
        return False
    families = [{**f, "current": f.get("current", [None] * len(f["children"]))} for f in market["families"]]
    if any(tuple(seats[c] for c in f["children"]) not in exhaustive.options(f) for f in families):
        return False
    if any(sum(s == name for s in seats.values()) > held for name, held in market["capacity"].items()):
        return False
    blocking = sorted(f["id"] for f in families if exhaustive.blocks(market, seats, f))
    bound, unique, status = result["blocking_lower_bound"], result.get("unique"), result["status"]
    if sorted(declared) != blocking or type(bound) is not int or not 0 <= bound <= len(blocking):
        return False
    if not (unique is None or type(unique) is bool) or result["format"] != "yakuba.nursery.result/1":
        return False
    if not blocking:
        return bool(status == "stable")
    return unique is None and status == ("minimal" if bound == len(blocking) else "bounded")


@settings(max_examples=700, deadline=None)
@given(data=st.data(), seed=st.integers(0, 60), of_market=st.booleans())
def test_the_verifier_agrees_with_the_definition_after_any_single_change(
    data: st.DataObject, seed: int, of_market: bool
) -> None:
    market, result = case(seed)
    target = market if of_market else result
    path = data.draw(st.sampled_from(sorted(places(target), key=str)))
    new = data.draw(st.sampled_from([places, *VALUES]))
    if of_market:
        market = changed(market, path, new)
    else:
        result = changed(result, path, new)
    assert (verify(market, result) == []) == holds(market, result)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), seed=st.integers(0, 60))
def test_the_verifier_and_the_engine_accept_the_same_markets(data: st.DataObject, seed: int) -> None:
    market = case(seed)[0]
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(sorted(places(market), key=str)))
        market = changed(market, path, data.draw(st.sampled_from([places, *VALUES])))
    try:
        parse(market)
        fine = True
    except BadInput:
        fine = False
    assert (market_problems(market) == []) == fine


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 500), order=st.integers(0, 9))
def test_a_shuffled_market_does_not_differ_and_another_does(seed: int, order: int) -> None:
    market = generate.tiny(seed)
    assert differences(market_dict(parse(market)), generate.shuffled(market, order)) == []
    other = generate.tiny(seed + 1)
    assert (differences(market, other) == []) == (market_dict(parse(market)) == market_dict(parse(other)))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda m: m["capacity"].update({"1-0": 9}), "クラス1-0：定員は市場では9"),
        (lambda m: m["priority"]["1-0"].reverse(), "クラス1-0：優先順"),
        (
            lambda m: m["families"][0]["wishes"].insert(0, [None] * len(m["families"][0]["children"])),
            "世帯f0",
        ),
        (lambda m: m["families"].pop(), "世帯"),
    ],
)
def test_a_difference_is_named(change: Any, word: str) -> None:
    given_market = generate.tiny(1)
    market = copy.deepcopy(given_market)
    change(market)
    assert any(word in line for line in differences(market, given_market))
