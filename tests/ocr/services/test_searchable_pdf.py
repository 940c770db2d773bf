"""Searchable PDF: what was written in can be found again where it was."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.ocr.services.searchable_pdf import PdfFailed, searchable_pdf

PAGE = np.full((400, 600, 3), 250, np.uint8)
KANJI = st.text(alphabet="汐見区髙橋凪𠮷田葛飾0123456789アあ", min_size=1, max_size=20)


def texts(body: bytes) -> list[str]:
    with pypdfium2.PdfDocument(body) as document:
        return [page.get_textpage().get_text_range() for page in document]


@settings(max_examples=30)
@given(KANJI)
def test_a_line_comes_back_letter_for_letter(line: str) -> None:
    assert texts(searchable_pdf([(PAGE, [(line, (50, 50, 500, 30))])])) == [line]


def test_pages_lines_vertical_text_and_variation_selectors() -> None:
    png = bytes(cv2.imencode(".png", PAGE)[1])
    body = searchable_pdf(
        [
            (png, [("葛󠄀飾", (10, 10, 100, 30)), ("縦書き", (500, 50, 30, 200))]),
            (PAGE, [("二行\nです", (10, 10, 100, 60)), ("", (1, 1, 5, 5)), ("幅なし", (1, 1, 0, 5))]),
        ]
    )
    first, second = texts(body)
    assert first == "葛󠄀飾\r\n縦書き"
    assert second == "二行\r\nです"


def test_the_text_is_invisible_lies_over_its_box_and_the_file_is_small() -> None:
    body = searchable_pdf([(PAGE, [("汐見区", (100, 200, 300, 50))])], dpi=200)
    assert len(body) < 20_000
    with pypdfium2.PdfDocument(body) as document:
        page = document[0]
        (item,) = [one for one in page.get_objects() if one.type == raw.FPDF_PAGEOBJ_TEXT]
        assert raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        text = page.get_textpage()
        left, bottom, right, top = (round(side * 200 / 72) for side in text.get_charbox(1))
        assert 195 <= left <= 205
        assert 295 <= right <= 305
        assert 400 - 250 - 10 <= bottom < top <= 400 - 200 + 10
        assert text.search("見区").get_next() == (1, 2)
        assert page.render().to_numpy().min() > 240


def test_no_page_and_a_broken_picture_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one page"):
        searchable_pdf([])
    with pytest.raises(PdfFailed, match="2ページ"):
        searchable_pdf([(PAGE, []), (b"not a picture", [])])
