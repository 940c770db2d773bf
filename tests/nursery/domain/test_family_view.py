"""A family's page never reveals another family: on random markets, small classes and siblings included."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.explain_markets import any_assignment, market_of
from yakuba.nursery.domain.explain import by_child, claims
from yakuba.nursery.domain.family_board import Board
from yakuba.nursery.domain.family_view import MOST_WISHES, Child, Place, family_payload

Json = dict[str, Any]


def payloads(market: Json, result: Json) -> dict[str, Json]:
    """Every family's payload."""
    board = Board(market, result)
    told = dict(by_child(claims(market, result)))
    places = {class_: Place(f"園{at}", f"園{at} 1歳") for at, class_ in enumerate(market["capacity"])}
    return {
        row["id"]: family_payload(
            board, row["id"], {child: told[child] for child in row["children"]}, {}, places
        )
        for row in market["families"]
    }


@st.composite
def results(draw: st.DrawFn) -> tuple[Json, Json]:
    """A market with some assignment of it: from one family to thirty, classes of one seat to eight."""
    rng = random.Random(draw(st.integers(0, 10**9)))
    market = market_of(
        rng,
        families=draw(st.integers(1, 30)),
        classes=draw(st.integers(1, 3)),
        wishes=draw(st.integers(1, 3)),
        seats=draw(st.integers(1, 8)),
        siblings=draw(st.sampled_from([0.0, 0.3, 0.8])),
        transfers=draw(st.sampled_from([0.0, 0.2])),
    )
    return market, any_assignment(market, rng)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def facts_of(market: Json, result: Json, family: str, class_: str) -> dict[str, Any]:
    """Counts about a class as an outsider would count them, written apart from the product."""
    got = result["assignment"]
    others = [row for row in market["families"] if row["id"] != family]
    applicants, admitted, households, inside, transfers = 0, 0, set(), [], 0
    for row in market["families"]:
        transfers += sum(seat == class_ for seat in row["current"])
    for row in others:
        for place, child in enumerate(row["children"]):
            here = row["current"][place] == class_
            if not here and any(wish[place] == class_ for wish in row["wishes"]):
                applicants += 1
            if got[child] == class_:
                inside.append(child)
                if not here:
                    admitted += 1
                    households.add(row["id"])
    return {
        "applicants": applicants,
        "admitted": admitted,
        "households": len(households),
        "inside": inside,
        "transfers": transfers,
    }


@settings(max_examples=250, deadline=None)
@given(results())
def test_no_payload_reveals_another_family(found: tuple[Json, Json]) -> None:
    market, result = found
    names = {f"園{at}": class_ for at, class_ in enumerate(market["capacity"])}
    for family, payload in payloads(market, result).items():
        row = next(one for one in market["families"] if one["id"] == family)
        text = json.dumps(payload, ensure_ascii=False)
        words = set(re.findall(r"[A-Za-z0-9_]+", text))
        for other in market["families"]:
            if other["id"] != family:
                assert not words & {other["id"], *other["children"]}
        assert family not in words
        for child in payload["children"]:
            for wish in child["wishes"]:
                if wish["nursery"] is not None:
                    class_ = names[wish["nursery"]]
                    no_small_count(
                        market, row, child["number"], class_, wish, facts_of(market, result, family, class_)
                    )


def no_small_count(market: Json, row: Json, child: str, class_: str, wish: Json, facts: Json) -> None:
    """What is told of one class, and what follows from it by subtraction, counts nobody or three and more."""
    if isinstance(wish["applicants"], int):
        own = sum(
            any(one[place] == class_ for one in row["wishes"]) and row["current"][place] != class_
            for place in range(len(row["children"]))
        )
        assert wish["applicants"] - own == facts["applicants"] >= 3
        for known in (facts["admitted"], facts["applicants"] - facts["admitted"]):
            assert known == 0 or known >= 3
    else:
        assert wish["applicants"] in (None, {"under": 3})
    if wish["position"] is not None:
        queue = market["priority"][class_]
        above = sum(queue.index(one) < queue.index(child) for one in facts["inside"])
        assert wish["position"] == above + 1 == wish["above"] + 1
        for known in (above, len(facts["inside"]) - above, facts["transfers"]):
            assert known == 0 or known >= 3
    if wish["cutoff"] is not None:
        assert facts["households"] >= 3
        assert wish["full"]
    if wish["gap"] is not None or (wish["decided_by"] or {}).get("by") in ("key", "lottery", "holder"):
        assert wish["cutoff"] is not None


