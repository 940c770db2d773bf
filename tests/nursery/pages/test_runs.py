"""Runs that are started twice, cancelled, failed, approved too early or exported in an odd form."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import tied_ledger, upload
from tests.nursery.pages.hostile import HUGE
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.services import cancel, retry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, ChildOutcome, Ledger
from yakuba.nursery.services.allocations import request_allocation

pytestmark = pytest.mark.django_db


def test_allocate_pressed_twice_starts_one_run(web: Client, ledger: Ledger) -> None:
    page = reverse("nursery:allocate", args=[ledger.pk])
    first, second = web.post(page), web.post(page)
    assert first.url == second.url
    assert Allocation.objects.count() == Job.objects.count() == 1
    run_pending()
    assert web.post(page).url != first.url  # a finished run may be repeated


@pytest.mark.parametrize("seed", ["-1", str(HUGE), "9" * 5000, "1.5", "種", "", "１２"])
def test_a_bad_seed_is_told_at_the_field_and_starts_nothing(seed: str, web: Client, officer: User) -> None:
    ledger = upload(tied_ledger(), officer)
    answer = web.post(reverse("nursery:allocate", args=[ledger.pk]), {"seed": seed})
    if seed == "１２":  # full-width figures are figures
        assert answer.status_code == 302
        assert Allocation.objects.get().seed == 12
        return
    assert answer.status_code == 422
    assert "id_seed-error" in answer.content.decode()
    assert not Allocation.objects.exists()


def test_exports_of_tables_are_on_record(web: Client, result: Allocation) -> None:
    for name in ("allocation", "children"):
        web.get(reverse(f"nursery:{name}", args=[result.pk]), {"export": "xlsx"})
    lines = AuditEntry.objects.filter(action="nursery.allocation.export").order_by("sequence")
    assert [line.detail["what"] for line in lines] == ["table-classes", "table-children"]


def test_a_cancelled_run_says_so_and_a_new_one_can_start(web: Client, officer: User, ledger: Ledger) -> None:
    allocation = request_allocation(ledger, seed=None, by=officer)
    assert allocation.job is not None
    cancel(allocation.job, officer)
    body = web.get(reverse("nursery:allocation", args=[allocation.pk])).content.decode()
    assert "計算を取り消しました。結果は保存していません" in body
    assert "取消し" in web.get("/staff/nursery/").content.decode()
    for name in ("children", "ranks", "proof"):
        assert web.get(reverse(f"nursery:{name}", args=[allocation.pk])).status_code == 302
    assert web.get(reverse("nursery:export", args=[allocation.pk])).status_code == 404
    again = web.post(reverse("nursery:allocate", args=[ledger.pk]))
    assert again.url != reverse("nursery:allocation", args=[allocation.pk])


def test_a_failed_run_says_so_and_a_retry_gives_the_result(
    web: Client, officer: User, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    allocation = request_allocation(ledger, seed=None, by=officer)
    assert allocation.job is not None
    with monkeypatch.context() as patch:
        patch.setattr("yakuba.nursery.jobs.verify", lambda market, result: ["児童 7001：席がありません"])
        run_pending()
    page = reverse("nursery:allocation", args=[allocation.pk])
    body = web.get(page).content.decode()
    assert "別の経路の検証と合いませんでした" in body
    assert "結果は保存していません" in body
    assert "計算できず" in web.get("/staff/nursery/").content.decode()
    assert not ChildOutcome.objects.exists()
    allocation.job.refresh_from_db()
    assert allocation.job.state == JobState.FAILED
    assert retry(allocation.job, officer)
    run_pending()
    assert "入所最低指数" in web.get(page).content.decode()


def test_a_request_for_approval_after_going_back_changes_nothing(
    web: Client, result: Allocation, approver: User
) -> None:
    page = reverse("nursery:ask-approval", args=[result.pk])
    assert "依頼の内容がありません" in web.post(page, {"reason": " "}, follow=True).content.decode()
    assert "500文字まで" in web.post(page, {"reason": "あ" * 501}, follow=True).content.decode()
    web.post(page, {"reason": "確かめました"})
    again = web.post(page, {"reason": "確かめました"}, follow=True)
    assert "承認はすでに依頼されています" in again.content.decode()


def test_approval_of_a_run_that_has_no_result_is_refused(web: Client, officer: User, ledger: Ledger) -> None:
    allocation = request_allocation(ledger, seed=None, by=officer)
    answer = web.post(reverse("nursery:ask-approval", args=[allocation.pk]), {"reason": "早く"}, follow=True)
    assert "計算が終わっていません" in answer.content.decode()
    allocation.refresh_from_db()
    assert allocation.approval is None


def test_an_unknown_form_of_export_shows_the_page(web: Client, result: Allocation) -> None:
    answer = web.post(reverse("nursery:export", args=[result.pk]), {"form": "exe"})
    assert answer.status_code == 200
    assert "ファイルの形" in answer.content.decode()


def test_cp932_lists_what_it_cannot_hold_before_anything_is_written(web: Client, result: Allocation) -> None:
    page = reverse("nursery:export", args=[result.pk])
    asked = web.post(page, {"form": "cp932"})
    assert asked.status_code == 422
    body = asked.content.decode()
    assert "まだ何も書き出していません" in body
    assert "𠮷" in body
    assert not AuditEntry.objects.filter(action="nursery.allocation.export").exists()
    replaced = web.post(page, {"form": "cp932", "replace": "1"}).content.decode("cp932")
    assert "〓田 葵" in replaced
