"""The text of a free document: lines as they were read and as people corrected them, and what leaves."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import cv2
from django.db import transaction
from django.utils import timezone

from yakuba.core.people import protected
from yakuba.ocr.domain.personal_numbers import masked_text, spans
from yakuba.ocr.models import Document, DocumentCorrection, DocumentPage, DocumentPageState
from yakuba.ocr.services.documents import DOUBTFUL, note
from yakuba.ocr.services.scans import BadScan, Image, ScannedPage, reduced, scan_of
from yakuba.ocr.services.searchable_pdf import DPI, PdfFailed, TextBox, searchable_pdf
from yakuba.ocr.services.visibility import DOCUMENT, OUTPUT

MOST_TEXT = 500  # characters of a corrected line
MOST_HITS = 200
FRAME = 6  # px between a line's box and the frame drawn around it
MOST_PDF_PAGES = 200
A4_INCHES = 297 / 25.4
COVER = (128, 128, 128)  # plain grey over personal numbers; never a blur


class DocumentError(ValueError):
    """Nothing was changed or written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``box``: left, top, right, bottom in px; ``number``: from 1, in reading order."""

    number: int
    text: str  # what holds
    read: str  # what was read
    confidence: float
    box: tuple[int, int, int, int]
    vertical: bool
    corrected: bool

    @property
    def secret(self) -> bool:
        """Whether a personal number stands in it, as it was read or as it holds."""
        return bool(spans(self.text) or spans(self.read))

    @property
    def doubtful(self) -> bool:
        """Whether a person should look: read with little confidence and not corrected yet."""
        return self.confidence < DOUBTFUL and not self.corrected

    @property
    def width(self) -> int:
        """Of the box, px."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Of the box, px."""
        return self.box[3] - self.box[1]

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Left, top, width, height of a frame that leaves the letters free, px."""
        return self.box[0] - FRAME, self.box[1] - FRAME, self.width + 2 * FRAME, self.height + 2 * FRAME


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that holds the searched text."""

    page: int
    line: Line


def lines_of(page: DocumentPage) -> list[Line]:
    """The lines of a page in reading order; empty while it is unread."""
    if not page.outcome:
        return []
    holds = {one.line: one.text for one in page.corrections.all() if one.undone_at is None}
    return [
        Line(
            number=number,
            text=holds.get(number, one["text"]) or "",
            read=one["text"],
            confidence=float(one["confidence"]),
            box=(one["box"][0], one["box"][1], one["box"][2], one["box"][3]),
            vertical=bool(one["vertical"]),
            corrected=number in holds,
        )
        for number, one in enumerate(json.loads(page.outcome), 1)
    ]


def masked(lines: Iterable[Line]) -> list[Line]:
    """The lines with the digits of personal numbers covered."""
    return [replace(one, text=masked_text(one.text), read=masked_text(one.read)) for one in lines]


def shown_lines(page: DocumentPage, *, numbers: bool) -> list[Line]:
    """The lines as they may be shown: with personal numbers only where ``numbers`` says so."""
    lines = lines_of(page)
    return lines if numbers else masked(lines)


def covered(image: Image, lines: Iterable[Line]) -> Image:
    """The picture with every line that holds a personal number covered whole."""
    shown = image.copy()
    for one in lines:
        if one.secret:
            left, top, width, height = one.frame
            cv2.rectangle(shown, (left, top), (left + width, top + height), COVER, -1)
    return shown


def pages_of(document: Document) -> Iterable[DocumentPage]:
    """The pages with their corrections."""
    rows: Iterable[DocumentPage] = (
        document.pages.select_related("source").prefetch_related("corrections").order_by("number")
    )
    return rows