@settings(max_examples=150, deadline=None)
@given(results())
def test_siblings_together_learn_no_small_number_of_children_between_them(found: tuple[Json, Json]) -> None:
    market, result = found
    for payload in payloads(market, result).values():
        above: dict[str, set[int]] = {}
        for child in payload["children"]:
            for wish in child["wishes"]:
                if wish["above"] is not None:
                    above.setdefault(wish["nursery"], set()).add(wish["above"])
        for counts in above.values():
            ordered = sorted(counts)
            assert all(after - before >= 3 for before, after in pairwise(ordered))


@settings(max_examples=150, deadline=None)
@given(results(), st.integers(0, 10**9))
def test_without_a_cut_off_the_points_of_others_change_nothing(found: tuple[Json, Json], seed: int) -> None:
    market, result = found
    rng = random.Random(seed)
    before = payloads(market, result)
    for row in market["families"]:
        if any(wish["cutoff"] for child in before[row["id"]]["children"] for wish in child["wishes"]):
            continue
        other = copy.deepcopy(market)
        for kind in ("children", "wishes"):
            for child, keys in other["keys"][kind].items():
                if child not in row["children"]:
                    other["keys"][kind][child] = (
                        [rng.randint(0, 99), "1"]
                        if kind == "children"
                        else {name: [rng.randint(0, 99), "1"] for name in keys}
                    )
        assert payloads(other, result)[row["id"]] == before[row["id"]]


@settings(max_examples=100, deadline=None)
@given(results())
def test_a_cut_off_is_all_that_is_told_of_others_points(found: tuple[Json, Json]) -> None:
    market, result = found
    for family, payload in payloads(market, result).items():
        own = {str(keys[0]) for keys in _keys_of(market, family)}
        cutoffs = {wish["cutoff"] for child in payload["children"] for wish in child["wishes"]} - {None}
        for child in payload["children"]:
            assert child["own"] is None or child["own"] in own
            for wish in child["wishes"]:
                assert wish["own"] is None or wish["own"] in own
                if wish["gap"] is not None:
                    assert int(wish["cutoff"]) - int(wish["own"]) == int(wish["gap"]) > 0
        told = {
            str(leaf) for leaf in leaves(payload) if isinstance(leaf, str) and re.fullmatch(r"-?\d{2}", leaf)
        }
        assert told <= own | cutoffs


def _keys_of(market: Json, family: str) -> Iterator[Any]:
    for row in market["families"]:
        if row["id"] == family:
            for child in row["children"]:
                yield market["keys"]["children"][child]
                yield from market["keys"]["wishes"].get(child, {}).values()


def one_class(applicants: int, seats: int, *, families: list[Json] | None = None) -> tuple[Json, Json]:
    """One class, single children ``c0`` … best first, the first ones admitted."""
    rows = families or [
        {"id": f"f{at}", "children": [f"c{at}"], "current": [None], "wishes": [["1-1"]]}
        for at in range(applicants)
    ]
    children = [child for row in rows for child in row["children"]]
    market = {
        "capacity": {"1-1": seats},
        "priority": {"1-1": children},
        "families": rows,
        "keys": {
            "names": ["指数", "きょうだい"],
            "children": {child: [60 - at, 1] for at, child in enumerate(children)},
            "wishes": {},
        },
    }
    got = {child: "1-1" if at < seats else None for at, child in enumerate(children)}
    return market, {
        "status": "stable",
        "unique": True,
        "assignment": got,
        "blocking_families": [],
        "blocking_lower_bound": 0,
    }


