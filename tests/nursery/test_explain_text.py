"""What officers and parents read."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.explain_markets import any_assignment, deferred_acceptance, market_of, result_of
from tests.nursery.explain_queues import first_block, queue, siblings
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import Labels

SETTINGS = settings(max_examples=60, deadline=None)


def test_a_parent_reads_the_cut_off_the_own_points_and_what_decided() -> None:
    block = first_block(queue(seats=11, rivals=11), "parent")
    assert block == explain.WishExplanation(
        wish=1,
        title="第1希望",
        place="千鳥浜保育園 1歳",
        outcome="保留",
        chip="chip-wait",
        sentence="募集人数11人に対し、優先順位が上の方が11人いました。",
        key_name="指数",
        cutoff="43",
        own="42",
        decided_by="指数の差（1）",
        position=12,
        capacity=11,
    )


def test_an_officer_reads_the_ids_and_every_number() -> None:
    block = first_block(queue(seats=2, rivals=2), "officer")
    assert block.sentence == "定員2人に対し、他の世帯の上位者2人と必要な席1人分の合計3人で、定員を超えます。"
    assert block.cutoff == "43（児童 r1）"
    assert block.decided_by == "第1基準「指数」の差（本人 42、児童 r1 43）"
    assert (block.position, block.capacity) == (3, 2)


def test_a_tie_break_is_named_without_the_other_childs_value() -> None:
    market = queue(seats=4, rivals=4)
    market["keys"]["children"]["me"] = [43, 0]
    block = first_block(market, "parent")
    assert block.decided_by == "指数が同じときの第2基準（きょうだいの在園）"


def test_a_key_that_is_ordered_smallest_first_is_shown_as_written() -> None:
    market = queue(seats=3, rivals=3)
    market["keys"]["ascending"] = [True, False]
    market["keys"]["children"] = {
        child: [-value[0], 1] for child, value in market["keys"]["children"].items()
    }
    market["keys"]["children"]["me"] = ["-44.5", 1]
    block = first_block(market, "parent")
    assert (block.own, block.cutoff, block.decided_by) == ("44.5", "43", "指数の差（1.5）")
    officer = first_block(market, "officer")
    assert officer.decided_by == "第1基準「指数」の差（本人 44.5、児童 r2 43）"


@pytest.mark.parametrize(
    ("groups", "parent", "officer"),
    [
        ([["r0", "r1", "r2", "me"]], "すべての基準が同じ方との抽選", "全基準が児童 r2と同じため抽選"),
        ([], "優先順位", "優先順位の並び（児童 r2より下位）"),
    ],
)
def test_equal_keys_are_explained_by_the_lottery_or_the_order(
    groups: list[list[str]], parent: str, officer: str
) -> None:
    market = queue(seats=3, rivals=3)
    market["keys"]["children"]["me"] = [43, 1]
    market["lottery"] = {"seed": 1, "method": "", "groups": groups}
    assert first_block(market, "parent").decided_by == parent
    assert first_block(market, "officer").decided_by == officer


def test_a_market_without_keys_is_explained_by_its_order_alone() -> None:
    market = queue(seats=3, rivals=3)
    del market["keys"]
    block = first_block(market, "parent")
    assert (block.cutoff, block.own, block.key_name) == (None, None, "優先順位")
    assert block.sentence == "募集人数3人に対し、優先順位が上の方が3人いました。"


def test_the_text_tells_the_result_then_every_wish() -> None:
    market = queue(seats=4, rivals=4)
    market["families"][-1]["wishes"] += [["1-1"], ["1-1"]]
    result = deferred_acceptance(market)
    lines = explain.of_child(explain.claims(market, result), "me")
    labels = Labels({"1-1": "千鳥浜 1歳", "2-1": "松風 1歳"}, {"me": "網代 はる"})
    assert explain.text(lines, "parent", labels) == (
        "網代 はるさんは、松風 1歳に内定しました（第2希望）。\n\n"
        "第1希望　千鳥浜 1歳：保留\n"
        "　募集人数4人に対し、優先順位が上の方が4人いました。\n"
        "　最後に内定した方の指数 43、本人の指数 42、決め手 指数の差（1）\n\n"
        "第2希望　松風 1歳：内定\n"
        "　優先順位が定員の範囲に入りました。\n"
        "　本人の指数 42\n\n"
        "第3希望から第4希望：選考なし\n"
        "　上の希望で決まったため、選考していません。\n"
    )


def test_siblings_read_that_their_joint_wish_needed_more_seats() -> None:
    market, result = siblings(capacity=6, rivals=6)
    assert result["blocking_families"] == []
    claims = list(explain.claims(market, result))
    first, waived = explain.blocks(explain.of_child(claims, "b"), "parent", Labels())
    assert first.sentence == (
        "優先順位が上の方がいたため、きょうだい2人分の席を確保できませんでした。人数はお示ししません。"
    )
    assert waived.sentence == "きょうだいの一人だけが入所する希望として決まりました。"
    older = explain.blocks(explain.of_child(claims, "a"), "officer", Labels())
    assert "（きょうだいの中で順位が低い児童 b で数える）" in older[0].sentence
    assert (older[1].outcome, older[1].position, older[1].capacity) == ("内定", 6, 6)
    assert (
        explain.headline(explain.of_child(claims, "b"), "parent", Labels())
        == "bさんは、今回は保留となりました。"
    )


def test_a_wish_with_more_children_than_seats_could_never_come_true() -> None:
    market, result = siblings(capacity=1, rivals=1)
    lines = explain.of_child(explain.claims(market, result), "a")
    assert (
        explain.blocks(lines, "parent", Labels())[0].sentence == "きょうだい2人分の席を用意できない園でした。"
    )
    assert explain.blocks(lines, "officer", Labels())[0].sentence == "定員1人に対し、必要な席が2人分です。"


def test_a_class_without_seats_is_said_to_have_none() -> None:
    market = queue(seats=0, rivals=0)
    assert first_block(market, "parent").sentence == "募集がありませんでした。"
    assert first_block(market, "officer").sentence == "募集がありません（定員0人）。"


@pytest.mark.parametrize(
    ("status", "bound", "proof", "known"),
    [
        ("minimal", 1, "これより少なくできないことを証明済みです", "存在しません"),
        ("bounded", 0, "少なくとも0世帯であることまでを証明済みです", "見つかっていません"),
    ],
)
def test_a_declared_blocking_family_is_told_the_truth(
    status: str, bound: int, proof: str, known: str
) -> None:
    market = queue(seats=4, rivals=3)
    result = {
        "status": status,
        "assignment": {"r0": "1-1", "r1": "1-1", "r2": "1-1", "me": None},
        "blocking_families": ["Fme"],
        "blocking_lower_bound": bound,
    }
    lines = explain.of_child(explain.claims(market, result), "me")
    officer = explain.blocks(lines, "officer", Labels())[0]
    assert (officer.outcome, officer.chip) == ("要確認", "chip-ask")
    assert proof in officer.sentence
    assert known in officer.sentence
    parent = explain.blocks(lines, "parent", Labels())[0]
    assert (parent.outcome, parent.chip) == ("保留", "chip-wait")
    assert "担当課が個別にご説明します" in parent.sentence


@SETTINGS
@given(seed=st.integers(0, 10**9))
def test_blocks_cover_every_wish_once_for_both_readers(seed: int) -> None:
    random_ = random.Random(seed)
    market = market_of(random_, families=8, classes=4, wishes=4)
    result = any_assignment(market, random_)
    wishes = {child: len(family["wishes"]) for family in market["families"] for child in family["children"]}
    for child, lines in explain.by_child(explain.claims(market, result)):
        for audience in ("officer", "parent"):
            blocks = explain.blocks(lines, audience, Labels())
            numbers = [block.wish for block in blocks if block.wish is not None]
            assert numbers == list(range(1, len(numbers) + 1))
            rest = re.fullmatch(r"第\d+希望から第(\d+)希望", blocks[-1].title) if blocks else None
            assert wishes[child] == (int(rest[1]) if rest else len(numbers))


def test_an_unknown_child_is_not_explained() -> None:
    with pytest.raises(explain.NotExplained, match="受付番号"):
        explain.text([], "parent", Labels())


def test_a_child_without_any_priority_at_its_wish_is_not_explained() -> None:
    market = queue(seats=1, rivals=0)
    market["priority"]["1-1"] = []
    with pytest.raises(explain.NotExplained, match="児童 me：クラス 1-1 の優先順位"):
        list(explain.claims(market, {"status": "stable", "assignment": {"me": "2-1"}}))


def test_keys_that_are_no_numbers_are_not_explained() -> None:
    market = queue(seats=1, rivals=1)
    market["keys"]["children"]["me"] = ["多い", 1]
    with pytest.raises(explain.NotExplained, match="数でないもの"):
        list(explain.claims(market, deferred_acceptance(market)))


def test_a_child_without_keys_among_others_with_keys_is_explained_by_the_order() -> None:
    market = queue(seats=3, rivals=3)
    del market["keys"]["children"]["me"]
    block = first_block(market, "officer")
    assert (block.own, block.decided_by) == (None, "優先順位の並び（児童 r2より下位）")


def test_the_cut_off_of_a_class_of_current_children_only_is_not_a_score() -> None:
    block = first_block(queue(seats=4, rivals=4, transfers=4), "officer")
    assert block.cutoff is None
    assert block.decided_by == "児童 r3が在籍児童"


def test_a_seat_kept_is_told_as_kept() -> None:
    market = queue(seats=2, rivals=1, transfers=1)
    market["families"][0]["wishes"] = [["2-1"]]
    market["capacity"]["2-1"] = 0
    market["priority"]["2-1"] = ["me", "r0"]
    lines = explain.of_child(explain.claims(market, deferred_acceptance(market)), "r0")
    assert explain.headline(lines, "officer", Labels()) == "児童 r0：在籍中の1-1を継続します。"
    last = explain.blocks(lines, "officer", Labels())[-1]
    assert (last.title, last.outcome, last.wish) == ("在籍", "在籍を継続", None)
    assert last.sentence == "在籍児童として優先されます。定員2人、入所2人のうち、優先順位は1番目です。"
    parent = explain.blocks(lines, "parent", Labels())[-1]
    assert parent.sentence == "在籍中の席は、希望した園に移らない限り、そのまま続きます。"


def test_an_officer_reads_of_each_closed_class_when_siblings_asked_for_several() -> None:
    market = {
        "capacity": {"1-1": 1, "1-3": 0, "2-3": 1},
        "priority": {"1-1": ["a", "r"], "1-3": ["b"], "2-3": ["r2", "b"]},
        "families": [
            {
                "id": "F",
                "children": ["a", "b"],
                "current": [None, None],
                "wishes": [["1-1", "1-3"], ["1-1", "2-3"]],
            },
            {"id": "G", "children": ["r"], "current": [None], "wishes": [["1-1"]]},
            {"id": "H", "children": ["r2"], "current": [None], "wishes": [["2-3"]]},
        ],
    }
    result = result_of(market, {"a": None, "b": None, "r": "1-1", "r2": "2-3"})
    labels = Labels({"1-3": "千鳥浜 3歳", "2-3": "松風 3歳"})
    lines = explain.of_child(explain.claims(market, result), "a")
    first, second = explain.blocks(lines, "officer", labels)
    assert first.sentence == "千鳥浜 3歳（1-3）：募集がありません（定員0人）。"
    assert second.sentence.startswith("松風 3歳（2-3）：定員1人に対し、")
    own = explain.of_child(explain.claims(market, result), "b")
    assert explain.blocks(own, "officer", labels)[0].sentence == "募集がありません（定員0人）。"
