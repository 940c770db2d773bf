"""A protected sheet in a batch: no address shows it to somebody who is not named for it."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.services import store
from yakuba.core.people.models import ProtectedAccess, ProtectedPerson, User
from yakuba.core.tokens import services as tokens
from yakuba.ocr import api
from yakuba.ocr.models import Batch, FieldValue, Page, PageState, ValueState
from yakuba.ocr.urls import urlpatterns

pytestmark = pytest.mark.django_db

HIDDEN, STUCK = 2, 4  # numbers of the protected sheets: one that was read, one that could not be
# what only the hidden sheets hold; 𠮷 can't be written in CP932, so that its list of losses would name it
TRACES = ("鴎守", "𠮷", "7777001", "隠れ浜", "名のない用紙の問題")
# Addresses that show a sheet or a part of it, with what identifies it
OF_SHEET = ("page", "page-image", "page-original", "page-thumb")
OF_SHEET_ACTS = ("page-again", "page-rescan", "page-remove")
OF_VALUE = ("check-panel", "crop", "crop-around", "crop-sheet")
OF_VALUE_ACTS = ("check-decide", "check-undo")
OF_BATCH = ("home", "batch", "batch-live", "check", "check-page", "check-field", "check-bulk", "export")
OF_BATCH_ACTS = ("batch-new", "batch-resume", "batch-delete", "batch-tray")
# Forms, their blank sheets and the samples of a read test: no sheet of a batch stands there
OF_FORMS = (
    "forms", "form-new", "form-import", "form", "version", "version-blank", "version-export", "version-yaml",
    "version-copy", "version-discard", "version-retire", "version-ask", "design", "design-check",
    "read-test", "read-test-again", "read-test-clear", "read-test-mark", "read-test-crop", "export-columns",
)  # fmt: skip

# Free documents hold no sheet of a batch; their own test of protection is tests/ocr/free/test_pages.py
OF_DOCUMENTS = (
    "free", "free-new", "document", "document-live", "document-image", "document-correct",
    "document-export", "document-resume", "document-stop", "document-delete",
)  # fmt: skip


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def batch() -> Batch:
    """Three sheets that were read and one that was not; the second and the last are protected."""
    batch = check_desk.make_batch(3)
    guarded = batch.pages.get(number=HIDDEN)
    guarded.values.filter(name="name").update(text="鴎守 𠮷", raw="鴎守 𠮷")
    guarded.values.filter(name="paid").update(text="7777001", raw="7777001")
    image = np.full((720, 960, 3), 250, np.uint8)
    image[:, 100:140] = (17, 34, 51)  # a colour that no other sheet has
    kept = store(
        cv2.imencode(".png", image)[1].tobytes(), name="隠れ浜.png", content_type="image/png", by=None
    )
    guarded.source = guarded.registered = kept
    guarded.save()
    Page.objects.create(
        batch=batch, number=STUCK, source=kept, state=PageState.UNSORTABLE, problems=["名のない用紙の問題"]
    )
    return batch


def guard(batch: Batch, named: User) -> None:
    for number in (HIDDEN, STUCK):
        one = ProtectedPerson.objects.create(
            subject_kind="ocr.page",
            subject_id=f"{batch.pk}-{number}",
            registered_by=named,
            registered_at=timezone.now(),
        )
        ProtectedAccess.objects.create(protected=one, user=named, named_by=named, named_at=timezone.now())


@pytest.fixture
def named(batch: Batch) -> User:
    """The only officer who may see the two sheets."""
    one = make_user("officer", name="渡 環")
    guard(batch, one)
    return one


def of_sheet(batch: Batch, number: int) -> list[str]:
    """Every address of one sheet."""
    page = batch.pages.get(number=number)
    found = [reverse(f"ocr:{name}", args=[page.pk]) for name in OF_SHEET]
    found.append(reverse("ocr:page-image", args=[page.pk]) + "?reveal=1")
    found.append(reverse("ocr:check-page", args=[batch.pk, number]))
    for value in page.values.all():
        found += [reverse(f"ocr:{name}", args=[value.pk]) for name in OF_VALUE]
        found.append(reverse("ocr:check-panel", args=[value.pk]) + "?ahead=1")
    return found


def of_batch(batch: Batch) -> list[str]:
    """Every address where the batch stands as a whole, in all its ways."""
    shown = reverse("ocr:batch", args=[batch.pk])
    found = [reverse("ocr:home"), shown, reverse("ocr:batch-live", args=[batch.pk])]
    found += [f"{shown}?view={view}" for view in ("stuck", "read", "waiting")]
    check = reverse("ocr:check", args=[batch.pk])
    found += [check, f"{check}?by=page", reverse("ocr:export", args=[batch.pk])]
    for name in check_desk.TEXTS:
        found.append(reverse("ocr:check-field", args=[batch.pk, batch.version_id, name]))
        found.append(reverse("ocr:check-bulk", args=[batch.pk, batch.version_id, name]))
        found += [
            f"{found[-2]}?v={value.pk}"
            for value in FieldValue.objects.filter(page__batch=batch, page__number=HIDDEN, name=name)
        ]
    return found


def text_of(answer: Any) -> str:
    """What a person could read in an answer."""
    if answer.content[:4] == b"%PDF":
        document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    charset = "cp932" if "cp932" in answer["Content-Type"] else "utf-8"
    return str(answer.content.decode(charset, "replace"))


def traces(answer: Any, batch: Batch) -> list[str]:
    """Words of the hidden sheets, and links to them, that an answer holds."""
    text = text_of(answer)
    pages = batch.pages.filter(number__in=(HIDDEN, STUCK))
    links = [reverse("ocr:page", args=[one.pk]) for one in pages]
    links += [
        reverse("ocr:crop", args=[pk])
        for pk in FieldValue.objects.filter(page__in=pages).values_list("pk", flat=True)
    ]
    return [word for word in (*TRACES, *links) if word in text]


def test_every_address_is_thought_of() -> None:
    known = {
        *OF_SHEET,
        *OF_SHEET_ACTS,
        *OF_VALUE,
        *OF_VALUE_ACTS,
        *OF_BATCH,
        *OF_BATCH_ACTS,
        *OF_FORMS,
        *OF_DOCUMENTS,
    }
    assert {one.name for one in urlpatterns} == known, (
        "say here what a new address shows of a protected sheet"
    )
    operations = set(api.router.path_operations)
    assert operations == {
        "/forms", "/batches", "/batches/{batch_id}", "/batches/{batch_id}/results",
        "/batches/{batch_id}/rows/{version_id}",
    }, "say here what a new operation gives away of a protected sheet"  # fmt: skip


@pytest.mark.parametrize("role", ["viewer", "officer", "approver", "admin"])
def test_no_address_of_a_hidden_sheet_answers(batch: Batch, named: User, role: str) -> None:
    web = signed_in(make_user(role))
    for number in (HIDDEN, STUCK):
        for url in of_sheet(batch, number):
            answer = web.get(url)
            assert answer.status_code in (403, 404), url
            assert traces(answer, batch) == [], url


def test_the_named_officer_sees_it_and_that_is_on_record(batch: Batch, named: User) -> None:
    web = signed_in(named)
    page = batch.pages.get(number=HIDDEN)
    before = AuditEntry.objects.filter(action="protected.viewed").count()
    assert "鴎守" in text_of(web.get(reverse("ocr:page", args=[page.pk])))
    assert AuditEntry.objects.filter(action="protected.viewed").count() == before + 1
    value = page.values.get(name="name")
    answer = web.get(reverse("ocr:crop", args=[value.pk]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    grid = web.get(reverse("ocr:check-field", args=[batch.pk, batch.version_id, "name"]))
    assert "鴎守" in text_of(grid)
    assert AuditEntry.objects.filter(action="protected.viewed").count() == before + 2


@pytest.mark.parametrize("role", ["viewer", "officer", "approver"])
def test_no_page_of_the_batch_tells_of_it_more_than_how_many(batch: Batch, named: User, role: str) -> None:
    web = signed_in(make_user(role))
    for url in of_batch(batch):
        answer = web.get(url, follow=True)
        assert answer.status_code < 500, url
        assert traces(answer, batch) == [], url
    assert "担当者だけが見られる用紙が2枚" in text_of(web.get(reverse("ocr:batch", args=[batch.pk])))
    assert "担当者だけが" not in text_of(signed_in(named).get(reverse("ocr:batch", args=[batch.pk])))


def test_the_next_page_is_the_next_that_may_be_seen(batch: Batch, named: User) -> None:
    first, third = batch.pages.get(number=1), batch.pages.get(number=3)
    web = signed_in(make_user("officer"))
    assert reverse("ocr:page", args=[third.pk]) in text_of(web.get(reverse("ocr:page", args=[first.pk])))
    text = text_of(web.get(reverse("ocr:page", args=[third.pk])))
    assert f'href="{reverse("ocr:page", args=[first.pk])}" rel="prev"' in text
    assert 'rel="next"' not in text


def test_nobody_else_acts_on_it(batch: Batch, named: User) -> None:
    web = signed_in(make_user("officer"))
    hidden, stuck = batch.pages.get(number=HIDDEN), batch.pages.get(number=STUCK)
    for page in (hidden, stuck):
        for name in OF_SHEET_ACTS:
            assert web.post(reverse(f"ocr:{name}", args=[page.pk])).status_code == 404, name
    value = hidden.values.get(name="paid")
    for name in OF_VALUE_ACTS:
        answer = web.post(reverse(f"ocr:{name}", args=[value.pk]), {"act": "confirm", "turn": "1"})
        assert answer.status_code == 404, name
    bulk = reverse("ocr:check-bulk", args=[batch.pk, batch.version_id, "paid"])
    web.post(bulk, {"shown": [str(value.pk)]})
    value.refresh_from_db()
    assert value.state == ValueState.WAITING
    web.post(reverse("ocr:batch-tray", args=[batch.pk]), {"page": stuck.pk, "version": batch.version_id})
    stuck.refresh_from_db()
    assert stuck.state == PageState.UNSORTABLE


def finish(batch: Batch) -> None:
    FieldValue.objects.filter(page__batch=batch).update(state=ValueState.DONE, final_at=timezone.now())
    for value in FieldValue.objects.filter(page__batch=batch):
        value.final = value.text
        value.save()


@pytest.mark.parametrize("kind", ["csv", "sjis", "json", "rows", "pdf"])
@pytest.mark.parametrize("asked", ["", "1"])
def test_no_export_takes_it_along(batch: Batch, named: User, kind: str, asked: str) -> None:
    finish(batch)
    web = signed_in(make_user("officer"))
    form = {"kind": kind, "version": batch.version_id, "part": "1", "protected": asked, "replace": "0"}
    answer = web.post(reverse("ocr:export", args=[batch.pk]), form)
    assert answer.status_code == (422 if asked else 200)
    assert traces(answer, batch) == []


@pytest.mark.parametrize("path", ["/batches", "/batches/{}", "/batches/{}/results", "/batches/{}/rows/{}"])
def test_no_programme_gets_it(batch: Batch, named: User, path: str) -> None:
    finish(batch)
    cache.clear()
    _, secret = tokens.issue(tokens.account_named("RPA", by="system:test"), ["ocr:read"], days=1, by="test")
    url = "/api/v1/ocr" + path.format(batch.pk, batch.version_id)
    answer = Client().get(url, {"part": "true"}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.content
    assert traces(answer, batch) == []


def test_a_personal_number_of_a_hidden_sheet_is_not_drawn_even_for_those_who_may_see_numbers(
    batch: Batch, named: User
) -> None:
    value = batch.pages.get(number=HIDDEN).values.get(name="number")
    web = signed_in(make_user("approver"))
    before = AuditEntry.objects.filter(action="ocr.number.view").count()
    for name in ("crop", "crop-around", "crop-sheet", "check-panel"):
        assert web.get(reverse(f"ocr:{name}", args=[value.pk])).status_code == 404
    assert AuditEntry.objects.filter(action="ocr.number.view").count() == before
