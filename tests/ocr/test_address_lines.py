"""Addresses: what houses are counted with is read as such, and never passes when it had to be filled in."""

from __future__ import annotations

import numpy as np
import pytest

from yakuba.ocr.domain.decoding import Lattice
from yakuba.ocr.domain.form import Box, Field, Kind
from yakuba.ocr.domain.postal import AddressBook
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.field_reading import Known, Look, Traced, _proposals, read_lines

ALPHABET = ("", *"東町3丁目17番JH")
FIELD = Field("where", Kind.ADDRESS, Box(0, 0, 80, 8))
KNOWN = Known(addresses=AddressBook({"1050011": (("東京都", "港区", "芝公園"),)}))


def lattice(source: str, frames: list[dict[str, float]]) -> Lattice:
    """Each frame: characters with their shares, the rest for the blank; a blank frame follows each."""
    rows = []
    for shares in frames:
        row = np.full(len(ALPHABET), 1e-9)
        for char, share in shares.items():
            row[ALPHABET.index(char)] = share
        row[0] = 1.0 - row[1:].sum()
        blank = np.full(len(ALPHABET), 1e-9)
        blank[0] = 1.0 - blank[1:].sum()
        rows += [row, blank]
    return Lattice(np.log(np.array(rows)).astype(np.float32), ALPHABET, source)


def read(counter: list[dict[str, float]]) -> Traced:
    sure = {char: [{char: 0.99}] for char in "東町317番"}
    frames = [*sure["東"], *sure["町"], *sure["3"], *counter, *sure["1"], *sure["7"], *sure["番"]]
    return read_lines(FIELD, [[lattice("v6", frames), lattice("v5", frames)]], Look(), KNOWN)


@pytest.mark.parametrize("letters", ["JH", "丁H"])
def test_letters_between_a_number_and_its_counter_are_read_as_what_stands_there(letters: str) -> None:
    shares = [{letters[0]: 0.6, "丁": 0.3} if letters[0] != "丁" else {"丁": 0.9}, {"H": 0.6, "目": 0.3}]
    reading = read(shares).reading
    assert reading.text == "東町3丁目17番"
    assert reading.confidence < 0.9


def test_a_counter_that_the_picture_hardly_shows_is_never_sure() -> None:
    reading = read([{"J": 0.98999, "丁": 1e-5}, {"H": 0.98999, "目": 1e-5}]).reading
    assert "JH" not in reading.text
    assert reading.confidence < 0.1
    assert reading.must_be_checked or Reason.LOW_CONFIDENCE in reading.reasons


def test_a_counter_that_no_engine_searches_for_is_proposed() -> None:
    assert "東町3丁目17番" in _proposals(FIELD, KNOWN, ["東町3J17番", "東町3-17番"])
    assert list(_proposals(FIELD, Known(), ["東町3J17番"])) == []
