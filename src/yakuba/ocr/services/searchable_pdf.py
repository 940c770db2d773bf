"""Searchable PDF: the picture of each page with its text, invisible, lying over the words.

The text is written in render mode 3 (ISO 32000-1, 9.3.6) with a font of one glyph; a table from codes
to Unicode says which letter each code is, so that 𠮷 and a letter with its variation selector survive.
"""

from __future__ import annotations

import ctypes
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium  # type: ignore[import-untyped]  # publishes no types
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from yakuba.ocr.services.square_font import square_font

Image = npt.NDArray[np.uint8]
TextBox = tuple[str, tuple[float, float, float, float]]  # text; left, top, width, height in pixels
POINTS = 72.0
DPI = 200.0
JPEG_QUALITY = 82
MOST_CODES = 65_000
INVISIBLE = raw.FPDF_TEXTRENDERMODE_INVISIBLE


class PdfFailed(RuntimeError):
    """The PDF could not be made; the message says on which page."""


def searchable_pdf(pages: Iterable[tuple[bytes | Image, Sequence[TextBox]]], *, dpi: float = DPI) -> bytes:
    """A PDF of the pictures (PNG bytes or BGR arrays of ``dpi``) with their text to search and copy.

    A vertical box (more than twice as high as wide, several letters) gets its letters one under another.
    ``ValueError`` for no page at all, ``PdfFailed`` for a picture that can't be read.
    """
    # The letters of all pages are needed before the first is written; the pictures wait as JPEG.
    every = [(_jpeg(picture, number), texts) for number, (picture, texts) in enumerate(pages, 1)]
    if not every:
        raise ValueError("at least one page is needed")
    document = pdfium.PdfDocument.new()
    try:
        codes = _codes(text for _, texts in every for text, _ in texts)
        font = _font(document, codes)
        for jpeg, texts in every:
            _page(document, _Pen(document, font, codes), jpeg, texts, POINTS / dpi)
        raw.FPDFFont_Close(font)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()
    finally:
        document.close()


def _letters(text: str) -> list[str]:
    """The text letter by letter; a variation selector or combining mark stays with the letter before it."""
    letters: list[str] = []
    for sign in text:
        joins = unicodedata.combining(sign) or "\ufe00" <= sign <= "\ufe0f" or sign >= "\U000e0100"
        if letters and joins:
            letters[-1] += sign
        else:
            letters.append(sign)
    return letters


def _codes(texts: Iterable[str]) -> dict[str, int]:
    """A code from 1 for each letter that occurs."""
    found = sorted({letter for text in texts for letter in _letters(text)})
    if len(found) > MOST_CODES:
        raise PdfFailed(f"文字の種類が{MOST_CODES:,}を超えています。ページを分けてください。")
    return {letter: number for number, letter in enumerate(found, 1)}


def _font(document: Any, codes: dict[str, int]) -> Any:
    data = square_font()
    held = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
    glyphs = bytes(2 * (len(codes) + 1))  # every code is drawn by glyph 0
    drawn = (ctypes.c_uint8 * len(glyphs)).from_buffer_copy(glyphs)
    font = raw.FPDFText_LoadCidType2Font(document, held, len(data), _to_unicode(codes), drawn, len(glyphs))
    if not font:
        raise PdfFailed("PDFに文字を入れる書体を用意できません。設置をやり直してください。")
    return font


def _to_unicode(codes: dict[str, int]) -> bytes:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3)."""
    lines = [f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, code in codes.items()]
    parts = [
        f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar"
        for chunk in (lines[start : start + 100] for start in range(0, len(lines), 100))
    ]
    head = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
    )
    tail = "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    return (head + "\n".join(parts) + tail).encode("ascii")


def _jpeg(picture: bytes | Image, number: int) -> tuple[bytes, int, int]:
    image = picture
    if isinstance(image, bytes):
        found = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
        if found is None:
            raise PdfFailed(f"{number}ページ：画像として読めません。")
        image = found.astype(np.uint8, copy=False)
    good, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not good:
        raise PdfFailed(f"{number}ページ：画像を作れません。")
    return bytes(data), image.shape[1], image.shape[0]


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes invisible lines into a document."""

    document: Any
    font: Any
    codes: dict[str, int]

    def write(self, page: Any, letters: Sequence[str], box: tuple[float, float, float, float]) -> None:
        """One line, stretched to its box (points: left, bottom, width, height)."""
        if not "".join(letters).strip():
            return
        left, bottom, wide, high = box
        size = max(1.0, high * 0.8)
        item = raw.FPDFPageObj_CreateTextObj(self.document, self.font, size)
        numbers = [self.codes[letter] for letter in letters]
        raw.FPDFText_SetCharcodes(item, (ctypes.c_uint32 * len(numbers))(*numbers), len(numbers))
        raw.FPDFTextObj_SetTextRenderMode(item, INVISIBLE)
        stretch = wide / (size * len(letters))  # every letter is as wide as its font is high
        raw.FPDFPageObj_Transform(item, stretch, 0, 0, 1, left, bottom + high * 0.15)
        raw.FPDFPage_InsertObject(page, item)


def _page(
    document: Any, pen: _Pen, jpeg: tuple[bytes, int, int], texts: Sequence[TextBox], scale: float
) -> None:
    data, width, height = jpeg
    page = document.new_page(width * scale, height * scale)
    picture = pdfium.PdfImage.new(document)
    picture.load_jpeg(io.BytesIO(data), inline=True)
    picture.set_matrix(pdfium.PdfMatrix().scale(width * scale, height * scale))
    page.insert_obj(picture)
    for text, (left, top, wide, high) in texts:
        if wide <= 0 or high <= 0:
            continue
        bottom = (height - top - high) * scale
        for letters, (x, y, w, h) in _lines(text, wide * scale, high * scale):
            pen.write(page, letters, (left * scale + x, bottom + y, w, h))
    page.gen_content()
    page.close()


def _lines(text: str, wide: float, high: float) -> Iterator[tuple[list[str], tuple[float, ...]]]:
    """The lines of a text and where they lie in its box; each letter of a vertical text is one."""
    letters = _letters(text)
    vertical = len(letters) > 1 and high > 2 * wide and "\n" not in text
    rows = [[letter] for letter in letters] if vertical else [_letters(one) for one in text.split("\n")]
    step = high / len(rows)
    for number, row in enumerate(rows, 1):
        yield row, (0.0, high - step * number, wide, step)
