"""Pins: what they change, whom they hurt, and that a false word about them is found."""

from __future__ import annotations

import copy
import json
import random
from itertools import pairwise, product
from typing import Any

import pytest

from tests.nursery import exhaustive
from tests.nursery.generate import tiny, town
from yakuba.nursery.domain import explain, pin_claims, pins
from yakuba.nursery.domain.market import BadInput, Family, Labels, Market
from yakuba.nursery.domain.market_json import market_dict, parse
from yakuba.nursery.domain.verify import verify
from yakuba.nursery.domain.verify_pin_claims import check
from yakuba.nursery.domain.verify_pins import given
from yakuba.nursery.runs import Loaded

Json = dict[str, Any]


def some_pins(market: Market, seed: int, most: int = 2) -> dict[str, str | None]:
    """Pins that can be, chosen by chance: any class, asked for or not, or 保留."""
    rng = random.Random(seed)
    chosen: dict[str, str | None] = {}
    children = [child for family in market.families for child in family.children]
    for _ in range(rng.randint(1, most)):
        trial = {**chosen, rng.choice(children): rng.choice([*market.capacity, None])}
        try:
            pins.check(market, trial)
        except BadInput:
            continue
        chosen = trial
    return dict(sorted(chosen.items()))


def solved(seed: int) -> tuple[Loaded, Json, Json]:
    market = parse(tiny(seed))
    loaded = Loaded(market, {}).pinned(some_pins(market, seed))
    return loaded, loaded.market_json(), loaded.result_json(loaded.allocate().result)


def test_pinned_children_sit_where_they_are_pinned_and_the_verifier_agrees() -> None:
    with_pins = 0
    for seed in range(150):
        loaded, market, result = solved(seed)
        with_pins += bool(loaded.pins)
        for child, seat in loaded.pins.items():
            assert result["assignment"][child] == seat
        assert verify(market, result) == [], seed
        lines = list(pin_claims.claims(market, result))
        assert check(market, result, lines) == [], seed
    assert with_pins > 100


def test_the_market_with_pins_is_solved_as_exhaustive_search_solves_it() -> None:
    for seed in range(0, 120, 3):
        _loaded, market, result = solved(seed)
        truth = exhaustive.solve(given(market))
        assert len(result["blocking_families"]) == truth.fewest, seed
        assert result["assignment"] == truth.best, seed


def claims_a_wish(market: Json, seat_of: Json, family: Json) -> bool:
    """The definition by the original order; a child without a rank there stands last."""
    children = family["children"]
    has = tuple(seat_of[child] for child in children)
    options = exhaustive.options(family)
    order = {c: [*rank, *(set(seat_of) - set(rank))] for c, rank in market["priority"].items()}
    for placement in options if has in options else options[:-1]:
        if placement == has:
            return False
        ranked = {**market, "priority": order}
        if all(exhaustive.room(ranked, seat_of, children, placement, c) for c in set(placement) - {None}):
            return True
    return False


def test_envy_caused_by_pins_is_exactly_what_the_original_order_grants_and_the_pins_take() -> None:
    found = 0
    for seed in range(200):
        _, market, result = solved(seed)
        inside = given(market)
        truth = set()
        for family, pinned in zip(market["families"], inside["families"], strict=True):
            blocks = exhaustive.blocks(inside, result["assignment"], pinned)
            assert blocks == (family["id"] in result["blocking_families"])
            if not blocks and market.get("pins") and claims_a_wish(market, result["assignment"], family):
                truth.add(family["id"])
        assert {one["family"] for one in result.get("envy_caused_by_pins", [])} == truth, seed
        found += len(truth)
    assert found > 20


def test_the_named_pins_are_the_cause_without_them_nothing_is_claimed() -> None:
    """Where a class is full above a family only by pins, each named child sits in it below the family."""
    for seed in range(200):
        loaded, market, result = solved(seed)
        for one in result.get("envy_caused_by_pins", []):
            family = next(f for f in market["families"] if f["id"] == one["family"])
            assert one["pins"]
            for pin in one["pins"]:
                assert loaded.pins[pin["child"]] == pin["class"]
                if pin["child"] not in family["children"]:
                    wish = family["wishes"][one["wish"] - 1]
                    assert pin["class"] in wish


