"""The pages of free documents: the way through them, rights, faults, what a form may send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.ocr.free.conftest import WORDS, made, rows_of_ink, signed_in, tiff
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.models import JobState
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import ProtectedAccess, ProtectedPerson, User
from yakuba.ocr.models import Document, DocumentCorrection, DocumentPageState, DocumentState
from yakuba.ocr.services import documents
from yakuba.ocr.services.document_lines import correct, lines_of

pytestmark = pytest.mark.django_db


def read(by: User, *bars: int) -> Document:
    document = made(by, *bars)
    run_pending()
    return document


def at(name: str, document: Document, *more: int) -> str:
    return reverse(f"ocr:{name}", args=[document.pk, *more])


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_from_upload_to_text(web: Client) -> None:
    assert "文書はまだありません" in text_of(web.get(reverse("ocr:free")))
    assert reverse("ocr:free") in text_of(web.get(reverse("ocr:home")))
    files = [
        SimpleUploadedFile(name, tiff(*bars).data) for name, bars in (("a.tif", (3,)), ("b.tif", (2, 5)))
    ]
    answer = web.post(reverse("ocr:free-new"), {"title": "議事録", "scans": files}, follow=True)
    document = Document.objects.get()
    assert "「議事録」を受け付けました。3ページを読みます。" in text_of(answer)
    assert "読取りを待っています" in text_of(answer)
    live = web.get(at("document-live", document))
    assert ("hx-get" in text_of(live), live.headers.get("HX-Refresh")) == (True, None)
    run_pending()
    assert web.get(at("document-live", document)).headers["HX-Refresh"] == "true"
    shown = text_of(web.get(at("document", document) + "?page=3"))
    assert 'value="潮見区の会議を開いた"' in shown
    assert ("要確認" in shown, "縦書き" in shown, "b.tif" in shown) == (True, True, True)
    listed = text_of(web.get(reverse("ocr:free") + "?q=議事録&sort=-page_count&state=read"))
    assert at("document", document) in listed
    assert at("document", document) not in text_of(web.get(reverse("ocr:free") + "?state=reading"))
    image = web.get(at("document-image", document, 3))
    assert (image["Content-Type"], "no-store" in image["Cache-Control"]) == ("image/png", True)
    text = web.post(at("document-export", document), {"kind": "txt"})
    assert text.content.decode("utf-8-sig").startswith("潮見区の会議を開いた\nﾃｰﾌﾞﾙ 3\n")
    assert "attachment" in text["Content-Disposition"]
    pdf = web.post(at("document-export", document), {"kind": "pdf"})
    assert len(pypdfium2.PdfDocument(pdf.content)) == 3
    assert web.post(at("document-export", document), {"kind": "exe"}).status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"title": "議事録"}, "選ばれていません"),
        ({"title": "", "scans": True}, "文書の名称がありません"),
        ({"title": "議\u202e事録", "scans": True}, "見えない文字"),
        ({"title": "議事録", "scans": b"no picture"}, "a.tif"),
    ],
)
def test_every_fault_of_an_upload_is_told_and_nothing_kept(
    web: Client, data: dict[str, Any], said: str
) -> None:
    if "scans" in data:
        body = tiff(1).data if data["scans"] is True else data["scans"]
        data = {**data, "scans": SimpleUploadedFile("a.tif", body)}
    answer = web.post(reverse("ocr:free-new"), data)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Document.objects.exists()


def test_corrections_are_saved_told_and_taken_back(web: Client, officer: User) -> None:
    document = read(officer, 5)
    here = at("document-correct", document, 1)
    now = timezone.now().isoformat()
    sent = {"seen": now, "line-1": "一行目", "line-2": WORDS[1], "csrf-x": "1", "line-x": "?"}
    answer = web.post(here, sent, follow=True)
    assert "1行を直しました。" in text_of(answer)
    assert 'value="一行目"' in text_of(answer)
    assert "戻す" in text_of(answer)
    answer = web.post(here, {"seen": timezone.now().isoformat(), "line-1": "一行目"}, follow=True)
    assert "変わった行はありません" in text_of(answer)
    answer = web.post(here, {"seen": now, "line-1": "遅い"}, follow=True)
    assert "1行は、ほかの職員が先に直したため変えていません。" in text_of(answer)
    answer = web.post(here, {"undo": "1", "line-1": "無視"}, follow=True)
    assert "1行目を、読んだままに戻しました。" in text_of(answer)
    assert lines_of(document.pages.get())[0].text == WORDS[0]
    web.post(here, {"undo": "9" * 30})
    for bad in ("", "昨日", "2026-01-01T00:00:00"):
        answer = web.post(here, {"seen": bad, "line-1": "x"}, follow=True)
        assert "画面を読み込み直して" in text_of(answer)
    answer = web.post(here, {"seen": now, "line-9": "x"}, follow=True)
    assert "9行目はありません" in text_of(answer)
    assert DocumentCorrection.objects.count() == 1


def test_search_leads_to_the_line_and_is_shown_as_text(web: Client, officer: User) -> None:
    document = read(officer, 1, 3)
    shown = text_of(web.get(at("document", document) + "?q=テーブル"))
    assert "?page=2&amp;q=%E3%83%86" in shown
    assert "#line-2" in shown
    shown = text_of(web.get(at("document", document), {"q": "<script>alert(1)</script>"}))
    assert "<script>alert(1)" not in shown
    assert "のある行はありません" in shown
    for page in ("0", "99", "x", "-1", "9" * 40):
        assert web.get(at("document", document), {"page": page}).status_code == 200


def test_stopping_going_on_and_deleting(web: Client, officer: User) -> None:
    document = made(officer, 1, 2)
    answer = web.post(at("document-stop", document), follow=True)
    assert "読取りが止まっています（残り 2ページ）" in text_of(answer)
    assert "読取りが止まっている" in text_of(web.get(reverse("ocr:free")))
    assert "止めるものがありません" in text_of(web.post(at("document-stop", document), follow=True))
    refused = web.post(at("document-export", document), {"kind": "txt"}, follow=True)
    assert "読取りを待つページが2あります" in text_of(refused)
    web.post(at("document-resume", document))
    assert [one.state for one in run_pending()] == [JobState.DONE]
    document.refresh_from_db()
    assert document.state == DocumentState.READ
    answer = web.post(at("document-delete", document), follow=True)
    assert "削除しました" in text_of(answer)
    assert not Document.objects.exists()
    for name in ("document", "document-live"):
        assert web.get(at(name, document)).status_code == 404
    assert web.get(reverse("ocr:document", args=[2**70])).status_code == 404


def test_a_page_that_could_not_be_read_says_so(web: Client, officer: User) -> None:
    def breaks(image: Any) -> Any:
        lines = rows_of_ink(image)
        if len(lines) == 2:
            raise RuntimeError
        return lines

    documents.use_reader(breaks)
    document = read(officer, 2, 0)
    assert document.pages.get(number=1).state == DocumentPageState.UNREADABLE
    assert "このページは読めていません" in text_of(web.get(at("document", document)))
    assert "文字は見つかりませんでした" in text_of(web.get(at("document", document) + "?page=2"))


def test_viewers_see_the_list_alone_and_other_offices_nothing(
    viewer: User, officer: User, department: Any
) -> None:
    document = read(officer, 1)
    web = signed_in(viewer)
    assert web.get(reverse("ocr:free")).status_code == 200
    assert reverse("ocr:free-new") not in text_of(web.get(reverse("ocr:free")))
    asked = [at("document", document), at("document-live", document), at("document-image", document, 1)]
    posts = ("document-export", "document-resume", "document-stop", "document-delete")
    for url in [*asked, reverse("ocr:free-new")]:
        assert web.get(url).status_code == 403, url
    for url in [*(at(name, document) for name in posts), at("document-correct", document, 1)]:
        assert web.post(url).status_code == 403, url
    department.systems = []
    department.save()
    assert signed_in(officer).get(reverse("ocr:free")).status_code == 403


def test_every_look_is_on_record(web: Client, officer: User) -> None:
    document = read(officer, 1)
    web.get(at("document", document))
    entry = AuditEntry.objects.get(action="ocr.document.view")
    assert (entry.target, entry.actor) == (f"ocr.document:{document.pk}", f"user:{officer.pk}")


def test_a_protected_document_is_there_for_its_officers_alone(
    web: Client, officer: User, approver: User
) -> None:
    document, other = read(officer, 3), read(officer, 1)
    correct(document.pages.get(), {1: "隠れ浜"}, seen=timezone.now(), by=officer)
    Document.objects.filter(pk=document.pk).update(title="鴎守の届")
    guarded = ProtectedPerson.objects.create(
        subject_kind="ocr.document",
        subject_id=str(document.pk),
        registered_by=approver,
        registered_at=timezone.now(),
    )
    ProtectedAccess.objects.create(
        protected=guarded, user=approver, named_by=approver, named_at=timezone.now()
    )
    for url in (
        at("document", document),
        at("document", document) + "?q=鴎守",
        at("document-live", document),
        at("document-image", document, 1),
    ):
        assert web.get(url).status_code == 404, url
    for name in ("document-export", "document-resume", "document-stop", "document-delete"):
        assert web.post(at(name, document), {"kind": "txt"}).status_code == 404, name
    assert web.post(at("document-correct", document, 1), {"undo": "1"}).status_code == 404
    shown = text_of(web.get(reverse("ocr:free"))) + text_of(web.get(reverse("ocr:free") + "?q=鴎守"))
    assert ("鴎守の届" in shown, at("document", other) in shown) == (False, True)
    named = signed_in(approver)
    before = AuditEntry.objects.filter(action="protected.viewed").count()
    assert "隠れ浜" in text_of(named.get(at("document", document)))
    assert AuditEntry.objects.filter(action="protected.viewed").count() == before + 1
    refused = named.post(at("document-export", document), {"kind": "txt"}, follow=True)
    assert "支援措置の対象が含まれるため" in text_of(refused)


NUMBER = "1234-5678-9018"


def with_a_number(by: User) -> Document:
    """One page whose second line holds a personal number."""
    documents.use_reader(
        lambda image: [
            replace(line, text=f"個人番号 {NUMBER}") if at == 1 else line
            for at, line in enumerate(rows_of_ink(image))
        ]
    )
    return read(by, 3)


def test_a_personal_number_is_covered_everywhere_until_somebody_asks_on_record(
    web: Client, officer: User
) -> None:
    document = with_a_number(officer)
    here, image = at("document", document), at("document-image", document, 1)
    shown, covered = text_of(web.get(here)), web.get(image).content
    assert ("9018" in shown, "••••-••••-••••" in shown, "灰色で隠しています" in shown) == (False, True, True)
    assert "9018" not in text_of(web.get(here, {"q": "個人番号"}))
    assert "のある行はありません" in text_of(web.get(here, {"q": NUMBER}))
    assert not AuditEntry.objects.filter(action="ocr.document.reveal").exists()
    assert NUMBER in text_of(web.get(here, {"reveal": "1"}))
    assert web.get(image, {"reveal": "1"}).content != covered
    assert AuditEntry.objects.filter(action="ocr.document.reveal").count() == 2


def test_a_personal_number_leaves_only_when_asked_for_on_record(web: Client, officer: User) -> None:
    document = with_a_number(officer)
    where = at("document-export", document)
    assert NUMBER not in text_of(web.post(where, {"kind": "txt"}))
    assert NUMBER in text_of(web.post(where, {"kind": "txt", "numbers": "1"}))
    pages = [
        pypdfium2.PdfDocument(web.post(where, {"kind": "pdf", **more}).content)[0]
        for more in ({}, {"numbers": "1"})
    ]
    texts = [page.get_textpage().get_text_range() for page in pages]
    assert ["9018" in text for text in texts] == [False, True]
    greys = [int((page.render().to_numpy()[:, :, 0] == 128).sum()) for page in pages]
    assert greys[0] > 1000 > greys[1]
    asked = AuditEntry.objects.filter(action="ocr.document.export").order_by("pk")
    assert [entry.detail["numbers"] for entry in asked] == [False, True, False, True]


def test_a_line_with_a_covered_number_is_corrected_only_while_it_is_shown(web: Client, officer: User) -> None:
    document = with_a_number(officer)
    line = 'name="line-2"'
    closed, open_ = (text_of(web.get(at("document", document), {"reveal": one})) for one in ("", "1"))
    assert [" disabled" in shown.split(line)[1].split(">")[0] for shown in (closed, open_)] == [True, False]
    sent = {"seen": timezone.now().isoformat(), "line-2": "個人番号 1234-5678-9011"}
    after = text_of(web.post(at("document-correct", document, 1), sent, follow=True))
    assert ("9011" in after, "9018" in after) == (False, False)
