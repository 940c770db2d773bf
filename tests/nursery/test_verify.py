"""Tampering with a result makes the verifier name the child."""

from __future__ import annotations

import copy
import subprocess
import sys
from typing import Any

import pytest

from tests.nursery import generate
from yakuba.nursery.domain.market_json import parse, result_dict
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.verify import verify

Json = dict[str, Any]


@pytest.fixture(scope="module")
def town() -> tuple[Json, Json]:
    market = generate.town(1, 300, 30)
    result = result_dict(allocate(parse(market)).result)
    assert verify(market, result) == []
    return market, result


def tampered(result: Json, **seats: str | None) -> Json:
    changed = copy.deepcopy(result)
    changed["assignment"].update(seats)
    return changed


def single_with(market: Json, result: Json, *, placed: bool) -> Json:
    """An only child with at least two wishes that has (not) got one of them."""
    return next(
        family
        for family in market["families"]
        if len(family["children"]) == 1
        and len(family["wishes"]) > 1
        and family["current"] == [None]
        and (result["assignment"][family["children"][0]] is not None) == placed
    )


def test_a_dropped_child_is_named(town: tuple[Json, Json]) -> None:
    market, result = town
    changed = copy.deepcopy(result)
    del changed["assignment"]["c00007"]
    assert any("c00007" in line for line in verify(market, changed))


def test_an_unknown_child_is_named(town: tuple[Json, Json]) -> None:
    market, result = town
    assert any("zz" in line for line in verify(market, tampered(result, zz=None)))


def test_a_child_moved_out_of_its_seat_is_named(town: tuple[Json, Json]) -> None:
    market, result = town
    child = single_with(market, result, placed=True)["children"][0]
    assert any(child in line for line in verify(market, tampered(result, **{child: None})))


def test_a_class_that_was_not_asked_for_is_named_with_its_child(town: tuple[Json, Json]) -> None:
    market, result = town
    family = single_with(market, result, placed=True)
    asked = {wish[0] for wish in family["wishes"]}
    strange = next(name for name in sorted(market["capacity"]) if name not in asked)
    problems = verify(market, tampered(result, **{family["children"][0]: strange}))
    assert any(family["children"][0] in line and strange in line for line in problems)
    problems = verify(market, tampered(result, **{family["children"][0]: "no such class"}))
    assert any("no such class" in line and "市場にない" in line for line in problems)


def test_an_overfull_class_is_named_with_its_child(town: tuple[Json, Json]) -> None:
    market, result = town
    family = single_with(market, result, placed=False)
    child, seat = family["children"][0], family["wishes"][0][0]
    problems = verify(market, tampered(result, **{child: seat}))
    assert any("定員" in line and child in line and seat in line for line in problems)


def test_two_children_swapped_are_noticed(town: tuple[Json, Json]) -> None:
    market, result = town
    seats = result["assignment"]
    winner = single_with(market, result, placed=True)["children"][0]
    order = market["priority"][seats[winner]]
    loser = next(child for child in reversed(order) if seats[child] is None)
    family = next(f for f in market["families"] if loser in f["children"] and len(f["children"]) == 1)
    problems = verify(market, tampered(result, **{winner: None, family["children"][0]: seats[winner]}))
    assert any(winner in line for line in problems)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"status": "minimal"}, "status"),
        ({"status": "perfect"}, "status"),
        ({"unique": "yes"}, "unique"),
        ({"blocking_lower_bound": 1}, "blocking_lower_bound"),
        ({"blocking_families": ["f00001"]}, "f00001"),
        ({"blocking_families": ["nobody"]}, "nobody"),
        ({"blocking_families": [1]}, "blocking_families"),
        ({"format": "other"}, "format"),
        ({"assignment": []}, "assignment"),
        ({"assignment": {"c00001": 3}}, "c00001"),
    ],
)
def test_inconsistent_declarations_are_named(town: tuple[Json, Json], change: Json, word: str) -> None:
    market, result = town
    assert any(word in line for line in verify(market, {**result, **change}))


def test_a_combination_nobody_asked_for_is_named_by_family() -> None:
    market: Json = {
        "format": generate.FORMAT,
        "capacity": {"A": 2, "B": 2},
        "priority": {"A": ["x", "y"], "B": ["x", "y"]},
        "families": [
            {"id": "f", "children": ["x", "y"], "current": [None, None], "wishes": [["A", "A"], ["B", "B"]]}
        ],
    }
    result = result_dict(allocate(parse(market)).result)
    problems = verify(market, tampered(result, x="B"))
    assert any("世帯f" in line and "組合せ" in line for line in problems)


