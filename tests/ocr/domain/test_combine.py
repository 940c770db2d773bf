"""Candidates of a line, scored by every engine and by the reader of letters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from yakuba.ocr.domain.combine import THREE, WORST_OF_THREE, fused, read_line
from yakuba.ocr.domain.decoding import Lattice, log_probability
from yakuba.ocr.domain.decoding.grammar import Anything

ALPHABET = ("", "か", "が", "り")


class Third:
    """A reader of letters with fixed opinions."""

    def __init__(self, opinions: Mapping[str, float]) -> None:
        self.opinions = opinions

    def texts(self, lattices: Sequence[Lattice]) -> list[str]:
        return list(self.opinions)

    def log_probability(self, text: str) -> float:
        return self.opinions.get(text, -math.inf)


def lattice(source: str, *rows: tuple[float, float, float, float]) -> Lattice:
    return Lattice(np.log(np.array(rows, np.float32)), ALPHABET, source)


V6 = lattice("v6", (0.05, 0.35, 0.55, 0.05))
V5 = lattice("v5", (0.05, 0.45, 0.45, 0.05))
GRAMMAR = Anything(frozenset("かがり"))


def test_without_a_third_reader_the_engines_decide() -> None:
    line = read_line([V6, V5], GRAMMAR, lambda text: text)
    assert line.best is not None
    assert line.best.text == "が"
    assert "cells" not in line.best.by_engine
    assert line.best.fused == pytest.approx(0.6 * math.log(0.55) + 0.4 * math.log(0.45), abs=1e-5)


def test_a_third_reader_turns_a_close_call_and_is_one_voice_of_three() -> None:
    opinions = {"か": -0.1, "が": -2.5}
    line = read_line([V6, V5], GRAMMAR, lambda text: text, third=Third(opinions))
    assert line.best is not None
    assert line.best.text == "か"
    assert line.best.by_engine["cells"] == -0.1
    expected = 0.24 * math.log(0.35) + 0.16 * math.log(0.45) + 0.6 * -0.1
    assert line.best.fused == pytest.approx(expected, abs=1e-5)
    assert sum(THREE.values()) == pytest.approx(1.0)


def test_texts_that_only_the_third_reader_finds_are_candidates_and_scored_by_all() -> None:
    line = read_line([V6, V5], GRAMMAR, lambda text: text, third=Third({"りり": -0.2, "か": -6.0}))
    (found,) = (one for one in line.ranked if one.raw == "りり")
    assert found.by_engine["v6"] == log_probability(V6, "りり") == -math.inf
    assert found.fused == pytest.approx(0.4 * WORST_OF_THREE + 0.6 * -0.2)


def test_a_text_that_the_third_reader_can_not_read_goes_to_the_end() -> None:
    line = read_line([V6, V5], GRAMMAR, lambda text: text, third=Third({"か": -0.1}))
    assert line.ranked[-1].by_engine["cells"] == -math.inf
    assert line.ranked[-1].fused < 0.6 * WORST_OF_THREE


def test_engines_that_find_a_text_impossible_count_as_the_worst() -> None:
    assert fused({"v6": -math.inf, "v5": -1.0}) == pytest.approx(0.6 * -20.0 + 0.4 * -1.0)
    assert fused({"v6": -2.0}) == pytest.approx(-2.0)
    assert fused({"v6": -99.0}, worst=-60.0) == pytest.approx(-60.0)
