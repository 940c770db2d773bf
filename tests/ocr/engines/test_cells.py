"""The nets of single characters read clear characters, in any polarity, and say when a cell is empty."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from yakuba.core.weights import MissingModel, store
from yakuba.core.weights.registry import parse_registry
from yakuba.ocr.domain.cell_image import Gray
from yakuba.ocr.engines import cells as engine
from yakuba.ocr.engines.cells import CHARSETS, CellReader, Charset


def digit(text: str, side: int = 96, thick: int = 6) -> Gray:
    """A digit of OpenCV's stroke font, dark on light."""
    canvas = np.full((side, side), 255, np.uint8)
    scale = side / 36
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    place = ((side - width) // 2, (side + height) // 2)
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, thick, cv2.LINE_AA)
    return canvas


def test_clear_digits_are_read_dark_on_light_and_light_on_dark() -> None:
    pictures = [digit(text) for text in "0123456789"]
    reader = CellReader()
    dark = reader.read(pictures, "digits")
    light = reader.read([np.asarray(255 - picture, np.uint8) for picture in pictures], "digits")
    assert "".join(guess.text for guess in dark) == "0123456789"
    assert [guess.text for guess in light] == [guess.text for guess in dark]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_guess_ranks_every_character_of_its_set(charset: Charset) -> None:
    reader = CellReader()
    (guess,) = reader.read([digit("3")], charset)
    assert sorted(text for text, _ in guess.ranked) == sorted(reader.classes(charset))
    shares = [share for _, share in guess.ranked]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert (guess.text, guess.confidence) == guess.ranked[0]


def test_an_empty_cell_reads_as_nothing_and_no_cells_as_no_guesses() -> None:
    reader = CellReader()
    blank = np.full((40, 40), 250, np.uint8)
    first, second, third = reader.read([digit("5"), blank, digit("2")], "digits")
    assert (first.text, second.text, third.text) == ("5", "", "2")
    assert second == engine.EMPTY
    assert not reader.probabilities([blank], "digits").any()
    assert reader.read([], "digits") == []
    assert reader.probabilities([], "digits").shape == (0, 10)


def test_reading_many_cells_equals_reading_them_one_by_one() -> None:
    reader = CellReader()
    pictures = [digit(str(k % 10), 40 + k, 3 + k % 5) for k in range(engine.BATCH * 2 + 3)]
    together = reader.probabilities(pictures, "digits")
    alone = np.concatenate([reader.probabilities([picture], "digits") for picture in pictures])
    assert np.abs(together - alone).max() < 1e-4


def test_the_sets_are_the_ones_the_contract_names() -> None:
    reader = CellReader()
    assert reader.classes("digits") == "0123456789"
    hiragana = reader.classes("hiragana")
    assert len(hiragana) == len(set(hiragana)) == 71
    assert not set("ぁぃぅぇぉっゃゅょゎゐゑゔ") & set(hiragana)
    katakana = reader.classes("katakana")
    assert {chr(ord(letter) + 0x60) for letter in hiragana} | set("ヴー") == set(katakana)
    assert reader.classes("capitals") == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_every_net_is_small_and_ships_as_registered() -> None:
    for charset in CHARSETS:
        path = store.find(f"cells-{charset}")
        assert path.parent.parts[-3:] == ("yakuba", "ocr", "weights")
        assert path.stat().st_size <= 2_000_000


def test_a_net_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "shipped", lambda: parse_registry('format = "yakuba.models/1"\n'))
    monkeypatch.setattr(engine, "_net", engine._net.__wrapped__)
    with pytest.raises(MissingModel, match="cells-digits"):
        CellReader().read([digit("1")], "digits")


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        CellReader().read([np.zeros((4, 4), np.float32)], "digits")  # type: ignore[list-item]
