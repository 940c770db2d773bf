"""Priorities by tuples of keys; ties listed or drawn, never broken silently."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.nursery.domain.priority import Keys, Ranking, Tie, TiesFound, draw, plain, rank


def ranked(
    keys: dict[str, Keys],
    *,
    homes: dict[str, str] | None = None,
    holds: dict[str, str | None] | None = None,
    seed: int | None = None,
) -> Ranking:
    household = {child: (homes or {}).get(child, f"home-{child}") for child in keys}
    return rank({"1-0": list(keys)}, lambda child, _: keys[child], household, holds or {}, seed)


def test_keys_are_compared_one_after_another_not_as_one_number() -> None:
    result = ranked({"a": (9, 100), "b": (10, 1), "c": (10, Decimal("1.5"))})
    assert result.priority["1-0"] == ("c", "b", "a")
    assert result.ties == ()


def test_a_child_who_holds_a_seat_comes_before_better_keys() -> None:
    result = ranked({"a": (99,), "b": (1,), "c": (2,)}, holds={"b": "1-0", "c": "1-0", "a": "2-0"})
    assert result.priority["1-0"] == ("c", "b", "a")


def test_a_holder_and_an_applicant_with_equal_keys_are_no_tie() -> None:
    assert ranked({"a": (1,), "b": (1,)}, holds={"b": "1-0"}).ties == ()


def test_equal_keys_of_different_households_are_a_tie_and_of_one_household_are_not() -> None:
    homes = {"a": "h", "b": "h", "c": "i"}
    assert ranked({"a": (1,), "b": (1,)}, homes=homes).ties == ()
    assert ranked({"a": (1,), "b": (1,), "c": (1,)}, homes=homes).ties == (Tie("1-0", (1,), ("a", "b", "c")),)


def test_keys_equal_in_value_tie_however_they_are_written() -> None:
    assert len(ranked({"a": (Decimal("2.0"),), "b": (2,)}).ties) == 1


def test_the_lottery_is_the_published_hash_of_seed_and_household() -> None:
    assert draw(7, "世帯1") == sha256("7:世帯1".encode()).hexdigest()
    keys: dict[str, Keys] = dict.fromkeys("abcdef", (1,))
    by_hash = sorted(keys, key=lambda child: sha256(f"7:home-{child}".encode()).hexdigest())
    result = ranked(keys, seed=7)
    assert list(result.priority["1-0"]) == by_hash
    assert list(result.ties[0].children) == by_hash


@given(st.permutations("abcdefgh"), st.integers())
def test_the_order_of_rows_never_changes_the_lottery(order: list[str], seed: int) -> None:
    homes = {"a": "x", "b": "x"}
    given_order = ranked(dict.fromkeys(order, (1,)), homes=homes, seed=seed)
    assert given_order == ranked(dict.fromkeys("abcdefgh", (1,)), homes=homes, seed=seed)


@given(st.integers())
def test_twins_stay_together_in_every_lottery(seed: int) -> None:
    order = ranked(dict.fromkeys("abcd", (1,)), homes={"b": "t", "d": "t"}, seed=seed).priority["1-0"]
    assert order.index("d") == order.index("b") + 1


def test_every_household_wins_the_lottery_equally_often() -> None:
    """3,000 seeds, 3 households: chi-squared with 2 degrees of freedom stays under its 99.9 % point."""
    wins = Counter(ranked(dict.fromkeys("abc", (1,)), seed=seed).priority["1-0"][0] for seed in range(3000))
    assert sum((wins[child] - 1000) ** 2 / 1000 for child in "abc") < 13.8


@given(
    st.dictionaries(
        st.text("abcdef", min_size=1, max_size=3), st.tuples(*[st.integers(0, 2)] * 3), min_size=1
    )
)
def test_the_order_is_strict_and_follows_the_keys(keys: dict[str, Keys]) -> None:
    rows = list(keys.items())
    random.Random(len(rows)).shuffle(rows)
    order = ranked(dict(rows)).priority["1-0"]
    assert sorted(order) == sorted(keys)
    assert all(keys[one] >= keys[other] for one, other in itertools.pairwise(order))


def test_ties_found_lists_every_group_for_a_reader() -> None:
    error = TiesFound([Tie("1-0", (40, Decimal("-0.50")), ("a", "b")), Tie("2-0", (1,), ("c", "d"))])
    assert "2組" in str(error)
    assert "クラス 1-0：受付番号 a、b（優先順位 40・-0.5）" in str(error)
    assert [tie.class_id for tie in error.ties] == ["1-0", "2-0"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [(5, 5), (Decimal("5.00"), 5), (Decimal("-1.50"), "-1.5"), (Decimal("0.1"), "0.1"), (10**20, 10**20)],
)
def test_keys_in_json_are_integers_or_decimals_as_text(key: int | Decimal, expected: int | str) -> None:
    assert plain(key) == expected