def test_of_siblings_only_the_child_with_a_class_nobody_asked_for_is_named() -> None:
    market: Json = {
        "format": generate.FORMAT,
        "capacity": {"A": 2, "B": 2, "C": 1},
        "priority": {"A": ["x", "y"], "B": ["x", "y"], "C": []},
        "families": [
            {"id": "f", "children": ["x", "y"], "current": [None, None], "wishes": [["A", "A"], ["B", "B"]]}
        ],
    }
    result = result_dict(allocate(parse(market)).result)
    named = [line for line in verify(market, tampered(result, x="C")) if "希望にも在籍にも" in line]
    assert named == ["子x（世帯f）：割当て「C」は希望にも在籍にもありません。"]


def test_the_verify_command_imports_neither_solver_nor_django_nor_spreadsheets(tmp_path: Any) -> None:
    script = (
        "import sys\n"
        "from yakuba.cli import main\n"
        "try:\n    main(['nursery', 'verify', 'no.json', 'no.json'])\nexcept SystemExit:\n    pass\n"
        "import yakuba.nursery.domain.verify\n"
        "bad = {'ortools', 'django', 'openpyxl', 'numpy', 'rich'} & set(sys.modules)\n"
        "own = [m[22:] for m in sys.modules if m.startswith('yakuba.nursery.domain.')]\n"
        "print(bad, sorted(own))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set() ['verify', 'verify_market', 'verify_pins']", done.stderr


def test_why_a_family_may_claim_a_wish_is_told() -> None:
    """A free seat, a lower-ranked occupant, and siblings whom one another's seats make room for."""
    market: Json = {
        "format": generate.FORMAT,
        "capacity": {"A": 1, "B": 1},
        "priority": {"A": ["x", "y"], "B": ["y", "x", "z"]},
        "families": [
            {"id": "f", "children": ["x"], "current": [None], "wishes": [["A"], ["B"]]},
            {"id": "g", "children": ["y"], "current": [None], "wishes": [["A"]]},
            {"id": "h", "children": ["z"], "current": [None], "wishes": [["B"]]},
        ],
    }
    base = {"format": "yakuba.nursery.result/1", "status": "stable", "unique": None,
            "blocking_families": [], "blocking_lower_bound": 0}  # fmt: skip
    problems = verify(market, {**base, "assignment": {"x": None, "y": "A", "z": "B"}})
    assert any("世帯f" in line and "子y" in line and "順位が下" in line for line in problems)
    problems = verify(market, {**base, "assignment": {"x": None, "y": None, "z": "B"}})
    assert any("世帯g" in line and "クラスAに空き" in line for line in problems)


def test_siblings_who_only_change_seats_among_themselves_are_told_of() -> None:
    market: Json = {
        "format": generate.FORMAT,
        "capacity": {"A": 1, "B": 1},
        "priority": {"A": ["x", "y"], "B": ["x", "y"]},
        "families": [
            {"id": "f", "children": ["x", "y"], "current": [None, None], "wishes": [["A", "B"], ["B", "A"]]}
        ],
    }
    seats = {"x": "B", "y": "A"}
    result = {"format": "yakuba.nursery.result/1", "status": "stable", "unique": None,
              "assignment": seats, "blocking_families": [], "blocking_lower_bound": 0}  # fmt: skip
    problems = verify(market, result)
    assert ["世帯f" in line and "きょうだいの席を含めれば" in line for line in problems] == [True]
    assert verify([], result) == ["market：JSONのオブジェクトではありません。"]  # type: ignore[arg-type]  # as read from a file


def test_declarations_about_bounds_are_compared() -> None:
    market: Json = {
        "format": generate.FORMAT,
        "capacity": {"A": 1},
        "priority": {"A": ["x"]},
        "families": [{"id": "f", "children": ["x"], "current": [None], "wishes": [["A"]]}],
    }
    base = {"format": "yakuba.nursery.result/1", "assignment": {"x": None}, "blocking_families": ["f"]}
    good = {**base, "status": "bounded", "unique": None, "blocking_lower_bound": 0}
    assert verify(market, good) == []
    for change, word in (
        ({"status": "minimal"}, "最少とされていますが"),
        ({"blocking_lower_bound": 1}, "boundedとされています"),
        ({"unique": False}, "uniqueがnullではありません"),
        ({"unique": 0}, "unique"),
        ({"blocking_families": ["f", "f"]}, "同じ世帯が2回"),
        ({"blocking_lower_bound": 2}, "0以上1以下"),
    ):
        assert any(word in line for line in verify(market, {**good, **change})), word
