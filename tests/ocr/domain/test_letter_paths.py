"""Ways through a line of candidates: what they say and how probable it is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.ocr.domain.decoding.lattice import Lattice, log_probability
from yakuba.ocr.domain.letter_paths import (
    NEVER,
    UNSEEN,
    Letters,
    heard,
    likely_texts,
    partings,
    spread,
)
from yakuba.ocr.domain.letters import Candidate, Pieces

CHARACTERS = "いしり"


def pieces(*gaps: float) -> Pieces:
    """Pieces half a letter wide with these gaps (letter heights of 100 px) between them."""
    boxes, left = [], 0.0
    for gap in (*gaps, 0.0):
        boxes.append((round(left), 0, round(left + 50), 100))
        left += 50 + 100 * gap
    return Pieces(np.zeros((1, 1), np.int32), np.array(boxes, np.int64), 100.0)


def runs(count: int, width: float = 0.5) -> list[Candidate]:
    return [
        Candidate(first, last, width, 1.0, width) for first in range(count) for last in range(first, count)
    ]


def ways(count: int) -> list[list[tuple[int, int]]]:
    """Every way of parting ``count`` pieces into runs."""
    found = []
    for cuts in itertools.product((False, True), repeat=count - 1):
        edges = [0, *(place + 1 for place, cut in enumerate(cuts) if cut), count]
        found.append([(a, b - 1) for a, b in itertools.pairwise(edges)])
    return found


@st.composite
def made(draw: st.DrawFn) -> Letters:
    count = draw(st.integers(1, 4))
    own = pieces(*draw(st.lists(st.floats(0.0, 0.5), min_size=count - 1, max_size=count - 1)))
    candidates = runs(count)
    numbers = draw(st.lists(st.integers(1, 9), min_size=3 * len(candidates), max_size=3 * len(candidates)))
    shares = np.array(numbers, float).reshape(-1, 3)
    return Letters(own, candidates, CHARACTERS, np.log(shares / shares.sum(1, keepdims=True)))


def by_hand(letters: Letters, text: str) -> float:
    """The sum over every way of parting the line into as many runs as the text has letters."""
    priors = partings(letters.pieces, letters.candidates)
    number = {(one.first, one.last): place for place, one in enumerate(letters.candidates)}
    total = 0.0
    for way in ways(len(letters.pieces)):
        if len(way) == len(text):
            total += math.exp(
                sum(
                    priors[number[run]] + letters.shares[number[run], CHARACTERS.index(char)]
                    for run, char in zip(way, text, strict=True)
                )
            )
    return math.log(total) if total > 0 else NEVER


@given(made(), st.text(CHARACTERS, min_size=1, max_size=4))
def test_a_texts_probability_is_the_sum_over_all_partings(letters: Letters, text: str) -> None:
    assert letters.log_probability(text) == pytest.approx(by_hand(letters, text), abs=1e-9)


@given(made())
@settings(max_examples=30)
def test_the_probabilities_of_all_texts_add_to_one(letters: Letters) -> None:
    texts = ["".join(t) for n in range(1, 5) for t in itertools.product(CHARACTERS, repeat=n)]
    assert sum(math.exp(letters.log_probability(text)) for text in texts) == pytest.approx(1.0)


@given(made())
@settings(max_examples=30)
def test_the_first_text_found_is_the_best_single_way(letters: Letters) -> None:
    priors = partings(letters.pieces, letters.candidates)
    number = {(one.first, one.last): place for place, one in enumerate(letters.candidates)}
    best = max(
        sum(priors[number[run]] + letters.shares[number[run]].max() for run in way)
        for way in ways(len(letters.pieces))
    )
    first = likely_texts(letters, {}, {"cells": 1.0})[0]
    scores = [
        sum(
            priors[number[run]] + letters.shares[number[run], CHARACTERS.index(char)]
            for run, char in zip(way, first, strict=True)
        )
        for way in ways(len(letters.pieces))
        if len(way) == len(first)
    ]
    assert max(scores) == pytest.approx(best)


def test_wide_gaps_part_letters_and_narrow_gaps_join_their_parts() -> None:
    """Two strokes are い when they stand close, and しり when they do not, although the net knows both."""
    shares = np.log(np.array([[0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]]))
    close = Letters(pieces(0.02), runs(2), CHARACTERS, shares)
    apart = Letters(pieces(0.4), runs(2), CHARACTERS, shares)
    assert likely_texts(close, {}, {"cells": 1.0})[0] == "い"
    assert likely_texts(apart, {}, {"cells": 1.0})[0] == "しり"
    assert close.log_probability("い") > close.log_probability("しり")
    assert apart.log_probability("い") < apart.log_probability("しり")


def test_an_engine_overrules_a_parting_that_the_gaps_leave_open() -> None:
    shares = np.log(np.array([[0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]]))
    letters = Letters(pieces(0.13), runs(2), CHARACTERS, shares)
    whole, parted = np.full((3, 3), -9.0), np.full((3, 3), -9.0)
    whole[1, 0], parted[0, 1], parted[2, 2] = 0.0, 0.0, 0.0
    weights = {"cells": 0.5, "v6": 0.5}
    assert likely_texts(letters, {"v6": whole}, weights)[0] == "い"
    assert likely_texts(letters, {"v6": parted}, weights)[0] == "しり"


def test_what_is_too_wide_or_too_small_is_hardly_a_letter() -> None:
    own = pieces(0.2)
    usual, wide, tiny = partings(
        own,
        [Candidate(1, 1, 1.0, 1.0, 1.0), Candidate(1, 1, 1.4, 1.4, 1.4), Candidate(1, 1, 0.2, 0.2, 1.0)],
    )
    assert usual == pytest.approx(0.0)
    assert wide == pytest.approx(-3.0)
    assert tiny == pytest.approx(-2.4)


def test_a_cut_through_a_stroke_costs_more_than_one_beside_it() -> None:
    through, beside = (partings(pieces(gap), [Candidate(0, 0, 0.5, 1.0, 0.5)])[0] for gap in (0.0, 0.02))
    assert through < beside - 2.0


def test_texts_that_can_not_be_are_never() -> None:
    letters = Letters(pieces(0.1), runs(2), CHARACTERS, np.log(np.full((3, 3), 1 / 3)))
    assert letters.log_probability("ん") == NEVER
    assert letters.log_probability("いいい") == NEVER
    assert letters.log_probability("") == NEVER
    nothing = Letters(pieces(0.1), [], CHARACTERS, np.zeros((0, 3)))
    assert likely_texts(nothing, {}, {"cells": 1.0}) == []


def test_shares_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shares must be \(3, 3\), found \(2, 3\)"):
        Letters(pieces(0.1), runs(2), CHARACTERS, np.zeros((2, 3)))


def lattice(rows: list[list[float]], alphabet: tuple[str, ...] = ("", "い", "し")) -> Lattice:
    shares = np.array(rows, np.float32)
    return Lattice(np.log(shares / shares.sum(1, keepdims=True)), alphabet, "v6")


@given(st.lists(st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3), min_size=4, max_size=9))
def test_what_an_engine_says_of_parts_never_exceeds_what_it_says_of_the_line(rows: list[list[float]]) -> None:
    heard_line = lattice(rows)
    letters = Letters(pieces(0.3), runs(2), CHARACTERS, np.zeros((3, 3)))
    frame_px = 130 / len(rows)
    table = heard(heard_line, letters, frame_px)
    whole, left, right = 1, 0, 2
    assert table[whole, 0] == pytest.approx(log_probability(heard_line, "い"), abs=1e-4)
    together = table[left, 1] + table[right, 0]
    assert together <= log_probability(heard_line, "しい") + 1e-4
    assert (table[:, 2] < -25.0).all()  # the engine does not know り


def test_frames_belong_to_the_letter_above_them() -> None:
    letters = Letters(pieces(0.5), runs(2), CHARACTERS, np.zeros((3, 3)))  # the border is at 75 px
    sharp = lattice([[0.01, 0.01, 0.98], [0.98, 0.01, 0.01], [0.98, 0.01, 0.01], [0.01, 0.98, 0.01]])
    table = heard(sharp, letters, 37.5)
    assert table[0].argmax() == 1
    assert table[0, 1] == pytest.approx(math.log(0.98 * 0.98 + 0.98e-2), abs=0.02)
    assert table[2].argmax() == 0
    assert table[1].max() < -3.0


SIZES = [Candidate(0, 0, 0.6, size, 0.6) for size in (1.1, 0.76, 0.42)]
SHARES = np.array([[0.9, 0.1]] * 3, np.float32)


def test_the_size_in_the_line_tells_small_letters_from_full_ones() -> None:
    characters, logs = spread(SIZES, SHARES, "つい", frozenset("つっ"))
    table = {char: np.exp(logs[:, place]) for place, char in enumerate(characters)}
    assert table["つ"] + table["っ"] == pytest.approx([0.9] * 3, abs=1e-3)
    assert table["つ"][0] > 0.88
    assert table["っ"][2] > 0.88
    assert table["つ"][1] == pytest.approx(table["っ"][1])


def test_letters_that_are_low_by_nature_are_small_only_when_lower_still() -> None:
    characters, logs = spread(SIZES, SHARES, "ヨイ", frozenset("ヨョ"))
    table = {char: np.exp(logs[:, place]) for place, char in enumerate(characters)}
    assert table["ヨ"][1] > 2 * table["ョ"][1]
    assert table["ョ"][2] > 0.8


def test_without_its_other_form_a_letter_of_any_size_is_taken() -> None:
    for allowed in ("つ", "っ"):
        characters, logs = spread(SIZES, SHARES, "つい", frozenset(allowed))
        assert characters == allowed
        assert np.exp(logs[:, 0]) == pytest.approx([0.9] * 3)


def test_a_long_flat_stroke_is_the_sign_of_a_long_vowel_where_that_is_allowed() -> None:
    stroke = [Candidate(0, 0, 0.8, 0.8, 5.0), Candidate(0, 0, 0.8, 0.8, 1.0)]
    shares = np.array([[1.0, 0.0]] * 2, np.float32)
    characters, logs = spread(stroke, shares, "つい", frozenset("つー"))
    dash, letter = characters.index("ー"), characters.index("つ")
    assert np.exp(logs[0, [dash, letter]]) == pytest.approx([0.9, 0.1])
    assert np.exp(logs[1, [dash, letter]]) == pytest.approx([UNSEEN, 1.0])
    characters, logs = spread(stroke, shares, "つい", frozenset("つい"))
    assert np.exp(logs[0, characters.index("つ")]) == pytest.approx(1.0)


def test_characters_that_the_net_does_not_know_are_unlikely_not_impossible() -> None:
    characters, logs = spread(SIZES, SHARES, "つい", frozenset("い・"))
    assert logs[:, characters.index("・")] == pytest.approx([math.log(UNSEEN)] * 3)
