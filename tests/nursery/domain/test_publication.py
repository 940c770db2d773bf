"""The public table: small cells withheld, nothing to be had by subtraction."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yakuba.nursery.domain.family_board import Board
from yakuba.nursery.domain.market_json import market_dict, parse, result_dict
from yakuba.nursery.domain.publication import public_table
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.summary import summarise


def town(wishes: list[list[str]], seats: dict[str, int]) -> dict[str, Any]:
    """Only children with these wishes; the first child ranks first everywhere."""
    names = [f"c{number:02}" for number in range(len(wishes))]
    return {
        "format": "yakuba.nursery.market/1",
        "capacity": seats,
        "priority": dict.fromkeys(seats, names),
        "families": [
            {"id": f"f{name}", "children": [name], "current": [None], "wishes": [[one] for one in wanted]}
            for name, wanted in zip(names, wishes, strict=True)
        ],
    }


def table_of(data: dict[str, Any]) -> dict[str, Any]:
    market = parse(data)
    result = allocate(market).result
    board = Board(market_dict(market), result_dict(result))
    rows = {row.class_id: row for row in summarise(market, result).classes}
    table = public_table(
        board,
        {name: row.waiting for name, row in rows.items()},
        {name: "40" for name, row in rows.items() if row.cutoff_child is not None},
    )
    return {row.class_id: row for row in table}


def test_a_class_with_enough_children_on_every_side_is_printed() -> None:
    row = table_of(town([["1-1"]] * 8, {"1-1": 4}))["1-1"]
    assert (row.cells.applicants, row.cells.admitted, row.cells.waiting, row.cells.cutoff) == (8, 4, 4, "40")
    assert (row.recruits, row.free) == (4, False)


def test_one_child_who_waits_hides_every_count_of_its_class() -> None:
    row = table_of(town([["1-1"]] * 6, {"1-1": 5}))["1-1"]
    assert (row.cells.applicants, row.cells.admitted, row.cells.waiting) == (None, None, None)
    assert row.cells.cutoff == "40", "it belongs to one of five households"


def test_a_cutoff_over_three_households_is_withheld() -> None:
    row = table_of(town([["1-1"]] * 6, {"1-1": 3}))["1-1"]
    assert row.cells.cutoff is None
    assert row.cells.admitted == 3


def test_a_class_with_free_seats_has_no_cutoff() -> None:
    row = table_of(town([["1-1"]] * 4, {"1-1": 9}))["1-1"]
    assert row.free
    assert row.cells.cutoff is None
    assert row.cells.applicants == 4


def test_one_transfer_child_who_gave_its_seat_up_is_not_told_by_the_difference() -> None:
    data = town([["1-1"]] * 12 + [["2-1"]], {"1-1": 5, "2-1": 4})
    data["families"][-1]["current"] = ["1-1"]
    data["priority"]["1-1"] = ["c12", *data["priority"]["1-1"][:-1]]
    row = table_of(data)["1-1"]
    assert row.recruits == 4
    assert row.cells.admitted is None, "5 admitted to 4 offered seats would say that one child left"
    assert row.cells.cutoff == "40"


@given(
    st.lists(
        st.lists(st.sampled_from(["1-1", "2-1", "3-1"]), min_size=1, max_size=3, unique=True), max_size=14
    ),
    st.tuples(*[st.integers(0, 6)] * 3),
)
def test_no_printed_number_or_difference_of_a_row_is_one_or_two(
    wishes: list[list[str]], seats: tuple[int, int, int]
) -> None:
    for row in table_of(town(wishes, dict(zip(("1-1", "2-1", "3-1"), seats, strict=True)))).values():
        cells = row.cells
        if cells.applicants is None:
            assert cells.admitted is None
            assert cells.waiting is None
            continue
        rest = cells.applicants - cells.admitted - cells.waiting
        assert not {cells.admitted, cells.waiting, rest, cells.applicants - cells.waiting} & {1, 2}
