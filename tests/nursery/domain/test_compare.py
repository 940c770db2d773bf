"""A manual result beside ours: every planted difference gets its true category, each one checked again."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tests.nursery import exhaustive
from tests.nursery.generate import tiny, town
from yakuba.nursery.domain.compare import CATEGORIES, Difference, compare
from yakuba.nursery.domain.market import Family, Market, Seat
from yakuba.nursery.domain.market_json import market_dict, parse
from yakuba.nursery.domain.solve import allocate

Json = dict[str, Any]
Assignment = dict[str, Seat]


def check_again(market: Json, ours: Assignment, manual: Assignment, one: Difference, keys: Json) -> bool:
    """The category from its own evidence, by the definition alone."""
    family = next(f for f in market["families"] if f["id"] == one.family)
    at = family["children"].index(one.child)
    has = tuple(manual[c] for c in family["children"])
    options = exhaustive.options(family)
    inside = [c for c, seat in manual.items() if seat == one.class_id]
    if one.category == "not_wished":
        named = {option[at] for option in options} - {None}
        return one.manual not in named
    if one.category == "capacity":
        return one.class_id == one.manual and len(inside) > market["capacity"][one.class_id]
    if one.category == "siblings":
        return has not in options
    if one.category in ("envy", "empty"):
        return claimed(market, manual, family, one)
    if one.category == "override":
        return overridden(market, manual, one)
    if one.category == "tie":
        return keys["children"][one.child] == keys["children"][one.other] or one.keys[0] == one.keys[1]
    if one.category == "chain":
        return one.other is not None and one.other != one.child
    return one.category == "alternative"


def claimed(market: Json, manual: Assignment, family: Json, one: Difference) -> bool:
    assert one.wish is not None
    wish = tuple(family["wishes"][one.wish - 1])
    children = family["children"]
    room = all(exhaustive.room(market, manual, children, wish, c) for c in set(wish) - {None})
    if one.category == "empty":
        return room and one.other is None
    order = market["priority"][one.class_id]
    mine = [c for c, seat in zip(children, wish, strict=True) if seat == one.class_id]
    return (
        room
        and manual[one.other] == one.class_id
        and all(order.index(c) < order.index(one.other) for c in mine)
    )


def overridden(market: Json, manual: Assignment, one: Difference) -> bool:
    other = next(f for f in market["families"] if one.other in f["children"])
    wish = tuple(other["wishes"][one.wish - 1])
    order = market["priority"][one.class_id]
    return (
        one.manual == one.class_id
        and order.index(one.other) < order.index(one.child)
        and all(exhaustive.room(market, manual, other["children"], wish, c) for c in set(wish) - {None})
    )


def test_any_other_assignment_is_explained_child_by_child_and_each_reason_holds() -> None:
    told: Counter[str] = Counter()
    for seed in range(250):
        market = parse(tiny(seed))
        ours = dict(allocate(market).result.assignment)
        data = market_dict(market)
        rng = random.Random(seed)
        every = list(exhaustive.assignments(data))
        for _, manual in rng.sample(every, min(4, len(every))):
            found = compare(market, ours, manual)
            assert [one.child for one in found] == sorted(c for c in ours if ours[c] != manual[c])
            for one in found:
                told[one.category] += 1
                assert check_again(data, ours, manual, one, {}), (seed, one)
    assert told["envy"] > 50
    assert told["empty"] > 20
    assert told["override"] > 20
    assert told["chain"] > 5


def test_another_stable_assignment_is_called_valid_and_nothing_else_is() -> None:
    alternatives = 0
    for seed in range(300):
        market = parse(tiny(seed))
        found = allocate(market).result
        if found.status != "stable":
            continue
        data = market_dict(market)
        for _, manual in exhaustive.assignments(data):
            stable = not any(exhaustive.blocks(data, manual, family) for family in data["families"])
            categories = {one.category for one in compare(market, found.assignment, manual)}
            if stable and manual != dict(found.assignment):
                assert categories == {"alternative"}, seed
                alternatives += 1
            elif not stable:
                assert categories != {"alternative"}, seed
        if alternatives > 25:
            break
    assert alternatives > 5


@pytest.fixture(scope="module")
def town300() -> tuple[Market, Assignment]:
    market = parse(town(7, 300, 10))
    return market, dict(allocate(market).result.assignment)


def waiting_at(market: Market, ours: Assignment) -> tuple[str, str, str]:
    """(waiting child, class it wants, a child of lower priority seated there), neither with siblings."""
    alone = {f.children[0]: f for f in market.families if len(f.children) == 1 and f.current == (None,)}
    for child, family in sorted(alone.items()):
        if ours[child] is None and family.wishes and family.wishes[0][0]:
            seat = family.wishes[0][0]
            order = market.priority[seat]
            for other in reversed(order):
                if other in alone and ours[other] == seat and order.index(other) < order.index(child):
                    return child, seat, other
    raise AssertionError("no such pair")


def categories(market: Market, ours: Assignment, manual: Assignment, **more: Any) -> dict[str, str]:
    return {one.child: one.category for one in compare(market, ours, manual, **more)}


def test_a_seat_given_to_a_lower_child_is_envy_for_the_one_and_an_override_of_the_other(
    town300: tuple[Market, Assignment],
) -> None:
    market, ours = town300
    low, seat, high = waiting_at(market, ours)
    manual = {**ours, low: seat, high: None}
    found = {one.child: one for one in compare(market, ours, manual)}
    assert set(found) == {low, high}
    assert (found[low].category, found[low].other) == ("override", high)
    assert (found[high].category, found[high].other, found[high].class_id) == ("envy", low, seat)


def test_the_same_on_record_is_a_recorded_decision(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    low, seat, high = waiting_at(market, ours)
    manual = {**ours, low: seat, high: None}
    assert categories(market, ours, manual, recorded={low: seat}) == {low: "recorded", high: "envy"}


def test_a_seat_left_empty_is_found(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    _, _, child = waiting_at(market, ours)
    assert categories(market, ours, {**ours, child: None}) == {child: "empty"}


def test_one_child_too_many_is_found(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    child, seat, _ = waiting_at(market, ours)
    (one,) = compare(market, ours, {**ours, child: seat})
    assert (one.category, one.class_id) == ("capacity", seat)
    assert one.occupants == market.capacity[seat] + 1 == (one.seats or 0) + 1


def test_a_class_that_was_never_asked_for_is_found(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    child, _, _ = waiting_at(market, ours)
    family = next(f for f in market.families if child in f.children)
    strange = next(c for c in sorted(market.capacity) if (c,) not in family.wishes)
    assert categories(market, ours, {**ours, child: strange})[child] == "not_wished"


def test_a_child_who_loses_the_seat_it_holds_is_found(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    child = next(
        c
        for f in market.families
        for c, held in zip(f.children, f.current, strict=True)
        if held is not None and len(f.children) == 1
    )
    assert categories(market, ours, {**ours, child: None})[child] == "not_wished"


def test_siblings_placed_in_a_way_nobody_asked_for_are_found(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    for family in market.families:
        if (
            len(family.children) != 2
            or family.current != (None, None)
            or None in map(ours.get, family.children)
        ):
            continue
        if (ours[family.children[0]], None) not in family.wishes:
            left = family.children[1]
            assert categories(market, ours, {**ours, left: None})[left] == "siblings"
            return
    raise AssertionError("no placed siblings")


def test_a_tie_drawn_otherwise_is_told_as_a_tie(town300: tuple[Market, Assignment]) -> None:
    market, ours = town300
    low, seat, high = waiting_at(market, ours)
    keys = {"children": {child: [serial] for serial, child in enumerate(sorted(ours))}}
    keys["children"][low] = keys["children"][high] = [7]
    manual = {**ours, low: seat, high: None}
    assert categories(market, ours, manual, keys=keys) == {low: "tie", high: "tie"}


def test_what_follows_from_a_difference_is_told_as_its_consequence() -> None:
    """a is left out for b, who gives its seat to c."""
    families = (
        Family("fa", ("a",), (None,), (("x",),)),
        Family("fb", ("b",), (None,), (("x",), ("y",))),
        Family("fc", ("c",), (None,), (("y",),)),
    )
    market = Market({"x": 1, "y": 1}, {"x": ("a", "b"), "y": ("b", "c")}, families)
    ours = dict(allocate(market).result.assignment)
    assert ours == {"a": "x", "b": "y", "c": None}
    found = {one.child: one for one in compare(market, ours, {"a": None, "b": "x", "c": "y"})}
    assert {child: one.category for child, one in found.items()} == {
        "a": "envy",
        "b": "override",
        "c": "chain",
    }
    assert found["c"].other == "b"


def test_every_category_is_named_once() -> None:
    assert len(set(CATEGORIES)) == len(CATEGORIES) == 10


def test_many_planted_differences_at_once_are_all_explained(town300: tuple[Market, Assignment]) -> None:
    """20 wrong placements by chance on 300 children: each of them has a category that holds again."""
    market, ours = town300
    data = market_dict(market)
    for seed in range(10):
        rng = random.Random(seed)
        manual = dict(ours)
        for child in rng.sample(sorted(ours), 20):
            manual[child] = rng.choice([None, *sorted(market.capacity)])
        found = compare(market, ours, manual)
        assert {one.child for one in found} == {c for c in ours if ours[c] != manual[c]}
        order = {c: [*rank, *(set(ours) - set(rank))] for c, rank in data["priority"].items()}
        for one in found:
            assert check_again({**data, "priority": order}, ours, manual, one, {}), one
