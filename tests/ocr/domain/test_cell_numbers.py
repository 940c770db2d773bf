"""The likeliest valid 個人番号 of twelve cells, against a search through every number."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.ocr.domain.cell_numbers import DOUBT, NumberGuess, check_digit, likeliest_number


def _sum_by_the_ordinance(first: str) -> int:
    """The check digit as the ordinance words it, from the right."""
    total = 0
    for n, digit in enumerate(reversed(first), 1):
        total += int(digit) * (n + 1 if n <= 6 else n - 5)
    rest = total % 11
    return 0 if rest <= 1 else 11 - rest


def shares_of(text: str, share: float = 0.97) -> np.ndarray:
    out = np.full((12, 10), (1 - share) / 9)
    out[np.arange(12), [int(letter) for letter in text]] = share
    return out


@given(st.text("0123456789", min_size=11, max_size=11))
def test_the_check_digit_is_the_ordinances(first: str) -> None:
    assert check_digit(first) == _sum_by_the_ordinance(first)


@pytest.mark.parametrize("bad", ["", "1234567890", "123456789012", "1234567890a", "１２３４５６７８９０１"])
def test_only_eleven_digits_have_a_check_digit(bad: str) -> None:
    with pytest.raises(ValueError, match="11 digits"):
        check_digit(bad)


def _search(shares: np.ndarray, open_cells: tuple[int, ...], text: str) -> NumberGuess:
    """Every combination of the open cells, the others fixed by shares of exactly 0 or 1."""
    doubted = (1 - DOUBT) * shares + DOUBT / 10
    top, chosen, total = 0.0, "", 0.0
    for digits in itertools.product(range(10), repeat=len(open_cells)):
        letters = list(text)
        for cell, digit in zip(open_cells, digits, strict=True):
            letters[cell] = str(digit)
        number = "".join(letters)
        if _sum_by_the_ordinance(number[:11]) != int(number[11]):
            continue
        value = float(np.prod(doubted[np.arange(12), [int(letter) for letter in number]]))
        total += value
        if value > top:
            top, chosen = value, number
    changed = sum(int(letter) != best for letter, best in zip(chosen, shares.argmax(1), strict=True))
    return NumberGuess(chosen, top / total * min(1, total * 11), changed)


@given(seed=st.integers(0, 10**6), cells=st.sets(st.integers(0, 11), min_size=2, max_size=3))
@settings(max_examples=25, deadline=None)
def test_it_is_what_a_search_finds(seed: int, cells: set[int]) -> None:
    random = np.random.default_rng(seed)
    first = "".join(map(str, random.integers(0, 10, 11)))
    text = first + str(check_digit(first))
    shares = shares_of(text, 1.0)
    open_cells = tuple(sorted(cells))
    for cell in open_cells:
        shares[cell] = random.dirichlet(np.full(10, 0.3))
    found, searched = likeliest_number(shares), _search(shares, open_cells, text)
    # The search leaves out what DOUBT alone gives to the fixed cells; the best number is the same.
    if searched.score > 0.5:
        assert found.text == searched.text
        assert found.score == pytest.approx(searched.score, abs=0.05)
        assert found.changed == searched.changed


def test_a_clear_valid_number_is_sure_and_a_clear_invalid_one_is_not() -> None:
    text = "12345678901" + str(check_digit("12345678901"))
    good = likeliest_number(shares_of(text))
    assert (good.text, good.changed) == (text, 0)
    assert good.score > 0.99
    wrong = text[:4] + str((int(text[4]) + 1) % 10) + text[5:]
    bad = likeliest_number(shares_of(wrong))
    assert bad.changed >= 1
    assert bad.score < 0.5


def test_a_doubtful_digit_is_mended_by_the_check_digit() -> None:
    text = "98765432109" + str(check_digit("98765432109"))
    shares = shares_of(text, 0.995)
    shares[3] = 0.0
    shares[3, [int(text[3]), (int(text[3]) + 3) % 10]] = (0.45, 0.55)
    guess = likeliest_number(shares)
    assert (guess.text, guess.changed) == (text, 1)
    assert guess.score > 0.9


@given(seed=st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_what_comes_out_is_always_a_valid_number_with_a_score_from_0_to_1(seed: int) -> None:
    guess = likeliest_number(np.random.default_rng(seed).dirichlet(np.full(10, 0.4), 12))
    assert _sum_by_the_ordinance(guess.text[:11]) == int(guess.text[11])
    assert 0 <= guess.score <= 1 + 1e-9


@pytest.mark.parametrize("bad", [np.ones((11, 10)) / 10, np.ones((12, 9)) / 9, np.zeros((12, 10))])
def test_other_shapes_and_empty_cells_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="12 cells"):
        likeliest_number(bad)
