"""Letters as one PDF: set in portions by Typst, joined by PDFium, with the first page of every letter.

Texts reach the template as JSON data and are never put into Typst source. A character without a glyph stops
the printing before it starts (``MissingGlyphs``), or is marked 〓 when the officer chose so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from yakuba.core.print import qr
from yakuba.core.print.pdf import joined, starts, with_blank
from yakuba.core.print.pdf import pages as pages
from yakuba.nursery.domain.letter_words import Window
from yakuba.nursery.domain.letters import LetterText
from yakuba.nursery.printing import Missing, check_glyphs, compile_pdf

PORTION = 60  # letters set at once: few enough for little memory, many enough to share the fonts
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
    begins: list[int] = []
    offset = 0
    for begin in range(0, len(letters), PORTION):
        chosen = slice(begin, begin + PORTION)
        pdf = compile_pdf("letters", portion_data(letters[chosen], codes[chosen], sheet), sheet.missing)
        first, count = starts(pdf)
        if sheet.odd and count % 2 and begin + PORTION < len(letters):
            pdf, count = with_blank(pdf), count + 1
        parts.append(pdf)
        begins.extend(offset + at + 1 for at in first)
        offset += count
        progress(min(begin + PORTION, len(letters)) / len(letters))
    if len(begins) != len(letters):
        raise RuntimeError(f"{len(letters)} letters but {len(begins)} titles in the PDF")
    return Printed(parts[0] if len(parts) == 1 else joined(parts), tuple(begins), offset)
