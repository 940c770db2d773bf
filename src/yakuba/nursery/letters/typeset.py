"""Letters as one PDF: set in portions by Typst, joined by PDFium, with the first page of every letter.

Texts reach the template as JSON data and are never put into Typst source. A character without a glyph stops
the printing before it starts (``MissingGlyphs``), or is marked 〓 when the officer chose so.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # publishes no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from yakuba.nursery.domain.letter_words import Window
from yakuba.nursery.domain.letters import LetterText
from yakuba.nursery.letters import qr
from yakuba.nursery.printing import Missing, check_glyphs, compile_pdf

PORTION = 60  # letters set at once: few enough for little memory, many enough to share the fonts
A4 = (595.276, 841.89)  # points
DRAFT = "案"
SAMPLE = "見本"
_NOTES = {DRAFT: "案（承認前）", SAMPLE: "見本"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """How all letters are printed.

    ``mark``: 「案」 or 「見本」 across the page; ``odd``: every letter starts on an odd page, for printing on
    both sides.
    """

    title: str
    window: Window
    page_address: str
    mark: str = ""
    odd: bool = False
    missing: Missing = "refuse"


@dataclass(frozen=True, slots=True)
class Printed:
    """The joined PDF; ``first_pages``: of each letter in order, counted from 1."""

    pdf: bytes
    first_pages: tuple[int, ...]
    pages: int


def portion_data(letters: Sequence[LetterText], codes: Sequence[str], sheet: Sheet) -> dict[str, Any]:
    """What the template reads. ``codes``: as printed, "" for none."""
    return {
        "title": sheet.title,
        "mark": sheet.mark,
        "mark-note": _NOTES.get(sheet.mark, sheet.mark),
        "odd": sheet.odd,
        "window": asdict(sheet.window),
        "page_address": sheet.page_address,
        "qr": list(qr.png(sheet.page_address)),
        "letters": [{**asdict(one), "code": code} for one, code in zip(letters, codes, strict=True)],
    }


def missing_in(letters: Sequence[LetterText]) -> list[tuple[str, list[str]]]:
    """世帯番号 with the characters of its letter that can not be printed, for the list before printing."""
    found = []
    for one in letters:
        lost = check_glyphs(asdict(one))
        if lost:
            found.append((one.family, lost))
    return found


def typeset(
    letters: Sequence[LetterText],
    codes: Sequence[str],
    sheet: Sheet,
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> Printed:
    """Set all letters. Raises ``MissingGlyphs`` before anything is set, unless missing ones are marked."""
    parts: list[bytes] = []
    starts: list[int] = []
    offset = 0
    for begin in range(0, len(letters), PORTION):
        chosen = slice(begin, begin + PORTION)
        pdf = compile_pdf("letters", portion_data(letters[chosen], codes[chosen], sheet), sheet.missing)
        first, count = _starts(pdf)
        if sheet.odd and count % 2 and begin + PORTION < len(letters):
            pdf, count = _with_blank(pdf), count + 1
        parts.append(pdf)
        starts.extend(offset + at + 1 for at in first)
        offset += count
        progress(min(begin + PORTION, len(letters)) / len(letters))
    if len(starts) != len(letters):
        raise RuntimeError(f"{len(letters)} letters but {len(starts)} titles in the PDF")
    return Printed(parts[0] if len(parts) == 1 else _joined(parts), tuple(starts), offset)


def pages(pdf: bytes, first: int, last: int) -> bytes:
    """Pages ``first`` to ``last`` (from 1, inclusive) as a PDF of their own."""
    with pypdfium2.PdfDocument(pdf) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, list(range(first - 1, min(last, len(whole)))))
        return _saved(part)


def _starts(pdf: bytes) -> tuple[list[int], int]:
    """Pages (from 0) that the outline names, one a letter, and the number of pages."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [entry.get_dest().get_index() for entry in document.get_toc(max_depth=1)], len(document)


def _with_blank(pdf: bytes) -> bytes:
    with pypdfium2.PdfDocument(pdf) as document:
        document.new_page(*A4)
        return _saved(document)


def _joined(parts: Sequence[bytes]) -> bytes:
    with pypdfium2.PdfDocument.new() as whole:
        for part in parts:
            with pypdfium2.PdfDocument(part) as document:
                whole.import_pages(document)
        return _saved(whole)


def _saved(document: Any) -> bytes:
    sink = io.BytesIO()
    document.save(sink, flags=pdfium.FPDF_NO_INCREMENTAL)
    return sink.getvalue()
