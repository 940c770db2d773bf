"""Free documents without pages of the browser: reading, going on, correcting, searching, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.utils import timezone

from tests.ocr.free.conftest import WORDS, made, rows_of_ink, tiff
from yakuba.core.ai_log.models import AiUse
from yakuba.core.audit.models import AuditEntry
from yakuba.core.audit.services import seal_head, verify_chain
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import ProtectedPerson, User
from yakuba.core.people.protected import ReleaseRequired
from yakuba.ocr.models import Document, DocumentCorrection, DocumentPage, DocumentPageState, DocumentState
from yakuba.ocr.services import document_lines, documents
from yakuba.ocr.services.document_lines import DocumentError, correct, lines_of, search, text_of, undo
from yakuba.ocr.services.intake import Incoming, IntakeRefused
from yakuba.site.retention import apply

pytestmark = pytest.mark.django_db


def read(by: User, *bars: int) -> Document:
    document = made(by, *bars)
    run_pending()
    document.refresh_from_db()
    return document


def page_of(document: Document, number: int = 1) -> DocumentPage:
    found: DocumentPage = document.pages.get(number=number)
    return found


def test_every_page_is_read_once_in_order_and_counted(officer: User) -> None:
    document = read(officer, 3, 0, 5)
    assert document.state == DocumentState.READ
    assert [one.lines for one in document.pages.all()] == [3, 0, 5]
    assert [one.doubtful for one in document.pages.all()] == [0, 0, 1]
    assert (page_of(document).width, page_of(document).height) == (600, 800)
    assert text_of(document).split("\n\f\n") == ["\n".join(WORDS[:3]), "", "\n".join(WORDS[:5]) + "\n"]
    fourth = lines_of(page_of(document, 3))[3]
    assert (fourth.vertical, fourth.box, fourth.width, fourth.height) == (True, (60, 330, 390, 370), 330, 40)
    assert AiUse.objects.count() == 3
    read_line = AuditEntry.objects.get(action="ocr.document.read")
    assert (read_line.detail["pages"], read_line.detail["read"]) == (3, 3)
    seal_head()
    assert verify_chain().good


def test_the_text_lies_sealed_in_the_database(officer: User) -> None:
    document = read(officer, 3)
    correct(page_of(document), {1: "直した文字"}, seen=timezone.now(), by=officer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM ocr_documentpage")
        (kept,) = cursor.fetchone()
        cursor.execute("SELECT text FROM ocr_documentcorrection")
        (typed,) = cursor.fetchone()
    assert "会議" not in kept
    assert "直した" not in typed
    assert lines_of(page_of(document))[0].text == "直した文字"


def test_reading_goes_on_after_a_stop_and_reads_no_page_again(officer: User) -> None:
    document = made(officer, 1, 2, 3)
    seen: list[int] = []

    def dies(image: Any) -> Any:
        lines = rows_of_ink(image)
        if len(seen) == 1:
            raise SystemExit  # as a killed worker ends: nothing is tidied up
        seen.append(len(lines))
        return lines

    documents.use_reader(dies)
    with pytest.raises(SystemExit):
        run_pending()
    assert [one.state for one in document.pages.all()] == ["read", "waiting", "waiting"]
    first = page_of(document).read_at
    Job.objects.update(state=JobState.FAILED)
    document = Document.objects.select_related("job").get()
    assert documents.is_stopped(document, 2)
    documents.use_reader(rows_of_ink)
    documents.resume(document, by=officer)
    documents.resume(Document.objects.get(), by=officer)  # pressed twice
    assert Job.objects.count() == 2
    run_pending()
    assert [one.lines for one in document.pages.all()] == [1, 2, 3]
    assert page_of(document).read_at == first
    assert AiUse.objects.count() == 3


def test_a_page_that_was_read_or_deleted_meanwhile_is_left_alone(officer: User) -> None:
    document = read(officer, 2)
    page = page_of(document)
    late = documents.Outcome(DocumentPageState.UNREADABLE, "遅れた")
    assert documents.keep_page(page, late) is False
    document.delete()
    assert documents.keep_page(page, late) is False
    assert AiUse.objects.count() == 1


def test_a_broken_page_says_so_and_stops_no_other(officer: User) -> None:
    def breaks(image: Any) -> Any:
        lines = rows_of_ink(image)
        if len(lines) == 2:
            raise RuntimeError("secret text")
        return lines

    documents.use_reader(breaks)
    document = read(officer, 1, 2, 3)
    assert [one.state for one in document.pages.all()] == ["read", "unreadable", "read"]
    assert "スキャンし直して" in page_of(document, 2).problem
    assert "secret" not in page_of(document, 2).problem
    assert document.state == DocumentState.READ
    assert len(pypdfium2.PdfDocument(document_lines.pdf_of(document))) == 2


def test_a_stopped_reading_keeps_what_was_read(officer: User) -> None:
    document = made(officer, 1, 2)
    assert documents.stop(Document.objects.select_related("job").get(), by=officer)
    run_pending()
    document = Document.objects.select_related("job").get()
    assert document.job is not None
    assert document.job.state == JobState.CANCELLED
    assert documents.is_stopped(document, 2)
    assert not documents.stop(document, by=officer)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "選ばれていません"),
        ([Incoming("a.txt", b"no picture", "text/plain")], "a.txt"),
        ([Incoming("a.docx", b"PK\x03\x04" + bytes(50), "")], "ZIP"),
    ],
)
def test_a_refused_file_leaves_nothing_behind(officer: User, files: list[Incoming], said: str) -> None:
    with pytest.raises(IntakeRefused, match=said):
        documents.take_in([*files, tiff(1)] if files else [], "文書", by=officer)
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Job.objects.exists()


def test_too_many_pages_are_refused(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_PAGES", 2)
    with pytest.raises(IntakeRefused, match="2ページまで"):
        documents.take_in([tiff(1, 1), tiff(1)], "文書", by=officer)


def test_a_correction_holds_and_an_undo_brings_back_what_was_read(officer: User) -> None:
    document = read(officer, 5)
    page = page_of(document)
    done = correct(page, {1: "一行目", 2: WORDS[1], 5: "濃い字"}, seen=timezone.now(), by=officer)
    assert (done.changed, done.overtaken) == (2, 0)
    lines = lines_of(page_of(document))
    assert [one.text for one in lines] == ["一行目", *WORDS[1:4], "濃い字"]
    assert (lines[0].read, lines[0].corrected, lines[4].doubtful) == (WORDS[0], True, False)
    correct(page, {1: "もう一度"}, seen=timezone.now(), by=officer)
    assert lines_of(page_of(document))[0].text == "もう一度"
    assert undo(page, 1, by=officer) is True
    assert lines_of(page_of(document))[0].text == WORDS[0]
    assert undo(page, 1, by=officer) is False
    assert DocumentCorrection.objects.filter(line=1).count() == 2  # history stays
    correct(page, {3: ""}, seen=timezone.now(), by=officer)  # no text at all: a stain was read
    assert WORDS[2] not in text_of(document)
    actions = AuditEntry.objects.filter(action__startswith="ocr.document.").values_list("action", flat=True)
    assert list(actions).count("ocr.document.correct") == 3
    assert "一行目" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_a_line_that_somebody_was_faster_with_is_left_to_them(officer: User, approver: User) -> None:
    document = read(officer, 3)
    page, opened = page_of(document), timezone.now()
    correct(page, {1: "先の人"}, seen=opened, by=approver)
    done = correct(page, {1: "後の人", 2: "後の人"}, seen=opened, by=officer)
    assert (done.changed, done.overtaken) == (1, 1)
    assert [one.text for one in lines_of(page_of(document))] == ["先の人", "後の人", WORDS[2]]
    undo(page, 2, by=approver)
    done = correct(page, {2: "また"}, seen=opened, by=officer)
    assert (done.changed, done.overtaken) == (0, 1)


@pytest.mark.parametrize(
    ("texts", "said"),
    [({9: "x"}, "9行目はありません"), ({1: "字" * 501}, "501文字"), ({1: "a\x07b"}, "見えない文字")],
)
def test_a_correction_that_cannot_be_kept_changes_nothing(
    officer: User, texts: dict[int, str], said: str
) -> None:
    document = read(officer, 3)
    with pytest.raises(DocumentError, match=said):
        correct(page_of(document), {2: "良い", **texts}, seen=timezone.now(), by=officer)
    assert not DocumentCorrection.objects.exists()


def test_search_finds_widths_and_corrections_and_nothing_for_nothing(officer: User) -> None:
    document = read(officer, 3, 2)
    hits = search(document, "テーブル3")
    assert [(one.page, one.line.number) for one in hits] == [(1, 2), (2, 2)]
    correct(page_of(document, 2), {2: "机"}, seen=timezone.now(), by=officer)
    assert [(one.page, one.line.number) for one in search(document, "ﾃｰﾌﾞﾙ")] == [(1, 2)]
    assert search(document, "　 ") == []
    assert search(document, "無い言葉") == []


def test_the_pdf_holds_the_corrected_text_where_it_stands(officer: User) -> None:
    document = read(officer, 3)
    correct(page_of(document), {3: "直した名"}, seen=timezone.now(), by=officer)
    pdf = pypdfium2.PdfDocument(document_lines.pdf_of(document))
    text = pdf[0].get_textpage()
    assert "直した名" in text.get_text_range()
    assert "鴎守" not in text.get_text_range()
    assert [round(side) for side in pdf[0].get_size()] == [216, 288]  # 600 x 800 px at 200 dpi
    found = text.search("直した名").get_next()
    assert found is not None
    left, _, _, top = text.get_charbox(found[0])
    assert (abs(left - 60 * 0.36) < 2, abs(288 - top - 240 * 0.36) < 8) == (True, True)


def test_nothing_leaves_before_every_page_is_read(officer: User) -> None:
    document = made(officer, 1)
    with pytest.raises(DocumentError, match="1あります"):
        document_lines.leaves(document, "txt", by=officer)
    run_pending()
    document_lines.leaves(document, "txt", by=officer)
    assert AuditEntry.objects.get(action="ocr.document.export").detail["what"] == "txt"


def test_a_protected_document_leaves_by_a_release_alone(officer: User) -> None:
    document = read(officer, 1)
    ProtectedPerson.objects.create(
        subject_kind="ocr.document",
        subject_id=str(document.pk),
        registered_by=officer,
        registered_at=timezone.now(),
    )
    with pytest.raises(ReleaseRequired):
        document_lines.leaves(document, "txt", by=officer)
    with pytest.raises(DocumentError, match="API"):
        document_lines.leaves(document, "api", by="token:1")


def test_deleting_takes_everything_and_stops_the_job(officer: User) -> None:
    waiting, done = made(officer, 1), read(officer, 2)
    correct(page_of(done), {1: "x"}, seen=timezone.now(), by=officer)
    documents.delete(done, by=officer)
    documents.delete(made(officer, 1), by=officer)
    assert list(Document.objects.all()) == [waiting]
    assert not DocumentCorrection.objects.exists()
    assert Job.objects.latest("created_at").state == JobState.CANCELLED
    assert AuditEntry.objects.filter(action="ocr.document.delete").count() == 2


def test_old_documents_end_after_their_time(officer: User) -> None:
    read(officer, 1)
    assert {one.key: one.count for one in apply()}["ocr-documents"] == 0
    later = timezone.now() + timedelta(days=401)
    assert {one.key: one.count for one in apply(later)}["ocr-documents"] == 1
    assert not Document.objects.exists()
