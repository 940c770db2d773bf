"""A market that says other than its ledger is found."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.nursery.ledger_tables import (
    TABLES,
    Grid,
    good,
    market_of,
    swap,
    write_book,
)
from yakuba.nursery.domain.verify_ledger import check


@pytest.mark.parametrize("titles", [0, 3])
def test_a_market_made_from_the_workbook_agrees_with_it(tmp_path: Path, titles: int) -> None:
    path = tmp_path / "台帳.xlsx"
    assert check(market_of(write_book(path, TABLES, titles=titles)), path) == []


def test_explicit_tuples_of_wishes_are_compared_one_by_one(tmp_path: Path) -> None:
    tuples: Grid = [
        ["世帯番号", "順位", "受付番号", "施設番号"],
        ["H5", 2, 5, 20],
        ["H5", 2, 6, "入所しない"],
        ["H5", 1, 5, 20],
        ["H5", 1, 6, 20],
    ]
    path = tmp_path / "台帳.xlsx"
    market = market_of(write_book(path, {**TABLES, "希望の組": tuples}))
    assert check(market, path) == ["世帯 H5：第2希望から、市場と台帳の希望が違います。"]
    market["families"][4]["wishes"].append([None, "20-1"])
    assert check(market, path) == []


FALSEHOODS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("another file", lambda m: m["ledger"].update(sha256="0" * 64), "SHA-256が違います"),
    ("no digest", lambda m: m.pop("ledger"), "SHA-256が記録されていません"),
    (
        "one more seat",
        lambda m: m["capacity"].update({"20-1": 4}),
        "クラス 20-1：定員は市場では 4、台帳では 3",
    ),
    ("a class too many", lambda m: m["capacity"].update({"99-1": 1}), "クラス 99-1"),
    ("a class lost", lambda m: m["capacity"].pop("20-3"), "クラス 20-3"),
    ("a seat count that is true", lambda m: m["capacity"].update({"10-1": True}), "クラス 10-1"),
    ("a household lost", lambda m: m["families"].pop(3), "世帯 H4：台帳にありますが"),
    ("a household twice", lambda m: m["families"].append(m["families"][3]), "世帯 H4：市場に2回"),
    ("a child lost", lambda m: m["families"][4].update(children=["6"]), "世帯 H5：児童は"),
    ("another current seat", lambda m: m["families"][0].update(current=[None]), "世帯 H1：在籍は"),
    ("a wish lost", lambda m: m["families"][1]["wishes"].pop(), "世帯 H2：第2希望から"),
    ("wishes turned round", lambda m: m["families"][1]["wishes"].reverse(), "世帯 H2：第1希望から"),
    (
        "a sibling wish never asked",
        lambda m: m["families"][4]["wishes"].append(["20-3", "10-1"]),
        "世帯 H5：市場の第2希望",
    ),
    ("another key name", lambda m: m["keys"].update(names=["点", "申込順"]), "名称は市場では"),
    ("another key", lambda m: m["keys"]["children"].update({"1": [41, -3]}), "児童 1：優先順位のキー"),
    (
        "a key of another sign",
        lambda m: m["keys"]["children"].update({"1": [40, 3]}),
        "児童 1：優先順位のキー",
    ),
    (
        "a key that is no number",
        lambda m: m["keys"]["children"].update({"1": ["x", 3]}),
        "児童 1：優先順位のキー",
    ),
    ("a key of nobody", lambda m: m["keys"]["children"].update({"9": [1, 1]}), "児童 9：優先順位のキー"),
    ("a special key lost", lambda m: m["keys"].update(wishes={}), "児童 5：クラス 20-1 でのキー"),
    (
        "a special key too many",
        lambda m: m["keys"]["wishes"].update({"1": {"10-1": [99, 0]}}),
        "児童 1：クラス 10-1",
    ),
    ("a holder moved down", lambda m: swap(m["priority"]["20-1"], 0, 1), "在籍又はキーの順と違います"),
    ("keys disregarded", lambda m: swap(m["priority"]["10-1"], 1, 2), "在籍又はキーの順と違います"),
    ("the lottery reversed", lambda m: swap(m["priority"]["10-1"], 0, 1), "抽選の順と違います"),
    ("the lottery lost", lambda m: m.pop("lottery"), "抽選の記録がありません"),
    ("another seed", lambda m: m["lottery"].update(groups=[["2", "9"]]), "記録された抽選の組"),
    (
        "a child not listed",
        lambda m: m["priority"]["10-1"].remove("1"),
        "希望する児童 1 が優先順位にありません",
    ),
    ("a child who never asked", lambda m: m["priority"]["20-3"].append("1"), "このクラスを希望していません"),
    ("a stranger", lambda m: m["priority"]["20-3"].append("99"), "児童 99 は台帳にありません"),
    ("a child twice", lambda m: m["priority"]["20-3"].append("6"), "同じ児童が2回"),
]


@pytest.mark.parametrize(
    ("falsehood", "words"), [case[1:] for case in FALSEHOODS], ids=[case[0] for case in FALSEHOODS]
)
def test_a_falsehood_is_named(
    tmp_path: Path, falsehood: Callable[[dict[str, Any]], object], words: str
) -> None:
    market, path = good(tmp_path)
    false = copy.deepcopy(market)
    falsehood(false)
    assert any(words in fault for fault in check(false, path)), check(false, path)


def test_a_bare_market_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    market, path = good(tmp_path)
    del market["keys"]
    assert check(market, path) == []