def lies(result: Json) -> list[Json]:
    """The result with one false statement about pins each."""
    found = []
    for at, one in enumerate(result["envy_caused_by_pins"]):
        for change in ("drop", "twice", "wish", "pin"):
            lie = copy.deepcopy(result)
            declared = lie["envy_caused_by_pins"]
            if change == "drop":
                del declared[at]
            elif change == "twice":
                declared.append(copy.deepcopy(one))
            elif change == "wish":
                declared[at]["wish"] += 1
            else:
                declared[at]["pins"] = []
            found.append(lie)
    free = {**copy.deepcopy(result), "pins": {}}
    innocent = copy.deepcopy(result)
    innocent["envy_caused_by_pins"].append({"family": "nobody", "wish": 1, "pins": []})
    return [*found, free, innocent]


def test_every_planted_lie_about_pins_is_found() -> None:
    planted = 0
    for seed in range(60):
        _, market, result = solved(seed)
        if "pins" not in result:
            continue
        for lie in lies(result):
            planted += 1
            assert verify(market, lie) != [], seed
        moved = copy.deepcopy(market)
        moved["pins"] = dict.fromkeys(market["pins"])
        if moved["pins"] != market["pins"]:
            assert verify(moved, result) != []
    assert planted > 100


def test_every_changed_claim_is_found() -> None:
    """Each claim of a result with pins in turn left out, said twice, or with one of its fields changed."""
    changed = 0
    for seed in range(24):
        _, market, result = solved(seed)
        if "pins" not in result:
            continue
        lines = list(pin_claims.claims(market, result))
        for at, claim in enumerate(lines):
            assert check(market, result, lines[:at] + lines[at + 1 :]), claim
            assert check(market, result, [*lines, claim]), claim
            for field, value in claim.items():
                false = 99 if isinstance(value, int) else "other" if value != "other" else "x"
                assert check(market, result, [*lines[:at], {**claim, field: false}, *lines[at + 1 :]]), (
                    claim,
                    field,
                )
                changed += 1
    assert changed > 2000


@pytest.mark.parametrize(("was", "said"), [("held", "pinned"), ("pinned", "held"), ("pin", "holder")])
def test_a_pin_told_as_a_current_seat_is_found(was: str, said: str) -> None:
    told = 0
    for seed in range(80):
        _, market, result = solved(seed)
        if "pins" not in result:
            continue
        lines = list(pin_claims.claims(market, result))
        for at, claim in enumerate(lines):
            field = "kind" if claim["kind"] == was else "by" if claim.get("by") == was else ""
            if field:
                told += 1
                assert check(market, result, [*lines[:at], {**claim, field: said}, *lines[at + 1 :]])
    assert told


SMALL = Market(
    {"x": 1, "y": 1},
    {"x": ("a", "b", "c"), "y": ("c", "b", "a")},
    (
        Family("fa", ("a",), (None,), (("x",), ("y",))),
        Family("fb", ("b",), (None,), (("x",), ("y",))),
        Family("fc", ("c",), ("y",), ()),
    ),
)


def test_a_family_passed_over_for_a_pinned_child_is_named_with_that_child_and_class() -> None:
    loaded = Loaded(SMALL, {}).pinned({"b": "x"})
    result = loaded.result_json(loaded.allocate().result)
    assert result["assignment"] == {"a": None, "b": "x", "c": "y"}
    assert result["status"] == "stable"
    assert result["blocking_families"] == []
    assert result["envy_caused_by_pins"] == [
        {"family": "fa", "wish": 1, "pins": [{"child": "b", "class": "x"}]}
    ]


def test_a_child_pinned_to_nothing_is_told_apart_by_its_own_pin() -> None:
    loaded = Loaded(SMALL, {}).pinned({"a": None})
    result = loaded.result_json(loaded.allocate().result)
    assert result["assignment"]["a"] is None
    assert result["assignment"]["b"] == "x"
    assert result["envy_caused_by_pins"] == [
        {"family": "fa", "wish": 1, "pins": [{"child": "a", "class": None}]}
    ]


