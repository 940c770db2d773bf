"""PDFs taken apart and joined by PDFium."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # publishes no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

A4 = (595.276, 841.89)  # points


def pages(pdf: bytes, first: int, last: int) -> bytes:
    """Pages ``first`` to ``last`` (from 1, inclusive) as a PDF of their own."""
    with pypdfium2.PdfDocument(pdf) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, list(range(first - 1, min(last, len(whole)))))
        return _saved(part)


def starts(pdf: bytes) -> tuple[list[int], int]:
    """Pages (from 0) that the outline names, one a letter, and the number of pages."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [entry.get_dest().get_index() for entry in document.get_toc(max_depth=1)], len(document)


def with_blank(pdf: bytes) -> bytes:
    """The PDF and an empty A4 page behind it."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.new_page(*A4)
        return _saved(document)


def joined(parts: Sequence[bytes]) -> bytes:
    """The PDFs one after another as one."""
    with pypdfium2.PdfDocument.new() as whole:
        for part in parts:
            with pypdfium2.PdfDocument(part) as document:
                whole.import_pages(document)
        return _saved(whole)


def _saved(document: Any) -> bytes:
    sink = io.BytesIO()
    document.save(sink, flags=pdfium.FPDF_NO_INCREMENTAL)
    return sink.getvalue()
