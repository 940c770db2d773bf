"""Small kana are told by the ink of their row and by what can stand together, and never change a letter."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.small_kana import (
    EXTENT,
    IMPOSSIBLE,
    LARGE_OF,
    LOWER,
    SIZES,
    SMALL,
    UNUSUAL,
    Extent,
    extents,
    full,
    language,
    likelihood,
    same_letters,
    size_variants,
)

LETTERS = st.text(st.sampled_from("アカシツヤユヨウンきしちょっゃいりみ"), min_size=1, max_size=7)


def row(text: str, *, em: float = 30.0, level: float = 40.0) -> list[Extent | None]:
    """The ink of a row whose letters are exactly as large and as low as the table says."""
    return [
        Extent(
            EXTENT[full(char)] * em * (SMALL if char in LARGE_OF else 1.0),
            level + (LOWER * em if char in LARGE_OF else 0.0),
        )
        for char in text
    ]


@pytest.mark.parametrize("text", ["ショウタ", "シヨウタ", "いっこう", "いつこう", "キヨカ", "リョウ"])
@pytest.mark.parametrize("em", [14.0, 30.0, 61.0])
def test_the_ink_of_a_row_fits_its_own_sizes_best(text: str, em: float) -> None:
    inked = row(text, em=em)
    others = {text[:at] + SIZES[char] + text[at + 1 :] for at, char in enumerate(text) if char in SIZES}
    assert likelihood(text, inked) == pytest.approx(0.0, abs=1e-9)
    assert all(likelihood(other, inked) < -2.0 for other in others)


def test_a_small_letter_that_is_not_lower_is_told_by_its_size_alone() -> None:
    inked = [Extent(EXTENT[full(c)] * 30 * (SMALL if c in LARGE_OF else 1), 40.0) for c in "サッカシ"]
    assert likelihood("サッカシ", inked) > likelihood("サツカシ", inked) + 2.0


def test_one_letter_alone_and_letters_without_a_size_say_nothing() -> None:
    assert likelihood("ツ", row("ツ")) == 0.0
    assert likelihood("ッー", [Extent(30.0, 40.0), Extent(4.0, 1.0)]) == 0.0
    assert likelihood("アッ", [None, Extent(30.0, 40.0)]) == 0.0


def test_one_blotted_letter_does_not_outweigh_all_others() -> None:
    inked = row("ショウタカ")
    blotted = [*inked[:-1], Extent(400.0, 90.0)]
    assert likelihood("ショウタカ", blotted) >= -9.0
    assert likelihood("ショウタカ", blotted) > likelihood("シヨウタカ", blotted) + 2.0


@given(LETTERS, st.floats(8.0, 90.0), st.floats(0.0, 60.0), st.floats(-0.6, 0.6))
def test_neither_the_scale_nor_the_level_of_a_row_changes_what_its_sizes_say(
    text: str, em: float, level: float, noise: float
) -> None:
    inked = [
        Extent(one.size * math.exp(noise * (at % 2)), one.middle) for at, one in enumerate(row(text)) if one
    ]
    grown = [Extent(one.size * em / 30.0, one.middle * em / 30.0 + level) for one in inked]
    assert likelihood(text, grown) == pytest.approx(likelihood(text, inked), abs=1e-6)
    assert likelihood(text, grown) <= 0.0


@pytest.mark.parametrize(
    ("text", "against"),
    [
        ("きょうこ", 0.0), ("キョウコ", 0.0), ("カョ", IMPOSSIBLE), ("ょし", IMPOSSIBLE), ("いっき", 0.0),
        ("いっ", IMPOSSIBLE), ("っき", IMPOSSIBLE), ("ベッメ", IMPOSSIBLE), ("フィ", 0.0),
        ("アィ", IMPOSSIBLE), ("クヮ", 0.0), ("ワヮ", IMPOSSIBLE), ("しよう", UNUSUAL), ("シユン", UNUSUAL),
        ("みよ", 0.0), ("かよう", 0.0),
        ("いつぽ", UNUSUAL), ("いつき", 0.0), ("ァァ", 2 * IMPOSSIBLE), ("", 0.0), ("ラーメン・ヤ", 0.0),
    ],
)  # fmt: skip
def test_what_stands_against_the_sizes_of_a_text(text: str, against: float) -> None:
    assert language(text) == against


@given(LETTERS)
def test_variants_have_the_same_letters_and_every_possible_size(text: str) -> None:
    found = size_variants(text)
    assume(len(found) < 32)
    assert len(set(found)) == len(found)
    assert full(text) in found
    assert all(same_letters(text, one) and len(one) == len(text) for one in found)
    possible = language(text) > IMPOSSIBLE
    assert (text in found) or not possible


def test_variants_of_a_long_text_are_bounded_and_hold_two_small_letters_at_once() -> None:
    assert "リョウショウ" in size_variants("リヨウシヨウ")
    assert len(size_variants("シユ" * 9)) <= 32
    assert size_variants("カナ") == ["カナ"]


def test_texts_of_other_letters_are_not_the_same() -> None:
    assert same_letters("キョウ", "キヨウ")
    assert not same_letters("キョウ", "ギョウ")


def test_the_ink_of_a_cell_is_measured_whatever_its_place() -> None:
    cell = np.full((60, 50), 255, np.uint8)
    cv2.rectangle(cell, (10, 20), (29, 49), 0, -1)
    assert extents([cell, np.full((60, 50), 255, np.uint8)]) == [Extent(20.0 + 30.0, 35.0), None]


def test_a_printed_row_is_told_from_its_picture() -> None:
    def drawn(text: str) -> list[Extent | None]:
        page = np.full((60, 50 * len(text)), 255, np.uint8)
        sheet = cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)
        for at, char in enumerate(text):
            sheet = pages.write(sheet, char, (at * 50 + 8) * 0.127, 0.5, 4.5, 200)
        gray = cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY)
        return extents([gray[:, at * 50 : at * 50 + 50] for at in range(len(text))])

    for text, other in (("リョウタ", "リヨウタ"), ("ハットリ", "ハツトリ")):
        assert likelihood(text, drawn(text)) > likelihood(other, drawn(text)) + 1.0
        assert likelihood(other, drawn(other)) > likelihood(text, drawn(other)) + 1.0
