"""Pages of forms and batches: who may do what, what is said, what is never shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.ocr.forms import stand_in
from tests.ocr.forms.conftest import blank_file, design, filled_file, signed_in
from yakuba.core.audit.labels import action_label
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import Approval, User
from yakuba.ocr.audit_labels_forms import ACTIONS
from yakuba.ocr.models import Batch, Form, FormVersion, Page, PageState, VersionState
from yakuba.ocr.services import forms
from yakuba.ocr.services.intake import Wanted, take_in
from yakuba.ocr.services.watched import BadWish, Watcher, wish_of

pytestmark = pytest.mark.django_db


def url(name: str, *args: Any) -> str:
    return reverse(f"ocr:{name}", args=args)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/octet-stream")


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_form_is_created_from_its_blank(web: Any) -> None:
    asked = {
        "name": "申請書",
        "version": "1",
        "page": "1",
        "size": "scan",
        "file": upload("a.png", blank_file()),
    }
    made = web.post(url("form-new"), asked)
    version = FormVersion.objects.get()
    assert made.url == url("design", version.pk)
    assert version.definition["page"] == {"width_mm": 210.0, "height_mm": 297.0}
    again = web.post(url("form-new"), {**asked, "file": upload("a.png", blank_file())})
    assert again.status_code == 422
    assert "登録済み" in text_of(again)
    bad = web.post(url("form-new"), {**asked, "file": upload("a.txt", b"no scan at all" * 9)})
    assert "取り込めません" in text_of(bad)
    sideways = web.post(url("form-new"), {**asked, "size": "A4-R", "file": upload("a.png", blank_file())})
    assert "縦横の比" in text_of(sideways)


def test_a_form_travels_as_a_file(web: Any, draft: FormVersion) -> None:
    package = web.get(url("version-export", draft.pk))
    assert package["Content-Disposition"].startswith("attachment")
    yaml = web.get(url("version-yaml", draft.pk)).content
    again = web.post(url("form-import"), {"file": upload("form.zip", package.content)})
    assert "登録済み" in text_of(again)
    web.post(url("version-discard", draft.pk))
    assert not Form.objects.exists()
    alone = web.post(url("form-import"), {"file": upload("form.yaml", yaml)})
    assert "未記入の用紙も選んで" in text_of(alone)
    files = {"file": upload("form.yaml", yaml), "blank": upload("blank.png", blank_file())}
    made = web.post(url("form-import"), files)
    version = FormVersion.objects.get()
    assert made.url == url("version", version.pk)
    assert len(version.definition["fields"]) == 4
    faulty = web.post(url("form-import"), {"file": upload("form.yaml", b"format: x\n")})
    assert faulty.status_code == 422
    assert "yakuba.ocr.form/1" in text_of(faulty)


def test_the_designer_refuses_what_is_old_and_keeps_what_was_drawn(web: Any, draft: FormVersion) -> None:
    page = url("design", draft.pk)
    stamp = forms.stamp_of(draft)
    mine = {**design(), "fields": design()["fields"][:1]}
    asked = {"definition": json.dumps(mine), "stamp": stamp}
    assert web.post(page, {"definition": json.dumps(design()), "stamp": stamp}).status_code == 302
    assert web.post(page, asked).status_code == 302  # unchanged by the first: the same stamp
    late = web.post(page, asked)
    assert late.status_code == 409
    assert "別の版として保存する" in text_of(late)
    copy = web.post(page, {**asked, "as": "copy"})
    assert copy.status_code == 302
    assert draft.form.versions.count() == 2
    assert web.post(page, {"definition": "{", "stamp": stamp}).status_code == 422


def test_faults_are_told_while_drawing(web: Any, draft: FormVersion) -> None:
    data = {**draft.definition, "fields": [{**draft.definition["fields"][0], "cells": 0}]}
    answer = web.post(url("design-check", draft.pk), {"definition": json.dumps(data)}).json()
    assert [(one["part"], one["index"], one["key"]) for one in answer["faults"]] == [("fields", 0, "cells")]
    assert web.post(url("design-check", draft.pk), {"definition": "[]"}).status_code == 422


def test_use_begins_with_the_test_and_the_request(web: Any, draft: FormVersion) -> None:
    assert "試験が終わっていません" in text_of(web.get(url("version", draft.pk)))
    test = url("read-test", draft.pk)
    assert web.post(test, {"scans": [upload("scan.png", filled_file().data)]}).status_code == 302
    run_pending()
    seen = AuditEntry.objects.filter(action="ocr.number.view")
    assert not seen.exists()
    page = text_of(web.get(test))
    assert "4欄のうち 0欄" in page
    assert stand_in.MY_NUMBER in page  # beside its crop, to be compared
    assert seen.count() == 1
    crop = web.get(url("read-test-crop", draft.pk, 1, "paid"))
    assert crop["Content-Type"] == "image/png"
    assert "no-store" in crop["Cache-Control"]
    assert web.get(url("read-test-crop", draft.pk, 1, "gone")).status_code == 404
    marks = {f"v-{name}": "right" for name in ("number", "name", "address", "paid")}
    web.post(url("read-test-mark", draft.pk, 1), marks)
    assert "使用開始の承認を依頼する" in text_of(web.get(url("version", draft.pk)))
    assert web.post(url("version-ask", draft.pk), {"reason": ""}).status_code == 422
    web.post(url("version-ask", draft.pk), {"reason": "見本を確かめました。"})
    assert Approval.objects.get().kind == "ocr.version"
    assert web.post(url("read-test-again", draft.pk)).status_code == 302
    assert web.post(url("read-test-clear", draft.pk)).status_code == 302
    assert not draft.samples.exists()


def test_versions_in_use_are_copied_and_retired_not_designed(
    web: Any, active: FormVersion, approver: User
) -> None:
    assert web.get(url("design", active.pk)).status_code == 302
    assert web.post(url("version-discard", active.pk)).url == url("version", active.pk)
    assert web.post(url("version-retire", active.pk)).status_code == 403
    web.post(url("version-copy", active.pk))
    assert active.form.versions.filter(state=VersionState.DRAFT).count() == 1
    signed_in(approver).post(url("version-retire", active.pk))
    active.refresh_from_db()
    assert active.state == VersionState.RETIRED
    assert "令和9年分" in text_of(web.get(url("form", active.form_id)))
    assert "給与支払報告書" in text_of(web.get(url("forms") + "?q=給与"))


@pytest.fixture
def batch(web: Any, active: FormVersion) -> Batch:
    """Uploaded through the page and read."""
    asked = {"title": "1月15日受付", "version": str(active.pk), "scanner": "複合機1"}
    web.post(url("batch-new"), {**asked, "scans": [upload("scan.png", filled_file().data)]})
    run_pending()
    return Batch.objects.get()


def test_a_batch_is_uploaded_read_and_shown(web: Any, batch: Batch) -> None:
    page = batch.pages.get()
    assert page.state == PageState.READ
    assert "複合機1" in text_of(web.get(url("batch-new")))  # the same scanner is offered again
    home = text_of(web.get(url("home")))
    assert "確認する欄 4" in home
    shown = text_of(web.get(url("batch", batch.pk)))
    assert "読取り済み" in shown
    live = web.get(url("batch-live", batch.pk))
    assert live["HX-Refresh"] == "true"
    view = text_of(web.get(url("page", page.pk)))
    assert "123456789018" not in view
    assert "●●●●" in view
    for name in ("page-image", "page-thumb", "page-original"):
        answer = web.get(url(name, page.pk))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    assert AuditEntry.objects.filter(action="ocr.page.view").count() == 1
    assert AuditEntry.objects.filter(action="ocr.page.reveal").count() == 1  # the original shows everything


def test_personal_numbers_are_covered_until_somebody_asks_on_record(
    web: Any, batch: Batch, viewer: User
) -> None:
    page = batch.pages.get()
    masked = web.get(url("page-image", page.pk)).content
    revealed = web.get(url("page-image", page.pk) + "?reveal=1").content
    assert masked != revealed
    assert AuditEntry.objects.filter(action="ocr.page.reveal").count() == 1
    low = signed_in(viewer)
    assert low.get(url("page-image", page.pk) + "?reveal=1").content == masked
    assert low.get(url("page-original", page.pk)).status_code == 403
    assert low.post(url("batch-delete", batch.pk)).status_code == 403
    assert low.get(url("batch-new")).status_code == 403
    assert low.get(url("page", page.pk)).status_code == 200


def test_bad_files_are_named_and_nothing_is_kept(web: Any, active: FormVersion) -> None:
    files = [upload("a.txt", b"hello" * 50), upload("b.pdf", b"%PDF-1.4 broken")]
    answer = web.post(url("batch-new"), {"title": "束", "version": "", "scans": files})
    assert answer.status_code == 422
    assert "a.txt" in text_of(answer)
    assert "b.pdf" in text_of(answer)
    assert not Batch.objects.exists()
    empty = web.post(url("batch-new"), {"title": "", "version": ""})
    assert "ファイルが選ばれていません" in text_of(empty)


def test_stuck_pages_are_repaired_from_their_page(web: Any, batch: Batch, active: FormVersion) -> None:
    page = batch.pages.get()
    Page.objects.filter(pk=page.pk).update(
        state=PageState.UNSORTABLE, version=None, registered=None, problems=["見分けられません。"]
    )
    page.values.all().delete()
    assert "見分けられません。" in text_of(web.get(url("page", page.pk)))
    assert web.get(url("page-image", page.pk)).status_code == 404
    assert web.get(url("page-thumb", page.pk)).status_code == 200
    web.post(url("batch-tray", batch.pk), {"page": [page.pk, "x"], "version": ""})
    assert Page.objects.get().state == PageState.UNSORTABLE
    web.post(url("batch-tray", batch.pk), {"page": [page.pk], "version": str(active.pk)})
    run_pending()
    assert Page.objects.get().state == PageState.READ
    web.post(url("page-again", page.pk))
    run_pending()
    web.post(url("page-rescan", page.pk), {"file": upload("new.png", filled_file().data)})
    run_pending()
    assert Page.objects.get().source.name == "new.png"
    bad = web.post(url("page-rescan", page.pk), {"file": upload("new.txt", b"x" * 99)}, follow=True)
    assert "取り込めません" in text_of(bad)
    assert "選んでください" in text_of(web.post(url("page-rescan", page.pk), follow=True))
    refused = web.post(url("page-remove", page.pk), follow=True)
    assert "除けません" in text_of(refused)
    Page.objects.update(state=PageState.RESCAN)
    web.post(url("page-remove", page.pk))
    assert not Page.objects.exists()


def test_a_batch_is_resumed_and_deleted(web: Any, active: FormVersion, officer: User) -> None:
    batch = take_in([filled_file()], Wanted("束", active), by=officer)
    waiting = web.get(url("batch-live", batch.pk))
    assert "HX-Refresh" not in waiting
    assert "hx-get" in text_of(waiting)
    assert batch.job is not None
    type(batch.job).objects.update(state="failed", error="止まりました。")
    assert "続きから読む" in text_of(web.get(url("batch", batch.pk)))
    web.post(url("batch-resume", batch.pk))
    run_pending()
    assert Page.objects.get().state == PageState.READ
    web.post(url("batch-delete", batch.pk))
    assert not Batch.objects.exists()


def test_every_act_has_a_japanese_name() -> None:
    assert all(action_label(action) == label for action, label in ACTIONS.items())


def test_a_watched_folder_takes_whole_files_once(active: FormVersion, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.png").write_bytes(filled_file().data[:1000])
    (folder / ".hidden.png").write_bytes(b"x")
    (folder / "b.txt").write_bytes(b"no scan" * 30)
    watcher = Watcher(folder, wish_of("給与支払報告書", "", scanner="複合機1", double_check=True), still_s=3)
    watcher.look(0.0)
    (folder / "a.png").write_bytes(filled_file().data)  # the scanner is still writing
    watcher.look(3.0)
    said = list(watcher.take_ready(3.5))
    assert len(said) == 1  # only what stood still
    assert "b.txt" in said[0]
    assert (folder / "failed" / "b.txt").exists()
    assert "取り込めません" in (folder / "failed" / "b.txt.理由.txt").read_text("utf-8")
    watcher.look(6.5)
    assert "束" in next(iter(watcher.take_ready(6.5)))
    batch = Batch.objects.get()
    assert (batch.title, batch.source, batch.scanner, batch.double_check) == (
        "a.png",
        "folder",
        "複合機1",
        True,
    )
    assert batch.version == active
    assert (folder / "done" / "a.png").exists()
    (folder / "a.png").write_bytes(filled_file().data)
    watcher.look(10.0)
    assert watcher.pending
    list(watcher.take_ready(20.0))
    assert (folder / "done" / "a-2.png").exists()
    assert AuditEntry.objects.filter(action="ocr.batch.create", actor__contains="ocr-watch").count() == 2


def test_a_name_in_shift_jis_stops_no_folder(active: FormVersion, tmp_path: Path) -> None:
    """A share may hand such names over as bytes; one of them ended the watching, at every start again."""
    names = ["調査.png".encode("cp932"), b"\xff\xfe.txt"]
    for name, data in zip(names, (filled_file().data, b"no scan" * 30), strict=True):
        (tmp_path / os.fsdecode(name)).write_bytes(data)
    watcher = Watcher(tmp_path, wish_of("給与支払報告書", "", scanner="", double_check=False), still_s=0)
    watcher.look(0.0)
    said = list(watcher.take_ready(1.0))
    assert any("調査.png：束" in one for one in said)
    assert Batch.objects.get().title == "調査.png"
    assert (tmp_path / "done" / os.fsdecode(names[0])).exists()
    assert (tmp_path / "failed" / os.fsdecode(names[1])).exists()


@pytest.mark.parametrize(("form", "version"), [("よその帳票", ""), ("給与支払報告書", "9"), ("", "1")])
def test_a_folder_for_a_form_that_is_not_in_use_is_refused(
    active: FormVersion, form: str, version: str
) -> None:
    with pytest.raises(BadWish):
        wish_of(form, version, scanner="", double_check=False)


def test_the_command_takes_in_what_lies_there(active: FormVersion, tmp_path: Path) -> None:
    from yakuba.ocr.cli_watch import watch

    (tmp_path / "a.png").write_bytes(filled_file().data)
    asked = [str(tmp_path), "--form", "給与支払報告書", "--once", "--still", "0"]
    ended = CliRunner().invoke(watch, asked, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    assert "受け付けました（1ページ）" in ended.output
    wrong = CliRunner().invoke(watch, [str(tmp_path), "--form", "ない帳票"])
    assert wrong.exit_code == 2
    assert "使用中の帳票" in wrong.output
