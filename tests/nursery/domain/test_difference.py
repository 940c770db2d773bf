"""Who is placed otherwise by a second result, and by what chain."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.generate import tiny, town
from yakuba.nursery.domain.chains import Group, Link, chains
from yakuba.nursery.domain.difference import applied, counted, difference
from yakuba.nursery.domain.market import Family, Market, Result
from yakuba.nursery.domain.market_json import parse
from yakuba.nursery.domain.solve import allocate

seeds = st.integers(min_value=0, max_value=10**6)


def changed(market: Market, seed: int) -> Market:
    """Other seats, a family less, a new order: what a scenario or another ledger may bring."""
    rng = random.Random(seed)
    held: dict[str, int] = {}
    for family in market.families:
        for seat in family.current:
            if seat is not None:
                held[seat] = held.get(seat, 0) + 1
    capacity = {
        name: max(held.get(name, 0), seats + rng.choice([-1, 0, 0, 0, 1]))
        for name, seats in market.capacity.items()
    }
    families = market.families
    if rng.random() < 0.3 and len(families) > 2:
        gone = rng.choice(list(families))
        families = tuple(family for family in families if family is not gone)
    priority = dict(market.priority)
    if rng.random() < 0.3:
        name = rng.choice(sorted(priority))
        rest = list(priority[name][held.get(name, 0) :])
        rng.shuffle(rest)
        priority[name] = (*priority[name][: held.get(name, 0)], *rest)
    return Market(capacity, priority, families)


def two(seed: int) -> tuple[Market, Result, Market, Result]:
    before = parse(tiny(seed))
    after = changed(before, seed)
    return before, allocate(before).result, after, allocate(after).result


@settings(deadline=None, max_examples=150)
@given(seed=seeds)
def test_the_moves_turn_the_first_result_into_the_second_and_name_nobody_else(seed: int) -> None:
    before, was, after, now = two(seed)
    moves = difference(before, was.assignment, after, now.assignment)
    assert applied(moves, was.assignment) == dict(now.assignment)
    common = was.assignment.keys() & now.assignment.keys()
    same = {child for child in common if was.assignment[child] == now.assignment[child]}
    assert {move.child for move in moves} == (was.assignment.keys() | now.assignment.keys()) - same
    assert sum(value for kind, value in counted(moves).items() if kind != "changed") == len(moves)


@settings(deadline=None, max_examples=60)
@given(seed=seeds)
def test_a_result_does_not_differ_from_itself(seed: int) -> None:
    market = parse(tiny(seed))
    found = allocate(market).result.assignment
    assert difference(market, found, market, found) == ()
    assert chains(market, found, market, found, ()) == ()


def groups(before: Market, was: Result, after: Market, now: Result) -> tuple[Group, ...]:
    moves = difference(before, was.assignment, after, now.assignment)
    return chains(before, was.assignment, after, now.assignment, moves)


@settings(deadline=None, max_examples=150)
@given(seed=seeds)
def test_the_chains_hold_every_changed_child_once_and_every_move_has_a_cause(seed: int) -> None:
    before, was, after, now = two(seed)
    moves = difference(before, was.assignment, after, now.assignment)
    found = groups(before, was, after, now)
    told = [move for group in found for step in group.steps for move in step.moves]
    assert sorted(told, key=lambda move: move.child) == list(moves)
    for group in found:
        inside = {step.family for step in group.steps}
        for step in group.steps:
            assert step.links
            assert all(link.family in inside for link in step.links if link.kind in ("vacated", "displaced"))
            assert all(link.family != step.family for link in step.links if link.kind != "wishes")


@settings(deadline=None, max_examples=150)
@given(seed=seeds)
def test_every_link_is_true_of_the_two_results(seed: int) -> None:
    before, was, after, now = two(seed)
    moves = difference(before, was.assignment, after, now.assignment)
    left = {(move.family, move.before) for move in moves}
    entered = {(move.family, move.after) for move in moves}
    for group in groups(before, was, after, now):
        for step in group.steps:
            for link in step.links:
                if link.kind == "seats":
                    assert link.class_id is not None
                    more = after.capacity[link.class_id] - before.capacity[link.class_id]
                    assert more == link.amount != 0
                if link.kind == "vacated":
                    assert (link.family, link.class_id) in left
                    assert (step.family, link.class_id) in entered
                if link.kind == "displaced":
                    assert (link.family, link.class_id) in entered
                    assert (step.family, link.class_id) in left


def test_without_siblings_one_more_seat_moves_one_clear_chain_up_every_time() -> None:
    """The vacancy chain of a single seat is a path: who moved up, whose seat that was, and so on."""
    longest = 0
    for seed in range(12):
        market = parse(town(seed, 150, 6, siblings=0.0))
        was = allocate(market).result
        asked = max(sorted(market.capacity), key=lambda name: len(market.priority[name]))
        after = replace(market, capacity={**market.capacity, asked: market.capacity[asked] + 1})
        now = allocate(after).result
        found = groups(market, was, after, now)
        assert len(found) <= 1
        for group in found:
            assert group.clear
            assert group.steps[0].links == (Link("seats", asked, amount=1),)
            assert [step.links[0].family for step in group.steps[1:]] == [
                step.family for step in group.steps[:-1]
            ]
            longest = max(longest, len(group.steps))
    assert longest >= 3


def test_without_siblings_one_seat_less_pushes_one_chain_down_clear_unless_a_class_is_hit_twice() -> None:
    longest = clear = 0
    for seed in range(12):
        market = parse(town(seed, 150, 6, siblings=0.0))
        was = allocate(market).result
        full = [c for c in sorted(market.capacity) if list(was.assignment.values()).count(c) > 3]
        cut = max(full, key=lambda name: len(market.priority[name]))
        after = replace(market, capacity={**market.capacity, cut: market.capacity[cut] - 1})
        now = allocate(after).result
        for group in groups(market, was, after, now):
            assert group.steps[0].links[0] == Link("seats", cut, amount=-1)
            arrivals = [move.after for step in group.steps for move in step.moves if move.after]
            assert group.clear == (len(set(arrivals)) == len(arrivals) and cut not in arrivals)
            assert all(any(link.kind == "displaced" for link in one.links) for one in group.steps[1:])
            clear += group.clear
            longest = max(longest, len(group.steps))
    assert longest >= 2
    assert clear >= 8


X, Y = "x", "y"


def line(name: str, *wishes: str, current: str | None = None) -> Family:
    return Family(f"f{name}", (name,), (current,), tuple((wish,) for wish in wishes))


def test_a_child_whose_keys_fell_is_the_start_not_the_child_who_took_its_seat() -> None:
    families = (line("a", X), line("b", X))
    before = Market({X: 1}, {X: ("a", "b")}, families)
    after = Market({X: 1}, {X: ("b", "a")}, families)
    was, now = allocate(before).result, allocate(after).result
    keys = ({"children": {"a": [3], "b": [2]}}, {"children": {"a": [1], "b": [2]}})
    moves = difference(before, was.assignment, after, now.assignment)
    (group,) = chains(before, was.assignment, after, now.assignment, moves, keys=keys)
    assert group.clear
    assert [(step.family, step.links) for step in group.steps] == [
        ("fa", (Link("keys", child="a"),)),
        ("fb", (Link("vacated", X, family="fa"),)),
    ]


def test_a_child_whose_keys_rose_pushes_the_other_out() -> None:
    families = (line("a", X), line("b", X))
    before = Market({X: 1}, {X: ("a", "b")}, families)
    after = Market({X: 1}, {X: ("b", "a")}, families)
    was, now = allocate(before).result, allocate(after).result
    keys = ({"children": {"a": [3], "b": [2]}}, {"children": {"a": [3], "b": [4]}})
    moves = difference(before, was.assignment, after, now.assignment)
    (group,) = chains(before, was.assignment, after, now.assignment, moves, keys=keys)
    assert [(step.family, step.links) for step in group.steps] == [
        ("fb", (Link("keys", child="b"),)),
        ("fa", (Link("displaced", X, family="fb"),)),
    ]


def test_an_order_that_changed_without_known_keys_is_named_as_such() -> None:
    families = (line("a", X), line("b", X))
    before = Market({X: 1}, {X: ("a", "b")}, families)
    after = Market({X: 1}, {X: ("b", "a")}, families)
    found = groups(before, allocate(before).result, after, allocate(after).result)
    kinds = {link.kind for group in found for step in group.steps for link in step.links}
    assert "order" in kinds
    assert "other" not in kinds


def test_a_child_who_withdraws_leaves_its_seat_to_the_next() -> None:
    families = (line("a", X), line("b", X), line("c", X))
    before = Market({X: 1}, {X: ("a", "b", "c")}, families)
    after = Market({X: 1}, {X: ("a", "b", "c")}, families[1:])
    was, now = allocate(before).result, allocate(after).result
    moves = difference(before, was.assignment, after, now.assignment)
    assert [move.kind for move in moves] == ["withdrawn", "gained"]
    (group,) = groups(before, was, after, now)
    assert group.clear
    assert group.steps[0].links == (Link("withdrawn", child="a"),)
    (joined,) = groups(after, now, before, was)
    assert joined.clear
    assert joined.steps[0].links == (Link("added", child="a"),)
    assert [step.links[0].kind for step in joined.steps[1:]] == ["displaced"]


def test_two_children_who_leave_one_class_are_told_as_one_group_without_an_order() -> None:
    families = (line("a", X, Y), line("b", X, Y), line("c", Y), line("d", Y))
    before = Market({X: 0, Y: 2}, {X: ("a", "b"), Y: ("a", "b", "c", "d")}, families)
    after = replace(before, capacity={X: 2, Y: 2})
    (group,) = groups(before, allocate(before).result, after, allocate(after).result)
    assert not group.clear
    assert [step.family for step in group.steps] == ["fa", "fb", "fc", "fd"]
    assert {link.family for link in group.steps[2].links} == {"fa", "fb"}


def test_siblings_who_move_together_are_one_step() -> None:
    twins = Family("ft", ("t1", "t2"), (None, None), ((X, X), (Y, Y)))
    families = (twins, line("c", Y))
    before = Market({X: 1, Y: 2}, {X: ("t1", "t2"), Y: ("t1", "t2", "c")}, families)
    after = replace(before, capacity={X: 2, Y: 2})
    (group,) = groups(before, allocate(before).result, after, allocate(after).result)
    assert group.clear
    assert [len(step.moves) for step in group.steps] == [2, 1]
    assert group.steps[1].links == (Link("vacated", Y, family="ft"),)


def test_a_pin_is_the_start_of_what_follows_from_it() -> None:
    families = (line("a", X), line("b", X))
    market = Market({X: 1}, {X: ("a", "b")}, families)
    was, now = {"a": X, "b": None}, {"a": None, "b": X}
    moves = difference(market, was, market, now)
    (group,) = chains(market, was, market, now, moves, pins=({}, {"b": X}))
    assert [(step.family, step.links) for step in group.steps] == [
        ("fb", (Link("pinned", X, "b"),)),
        ("fa", (Link("displaced", X, family="fb"),)),
    ]


def test_ranks_are_the_childs_own_wishes_and_kinds_tell_up_from_down() -> None:
    family = line("a", X, Y, current="z")
    market = Market({X: 1, Y: 1, "z": 1}, {X: ("a",), Y: ("a",), "z": ("a",)}, (family,))
    (move,) = difference(market, {"a": "z"}, market, {"a": Y})
    assert (move.kind, move.rank_before, move.rank_after) == ("better", None, 2)
    (move,) = difference(market, {"a": X}, market, {"a": Y})
    assert (move.kind, move.rank_before, move.rank_after) == ("worse", 1, 2)
    (move,) = difference(market, {"a": X}, market, {"a": "q"})
    assert (move.kind, move.rank_after) == ("moved", None)
