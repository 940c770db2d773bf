"""What parents never read: numbers from which another child could be made out."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.explain_markets import any_assignment, deferred_acceptance, market_of, result_of
from tests.nursery.explain_queues import first_block, queue
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.explain_words import countable
from yakuba.nursery.domain.market import Labels

SETTINGS = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("seats", [1, 2])
def test_a_parent_reads_no_number_of_a_class_with_fewer_than_three_others(seats: int) -> None:
    block = first_block(queue(seats=seats, rivals=seats), "parent")
    assert block.sentence == "優先順位が上の方で席が埋まりました。人数はお示ししません。"
    assert (block.cutoff, block.position, block.capacity) == (None, None, None)
    assert block.own == "42"
    assert block.decided_by == "優先順位（基準はお示ししません）"


def test_one_transfer_child_is_not_shown_by_subtraction_from_the_published_seats() -> None:
    block = first_block(queue(seats=5, rivals=5, transfers=1), "parent")
    assert block.sentence == "募集人数4人に対し、優先順位が上の方が4人以上いました。"
    assert (block.position, block.capacity) == (None, None)


def test_three_transfer_children_may_be_counted() -> None:
    block = first_block(queue(seats=8, rivals=8, transfers=3), "parent")
    assert block.sentence == "募集人数5人に対し、優先順位が上の方が8人いました。"
    assert (block.position, block.capacity) == (9, 5)


def test_counts_are_hidden_when_they_or_what_remains_are_few() -> None:
    assert [count for count in range(12) if countable(count, 11)] == [3, 4, 5, 6, 7, 8, 11]


@SETTINGS
@given(seed=st.integers(0, 10**9))
def test_parents_never_read_of_fewer_than_three_others_nor_of_anyone_by_name(seed: int) -> None:
    random_ = random.Random(seed)
    market = market_of(random_, families=random_.randint(1, 40), classes=4, wishes=4, seats=9)
    result = any_assignment(market, random_)
    names = {child: f"氏名{child}" for family in market["families"] for child in family["children"]}
    home = {child: set(family["children"]) for family in market["families"] for child in family["children"]}
    holding: dict[str | None, int] = {}
    for family in market["families"]:
        for seat in family["current"]:
            holding[seat] = holding.get(seat, 0) + 1
    for child, lines in explain.by_child(explain.claims(market, result)):
        text = explain.text(lines, "parent", Labels({}, names))
        assert not set(re.findall(r"c\d+_\d", text)) - home[child]
        assert not re.search(r"不合格|無効|f\d+\b", text)
        for count in re.findall(r"上の方が(\d+)人", text):
            assert int(count) >= 3
        for block in explain.blocks(lines, "parent", Labels()):
            if block.position is not None and block.outcome == "保留":
                assert block.position - 1 >= 3
                assert holding.get(block.place, 0) not in (1, 2)
            if block.cutoff is not None:
                inside = [each for each, seat in result["assignment"].items() if seat == block.place]
                assert len(set(inside) - home[child]) >= 3


@pytest.mark.parametrize(("rank", "shown"), [(3, None), (4, 4), (8, 8), (9, None)])
def test_a_place_among_the_admitted_is_told_when_three_stand_on_each_side(
    rank: int, shown: int | None
) -> None:
    others = [f"r{number}" for number in range(10)]
    line = [*others[: rank - 1], "me", *others[rank - 1 :]]
    market = {
        "capacity": {"1-1": 11},
        "priority": {"1-1": line},
        "families": [
            {"id": f"F{child}", "children": [child], "current": [None], "wishes": [["1-1"]]} for child in line
        ],
    }
    lines = explain.of_child(explain.claims(market, deferred_acceptance(market)), "me")
    (block,) = explain.blocks(lines, "parent", Labels())
    assert block.position == shown
    if shown:
        assert block.sentence == f"募集人数11人に対し、優先順位は{rank}番目でした。"
        assert block.capacity == 11


@pytest.mark.parametrize(("place", "shown"), [(2, None), (3, 5), (6, 8), (8, None)])
def test_a_sibling_among_the_admitted_counts_as_none_of_the_others(place: int, shown: int | None) -> None:
    """Twins among ten others, ``place`` of whom stand above the second twin."""
    others = [f"r{number}" for number in range(10)]
    line = [*others[: place - 1], "a", others[place - 1], "b", *others[place:]]
    market = {
        "capacity": {"1-1": 12},
        "priority": {"1-1": line},
        "families": [
            *({"id": f"F{r}", "children": [r], "current": [None], "wishes": [["1-1"]]} for r in others),
            {"id": "Fab", "children": ["a", "b"], "current": [None, None], "wishes": [["1-1", "1-1"]]},
        ],
    }
    result = result_of(market, dict.fromkeys(line, "1-1"))
    (block,) = explain.blocks(explain.of_child(explain.claims(market, result), "b"), "parent", Labels())
    assert block.position == shown
