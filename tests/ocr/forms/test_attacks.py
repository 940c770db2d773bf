"""Bad input at every door: the answer says what and what to do, and nothing half stays behind."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.ocr.forms.conftest import blank_file, design, filled_file, signed_in
from tests.ocr.forms.test_pages import text_of, upload, url
from tests.ocr.test_intake import locked_pdf
from yakuba.core.files.models import StoredFile
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.ocr.models import Batch, Form, FormVersion, Page, ReadTestSample
from yakuba.ocr.services import forms
from yakuba.ocr.services.intake import Wanted, take_in

pytestmark = pytest.mark.django_db


def png(width: int, height: int) -> bytes:
    """A blank sheet in black and white; made by hand, because a huge one takes Pillow seconds."""
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height), 1)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def pdf(pages: int) -> bytes:
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        document.new_page(595, 842)
    document.save(out)
    return out.getvalue()


BAD = {  # name, bytes, what the sentence must tell
    "empty.pdf": (b"%PDF-1.4\n%%EOF", "壊れている"),
    "nothing.pdf": (pdf(0), "もう一度読み取って"),
    "bomb.png": (png(20_000, 20_000), "大きすぎます"),
    "locked.pdf": (locked_pdf(), "パスワード"),
    "photo.heic": (b"this is no photo but a text\n" * 20, "取り込めません"),
    "cut.heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "壊れている"),
    "book.xlsx": (b"PK\x03\x04" + b"\0" * 60, "取り込めません"),
}
SMALL = {"dot.png": (png(1, 1), "小さすぎます")}


def stored() -> int:
    return StoredFile.objects.count()


def test_no_blank_sheet_is_taken_from_what_is_none(web: Any) -> None:
    for name, (data, said) in (BAD | SMALL).items():
        asked = {"name": "申請書", "version": "1", "page": "1", "size": "scan", "file": upload(name, data)}
        answer = web.post(url("form-new"), asked)
        assert answer.status_code == 422
        assert name in text_of(answer)
        assert said in text_of(answer), name
    assert not Form.objects.exists()
    assert stored() == 0


@pytest.mark.parametrize("door", ["batch", "samples", "rescan"])
def test_no_scan_is_taken_from_what_is_none(web: Any, active: FormVersion, officer: User, door: str) -> None:
    batch = take_in([filled_file()], Wanted("束", active), by=officer)
    run_pending()
    Page.objects.update(state="refused")
    address = {
        "batch": url("batch-new"),
        "samples": url("read-test", active.pk),
        "rescan": url("page-rescan", batch.pages.get().pk),
    }[door]
    if door == "samples":
        FormVersion.objects.update(state="draft")
    before = (stored(), Page.objects.count())
    for name, (data, said) in BAD.items():
        key = "file" if door == "rescan" else "scans"
        answer = web.post(address, {"title": "束", key: [upload(name, data)]}, follow=True)
        assert name in text_of(answer)
        assert said in text_of(answer), name
    assert (stored(), Page.objects.count()) == before
    assert not ReadTestSample.objects.exists()


@pytest.mark.parametrize("name", SMALL)
def test_a_page_that_can_not_be_a_sheet_waits_with_the_reason(
    web: Any, active: FormVersion, name: str
) -> None:
    data, said = SMALL[name]
    web.post(url("batch-new"), {"title": "束", "scans": [upload(name, data)]})
    run_pending()
    batch = Batch.objects.get()
    page = batch.pages.get()
    assert any(said in one for one in page.problems)
    for address in (url("batch", batch.pk), url("page", page.pk)):
        assert said in text_of(web.get(address))
    assert web.get(url("page-original", page.pk)).status_code == 404
    assert web.get(url("page-thumb", page.pk))["Content-Type"] == "image/png"  # grey, no broken picture


def test_every_empty_file_of_an_intake_is_named(web: Any, active: FormVersion) -> None:
    files = [upload("a.png", b""), upload("good.png", png(800, 1100)), upload("b.png", b"")]
    answer = web.post(url("batch-new"), {"title": "束", "scans": files})
    assert answer.status_code == 422
    for name in ("a.png：空", "b.png：空"):
        assert name in text_of(answer)
    assert not Batch.objects.exists()


def test_a_long_pdf_is_a_batch_but_no_set_of_samples(web: Any, active: FormVersion) -> None:
    web.post(url("batch-new"), {"title": "束", "scans": [upload("long.pdf", pdf(200))]})
    assert Batch.objects.get().pages.count() == 200
    assert web.get(url("batch", Batch.objects.get().pk)).status_code == 200
    FormVersion.objects.update(state="draft")
    answer = web.post(url("read-test", active.pk), {"scans": [upload("long.pdf", pdf(200))]})
    assert answer.status_code == 422
    assert "20枚まで" in text_of(answer)
    assert not ReadTestSample.objects.exists()


def changed(**more: Any) -> str:
    """A YAML (it is JSON, which YAML contains) of a good design with one thing wrong."""
    whole = {"format": "yakuba.ocr.form/1", "name": "申請書", "blank": "blank.png", **design(), **more}
    return json.dumps(whole, ensure_ascii=False)


FIELD = {"name": "a", "kind": "line", "box": [10, 10, 20, 8]}
WRONG_FORMS: dict[str, tuple[str, str]] = {
    "aliases": ("a: &a [x]\nb: [*a, *a]\n", "参照"),
    "a tag": ("!!python/object/apply:os.system ['x']\n", "型の指定"),
    "too many": (changed(fields=[{**FIELD, "name": f"f{n}"} for n in range(301)]), "300"),
    "outside": (changed(fields=[{**FIELD, "box": [200, 10, 30, 8]}]), "用紙"),
    "huge": (changed(fields=[{**FIELD, "box": [1, 1, 1e9, 1e9]}]), "用紙"),
    "twice": (changed(fields=[FIELD, FIELD]), "違う名前"),
    "no number": (changed(fields=[{**FIELD, "box": [".nan", 1, 2, 3]}]), "box"),
    "infinite": (changed(page={"width_mm": 1e300, "height_mm": 297}), "width_mm"),
    "a slash": (changed(name="給与/支払"), "「/」は使えません"),
    "no words": (changed(name="\u202e"), "見えない文字"),
}


def test_a_definition_with_a_trick_is_refused_with_its_place(web: Any) -> None:
    for case, (text, said) in WRONG_FORMS.items():
        files = {"file": upload("form.yaml", text.encode()), "blank": upload("blank.png", blank_file())}
        answer = web.post(url("form-import"), files)
        assert answer.status_code == 422, case
        assert said in text_of(answer), case
    assert not Form.objects.exists()
    assert stored() == 0


PLAIN = st.none() | st.booleans() | st.integers(-10, 400) | st.floats() | st.text(max_size=8)
ANY = st.recursive(
    PLAIN,
    lambda some: st.lists(some, max_size=4) | st.dictionaries(st.text(max_size=8), some, max_size=4),
    max_leaves=8,
)
ODD = st.fixed_dictionaries(
    {
        "page": st.fixed_dictionaries({"width_mm": ANY, "height_mm": ANY}) | ANY,
        "fields": st.lists(
            st.dictionaries(
                st.sampled_from(["name", "kind", "box", "cells", "options", "label", "policy", "writing"]),
                ANY,
                max_size=5,
            ),
            max_size=3,
        ),
        "rules": st.lists(st.dictionaries(st.sampled_from(["sum", "equals", "of"]), ANY, max_size=2)),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=ODD)
def test_no_design_breaks_the_pages_of_its_version(web: Any, draft: FormVersion, data: Any) -> None:
    stamp = forms.stamp_of(FormVersion.objects.get(pk=draft.pk))
    answer = web.post(url("design", draft.pk), {"definition": json.dumps(data), "stamp": stamp})
    assert answer.status_code in (302, 422)
    for name in ("version", "design", "version-yaml", "read-test", "forms"):
        shown = web.get(url(name, *([] if name == "forms" else [draft.pk])))
        assert shown.status_code in (200, 302), name
    assert web.post(url("version-copy", draft.pk)).status_code == 302


def test_a_design_that_no_database_or_page_can_hold_is_refused(web: Any, draft: FormVersion) -> None:
    """A draft is saved with faults in its fields, but never so that its own pages would not open."""
    stamp = forms.stamp_of(draft)
    for text in (
        json.dumps({**design(), "page": {"width_mm": 0, "height_mm": 297}}),
        json.dumps({**design(), "page": {"width_mm": "A4", "height_mm": None}}),
        json.dumps({**design(), "fields": [{**FIELD, "label": "a\0b"}]}),
        json.dumps({**design(), "fields": [{**FIELD, "label": "\ud800"}]}),
        json.dumps({**design(), "fields": [{**FIELD, "box": [float("nan"), 1, 2, 3]}]}),
        json.dumps({**design(), "fields": []}).replace("210", "1e999"),
        json.dumps({**design(), "fields": []}).replace("210", "9" * 400),
        "[" * 100_000,
    ):
        answer = web.post(url("design", draft.pk), {"definition": text, "stamp": stamp})
        assert answer.status_code == 422, text[:80]
        assert "保存していません" in text_of(answer)
    assert forms.stamp_of(FormVersion.objects.get(pk=draft.pk)) == stamp


def test_two_approvers_bring_a_version_into_use_once(
    web: Any, draft: FormVersion, approver: User, officer: User
) -> None:
    test = url("read-test", draft.pk)
    web.post(test, {"scans": [upload("scan.png", filled_file().data)]})
    run_pending()
    marks = {f"v-{name}": "right" for name in ("number", "name", "address", "paid")}
    web.post(url("read-test-mark", draft.pk, 1), marks)
    for _ in range(2):  # two tabs
        web.post(url("version-ask", draft.pk), {"reason": "確かめました。"}, follow=True)
    from yakuba.core.people.models import Approval

    asked = Approval.objects.get()
    other = signed_in(approver)
    page = f"/staff/people/approvals/{asked.pk}/"
    assert other.post(page, {"act": "approve"}).status_code == 302
    at = FormVersion.objects.get(pk=draft.pk).activated_at
    late = other.post(page, {"act": "approve"})
    assert late.status_code == 409
    draft.refresh_from_db()
    assert draft.activated_at == at
    assert "使用中" in text_of(web.get(url("version", draft.pk)))


ACTS: tuple[Callable[[Any], str], ...] = (
    lambda page: url("batch-delete", page.batch_id),
    lambda page: url("batch-resume", page.batch_id),
    lambda page: url("page-again", page.pk),
    lambda page: url("page-remove", page.pk),
)


def test_acts_on_a_batch_that_another_tab_deleted_are_not_found(
    web: Any, active: FormVersion, officer: User
) -> None:
    batch = take_in([filled_file()], Wanted("束", active), by=officer)
    page = batch.pages.get()
    assert web.post(url("batch-delete", batch.pk)).status_code == 302
    assert [web.post(act(page)).status_code for act in ACTS] == [404] * len(ACTS)
    run_pending()  # the job that was queued ends quietly
    assert not Page.objects.exists()


def test_a_wrongly_sorted_page_gets_another_form_and_a_cover_leaves_from_the_tray(
    web: Any, active: FormVersion, officer: User
) -> None:
    noise = io.BytesIO()
    Image.effect_noise((1654, 2339), 90).save(noise, "PNG", dpi=(200, 200))
    answer = web.post(
        url("batch-new"),
        {"title": "束", "scans": [upload("a.png", filled_file().data), upload("b.png", noise.getvalue())]},
    )
    batch = Batch.objects.get()
    assert answer.url == url("batch", batch.pk)
    run_pending()
    stuck = batch.pages.get(number=2)
    told = web.post(url("page-again", stuck.pk), {"version": "999"}, follow=True)
    assert "使用中ではありません" in text_of(told)
    web.post(url("batch-tray", batch.pk), {"page": [stuck.pk], "version": active.pk})
    run_pending()
    stuck.refresh_from_db()
    assert stuck.state == "refused"  # chosen wrongly: it left the tray, and its own page leads on
    shown = text_of(web.get(url("page", stuck.pk)))
    assert "様式を選んで読む" in shown
    web.post(url("page-again", stuck.pk), {"version": active.pk})
    run_pending()
    Page.objects.filter(pk=stuck.pk).update(state="unsortable")
    tray = url("batch-tray", batch.pk)
    assert "ページが選ばれていません" in text_of(web.post(tray, {"act": "remove"}, follow=True))
    read = batch.pages.get(number=1)
    web.post(tray, {"act": "remove", "page": [stuck.pk, read.pk]})  # what was read never goes that way
    assert list(batch.pages.values_list("number", flat=True)) == [1]
