"""Sentences about differences: true to the claims they are made from, in the ledger's own values."""

from __future__ import annotations

from typing import Any

import pytest

from yakuba.nursery.domain.compare import CATEGORIES, Difference
from yakuba.nursery.domain.compare_words import CATEGORY_NAMES, CompareWords
from yakuba.nursery.domain.difference import KINDS
from yakuba.nursery.domain.difference_words import KIND_NAMES, OTHER, DifferenceWords
from yakuba.nursery.domain.market import Labels

LABELS = Labels(classes={"x": "はまかぜ保育園1歳", "y": "なぎさ保育園1歳"})


def cutoff(capacity: int, occupants: int, keys: list[Any] | None) -> dict[str, Any]:
    return {"capacity": capacity, "occupants": occupants, "keys": keys}


def words(was: Any = None, now: Any = None, moves: list[dict[str, Any]] | None = None) -> DifferenceWords:
    document = {
        "keys": {"names": ["指数", "課税階層"], "ascending": [False, True]},
        "moves": moves or [],
        "cutoffs": {"x": [was, now]},
    }
    return DifferenceWords(document, LABELS)


def move(kind: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"kind": kind, "before": before, "after": after, "child": "1", "family": "f"}


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (cutoff(2, 2, [38, -3]), cutoff(2, 2, [36, -3]), "最低指数が38から36に下がった。"),
        (cutoff(2, 2, [36, -3]), cutoff(2, 2, [38, -3]), "最低指数が36から38に上がった。"),
        (
            cutoff(2, 2, [38, -3]),
            cutoff(3, 3, [36, -3]),
            "定員が2人から3人に増えた、最低指数が38から36に下がった。",
        ),
        (cutoff(3, 3, None), cutoff(2, 2, None), "定員が3人から2人に減った。"),
        (
            cutoff(2, 2, [38, -3]),
            cutoff(2, 2, [38, -5]),
            "最低指数は38で同じ、第2基準「課税階層」の境が3から5に上がった。",
        ),
        (
            cutoff(2, 2, ["9.5"]),
            cutoff(2, 2, ["9.50"]),
            "最低の優先順位は変わらず、内定した児童が入れ替わった。",
        ),
        (cutoff(2, 2, [38]), cutoff(2, 1, [38]), "席に空きができた。"),
        (cutoff(2, 1, [38]), cutoff(2, 2, [30]), "空いていた席が埋まった。"),
        (cutoff(2, 2, [1, 1, 5]), cutoff(2, 2, [1, 1, 4]), "第3基準「第3基準」の境が5から4に下がった。"),
    ],
)
def test_a_move_is_explained_by_how_the_class_changed(was: Any, now: Any, told: str) -> None:
    sentence = words(was, now).why(move("gained", None, "x"))
    assert sentence.startswith("はまかぜ保育園1歳の")
    assert sentence.endswith(told)


def test_a_child_who_loses_is_explained_by_the_class_it_left() -> None:
    told = words(cutoff(1, 1, [30]), cutoff(1, 1, [40]))
    assert told.why(move("lost", "x", None)) == "はまかぜ保育園1歳の最低指数が30から40に上がった。"
    assert told.why(move("worse", "x", "y")) == "はまかぜ保育園1歳の最低指数が30から40に上がった。"


def test_classes_and_children_of_one_side_are_told_as_such() -> None:
    assert words(None, cutoff(1, 1, [30])).why(move("gained", None, "x")).endswith("募集が始まった。")
    assert words(cutoff(1, 1, [30]), None).why(move("lost", "x", None)).endswith("募集がなくなった。")
    assert words().why(move("withdrawn", "x", None)) == "申込みがなくなった。"
    assert words().why(move("added", None, None)) == "申込みが加わった。"


