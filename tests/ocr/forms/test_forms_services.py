"""Forms: created, designed, copied, tested, approved, retired."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.db import connection

from tests.ocr import made_pages
from tests.ocr.forms.conftest import blank_file, design, filled_file, make_draft
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import ApprovalError, SamePerson, consequences_of, decide, place_of
from yakuba.core.people.models import Approval, User
from yakuba.ocr.models import Form, FormVersion, ReadTestSample, VersionState
from yakuba.ocr.services import approvals, forms, read_tests
from yakuba.ocr.services.form_files import read_package
from yakuba.ocr.services.forms import FormError, StaleDesign
from yakuba.ocr.services.intake import Incoming, IntakeRefused
from yakuba.ocr.services.scans import BadScan

pytestmark = pytest.mark.django_db


def test_a_blank_sheet_gives_its_paper_and_its_picture() -> None:
    image, dpi = forms.read_blank(blank_file(), "用紙.png")
    assert image.shape == (2339, 1654, 3)
    assert dpi is None
    assert forms.paper_of(image, None) == (210.0, 297.0)
    assert forms.paper_of(image, 200.0) == (210.0, 297.0)
    assert forms.paper_of(np.zeros((1654, 2339, 3), np.uint8), 200.0) == (297.0, 210.0)
    assert forms.paper_of(np.zeros((1000, 800, 3), np.uint8), 200.0) == (101.6, 127.0)
    with pytest.raises(BadScan, match="2ページはありません"):
        forms.read_blank(blank_file(), "用紙.png", 2)


def test_a_size_that_contradicts_the_picture_is_refused(officer: User) -> None:
    image, _ = forms.read_blank(blank_file(), "用紙.png")
    for size, words in (((297.0, 210.0), "縦横の比"), ((0.0, 297.0), "より大きく")):
        with pytest.raises(FormError, match=words):
            forms.create_form(name="申請書", version="1", image=image, size_mm=size, by=officer)
    assert not Form.objects.exists()


def test_a_version_exists_once(draft: FormVersion, officer: User) -> None:
    with pytest.raises(FormError, match="登録済み"):
        make_draft(officer)
    assert draft.form.versions.count() == 1


def test_what_another_saved_is_never_overwritten(draft: FormVersion, officer: User) -> None:
    stamp = forms.stamp_of(draft)
    mine, theirs = design(), design()
    mine["fields"].pop()
    theirs["fields"][0]["label"] = "番号"
    saved = forms.save_design(draft, theirs, stamp=stamp, by=officer)
    with pytest.raises(StaleDesign):
        forms.save_design(draft, mine, stamp=stamp, by=officer)
    draft.refresh_from_db()
    assert draft.definition == saved.definition
    assert draft.definition["fields"][0]["label"] == "番号"
    copy = forms.copy_version(draft, by=officer, design=mine)  # nothing of mine is lost either
    assert (copy.version, len(copy.definition["fields"])) == ("令和9年分", 3)


def test_a_draft_may_be_saved_with_faults_but_not_used(draft: FormVersion, officer: User) -> None:
    data = {**design(), "name": "よその帳票"}
    data["fields"][0]["box"] = [0, 0, 0, 0]
    saved = forms.save_design(draft, data, stamp=forms.stamp_of(draft), by=officer)
    assert saved.definition["name"] == "給与支払報告書"
    assert any("直すところが1か所" in one for one in approvals.obstacles(saved))
    with pytest.raises(FormError, match="直してから"):
        read_tests.add_samples(saved, [filled_file()], by=officer)
    with pytest.raises(forms.BadForm):
        forms.package_of(saved)


@pytest.mark.parametrize("data", [None, [], "x", {"fields": 1}, {"fields": [1], "page": {}}])
def test_what_is_no_design_is_refused(data: Any, draft: FormVersion, officer: User) -> None:
    with pytest.raises(FormError, match="読めません"):
        forms.save_design(draft, data, stamp=forms.stamp_of(draft), by=officer)


def test_the_version_can_be_renamed_but_not_to_a_taken_name(draft: FormVersion, officer: User) -> None:
    copy = forms.copy_version(draft, by=officer)
    saved = forms.save_design(
        copy, {**design(), "version": " 窓口用 "}, stamp=forms.stamp_of(copy), by=officer
    )
    assert (saved.version, saved.definition["version"]) == ("窓口用", "窓口用")
    with pytest.raises(FormError, match="もうあります"):
        forms.save_design(saved, design(), stamp=forms.stamp_of(saved), by=officer)


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("2", {"2"}, "3"),
        ("令和8年度", {"令和9年度"}, "令和10年度"),
        ("窓口用", {"窓口用"}, "窓口用 2"),
        ("第1版の2", set(), "第1版の3"),
    ],
)
def test_the_next_version_counts_on(name: str, taken: set[str], expected: str) -> None:
    assert forms.next_version(name, taken) == expected


def test_only_drafts_are_designed_and_discarded(active: FormVersion, officer: User) -> None:
    for act in (
        lambda: forms.save_design(active, design(), stamp=forms.stamp_of(active), by=officer),
        lambda: forms.discard(active, by=officer),
    ):
        with pytest.raises(FormError, match="使用中"):
            act()
    copy = forms.copy_version(active, by=officer)
    forms.discard(copy, by=officer)
    assert list(FormVersion.objects.all()) == [active]
    forms.retire(active, by=officer)
    with pytest.raises(FormError, match="使用終了"):
        forms.retire(active, by=officer)
    assert forms.active_versions() == []


def test_the_last_draft_takes_its_form_along(draft: FormVersion, officer: User) -> None:
    forms.discard(draft, by=officer)
    assert not Form.objects.exists()
    assert AuditEntry.objects.filter(action="ocr.form.discard").count() == 1


def test_a_package_moves_a_form_to_another_installation(draft: FormVersion, officer: User) -> None:
    package = read_package(forms.package_of(draft), "form.zip")
    forms.discard(draft, by=officer)
    assert package.blank is not None
    image, _ = forms.read_blank(package.blank, package.blank_name)
    made = forms.import_form(package, image, by=officer)
    assert forms.content(made) == package.definition
    assert (made.state, str(made)) == (VersionState.DRAFT, "給与支払報告書 令和8年分")


def read_sample(draft: FormVersion, officer: User) -> ReadTestSample:
    read_tests.add_samples(draft, [filled_file()], by=officer)
    assert [job.state for job in run_pending()] == ["done"]
    return draft.samples.get()


def test_a_read_test_leads_to_use_only_with_a_second_person(
    draft: FormVersion, officer: User, approver: User
) -> None:
    assert "試験が終わっていません" in approvals.obstacles(draft)[0]
    sample = read_sample(draft, officer)
    fields = read_tests.fields_of(sample)
    assert [one.title for one in fields] == ["個人番号", "氏名", "住所", "支払金額"]
    read_tests.mark(sample, {"name": "right", "paid": "right", "number": "guess"}, by=officer)
    draft.refresh_from_db()
    assert draft.read_test is None  # two fields are not marked yet
    read_tests.mark(sample, {"address": "wrong", "number": "right", "other": "right"}, by=officer)
    draft.refresh_from_db()
    assert draft.read_test is not None
    assert (draft.read_test["right"], draft.read_test["wrong"], draft.read_test["samples"]) == (3, 1, 1)

    approval = approvals.ask_activation(draft, by=officer, reason="見本を確かめました。")
    assert "4欄のうち正しい読み3欄" in consequences_of(approval)
    assert place_of(approval).endswith(f"/versions/{draft.pk}/")
    with pytest.raises(FormError, match="承認を待って"):
        approvals.ask_activation(draft, by=officer, reason="もう一度")
    with pytest.raises(SamePerson):
        decide(approval, by=officer, approve=True)
    decide(approval, by=approver, approve=True)
    draft.refresh_from_db()
    assert (draft.state, draft.activated_by) == (VersionState.ACTIVE, approver)
    assert approvals.obstacles(draft) == ["この版は「使用中」です。"]


def test_a_design_that_changed_after_the_request_is_not_activated(
    draft: FormVersion, officer: User, approver: User
) -> None:
    sample = read_sample(draft, officer)
    read_tests.mark(sample, dict.fromkeys(("number", "name", "address", "paid"), "right"), by=officer)
    draft.refresh_from_db()
    approval = approvals.ask_activation(draft, by=officer, reason="お願いします。")
    changed = {**draft.definition, "fields": draft.definition["fields"][1:]}
    forms.save_design(draft, changed, stamp=forms.stamp_of(draft), by=officer)
    with pytest.raises(ApprovalError, match="定義が変わりました"):
        decide(approval, by=approver, approve=True)
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT
    assert Approval.objects.get().state == "waiting"
    assert "試験のあとに定義が変わりました" in "".join(approvals.obstacles(draft))


def test_samples_are_sealed_and_limited(draft: FormVersion, officer: User) -> None:
    sample = read_sample(draft, officer)
    assert json.loads(sample.outcome)["fields"][0]["text"] == "123456789018"
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM ocr_readtestsample")
        assert "123456789018" not in str(cursor.fetchall())
    with pytest.raises(IntakeRefused, match="20枚まで"):
        read_tests.add_samples(draft, [filled_file()] * 20, by=officer)
    with pytest.raises(IntakeRefused, match="取り込めません"):
        read_tests.add_samples(draft, [Incoming("a.txt", b"hello" * 100)], by=officer)
    assert draft.samples.count() == 1
    read_tests.clear(draft, by=officer)
    assert draft.samples.count() == 0


def test_a_sample_of_another_form_says_so(draft: FormVersion, officer: User) -> None:
    other = made_pages.Layout(title="児童手当認定請求書", rows=("甲", "乙", "丙"), step_mm=31.0, top_mm=60.0)
    read_tests.add_samples(draft, [filled_file(layout=other)], by=officer)
    run_pending()
    sample = draft.samples.get()
    assert sample.problems
    assert read_tests.fields_of(sample) == []


def test_reading_again_forgets_the_marks(draft: FormVersion, officer: User) -> None:
    sample = read_sample(draft, officer)
    read_tests.mark(sample, dict.fromkeys(("number", "name", "address", "paid"), "right"), by=officer)
    read_tests.read_again(draft, by=officer)
    draft.refresh_from_db()
    sample.refresh_from_db()
    assert (draft.read_test, sample.verdicts) == (None, {})
    run_pending()
    sample.refresh_from_db()
    assert sample.read_at is not None
