"""The durable jobs of form reading: a batch or a free document page by page, the read test of a draft."""

from __future__ import annotations

import logging
import time
from secrets import SystemRandom
from typing import Any

from django.urls import reverse

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, JobError, job
from yakuba.ocr.models import Batch, Document, DocumentPage, DocumentPageState, FormVersion, Page, PageState
from yakuba.ocr.services import documents
from yakuba.ocr.services.batches import settle
from yakuba.ocr.services.forms import BadForm, active_versions
from yakuba.ocr.services.page_reading import PageOutcome, PageReader
from yakuba.ocr.services.read_tests import read_samples
from yakuba.ocr.services.results import keep_outcome, waiting_pages
from yakuba.ocr.services.scans import BadScan, Scan, scan_of

logger = logging.getLogger(__name__)
SAY_EVERY_S = 2.0  # a new message is a line of the job's log
UNREADABLE = (
    "このページを読む途中で予期しない問題が起きました。"
    "「もう一度読む」を試し、だめならスキャンし直してください。"
)
UNREADABLE_FREE = (
    "このページを読む途中で予期しない問題が起きました。スキャンし直して、別の文書として入れてください。"
)


def batch_page(finished: Job) -> str:
    """Where a batch is seen."""
    return reverse("ocr:batch", args=[finished.params["batch"]])


def test_page(finished: Job) -> str:
    """Where a read test is seen."""
    return reverse("ocr:read-test", args=[finished.params["version"]])


def document_page(finished: Job) -> str:
    """Where a free document is seen."""
    return reverse("ocr:document", args=[finished.params["document"]])


class OpenScan:
    """The file that was used last stays open: pages of one PDF follow one another."""

    def __init__(self) -> None:
        self._file = 0
        self._scan: Scan | None = None

    def of(self, page: Page | DocumentPage) -> Scan:
        """The opened file of a page. ``BadScan``."""
        if self._scan is None or self._file != page.source_id:
            self._scan = scan_of(page.source)
            self._file = page.source_id
        return self._scan


@job("ocr.read_batch", label="帳票を読み取る", timeout_s=8 * 3600, url=batch_page)
def read_batch(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Read every page that waits, each in one transaction; whatever was read stays when this dies."""
    batch = Batch.objects.select_related("version").filter(pk=params["batch"]).first()
    if batch is None:
        return {"pages": 0}  # deleted while it waited
    reader = _reader(batch)
    scans, rng = OpenScan(), SystemRandom()
    total = batch.pages.count()
    said = float("-inf")
    while (page := _next(batch)) is not None:
        done = total - waiting_pages(batch).count()
        message = ""
        if time.monotonic() - said >= SAY_EVERY_S:
            message, said = f"{done + 1:,}／{total:,}ページ", time.monotonic()
        context.progress(done / max(total, 1), message)
        keep_outcome(page, _read(reader, scans, page), rng=rng)
    with context.finish() as outcome:
        locked = Batch.objects.select_for_update().filter(pk=batch.pk).first()
        if locked is not None:
            settle(locked)
            outcome["pages"] = total
            outcome["read"] = locked.pages.filter(state=PageState.READ).count()
            record(
                "ocr.batch.read", actor="system:jobs", target=f"ocr.batch:{batch.pk}", detail=dict(outcome)
            )
    return outcome


def _reader(batch: Batch) -> PageReader:
    versions = [batch.version] if batch.version is not None else active_versions()
    if not versions:
        raise JobError("使用中の帳票の版がありません。版の使用を始めてから、読取りを続けてください。")
    return PageReader(versions, sort=batch.version is None)


def _next(batch: Batch) -> Page | None:
    """The next page that waits; one query a page, so that memory stays flat over thousands."""
    rows = waiting_pages(batch).select_related("source", "version", "version__form", "version__blank")
    found: Page | None = rows.first()
    return found


def _read(reader: PageReader, scans: OpenScan, page: Page) -> PageOutcome:
    """The outcome of a page; a broken page is its own outcome and stops no other."""
    try:
        return reader.read(scans.of(page).page(page.source_page), version=page.version)
    except BadScan as bad:
        return PageOutcome(PageState.RESCAN, (str(bad),), page.version)
    except BadForm as bad:
        return PageOutcome(PageState.REFUSED, bad.problems[:3], page.version)
    except Exception as error:  # one page never takes the others with it
        logger.exception("page %s could not be read: %s", page.pk, type(error).__name__)
        return PageOutcome(PageState.RESCAN, (UNREADABLE,), page.version)


@job(documents.JOB, label="文書を読み取る", timeout_s=8 * 3600, url=document_page)
def read_document(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Read every page of a free document that waits, each in one transaction."""
    document = Document.objects.filter(pk=params["document"]).first()
    if document is None:
        return {"pages": 0}  # deleted while it waited
    scans, total = OpenScan(), document.pages.count()
    while (page := documents.waiting_pages(document).select_related("source").first()) is not None:
        done = total - documents.waiting_pages(document).count()
        context.progress(done / max(total, 1), f"{done + 1:,}／{total:,}ページ")
        documents.keep_page(page, _read_free(scans, page))
    with context.finish() as outcome:
        locked = Document.objects.select_for_update().filter(pk=document.pk).first()
        if locked is not None:
            documents.settle(locked)
            outcome["pages"] = total
            outcome["read"] = locked.pages.filter(state=DocumentPageState.READ).count()
            documents.note("ocr.document.read", locked, "system:jobs", **outcome)
    return outcome


def _read_free(scans: OpenScan, page: DocumentPage) -> documents.Outcome:
    """The outcome of a page; a broken page stops no other."""
    try:
        return documents.read_page(scans.of(page).page(page.source_page))
    except BadScan as bad:
        return documents.Outcome(DocumentPageState.UNREADABLE, str(bad))
    except Exception as error:  # one page never takes the others with it
        logger.exception("page %s of a document could not be read: %s", page.pk, type(error).__name__)
        return documents.Outcome(DocumentPageState.UNREADABLE, UNREADABLE_FREE)


@job("ocr.read_test", label="読取りを試す", timeout_s=3600, url=test_page)
def read_test(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Read the samples of a draft."""
    version = FormVersion.objects.select_related("form", "blank").filter(pk=params["version"]).first()
    if version is None:
        return {"samples": 0}
    try:
        return read_samples(context, version)
    except BadForm as bad:
        raise JobError("定義に直すところがあるため、読めません。" + bad.problems[0]) from None
