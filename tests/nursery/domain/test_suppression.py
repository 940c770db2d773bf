"""Small counts stay hidden, also from those who can subtract."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.nursery.domain.suppression import (
    PublicCells,
    PublicCounts,
    family_may_see_cutoff,
    public_may_see_cutoff,
    publish,
    safe,
    spaced,
    suppress_column,
)

small = st.integers(0, 12)


@pytest.mark.parametrize(("count", "known"), [(0, True), (1, False), (2, False), (3, True), (40, True)])
def test_one_or_two_children_are_never_counted(count: int, known: bool) -> None:
    assert safe(count) is known


@given(st.lists(small, max_size=5))
def test_spaced_counts_are_those_without_a_small_difference(counts: list[int]) -> None:
    assert spaced(counts) == all(
        safe(abs(one - other)) for one, other in product([0, *counts], repeat=2) if _next(one, other, counts)
    )


def _next(one: int, other: int, counts: list[int]) -> bool:
    """Whether no further count lies between the two."""
    low, high = sorted((one, other))
    return not any(low < between < high for between in [0, *counts])


def test_a_cut_off_needs_three_other_households_whoever_reads_it() -> None:
    assert [households for households in range(6) if family_may_see_cutoff(households)] == [3, 4, 5]
    assert [households for households in range(6) if public_may_see_cutoff(households)] == [4, 5]
    for households in range(10):  # a family of the class itself reads the public table too
        assert not public_may_see_cutoff(households) or family_may_see_cutoff(households - 1)


@given(small, small, small, small)
def test_nothing_small_follows_from_a_published_row(
    admitted: int, households: int, waiting: int, better: int
) -> None:
    cells = publish(PublicCounts(admitted, households, waiting, better, "42"))
    if cells.applicants is not None and cells.admitted is not None and cells.waiting is not None:
        for part in (cells.admitted, cells.waiting, cells.applicants - cells.admitted - cells.waiting):
            assert safe(part)
        assert (cells.applicants, cells.admitted, cells.waiting) == (
            admitted + waiting + better,
            admitted,
            waiting,
        )
    else:
        assert (cells.applicants, cells.admitted, cells.waiting) == (None, None, None)
        assert not (safe(admitted) and safe(waiting) and safe(better))
    assert cells.cutoff == ("42" if households >= 4 else None)


def test_a_row_of_safe_counts_is_published_whole() -> None:
    assert publish(PublicCounts(11, 11, 14, 0, "43")) == PublicCells(25, 11, 14, "43")
    assert publish(PublicCounts(11, 11, 2, 0, "43")) == PublicCells(None, None, None, "43")
    assert publish(PublicCounts(3, 3, 9, 0, "43")).cutoff is None


@given(st.lists(small, min_size=1, max_size=6))
def test_the_total_of_a_column_gives_no_withheld_cell_away(values: list[int]) -> None:
    cells = suppress_column(values)
    if cells is None:
        assert any(not safe(value) for value in values)
        assert sum(bool(value) for value in values) == 1 or sum(values) < 3
        return
    hidden = [value for value, cell in zip(values, cells, strict=True) if cell is None]
    assert all(
        cell is None or (cell == value and safe(cell)) for value, cell in zip(values, cells, strict=True)
    )
    assert all(hidden)
    if hidden:
        assert len(hidden) >= 2
        assert sum(hidden) >= 3
    assert bool(hidden) == any(not safe(value) for value in values)


def test_exactly_three_hidden_children_need_no_more_hidden() -> None:
    assert suppress_column([1, 2, 9, 5]) == [None, None, 9, 5]
    assert suppress_column([1, 1, 9, 5]) == [None, None, 9, None]