def _folded(text: str) -> str:
    """The text for comparing only: widths, case and spaces aside."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def search(document: Document, text: str) -> list[Hit]:
    """Lines that hold the text, widths and spaces aside; at most ``MOST_HITS``; never a covered number."""
    wanted = _folded(text)
    found: list[Hit] = []
    if not wanted:
        return found
    for page in pages_of(document):
        found += [Hit(page.number, one) for one in masked(lines_of(page)) if wanted in _folded(one.text)]
        if len(found) >= MOST_HITS:
            break
    return found[:MOST_HITS]


@dataclass(frozen=True, slots=True)
class Corrected:
    """How many lines a save changed, and how many it left to somebody who was faster."""

    changed: int
    overtaken: int


def correct(page: DocumentPage, texts: Mapping[int, str], *, seen: datetime, by: Any) -> Corrected:
    """Keep what the person changed, line by line. ``DocumentError``.

    ``seen``: when the lines were shown; a line that somebody has changed since is left as it is.
    """
    with transaction.atomic():
        locked = DocumentPage.objects.select_for_update().get(pk=page.pk)
        known = {one.number: one for one in lines_of(locked)}
        newer = {one.line for one in locked.corrections.all() if max(one.at, one.undone_at or one.at) > seen}
        changed, overtaken = [], 0
        for number, text in texts.items():
            line = known.get(number)
            if line is None:
                raise DocumentError(f"{number}行目はありません。画面を読み込み直してください。")
            said = _clean(number, text)
            if said == line.text:
                continue
            if number in newer:
                overtaken += 1
                continue
            changed.append(DocumentCorrection(page=locked, line=number, text=said, by=by))
        _undo(locked, [one.line for one in changed])  # one of a line holds; the earlier ones are history
        DocumentCorrection.objects.bulk_create(changed)
        if changed:
            note("ocr.document.correct", locked.document, by, page=locked.number, lines=len(changed))
    return Corrected(len(changed), overtaken)


def _clean(number: int, text: str) -> str:
    said = text.strip()
    if len(said) > MOST_TEXT:
        raise DocumentError(f"{number}行目：{len(said):,}文字あります。{MOST_TEXT}文字までにしてください。")
    if any(sign < " " or sign == "\x7f" for sign in said):
        raise DocumentError(f"{number}行目：見えない文字があります。入力し直してください。")
    return said


def _undo(page: DocumentPage, lines: Iterable[int]) -> int:
    rows = page.corrections.filter(line__in=list(lines), undone_at=None)
    return int(rows.update(undone_at=timezone.now()))


def undo(page: DocumentPage, line: int, *, by: Any) -> bool:
    """The line as it was read, again. ``False`` when it was not corrected."""
    with transaction.atomic():
        locked = DocumentPage.objects.select_for_update().get(pk=page.pk)
        undone = _undo(locked, [line])
        if undone:
            note("ocr.document.undo", locked.document, by, page=locked.number, line=line)
    return bool(undone)


def text_of(document: Document, *, numbers: bool = False) -> str:
    """The text, a form feed between pages."""
    pages = [
        "\n".join(one.text for one in shown_lines(page, numbers=numbers) if one.text)
        for page in pages_of(document)
    ]
    return "\n\f\n".join(pages) + "\n"


def layers(document: Document) -> dict[str, Any]:
    """The document as plain data: what was read, and what holds; personal numbers are covered."""
    return {
        "format": "yakuba.ocr.document/1",
        "document": {"id": document.pk, "title": document.title, "state": document.state},
        "pages": [
            {
                "number": page.number,
                "state": page.state,
                "width": page.width,
                "height": page.height,
                "lines": [
                    {
                        "text": one.text,
                        "read": one.read,
                        "confidence": one.confidence,
                        "box": list(one.box),
                        "vertical": one.vertical,
                        "corrected": one.corrected,
                    }
                    for one in shown_lines(page, numbers=False)
                ],
            }
            for page in pages_of(document)
        ],
    }


def pdf_of(document: Document, *, numbers: bool = False) -> bytes:
    """Searchable PDF, personal numbers covered unless asked for. ``DocumentError``: too long, bad file."""
    count = document.pages.count()
    if count > MOST_PDF_PAGES:
        raise DocumentError(f"PDFにできるのは{MOST_PDF_PAGES}ページまでです。文書を分けてください。")
    try:
        return searchable_pdf(_pdf_pages(document, numbers))
    except (BadScan, PdfFailed) as problem:
        raise DocumentError(str(problem)) from None


def _pdf_pages(document: Document, numbers: bool) -> Iterator[tuple[Image, list[TextBox]]]:
    file, scan = 0, None
    for page in pages_of(document):
        if page.state == DocumentPageState.UNREADABLE:
            continue
        if scan is None or file != page.source_id:
            file, scan = page.source_id, scan_of(page.source)
        scanned = scan.page(page.source_page)
        picture = scanned.image if numbers else covered(scanned.image, lines_of(page))
        image = reduced(picture, _length_px(scanned))
        share = image.shape[1] / scanned.image.shape[1]
        shown = shown_lines(page, numbers=numbers)
        yield image, [_text_box(one, share) for one in shown if one.text]


def _length_px(scanned: ScannedPage) -> int:
    """How long the longer side is at the PDF's resolution; a sheet without one counts as A4."""
    longest = max(scanned.image.shape[:2])
    inches = longest / scanned.dpi if scanned.dpi else A4_INCHES
    return max(1, round(inches * DPI))


def _text_box(line: Line, share: float) -> TextBox:
    left, top, _, _ = line.box
    return line.text, (left * share, top * share, line.width * share, line.height * share)


def image_of(page: DocumentPage, *, numbers: bool = False) -> Image:
    """The picture of the page, personal numbers covered unless asked for. ``BadScan``."""
    image = scan_of(page.source).page(page.source_page).image
    return image if numbers else covered(image, lines_of(page))


def leaves(document: Document, what: str, *, by: Any, numbers: bool = False) -> None:
    """Put on record that the text leaves; a protected document needs a release. Call it in a transaction.

    ``by``: the person, or the name of the API token.

    ``ReleaseRequired``, ``DocumentError`` while pages wait.
    """
    waiting = document.pages.filter(state=DocumentPageState.WAITING).count()
    if waiting:
        raise DocumentError(f"読取りを待つページが{waiting:,}あります。読み終えてから書き出してください。")
    if isinstance(by, str):  # a programme: it is named for nobody
        if protected.is_protected(DOCUMENT, str(document.pk)):
            raise DocumentError("この文書は、APIでは書き出せません。")
    else:
        protected.require_release(DOCUMENT, str(document.pk), OUTPUT, by=by)
    note("ocr.document.export", document, by, what=what, pages=document.pages.count(), numbers=numbers)
