"""Sibling patterns against a brute-force reference written from the table of the seven patterns."""

from __future__ import annotations

from collections import Counter
from itertools import islice, product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.nursery.domain.siblings import placements

Nursery = str | None


def reference(lists: list[list[str]], current: list[Nursery], pattern: int) -> list[tuple[Nursery, ...]]:
    """All combinations, kept by the pattern's rule and sorted by its order of preference."""
    count = len(lists)
    found = []
    for entering in product(
        *([None, *(n for n in wished if n != here)] for wished, here in zip(lists, current, strict=False))
    ):
        went = [n for n in entering if n is not None]
        if went and accepts(pattern, entering, set(went)):
            found.append(entering)
    found.sort(key=lambda entering: order(pattern, entering, lists, count))
    return [
        tuple(c if e is None else e for e, c in zip(entering, current, strict=False)) for entering in found
    ]


def accepts(pattern: int, entering: tuple[Nursery, ...], nurseries: set[str]) -> bool:
    everyone = None not in entering
    return {
        1: everyone and len(nurseries) == 1,
        2: len(nurseries) == 1 and entering[0] is not None,
        3: len(nurseries) == 1 and entering[-1] is not None,
        4: everyone,
        5: True,
        6: everyone,
        7: True,
    }[pattern]


def order(
    pattern: int, entering: tuple[Nursery, ...], lists: list[list[str]], count: int
) -> tuple[object, ...]:
    ranks = [99 if e is None else wished.index(e) + 1 for e, wished in zip(entering, lists, strict=False)]
    went = [e for e in entering if e is not None]
    together = max(Counter(went).values())
    named = [e is None for e in entering]
    if pattern == 3:
        ranks.reverse()
        named.reverse()
    first = named if pattern in (2, 3) else []
    same = [] if pattern in (6, 7) else [-together]
    return (first, -len(went), same, prod(ranks), ranks)


families = st.integers(1, 4).flatmap(
    lambda count: st.tuples(
        st.lists(st.lists(st.sampled_from("ABCDE"), unique=True, max_size=4), min_size=count, max_size=count),
        st.lists(st.one_of(st.none(), st.sampled_from("ABCX")), min_size=count, max_size=count),
        st.integers(1, 7),
    )
)


@settings(max_examples=400, deadline=None)
@given(families)
def test_every_pattern_gives_the_same_wishes_as_brute_force(
    family: tuple[list[list[str]], list[Nursery], int],
) -> None:
    lists, current, pattern = family
    assert list(placements(lists, current, pattern)) == reference(lists, current, pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (1, [("A", "A")]),
        (2, [("A", "A"), ("A", None), ("B", None)]),
        (3, [("A", "A"), (None, "A"), (None, "C")]),
        (4, [("A", "A"), ("A", "C"), ("B", "A"), ("B", "C")]),
        (6, [("A", "A"), ("A", "C"), ("B", "A"), ("B", "C")]),
    ],
)
def test_a_pair_asks_for_what_its_pattern_says(pattern: int, expected: list[tuple[Nursery, ...]]) -> None:
    assert list(placements([["A", "B"], ["A", "C"]], [None, None], pattern)) == expected


def test_same_nursery_comes_first_in_pattern_5_and_own_ranks_in_pattern_7() -> None:
    lists = [["A", "B"], ["C", "B"]]
    assert next(placements(lists, [None, None], 5)) == ("B", "B")
    assert next(placements(lists, [None, None], 7)) == ("A", "C")


def test_a_sibling_who_does_not_enter_stays_at_its_present_nursery() -> None:
    assert list(placements([["A"], ["A"]], ["X", None], 5)) == [("A", "A"), ("A", None), ("X", "A")]


def test_three_siblings_with_twenty_wishes_each_give_every_combination() -> None:
    lists = [[f"{n:02}" for n in range(20)]] * 3
    found = list(placements(lists, [None] * 3, 6))
    assert len(found) == len(set(found)) == 8000
    assert found[0] == ("00", "00", "00")


def test_the_best_thousand_of_billions_come_without_making_the_rest() -> None:
    lists = [[f"{n:02}" for n in range(20)]] * 8
    found = list(islice(placements(lists, [None] * 8, 5), 1000))
    assert len(set(found)) == 1000
    assert found[:2] == [("00",) * 8, ("01",) * 8]


@pytest.mark.parametrize("pattern", [0, 8, -1])
def test_an_unknown_pattern_is_refused(pattern: int) -> None:
    with pytest.raises(ValueError, match=f"sibling pattern {pattern} "):
        next(placements([["A"]], [None], pattern))


def test_nine_siblings_are_refused() -> None:
    with pytest.raises(ValueError, match="9 siblings; at most 8"):
        next(placements([["A"]] * 9, [None] * 9, 7))
