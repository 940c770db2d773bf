"""Reasons, differences and masks in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.domain.wording import (
    REASONS,
    all_reason_words,
    difference,
    marked,
    masked,
    place_words,
    reason_words,
    source_words,
)


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(Reason)
    assert all(words and not words.isascii() for words in REASONS.values())


def test_a_disagreement_says_on_what() -> None:
    assert reason_words("engines_disagree", ["4817200", "4877200"]) == "2つの読みが違う：1／7"
    assert reason_words("engines_disagree", ["12", "12", "1"]) == "2つの読みが違う：2／（なし）"
    assert reason_words("engines_disagree", ["あいうえおか", "カキクケコサ"]) == "2つの読みが違う"
    assert reason_words("engines_disagree", ["1"]) == "2つの読みが違う"
    assert reason_words("postal_address", ["1", "2"]) == "郵便番号と住所が合わない"
    assert reason_words("unheard_of") == "確認が必要"
    assert all_reason_words(["seal", "seal", "blur"]) == ["印影が重なる", "確認が必要"]


def test_the_place_of_the_difference_is_counted_from_one() -> None:
    assert place_words(["4817200", "4877200"], digits=True) == "3桁目"
    assert place_words(["凪", "風"], digits=False) == "1文字目"
    assert place_words(["1", "1"], digits=True) == ""


@given(st.text(max_size=8), st.text(max_size=8))
def test_the_parts_of_a_marked_text_make_the_text(text: str, other: str) -> None:
    assert "".join(marked(text, other)) == text
    found = difference(text, other)
    assert (found is None) == (text == other)
    if found is not None:
        start = found.place - 1
        assert text[:start] + found.second + text[start + len(found.first) :] == other


def test_a_number_shows_its_last_four_digits_alone() -> None:
    assert masked("123456789018") == "•••• •••• 9018"
    assert masked("1234") == "••••"
    assert masked("") == ""


def test_sources_have_names() -> None:
    assert source_words("v6") == "読みA"
    assert source_words("new") == "ほかの読み"