def test_the_first_one_refused_reads_cut_off_place_and_gap() -> None:
    (child,) = payloads(*one_class(25, 11))["f11"]["children"]
    (wish,) = child["wishes"]
    assert (child["outcome"], child["own"]) == ("waiting", "49")
    told = ("seats", "applicants", "position", "above", "cutoff", "own", "gap")
    assert {name: wish[name] for name in told} == {
        "seats": 11, "applicants": 25, "position": 12, "above": 11, "cutoff": "50", "own": "49", "gap": "1",
    }  # fmt: skip
    assert wish["decided_by"] == {"by": "key", "number": 1, "name": "指数"}


def test_a_placed_child_reads_its_place_in_the_middle_but_not_next_to_last() -> None:
    told = payloads(*one_class(25, 11))
    positions = [told[f"f{at}"]["children"][0]["wishes"][0]["position"] for at in range(11)]
    assert positions == [1, None, None, 4, 5, 6, 7, 8, None, None, 11]


@pytest.mark.parametrize(("seats", "shown"), [(1, None), (2, None), (3, "58"), (4, "57")])
def test_a_small_class_has_no_cut_off(seats: int, shown: str | None) -> None:
    wish = payloads(*one_class(25, seats))["f20"]["children"][0]["wishes"][0]
    assert wish["cutoff"] == shown
    assert (wish["decided_by"]["by"] == "hidden") is (shown is None)


def test_an_admitted_family_is_not_counted_among_the_others() -> None:
    wish = payloads(*one_class(25, 3))["f1"]["children"][0]["wishes"][0]
    assert (wish["outcome"], wish["cutoff"]) == ("placed", None)


def test_three_children_of_two_households_are_too_few_for_a_cut_off() -> None:
    rows = [
        {"id": "f0", "children": ["a", "b"], "current": [None, None], "wishes": [["1-1", "1-1"]]},
        {"id": "f1", "children": ["c"], "current": [None], "wishes": [["1-1"]]},
        {"id": "f2", "children": ["d"], "current": [None], "wishes": [["1-1"]]},
    ]
    wish = payloads(*one_class(0, 3, families=rows))["f2"]["children"][0]["wishes"][0]
    assert wish["cutoff"] is None


@pytest.mark.parametrize(
    ("applicants", "told"), [(2, {"under": 3}), (3, {"under": 3}), (4, 4), (5, None), (8, 8)]
)
def test_few_applicants_are_not_counted(applicants: int, told: Any) -> None:
    payload = payloads(*one_class(applicants, 3))[f"f{applicants - 1}"]
    assert payload["children"][0]["wishes"][0]["applicants"] == told


def test_siblings_see_that_their_wishes_were_judged_together() -> None:
    rows = [
        *(
            {"id": f"f{at}", "children": [f"c{at}"], "current": [None], "wishes": [["1-1"]]}
            for at in range(6)
        ),
        {"id": "me", "children": ["x", "y"], "current": [None, None], "wishes": [["1-1", "1-1"]]},
    ]
    payload = payloads(*one_class(0, 6, families=rows))["me"]
    assert payload["siblings"] == {"children": 2, "wishes": 1, "wish": None}
    assert [child["wishes"][0]["needs"] for child in payload["children"]] == [2, 2]


def test_a_protected_sibling_can_be_left_out() -> None:
    rows = [{"id": "me", "children": ["x", "y"], "current": [None, None], "wishes": [["1-1", "1-1"]]}]
    market, result = one_class(0, 2, families=rows)
    told = dict(by_child(claims(market, result)))
    payload = family_payload(Board(market, result), "me", told, {}, {}, only=frozenset({"x"}))
    assert [child["number"] for child in payload["children"]] == ["x"]


def test_own_points_are_passed_on_line_by_line() -> None:
    market, result = one_class(1, 1)
    line = ("father", "就労", "月168時間", "20", True)
    payload = family_payload(
        Board(market, result),
        "f0",
        dict(by_child(claims(market, result))),
        {"c0": Child("網代 はる", 1, (line,))},
        {},
    )
    assert payload["children"][0]["points"] == [list(line)]
    assert json.loads(json.dumps(payload)) == payload


