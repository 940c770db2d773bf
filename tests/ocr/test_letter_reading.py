"""Handwritten lines of kana are read letter by letter beside the line engines."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.core.weights import MissingModel
from yakuba.ocr.domain.decoding import Lattice
from yakuba.ocr.domain.decoding.kinds import HIRAGANA, KANA_SIGNS, KATAKANA
from yakuba.ocr.domain.form import Box, Field, Kind, Writing
from yakuba.ocr.domain.pixels import Gray
from yakuba.ocr.engines.cells import CellReader, Charset
from yakuba.ocr.field_reading import Known, Look, crops_of, read_lines
from yakuba.ocr.letter_reading import MOST_CANDIDATES, kana_allowed, line_letters, script_of

LETTERS = "いくしつのへりん"
ALPHABET = ("", *LETTERS, "ア", "リ", "1")
# Strokes as a hand draws them, points in a square of 100.
STROKES: dict[str, list[list[tuple[int, int]]]] = {
    "い": [[(15, 20), (14, 50), (20, 75), (32, 62)], [(55, 25), (66, 45), (68, 62)]],
    "く": [[(62, 8), (28, 48), (64, 92)]],
    "し": [[(30, 8), (28, 55), (34, 84), (52, 90), (76, 70)]],
    "へ": [[(5, 62), (36, 34), (95, 74)]],
    "り": [[(28, 12), (25, 42), (33, 52), (40, 44)], [(66, 8), (70, 40), (64, 68), (42, 92)]],
}


def written(text: str, gap: int = 26) -> Gray:
    """A line of letters drawn with a pen of 5 px, ``gap`` px between them."""
    line = np.full((120, 140 * len(text)), 255, np.uint8)
    left = 12
    for char in text:
        first = min(x for stroke in STROKES[char] for x, _ in stroke)
        for stroke in STROKES[char]:
            points = np.array([(left + (x - first) * 0.7, 25 + y * 0.7) for x, y in stroke], np.int32)
            cv2.polylines(line, [points], False, (20,), 5, cv2.LINE_AA)
        left += round(0.7 * (max(x for stroke in STROKES[char] for x, _ in stroke) - first)) + gap
    return line[:, : left + 12]


def vague(frames: int = 60, source: str = "v6", likely: str = "") -> Lattice:
    """An engine that finds everything alike, or the characters of ``likely`` a little likelier."""
    shares = np.full((frames, len(ALPHABET)), 1.0, np.float32)
    shares[:, 0] = 8.0
    for char in likely:
        shares[:, ALPHABET.index(char)] = 1.5
    return Lattice(np.log(shares / shares.sum(1, keepdims=True)), ALPHABET, source)


def kana_field(kind: Kind = Kind.LINE, charset: str = LETTERS, writing: Writing = Writing.HAND) -> Field:
    return Field("kana", kind, Box(0, 0, 100, 10), writing, charset=charset)


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        (kana_field(), frozenset(LETTERS)),
        (kana_field(charset="いろ は"), frozenset("いろは")),
        (kana_field(Kind.FURIGANA, ""), HIRAGANA | KATAKANA | KANA_SIGNS),
        (kana_field(Kind.BOXED_KATAKANA, ""), KATAKANA | KANA_SIGNS),
        (kana_field(charset=""), frozenset()),
        (kana_field(charset="いろは1"), frozenset()),
        (kana_field(writing=Writing.PRINT), frozenset()),
        (kana_field(Kind.PERSON_NAME), frozenset()),
    ],
)
def test_only_handwritten_fields_of_nothing_but_kana_have_letters(
    field: Field, allowed: frozenset[str]
) -> None:
    assert kana_allowed(field) == allowed


def test_the_field_or_else_the_engines_say_which_kana_it_is() -> None:
    both = HIRAGANA | KATAKANA
    assert script_of(HIRAGANA | KANA_SIGNS, [vague(likely="ア")]) == "hiragana"
    assert script_of(KATAKANA | KANA_SIGNS, [vague()]) == "katakana"
    few = frozenset("アのへリり")
    assert script_of(few & both, [vague(likely="ア"), vague(source="v5")]) == "katakana"
    assert script_of(few & both, [vague(likely="の"), vague(source="v5")]) == "hiragana"
    assert script_of(frozenset("アのへリり"), [vague(likely="アり")]) == "katakana"  # り tells nothing


@pytest.mark.parametrize("text", ["しりく", "いへし", "くいり", "へしくい"])
def test_letters_of_two_parts_and_of_one_are_read_without_the_engines_help(text: str) -> None:
    field = kana_field()
    (crop,) = crops_of(field, written(text))
    lattices = [vague(), vague(source="v5")]
    letters = line_letters(field, crop, lattices, CellReader())
    assert letters is not None
    assert letters.texts(lattices)[0] == text
    traced = read_lines(field, [lattices], Look(), Known(), [letters])
    assert traced.reading.text == text
    assert traced.reading.candidates[0].source == "cells"


def test_spaces_are_no_letters() -> None:
    field = kana_field(charset=LETTERS + " ")
    (crop,) = crops_of(field, written("しく"))
    letters = line_letters(field, crop, [vague()], CellReader())
    assert letters is not None
    assert letters.log_probability("し く") == letters.log_probability("しく") > -5.0


def test_other_fields_empty_lines_and_hatchings_are_left_to_the_engines() -> None:
    cells = CellReader()
    assert line_letters(kana_field(charset=""), written("しく"), [vague()], cells) is None
    assert line_letters(kana_field(), np.full((50, 200), 255, np.uint8), [vague()], cells) is None
    hatched = np.full((60, 4 * MOST_CANDIDATES), 255, np.uint8)
    hatched[5:55, 4::8] = 0
    assert line_letters(kana_field(), hatched, [vague()], cells) is None


def test_without_the_net_the_engines_read_alone() -> None:
    class NoNet(CellReader):
        def probabilities(self, cells: Sequence[Gray], charset: Charset) -> NDArray[np.float32]:
            raise MissingModel(f"cells-{charset}")

    assert line_letters(kana_field(), written("しく"), [vague()], NoNet()) is None