def link(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "class": None, "child": None, "family": None, "amount": 0, **more}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (link("seats", **{"class": "x", "amount": 2}), "はまかぜ保育園1歳の定員が2席増えたため"),
        (link("seats", **{"class": "x", "amount": -1}), "はまかぜ保育園1歳の定員が1席減ったため"),
        (link("keys", child="7"), "受付7の優先順位の値が変わったため"),
        (link("order", **{"class": "y"}), "なぎさ保育園1歳の優先順位の並びが変わったため"),
        (link("wishes", family="f"), "世帯fの希望が変わったため"),
        (link("added", child="7"), "受付7の申込みが加わったため"),
        (link("withdrawn", child="7"), "受付7の申込みがなくなったため"),
        (link("pinned", child="7", **{"class": "x"}), "受付7をはまかぜ保育園1歳に固定したため"),
        (link("pinned", child="7"), "受付7を保留に固定したため"),
        (
            link("pinned", child="7", amount=-1, **{"class": "x"}),
            "受付7の固定（はまかぜ保育園1歳）を解除したため",
        ),
        (link("vacated", family="f", **{"class": "x"}), "受付1がはまかぜ保育園1歳の席を空けたため"),
        (link("displaced", family="f", **{"class": "x"}), "受付1がはまかぜ保育園1歳に入ったため"),
        (link("other"), OTHER),
    ],
)
def test_every_cause_has_its_words(given: dict[str, Any], told: str) -> None:
    assert words(moves=[move("gained", None, "x")]).because([given]) == f"{told}。"


def test_several_possible_causes_are_all_named_and_none_is_chosen() -> None:
    told = words().because([link("keys", child="7"), link("keys", child="8"), link("keys", child="7")])
    assert told == (
        "次のどれによるかは、一つに決まらない：受付7の優先順位の値が変わったため／"
        "受付8の優先順位の値が変わったため。"
    )


def test_a_place_is_told_with_the_rank_of_the_wish() -> None:
    assert words().standing("x", 2) == "はまかぜ保育園1歳（第2希望）"
    assert words().standing("zz", None) == "zz"
    assert words().standing(None, None) == "保留"


def test_every_kind_and_category_has_a_name() -> None:
    assert set(KIND_NAMES) == set(KINDS)
    assert set(CATEGORY_NAMES) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("category", "more", "told"),
    [
        (
            "envy",
            {"wish": 1, "class_id": "x", "other": "9", "keys": ([38, -3], [36, -3])},
            "第1希望のはまかぜ保育園1歳には、優先順位が下の受付9がいる（指数：本人 38、受付9 36）。",
        ),
        (
            "envy",
            {"wish": 1, "class_id": "x", "other": "9", "keys": (None, None)},
            "第1希望のはまかぜ保育園1歳には、優先順位が下の受付9がいる。",
        ),
        ("empty", {"wish": 2, "class_id": "y"}, "第2希望のなぎさ保育園1歳に空いた席があり、入れる。"),
        (
            "capacity",
            {"class_id": "x", "seats": 6, "occupants": 7},
            "はまかぜ保育園1歳は定員6人に7人となり、この児童の分の席がない。",
        ),
        ("siblings", {}, "きょうだい全員の結果の組が、希望のどれにもない（この児童はなぎさ保育園1歳）。"),
        ("not_wished", {"class_id": "y"}, "なぎさ保育園1歳は、この児童の希望にも在籍にもない。"),
        (
            "override",
            {"wish": 3, "class_id": "y", "other": "9", "keys": ([38, -5], [38, -3])},
            "優先順位が上の受付9が第3希望として望むなぎさ保育園1歳に、この児童がいる"
            "（課税階層：本人 5、受付9 3）。固定の記録がない。",
        ),
        ("recorded", {}, "なぎさ保育園1歳への固定が記録にある。この割当の計算には使っていない。"),
        (
            "tie",
            {"class_id": "x", "other": "9"},
            "受付9と優先順位の値がすべて同じで、はまかぜ保育園1歳の抽選の結果が違う。",
        ),
        ("alternative", {}, "手作業の結果でも、席を取れるはずの世帯はない。"),
        ("chain", {"other": "9"}, "受付9の相違に伴って変わった。"),
        ("chain", {}, "ほかの児童の相違に伴って変わった。"),
    ],
)
def test_every_category_is_explained_in_the_ledgers_own_values(
    category: Any, more: dict[str, Any], told: str
) -> None:
    one = Difference("1", "f", None, "y", category, **more).as_dict()
    assert CompareWords(LABELS, ["指数", "課税階層"], [False, True]).sentence(one) == told


def test_a_lost_seat_is_told_as_the_childs_own() -> None:
    one = Difference("1", "f", "x", None, "not_wished", class_id="x").as_dict()
    assert CompareWords(LABELS).sentence(one) == "在籍中のはまかぜ保育園1歳の席がなくなっている。"
