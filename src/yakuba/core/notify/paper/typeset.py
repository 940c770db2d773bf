"""Letters as one PDF, and which of them can't be printed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pypdfium2  # type: ignore[import-untyped]  # publishes no types

from yakuba.core.print.typesetting import check_glyphs, compile_pdf

PORTION = 60  # letters set at once


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on one letter."""

    addressee: tuple[str, ...]
    issued: str
    town: str
    number: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """The PDF and how many pages it has."""

    pdf: bytes
    pages: int


def unprintable(sheet: Sheet) -> list[str]:
    """Characters of a letter that the print font does not have."""
    return check_glyphs(asdict(sheet))


def typeset(sheets: Sequence[Sheet], title: str) -> Printed:
    """All letters in order; a character without a glyph is printed as 〓, to be written by hand."""
    with pypdfium2.PdfDocument.new() as whole:
        for begin in range(0, len(sheets), PORTION):
            some = [asdict(one) for one in sheets[begin : begin + PORTION]]
            pdf = compile_pdf("yakuba.core.notify", "letter", {"title": title, "letters": some}, "mark")
            with pypdfium2.PdfDocument(pdf) as part:
                whole.import_pages(part)
        sink = io.BytesIO()
        whole.save(sink)
        return Printed(sink.getvalue(), len(whole))
