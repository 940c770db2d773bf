"""Free documents (帳票以外の文書): taken in, read page by page, deleted.

Whatever was read stays when the reading dies: each page is one transaction, and a page that no longer waits
is left alone.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from yakuba.core.ai_log.services import Use, log
from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.jobs.services import cancel, enqueue
from yakuba.core.people import protected
from yakuba.core.weights import find
from yakuba.ocr.models import Document, DocumentPage, DocumentPageState, DocumentState
from yakuba.ocr.services.border_names import SYSTEM
from yakuba.ocr.services.intake import ROWS, Incoming, page_counts
from yakuba.ocr.services.scans import ScannedPage
from yakuba.ocr.services.visibility import DOCUMENT

JOB = "ocr.read_document"
MOST_PAGES = 500  # of a document
MODEL = "yakuba.ocr.free_page"
DOUBTFUL = 0.85  # mean probability of a line's characters below which a person should look

LinesOf = Callable[[npt.NDArray[np.uint8]], Sequence[Any]]
_reader: list[LinesOf] = []


def use_reader(reader: LinesOf) -> None:
    """Read with another reader from here on in this process (for tests and trials)."""
    _reader[:] = [reader]


def _open_reader() -> LinesOf:
    if _reader:
        return _reader[0]
    from yakuba.ocr.free_page import read_free_page  # loads the nets

    return read_free_page


@cache
def model_hash() -> str:
    """A hash of the nets that find and read the lines."""
    digest = hashlib.sha256()
    for name in ("ppocrv6-det-small", "ppocrv6-rec-small"):
        digest.update(name.encode() + find(name).read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page."""

    state: DocumentPageState
    problem: str = ""
    size: tuple[int, int] = (0, 0)  # width, height in px
    lines: tuple[dict[str, Any], ...] = field(default=())
    seconds: float = 0.0


def take_in(
    files: Sequence[Incoming], title: str, *, by: Any, source: str = "upload", actor: object = None
) -> Document:
    """Keep the files, make every page's row, and queue the reading, all at once.

    ``IntakeRefused`` with every fault; then nothing is kept.
    """
    none = () if files else ("ファイルが選ばれていません。文書のファイルを選んでください。",)
    counts = page_counts(files, MOST_PAGES, "文書", none)
    with transaction.atomic():
        document = Document.objects.create(title=title, source=source, created_by=by)
        pages: list[DocumentPage] = []
        for one, count in zip(files, counts, strict=True):
            stored = store(one.data, name=one.name, content_type=one.content_type, by=by)
            start = len(pages)
            pages += [
                DocumentPage(document=document, number=start + at, source=stored, source_page=at)
                for at in range(1, count + 1)
            ]
        DocumentPage.objects.bulk_create(pages, batch_size=ROWS)
        _queue(document, by=by)
        note("ocr.document.create", document, actor or by or "system:ocr", pages=len(pages))
    return document


def note(action: str, document: Document, actor: object, **detail: Any) -> None:
    """One audit line: counts, never a word of the text."""
    record(action, actor=actor, target=f"ocr.document:{document.pk}", detail=detail)


def _queue(document: Document, *, by: Any) -> None:
    document.job = enqueue(JOB, {"document": document.pk}, by=by, system="ocr")
    document.state = DocumentState.READING
    document.save(update_fields=["job", "state"])


def read_page(page: ScannedPage) -> Outcome:
    """The lines of one page."""
    begun = time.perf_counter()
    height, width = page.image.shape[:2]
    lines = tuple(
        {
            "text": line.text,
            "confidence": round(float(line.confidence), 4),
            "box": [int(edge) for edge in line.box],
            "vertical": bool(line.vertical),
        }
        for line in _open_reader()(page.image)
    )
    seconds = round(time.perf_counter() - begun, 3)
    return Outcome(DocumentPageState.READ, size=(width, height), lines=lines, seconds=seconds)


def keep_page(page: DocumentPage, outcome: Outcome) -> bool:
    """Write the outcome of a page that still waits; ``False`` when it was read or deleted meanwhile."""
    with transaction.atomic():
        rows = DocumentPage.objects.select_for_update(of=("self",)).select_related("document__created_by")
        locked = rows.filter(pk=page.pk, state=DocumentPageState.WAITING).first()
        if locked is None:
            return False
        locked.state, locked.problem = outcome.state, outcome.problem[:300]
        locked.width, locked.height = outcome.size
        locked.lines = len(outcome.lines)
        locked.doubtful = sum(one["confidence"] < DOUBTFUL for one in outcome.lines)
        locked.outcome = json.dumps(list(outcome.lines), ensure_ascii=False) if outcome.lines else ""
        locked.seconds, locked.read_at = outcome.seconds, timezone.now()
        locked.save()
        least = min((one["confidence"] for one in outcome.lines), default=0.0)
        reference = f"ocr.document:{locked.document_id}-{locked.number}"
        log(
            Use(
                system=SYSTEM,
                purpose="文書の読取り",
                model=MODEL,
                model_hash="" if _reader else model_hash(),
                input_ref=reference,
                output_ref=reference,
                confidence=min(max(least, 0.0), 1.0),
            ),
            user=locked.document.created_by,
        )
    return True


def waiting_pages(document: Document) -> QuerySet[DocumentPage]:
    """Pages that were not read yet, in order."""
    rows: QuerySet[DocumentPage] = document.pages.filter(state=DocumentPageState.WAITING)
    return rows.order_by("number")


def settle(document: Document) -> None:
    """Read, when no page waits; call inside the transaction of what changed it."""
    state = DocumentState.READING if waiting_pages(document).exists() else DocumentState.READ
    if document.state != state:
        document.state = state
        document.save(update_fields=["state"])


def with_figures(rows: QuerySet[Document]) -> QuerySet[Document]:
    """Documents with ``page_count``, ``unread_count``, ``line_count`` and ``doubtful_count``."""
    return rows.annotate(
        page_count=Count("pages"),
        unread_count=Count("pages", filter=Q(pages__state=DocumentPageState.WAITING)),
        line_count=Sum("pages__lines"),
        doubtful_count=Sum("pages__doubtful"),
    )


def is_stopped(document: Document, unread: int) -> bool:
    """Pages wait but no job reads them: it failed, was stopped or is gone."""
    return unread > 0 and (document.job is None or document.job.is_final)


def resume(document: Document, *, by: Any) -> None:
    """Go on reading where the last job stopped; pages that were read stay as they are."""
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        job = None if locked.job_id is None else Job.objects.filter(pk=locked.job_id).first()
        if (job is not None and not job.is_final) or not waiting_pages(locked).exists():
            return  # pressed twice, or nothing left
        _queue(locked, by=by)
        note("ocr.document.resume", locked, by)


def stop(document: Document, *, by: Any) -> bool:
    """Stop the reading; what was read stays. ``False`` when no job reads the document."""
    return document.job is not None and cancel(document.job, by)


def delete(document: Document, *, by: Any) -> None:
    """Delete a document with its pages, readings and corrections; a running job is stopped.

    The files themselves go when nothing points at them any more (保存期間).
    """
    with transaction.atomic():
        locked = Document.objects.select_for_update(of=("self",)).select_related("job").get(pk=document.pk)
        if locked.job is not None and locked.job.state in ACTIVE_STATES:
            cancel(locked.job, by)
        note("ocr.document.delete", locked, by, pages=locked.pages.count())
        locked.delete()


def note_view(user: Any, document: Document) -> None:
    """Put on record that the person was shown the document; once more when it is protected."""
    note("ocr.document.view", document, user)
    protected.visible(user, DOCUMENT, [str(document.pk)])
