"""The API of free documents: scopes, state, lines, PDF; nothing of a protected one."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.ocr.free.conftest import WORDS, made, tiff
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import ProtectedPerson, User
from yakuba.core.tokens import services
from yakuba.ocr.models import Document
from yakuba.ocr.services.document_lines import correct

pytestmark = pytest.mark.django_db
BASE = "/api/v1/ocr/documents"


def bearer(*scopes: str) -> dict[str, str]:
    cache.clear()
    _, secret = services.issue(services.account_named("RPA", by="system:test"), list(scopes), days=1, by="t")
    return {"Authorization": f"Bearer {secret}"}


def get(path: str) -> Any:
    return Client().get(BASE + path, headers=bearer("ocr:read"))


def post(title: str, data: bytes) -> Any:
    form = {"title": title, "file": SimpleUploadedFile("a.tif", data)}
    return Client().post(BASE, form, headers=bearer("ocr:write"))


def test_a_document_goes_in_and_its_lines_come_out(officer: User) -> None:
    answer = post("議事録", tiff(2, 5).data)
    assert answer.status_code == 201, answer.content
    number = answer.json()["id"]
    assert (answer.json()["pages"], answer.json()["unread"]) == (2, 2)
    assert get(f"/{number}/lines").status_code == 409
    run_pending()
    (told,) = get("").json()
    assert told == get(f"/{number}").json()
    assert (told["state"], told["lines"], told["doubtful"], told["unread"]) == ("read", 7, 1, 0)
    page = Document.objects.get().pages.get(number=2)
    correct(page, {1: "直した"}, seen=timezone.now(), by=officer)
    body = get(f"/{number}/lines").json()
    line = body["pages"][1]["lines"][0]
    assert (line["text"], line["read"], line["corrected"], line["box"]) == (
        "直した", WORDS[0], True, [60, 60, 300, 100],
    )  # fmt: skip
    assert len(pypdfium2.PdfDocument(get(f"/{number}/pdf").content)) == 2
    actions = AuditEntry.objects.filter(action="ocr.document.export")
    assert [one.detail["what"] for one in actions.order_by("sequence")] == ["api", "api-pdf"]


def test_scopes_faults_and_numbers_that_are_none(officer: User) -> None:
    document = made(officer, 1)
    for path in ("", f"/{document.pk}", f"/{document.pk}/lines", f"/{document.pk}/pdf"):
        assert Client().get(BASE + path).status_code == 401
        assert Client().get(BASE + path, headers=bearer("ocr:write")).status_code == 403
    assert Client().post(BASE, headers=bearer("ocr:read")).status_code == 403
    for number in (0, document.pk + 9, 2**63):
        assert get(f"/{number}").status_code == 404
    refused = post("議事録", b"no picture")
    assert (refused.status_code, "a.tif" in refused.content.decode()) == (422, True)
    assert post(" ", tiff(1).data).status_code == 422
    assert Document.objects.count() == 1


def test_no_programme_gets_a_protected_document(officer: User) -> None:
    document = made(officer, 3)
    run_pending()
    ProtectedPerson.objects.create(
        subject_kind="ocr.document",
        subject_id=str(document.pk),
        registered_by=officer,
        registered_at=timezone.now(),
    )
    assert get("").json() == []
    for path in ("", "/lines", "/pdf"):
        assert get(f"/{document.pk}{path}").status_code == 404
