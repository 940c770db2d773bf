"""A row of boxes: the nets say which letter, the ink and the language its size; a doubt goes to staff."""

from __future__ import annotations

import numpy as np
import pytest

from yakuba.ocr.cell_reading import Boxed, boxed, read_boxed
from yakuba.ocr.domain.decoding import Lattice
from yakuba.ocr.domain.form import Box, Field, Kind, Writing
from yakuba.ocr.domain.reading import FieldReading, Reason
from yakuba.ocr.domain.small_kana import EXTENT, LARGE_OF, full
from yakuba.ocr.engines.cells import CellGuess
from yakuba.ocr.field_reading import Known, Look

EM, LOW = 30.0, 0.085
LETTERS = "シヨョウタツッユュキカアァ"


def field(writing: Writing) -> Field:
    return Field("kana", Kind.BOXED_KATAKANA, Box(0, 0, 80, 8), writing=writing, cells=6)


def cells(text: str, sizes: list[float]) -> Boxed:
    """Blocks of ink as large as the letters are, small ones lower; ``sizes`` beside the full size."""
    made = []
    for char, size in zip(text, sizes, strict=True):
        cell = np.full((80, 60), 255, np.uint8)
        side = round(EXTENT[full(char)] * EM * size / 2)
        top = round(40 - side / 2 + LOW * EM * (1 - size) / 0.21)
        cell[top : top + side, 10 : 10 + side] = 0
        made.append(cell)
    return boxed(made)


def guesses(text: str, *, share: float = 0.98) -> list[CellGuess]:
    """What the nets say: full-size letters alone."""
    return [CellGuess(full(c), share, ((full(c), share), ("ア", 1 - share))) for c in text]


def lattice(source: str, *texts: str) -> Lattice:
    """A line engine that finds all texts equally likely, letter by letter."""
    alphabet = ("", *LETTERS)
    rows = []
    for at in range(len(texts[0])):
        row = np.full(len(alphabet), 1e-6)
        for text in texts:
            row[alphabet.index(text[at])] += 1 / len(texts)
        blank = np.full(len(alphabet), 1e-6)
        blank[0] = 1.0
        rows += [np.log(row / row.sum()), np.log(blank / blank.sum())]
    return Lattice(np.array(rows, np.float32), alphabet, source)


def read(
    row: Boxed, text: str, *heard: str, writing: Writing = Writing.HAND, nets: bool = True
) -> FieldReading:
    strip = [lattice("v6", *heard), lattice("v5", *heard)]
    cells_say = guesses(text) if nets else None
    return read_boxed(field(writing), row, cells_say, strip, Look(), Known()).reading


@pytest.mark.parametrize("writing", list(Writing))
@pytest.mark.parametrize("text", ["タッカ", "タツカ", "キョカ", "キヨカ", "シュタキ", "シユタキ"])
def test_when_engines_hear_both_sizes_the_ink_decides_and_says_so(text: str, writing: Writing) -> None:
    row = cells(text, [0.79 if char in LARGE_OF else 1.0 for char in text])
    other = "".join(
        chr(ord(c) + 1) if c in LARGE_OF else chr(ord(c) - 1) if c in "ツヨユ" else c for c in text
    )
    found = read(row, text, text, other, writing=writing)
    assert found.text == text
    assert Reason.SMALL_KANA not in found.reasons


@pytest.mark.parametrize("size", [0.87, 0.9])
def test_a_letter_between_the_sizes_goes_to_staff_with_both_readings(size: float) -> None:
    found = read(cells("タツカキ", [1.0, size, 1.0, 1.0]), "タツカキ", "タツカキ", "タッカキ")
    assert Reason.SMALL_KANA in found.reasons
    assert found.must_be_checked
    assert {one.text for one in found.candidates[:2]} == {"タツカキ", "タッカキ"}


def test_nets_that_know_no_small_letters_do_not_speak_against_them() -> None:
    row = cells("キョカ", [1.0, 0.79, 1.0])
    with_nets = read(row, "キョカ", "キョカ")
    without = read(row, "キョカ", "キョカ", nets=False)
    assert with_nets.text == without.text == "キョカ"
    assert with_nets.reasons == without.reasons == ()


def test_a_small_letter_where_japanese_has_none_is_not_read_even_when_the_ink_is_small() -> None:
    found = read(cells("タユキ", [1.0, 0.8, 1.0]), "タユキ", "タユキ", "タュキ")
    assert found.text == "タユキ"


def test_two_small_letters_are_found_at_once_when_engines_hear_only_full_ones() -> None:
    text = "シュタキョウ"
    row = cells(text, [0.79 if char in LARGE_OF else 1.0 for char in text])
    found = read(row, text, "シユタキヨウ", writing=Writing.HAND)
    assert text in {one.text for one in found.candidates}
    assert found.text == text or found.must_be_checked


def test_the_sizes_of_ink_never_change_a_letter() -> None:
    row = cells("ッツ", [0.5, 1.6])
    found = read(row, "シカ", "シカ")
    assert full(found.text) == "シカ"