@pytest.mark.parametrize(
    ("fixed", "words"),
    [
        ({"zz": "x"}, "この番号の児童はいません"),
        ({"a": "zz"}, "このクラスはありません"),
        ({"a": "x", "b": "x"}, "固定と在籍の児童が2人になります"),
        ({"a": "y"}, "固定と在籍の児童が2人になります"),
        ({"c": None}, "席を失わせる固定はできません"),
    ],
)
def test_a_pin_that_cannot_be_is_refused_with_its_reason(fixed: Json, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        pins.check(SMALL, fixed)
    assert any(words in str(fault) for fault in refused.value.faults)
    market = {**market_dict(SMALL), "pins": fixed}
    result = {"format": "yakuba.nursery.result/1", "status": "stable", "unique": None}
    result |= {"assignment": {"a": "x", "b": None, "c": "y"}, "blocking_families": []}
    assert verify(market, {**result, "blocking_lower_bound": 0, "pins": fixed}) != []


@pytest.mark.parametrize("data", [[], "x", {"a": 1}])
def test_pins_of_another_form_are_refused(data: object) -> None:
    with pytest.raises(BadInput):
        pins.read(data, SMALL)
    assert verify({**market_dict(SMALL), "pins": data or [1]}, {"format": "yakuba.nursery.result/1"}) != []


def test_siblings_keep_the_wishes_that_agree_with_the_pin() -> None:
    market = Market(
        {"x": 2, "y": 2},
        {"x": ("a", "b"), "y": ("a", "b")},
        (Family("f", ("a", "b"), (None, None), (("x", "x"), ("y", "x"), ("y", "y"), ("y", None))),),
    )
    fixed = pins.apply(market, {"a": "y"})
    assert fixed.families[0].wishes == (("y", "x"), ("y", "y"))
    assert fixed.families[0].current == ("y", None)
    assert fixed.priority == {"x": ("b",), "y": ("a", "b")}


def test_a_parent_reads_of_a_pin_only_as_a_decision_never_as_a_child() -> None:
    loaded = Loaded(SMALL, {}).pinned({"b": "x"})
    market, result = loaded.market_json(), loaded.result_json(loaded.allocate().result)
    claims = explain.of_child(pin_claims.claims(market, result), "a")
    officer = explain.text(claims, "officer", Labels())
    parent = explain.text(claims, "parent", Labels())
    assert "職員が固定した児童 b" in officer
    assert "個別の決定で先に席が決まった方がいます。人数はお示ししません。" in parent
    assert "児童 b" not in parent
    assert "固定" not in parent
    own = explain.of_child(pin_claims.claims(market, result), "b")
    assert "職員が固定した児童です" in explain.text(own, "officer", Labels())
    assert "個別の決定により決まりました" in explain.text(own, "parent", Labels())


def test_without_pins_nothing_is_different() -> None:
    market = parse(town(3, 120, 6))
    loaded = Loaded(market, {})
    result = loaded.result_json(loaded.allocate().result)
    assert pins.apply(market, {}) is market
    assert "pins" not in result
    assert "envy_caused_by_pins" not in result
    mine = list(pin_claims.claims(loaded.market_json(), result))
    assert mine == list(explain.claims(loaded.market_json(), result))


def test_the_same_pins_in_another_order_give_the_same_bytes() -> None:
    market = parse(town(5, 200, 8))
    fixed = some_pins(market, 5, most=6)
    texts = []
    for order in (fixed, dict(reversed(list(fixed.items())))):
        loaded = Loaded(market, {}).pinned(order)
        texts.append(json.dumps([loaded.market_json(), loaded.result_json(loaded.allocate().result)]))
    assert all(one == other for one, other in pairwise(texts))
    assert len(fixed) > 1


def test_every_pair_of_pins_on_a_small_market_is_either_refused_or_verified() -> None:
    for first, second in product(["x", "y", None], repeat=2):
        fixed = {"a": first, "b": second}
        try:
            loaded = Loaded(SMALL, {}).pinned(fixed)
        except BadInput:
            continue
        result = loaded.result_json(loaded.allocate().result)
        assert verify(loaded.market_json(), result) == []