def test_thousands_of_combinations_do_not_make_thousands_of_blocks() -> None:
    names = [f"{at}-1" for at in range(60)]
    rows = [{"id": "f0", "children": ["a"], "current": [None], "wishes": [[name]]} for name in names[:1]] + [
        {"id": "me", "children": ["x"], "current": [None], "wishes": [[name] for name in names]}
    ]
    market = {
        "capacity": dict.fromkeys(names, 0) | {names[0]: 1},
        "priority": {name: ["a", "x"] for name in names},
        "families": rows,
    }
    got = {"a": names[0], "x": None}
    payload = payloads(market, {"status": "stable", "unique": True, "assignment": got})["me"]
    (child,) = payload["children"]
    assert (len(child["wishes"]), child["more"]) == (MOST_WISHES, 20)
    assert payload["key_name"] == "優先順位"


def siblings_among(order: list[str], *, seats: int) -> Json:
    """The page of the siblings ``x`` and ``y`` (and ``z``) in one class; the others are single children."""
    mine = [child for child in order if child in "xyz"]
    rows = [
        {"id": f"f-{child}", "children": [child], "current": [None], "wishes": [["1-1"]]}
        for child in order
        if child not in mine
    ]
    rows.append(
        {"id": "me", "children": mine, "current": [None] * len(mine), "wishes": [["1-1"] * len(mine)]}
    )
    market, result = one_class(0, seats, families=rows)
    market["priority"]["1-1"] = order
    market["keys"]["children"] = {child: [90 - at, 1] for at, child in enumerate(order)}
    result["assignment"] = {child: "1-1" if at < seats else None for at, child in enumerate(order)}
    return payloads(market, result)["me"]


@pytest.mark.parametrize(
    ("order", "positions"),
    [
        ("a b c x d y e f g", [None, None]),  # d alone stands between them
        ("a b c x d e f y g h i", [4, 7]),
        ("a b c x y d e f", [4, 4]),
        ("a b c x d e f y g h i z j k l", [4, 7, 10]),
        ("a b c x d e f y g z h i j", [None, None, None]),
    ],
)
def test_siblings_places_are_told_only_when_nobody_or_three_stand_between(
    order: str, positions: list[int | None]
) -> None:
    names = order.split()
    page = siblings_among(names, seats=len(names))
    assert [child["wishes"][0]["position"] for child in page["children"]] == positions


def test_a_sibling_without_a_place_names_the_class_that_was_full() -> None:
    market = {
        "capacity": {"1-1": 1, "2-1": 1},
        "priority": {"1-1": ["a", "x"], "2-1": ["y"]},
        "families": [
            {"id": "f0", "children": ["a"], "current": [None], "wishes": [["1-1"]]},
            {"id": "me", "children": ["x", "y"], "current": [None, None], "wishes": [["1-1", "2-1"]]},
        ],
    }
    got = {"a": "1-1", "x": None, "y": None}
    page = payloads(market, {"status": "stable", "unique": True, "assignment": got})["me"]
    first, second = (child["wishes"][0] for child in page["children"])
    assert (first["reason"], first["nursery"], first["elsewhere"]) == ("full", "園0", [])
    assert (second["reason"], second["nursery"], second["elsewhere"]) == ("sibling_elsewhere", "園1", ["園0"])


@pytest.mark.parametrize(
    ("current", "got", "outcome", "block"),
    [
        (None, "1-1", "placed", "placed"),
        ("2-1", "1-1", "moved", "placed"),
        ("2-1", "2-1", "held", "held"),
    ],
)
def test_a_place_a_move_and_a_place_kept_are_told_apart(
    current: str | None, got: str, outcome: str, block: str
) -> None:
    market = {
        "capacity": {"1-1": 1 if got == "1-1" else 0, "2-1": 1},
        "priority": {"1-1": ["x"], "2-1": ["x"] if current else []},
        "families": [{"id": "me", "children": ["x"], "current": [current], "wishes": [["1-1"]]}],
    }
    page = payloads(market, {"status": "stable", "unique": True, "assignment": {"x": got}})["me"]
    (child,) = page["children"]
    assert child["outcome"] == outcome
    assert child["nursery"] == ("園0" if got == "1-1" else "園1")
    assert child["wish"] == (1 if got == "1-1" else None)
    assert child["wishes"][-1]["outcome"] == child["wishes"][-1]["reason"] == block
