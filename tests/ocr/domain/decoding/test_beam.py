"""The beam search against brute force over every alignment of a tiny alphabet."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.decoding import Lattice, best_path, log_probability, search
from yakuba.ocr.domain.decoding.beam import NEVER, _Prefix
from yakuba.ocr.domain.decoding.grammar import Anything, Digits, accepts
from yakuba.ocr.domain.decoding.lattice import Alphabet

ALPHABET = ("", "1", "2", "a")


def lattice(rows: list[list[float]]) -> Lattice:
    weights = np.array(rows, np.float64)
    return Lattice(np.log(weights / weights.sum(axis=1, keepdims=True)).astype(np.float32), ALPHABET, "t")


def every_text(made: Lattice) -> dict[str, float]:
    """Each text's probability, summed over all alignments one by one."""
    found: dict[str, float] = {}
    for path in itertools.product(range(len(ALPHABET)), repeat=made.frames):
        chance = math.exp(sum(float(made.log_probs[frame, k]) for frame, k in enumerate(path)))
        text = "".join(ALPHABET[k] for k, _ in itertools.groupby(path))
        found[text] = found.get(text, 0.0) + chance
    return found


rows = st.lists(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4), min_size=1, max_size=5)


@given(rows)
def test_the_probability_of_a_text_is_the_sum_over_its_alignments(made: list[list[float]]) -> None:
    one = lattice(made)
    for text, chance in every_text(one).items():
        assert math.exp(log_probability(one, text)) == pytest.approx(chance, rel=1e-4)


@given(rows)
def test_probabilities_of_all_texts_sum_to_one(made: list[list[float]]) -> None:
    one = lattice(made)
    assert sum(math.exp(log_probability(one, text)) for text in every_text(one)) == pytest.approx(1, rel=1e-4)


@given(rows)
def test_a_wide_beam_finds_what_brute_force_finds(made: list[list[float]]) -> None:
    one = lattice(made)
    grammar = Digits(None)
    allowed = {text: p for text, p in every_text(one).items() if accepts(grammar, text)}
    best = max(allowed.values())
    found = search(one, grammar, width=400, options=4, most=400)
    assert {hypothesis.text for hypothesis in found} == set(allowed)
    assert math.exp(found[0].log_p) == pytest.approx(best, rel=1e-4)


@given(rows)
def test_a_narrow_beam_never_reports_more_than_the_exact_probability(made: list[list[float]]) -> None:
    one = lattice(made)
    exact = every_text(one)
    for hypothesis in search(one, Anything(), width=3):
        assert math.exp(hypothesis.log_p) == pytest.approx(exact[hypothesis.text], rel=1e-4)


@given(st.floats(-700, 0), st.floats(-700, 0))
def test_a_prefix_weighs_what_its_endings_weigh_together(blank: float, char: float) -> None:
    together = math.log(math.fsum((math.exp(blank), math.exp(char))))
    assert _Prefix(None, blank, char).total == pytest.approx(together, abs=1e-9)
    assert _Prefix(None, blank, NEVER).total == _Prefix(None, NEVER, blank).total == blank


def test_the_eight_best_characters_of_a_frame_are_tried_and_no_ninth() -> None:
    digits = ("", *"123456789")
    chances = np.array([[1.0, *(2.0**-place for place in range(9))]])
    frame = Lattice(np.log(chances / chances.sum()).astype(np.float32), digits, "t")
    assert [one.text for one in search(frame, Digits(1))] == list("12345678")
    assert [one.text for one in search(frame, Digits(1), options=9, most=9)] == list("123456789")


def test_a_forced_text_keeps_the_small_probability_that_the_picture_gives_it() -> None:
    clear_a = lattice([[0.01, 0.01, 0.01, 5.0]])
    found = search(clear_a, Digits(1))
    assert {one.text for one in found} == {"1", "2"}
    assert found[0].log_p < math.log(0.01)


def test_a_text_longer_than_the_frames_is_impossible() -> None:
    assert log_probability(lattice([[1, 1, 1, 1]]), "12") == -math.inf
    assert log_probability(lattice([[1, 1, 1, 1]] * 2), "11") == -math.inf  # needs a blank between
    assert log_probability(lattice([[1, 1, 1, 1]] * 2), "x") == -math.inf


def test_nothing_is_found_where_the_grammar_allows_nothing_that_fits() -> None:
    assert search(lattice([[1, 1, 1, 1]]), Digits(3)) == []


def test_the_best_path_joins_repeats_and_drops_blanks() -> None:
    one, blank, two = [0.1, 9, 0.1, 0.1], [9, 0.1, 0.1, 0.1], [0.1, 0.1, 9, 0.1]
    assert best_path(lattice([one, one, blank, one, two])) == "112"


@given(rows)
def test_merged_shapes_leave_every_frame_summing_to_one(made: list[list[float]]) -> None:
    merged = Alphabet(ALPHABET, {"a": "1", "2": ""}).apply(lattice(made))
    assert np.exp(merged.log_probs).sum(axis=1) == pytest.approx(np.ones(len(made)), rel=1e-4)
    assert search(merged, Anything(frozenset("1")))[0].text in ("", "1", "11", "111")


def test_a_character_can_not_be_merged_into_one_that_the_engine_does_not_write() -> None:
    one = lattice([[1, 1, 1, 1]])
    assert Alphabet(ALPHABET, {"a": "z"}).apply(one) is one


def test_a_lattice_of_the_wrong_width_is_refused() -> None:
    with pytest.raises(ValueError, match="4"):
        Lattice(np.zeros((2, 3), np.float32), ALPHABET)
