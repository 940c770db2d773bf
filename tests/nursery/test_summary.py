"""A result is counted the way an officer would count it by hand."""

from yakuba.nursery.domain.market import Family, Market, Result
from yakuba.nursery.domain.summary import summarise

MARKET = Market(
    capacity={"A-1": 1, "B-1": 2, "A-3": 1},
    priority={"A-1": ("a", "b", "s", "d"), "B-1": ("d", "a", "b", "s"), "A-3": ("t",)},
    families=(
        Family("f1", ("a",), (None,), (("A-1",), ("B-1",))),
        Family("f2", ("b",), (None,), (("A-1",), ("B-1",))),
        Family("f3", ("s", "t"), (None, None), (("A-1", "A-3"), ("B-1", "A-3"), (None, "A-3"))),
        Family("f4", ("d",), ("B-1",), (("A-1",),)),
    ),
)
RESULT = Result(
    status="stable",
    unique=True,
    assignment={"a": "A-1", "b": "B-1", "s": None, "t": "A-3", "d": "B-1"},
)


def test_every_child_is_counted_once_by_its_outcome() -> None:
    summary = summarise(MARKET, RESULT)
    assert {row.child: (row.outcome, row.wish_number) for row in summary.children} == {
        "a": ("placed", 1),
        "b": ("placed", 2),
        "s": ("waiting", None),
        "t": ("placed", 1),
        "d": ("held", None),
    }
    assert summary.outcomes == {"placed": 3, "waiting": 1, "held": 1}
    assert summary.ranks == {1: 2, 2: 1}


def test_a_full_class_names_its_lowest_admitted_child_and_a_free_one_names_nobody() -> None:
    rows = {row.class_id: row for row in summarise(MARKET, RESULT).classes}
    assert rows["A-1"].cutoff_child == "a"
    assert rows["B-1"].cutoff_child == "b"
    free = summarise(MARKET, Result("stable", True, {**RESULT.assignment, "b": None}))
    assert {row.class_id: row.cutoff_child for row in free.classes}["B-1"] is None
    assert free.free_seats == 1


def test_children_wait_for_the_classes_above_what_they_obtained() -> None:
    waiting = {row.class_id: row.waiting for row in summarise(MARKET, RESULT).classes}
    assert waiting == {"A-1": 3, "B-1": 1, "A-3": 0}  # b, s and d want A-1; s wants B-1


def test_a_transfer_that_succeeds_is_a_move_and_frees_its_seat() -> None:
    moved = summarise(MARKET, Result("stable", True, {**RESULT.assignment, "a": "B-1", "d": "A-1"}))
    row = next(row for row in moved.children if row.child == "d")
    assert (row.outcome, row.wish_number) == ("moved", 1)
