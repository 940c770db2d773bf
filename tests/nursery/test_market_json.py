"""Every fault of a market file is named with its place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.nursery import generate
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.market_json import market_dict, parse, sibling_warnings

Json = dict[str, Any]
GOOD: Json = {
    "format": generate.FORMAT,
    "capacity": {"A": 2, "B": 1},
    "priority": {"A": ["h", "x", "y"], "B": ["x", "h"]},
    "families": [
        {"id": "g", "children": ["h"], "current": ["A"], "wishes": [["B"], ["B"], ["A"], [None]]},
        {"id": "f", "children": ["x", "y"], "current": [None, None], "wishes": [["A", "A"], ["B", None]]},
    ],
}


def test_a_good_market_is_normalised() -> None:
    market = parse(GOOD)
    assert [family.id for family in market.families] == ["f", "g"]
    assert market.families[1].wishes == (("B",),)  # doubles dropped, cut at current
    assert parse(market_dict(market)) == market


def family(index: int, **change: Any) -> Callable[[Json], None]:
    return lambda market: market["families"][index].update(change)


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        (lambda m: m.update(format="x/2"), "$.format", "x/2"),
        (lambda m: m.pop("format"), "$.format", "null"),
        (lambda m: m.update(capacity=[]), "$.capacity", "[]"),
        (lambda m: m["capacity"].update(A=-1), '$.capacity["A"]', "-1"),
        (lambda m: m["capacity"].update(A=True), '$.capacity["A"]', "true"),
        (lambda m: m["capacity"].update(A=0), '$.capacity["A"]', "在籍"),
        (lambda m: m.update(priority=None), "$.priority", "null"),
        (lambda m: m["priority"].update(Z=[]), '$.priority["Z"]', "capacity"),
        (lambda m: m["priority"].update(A="xy"), '$.priority["A"]', "xy"),
        (lambda m: m["priority"].update(A=["h", "x", "y", "x"]), '$.priority["A"][3]', "2回"),
        (lambda m: m["priority"].update(A=["x", "h", "y"]), '$.priority["A"][0]', "在籍"),
        (lambda m: m["priority"].update(B=["h"]), "$.families[1].wishes", "優先順"),
        (lambda m: m.update(families={}), "$.families", "{}"),
        (lambda m: m["families"].append(3), "$.families[2]", "3"),
        (family(0, id=""), "$.families[0].id", "番号"),
        (family(0, id="f"), "$.families[1].id", "同じ世帯"),
        (family(0, children=[]), "$.families[0].children", "1人"),
        (family(0, children=["x"]), "$.families[1].children", "同じ子"),
        (family(0, wishes=None), "$.families[0].wishes", "一覧"),
        (family(0, wishes=[["A", "B"]]), "$.families[0].wishes[0]", "1人分"),
        (family(0, current=["A", None]), "$.families[0].current", "1人分"),
        (family(0, wishes=[["Z"]]), "$.families[0].wishes", "Z"),
    ],
)
def test_each_fault_names_its_path(change: Callable[[Json], Any], path: str, word: str) -> None:
    market = copy.deepcopy(GOOD)
    change(market)
    with pytest.raises(BadInput) as bad:
        parse(market, file="市場.json")
    faults = [fault for fault in bad.value.faults if fault.column == path]
    assert faults, str(bad.value)
    assert word in str(faults[0])
    assert faults[0].file == "市場.json"


def test_all_faults_are_reported_at_once() -> None:
    market = copy.deepcopy(GOOD)
    market["capacity"]["B"] = "many"
    market["families"][0]["wishes"] = [["Z"]]
    with pytest.raises(BadInput) as bad:
        parse(market)
    assert len(bad.value.faults) >= 2


def test_siblings_ranked_apart_are_warned_of_and_neighbours_are_not() -> None:
    market = copy.deepcopy(GOOD)
    assert sibling_warnings(parse(market)) == []
    market["priority"]["A"] = ["h", "x", "z", "y"]
    market["families"].append({"id": "k", "children": ["z"], "current": [None], "wishes": [["A"]]})
    assert ["世帯f" in line for line in sibling_warnings(parse(market))] == [True]


@pytest.mark.parametrize(
    ("count", "named"), [(1, "A"), (3, "A・B・C"), (4, "A・B・C ほか"), (5, "A・B・C ほか")]
)
def test_a_warning_about_siblings_names_three_classes_and_says_when_there_are_more(
    count: int, named: str
) -> None:
    classes = "ABCDE"[:count]
    market = {
        "format": generate.FORMAT,
        "capacity": dict.fromkeys(classes, 3),
        "priority": {name: ["x", "z", "y"] for name in classes},
        "families": [
            {
                "id": "f",
                "children": ["x", "y"],
                "current": [None, None],
                "wishes": [[name, name] for name in reversed(classes)],
            },
            {"id": "g", "children": ["z"], "current": [None], "wishes": [[name] for name in classes]},
        ],
    }
    (line,) = sibling_warnings(parse(market))
    assert line.startswith(f"世帯f：同じクラスを望むきょうだいの順位が離れています（{named}）。")
