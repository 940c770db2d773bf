"""The job that opens a result to its families: once, all or nothing, by the codes of the last moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.nursery.conftest import make_person
from tests.nursery.family.conftest import WORDS, birth, code_of
from tests.nursery.family.test_staff_pages import address, form
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange.models import ItemForResidents
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.services import cancel, retry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.models import Department, Role, User
from yakuba.nursery import jobs_families
from yakuba.nursery.family import entry
from yakuba.nursery.models import Allocation, FamilyNotice, Publication, PublicationRun, PublishedNotice
from yakuba.nursery.services import codes, publication
from yakuba.nursery.services.publication import NotPublishable, Published, revoke_all
from yakuba.nursery.services.publication_runs import request_publication
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db
UNTIL = timezone.now() + timedelta(days=30)


def requested(allocation: Allocation, by: User, until: datetime = UNTIL, **words: Any) -> PublicationRun:
    return request_publication(allocation, words={**WORDS, **words}, expires_at=until, by=by)


def job_of(run: PublicationRun) -> Job:
    assert run.job is not None
    run.job.refresh_from_db()
    return run.job


def nothing_is_open() -> bool:
    rows = (Publication, PublishedNotice, FamilyNotice, ItemForResidents)
    return not any(model.objects.exists() for model in rows)


def test_the_request_only_queues_and_the_page_shows_progress_then_what_was_done(
    web: Client, approved: Allocation
) -> None:
    page = address(approved)
    web.post(page, form())
    run = PublicationRun.objects.get()
    assert job_of(run).params == {"run": run.pk}
    shown = web.get(page).content.decode()
    assert "公開しています" in shown
    assert f'hx-get="{reverse("jobs:progress", args=[job_of(run).pk])}"' in shown
    assert "最新の状況を見る" in shown  # the way without script
    assert 'id="publish"' not in shown, "no second form while one runs"
    assert nothing_is_open()
    run_pending()
    assert "40世帯に公開しました" in web.get(page).content.decode()
    run.refresh_from_db()
    assert (run.version, run.figures["families"]) == (1, 40)
    assert job_of(run).result == {"version": 1, "families": 40}
    progress = web.get(reverse("jobs:progress", args=[job_of(run).pk]), headers={"HX-Request": "true"})
    assert progress["HX-Redirect"] == page
    actions = AuditEntry.objects.filter(action__startswith="nursery.family.").values_list("action", flat=True)
    assert sorted(actions) == ["nursery.family.publish", "nursery.family.request"]


def test_pressing_twice_is_one_run_and_other_words_meanwhile_are_refused(
    web: Client, approved: Allocation, officer: User
) -> None:
    first = requested(approved, officer)
    assert requested(approved, officer) == first
    with pytest.raises(NotPublishable, match="別の内容で公開しているところ"):
        requested(approved, officer, phone="0Y")
    with pytest.raises(NotPublishable, match="別の内容で公開しているところ"):
        requested(approved, officer, UNTIL + timedelta(days=1))
    answer = web.post(address(approved), form(phone="0Z"))
    assert answer.status_code == 422
    run_pending()
    assert Publication.objects.get().version == 1
    second = requested(approved, officer)
    assert second != first
    run_pending()
    assert Publication.objects.get().version == 2


def test_a_result_that_nobody_approved_is_refused_at_the_request_and_again_in_the_job(
    web: Client, approved: Allocation, officer: User
) -> None:
    run = requested(approved, officer)
    assert approved.approval is not None
    approved.approval.state = "waiting"
    approved.approval.save()
    run_pending()
    assert (job_of(run).state, job_of(run).error[:12]) == (JobState.FAILED, "承認されていない結果です")
    assert nothing_is_open()
    shown = web.get(address(approved)).content.decode()
    assert "公開できていません" in shown
    assert "承認されてから公開してください" in shown
    approved.refresh_from_db()
    with pytest.raises(NotPublishable, match="承認されていない"):
        requested(approved, officer)


def test_an_end_that_passed_while_the_job_waited_opens_nothing(approved: Allocation, officer: User) -> None:
    run = requested(approved, officer)
    PublicationRun.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    run_pending()
    assert "過ぎた日時" in job_of(run).error
    assert nothing_is_open()


@pytest.mark.parametrize("broken", ["_post", "_hand_over", "record"])
def test_a_job_that_breaks_while_it_opens_leaves_nothing_half_done(
    web: Client, approved: Allocation, officer: User, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(broken)

    run = requested(approved, officer)
    with monkeypatch.context() as patch:
        patch.setattr(publication, broken, breaks)
        run_pending()
    assert job_of(run).state == JobState.FAILED
    assert nothing_is_open()
    assert "予期しない問題" in web.get(address(approved)).content.decode()
    assert f'value="{WORDS["phone"]}"' in web.get(address(approved)).content.decode(), (
        "nothing is typed again"
    )
    assert retry(job_of(run), officer)
    run_pending()
    assert FamilyNotice.objects.count() == 40


@pytest.mark.parametrize("when", ["waiting", "writing"])
def test_a_run_that_is_stopped_changes_no_page(
    web: Client, published: Published, officer: User, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    allocation = published.publication.allocation
    run = requested(allocation, officer, phone="0Y")
    real = jobs_families.write_pages

    def stopped(*given: Any, **more: Any) -> Any:
        pages = real(*given, **more)
        cancel(job_of(run), officer)
        return pages

    if when == "writing":
        monkeypatch.setattr(jobs_families, "write_pages", stopped)
    else:
        back = web.post(reverse("jobs:cancel", args=[job_of(run).pk]), {"next": address(allocation)})
        assert back["Location"] == address(allocation)
    run_pending()
    assert job_of(run).state == JobState.CANCELLED
    published.publication.refresh_from_db()
    assert published.publication.version == 1
    assert "公開できていません" in web.get(address(allocation)).content.decode()


def test_codes_that_change_while_pages_are_written_are_the_ones_that_open_them(
    approved: Allocation, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, str] = {}
    real = jobs_families.write_pages

    def meanwhile(*given: Any, **more: Any) -> Any:
        pages = real(*given, **more)
        drawn.update(codes.issue(approved, ["h1"], by=officer))
        codes.revoke(approved, "h2", by=officer)
        return pages

    monkeypatch.setattr(jobs_families, "write_pages", meanwhile)
    run = requested(approved, officer)
    run_pending()
    run.refresh_from_db()
    assert run.figures == {"families": 39, "without_code": 1, "without_birth": 0, "held": 0}
    assert entry.enter(drawn["h1"], birth(1), "192.0.2.1", timezone.now())
    for old, at in (("h1", 1), ("h2", 2)):
        with pytest.raises(entry.Wrong):
            entry.enter(code_of(old), birth(at), "192.0.2.1", timezone.now())


def test_a_family_that_comes_under_protection_while_pages_are_written_has_none(
    approved: Allocation, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    guard = make_person("3001", room, Role.APPROVER, "磯部 汀")
    real = jobs_families.write_pages

    def meanwhile(*given: Any, **more: Any) -> Any:
        pages = real(*given, **more)
        protected.protect(SUBJECT, "8007", officers=[officer], by=guard)
        return pages

    monkeypatch.setattr(jobs_families, "write_pages", meanwhile)
    run = requested(approved, officer)
    run_pending()
    run.refresh_from_db()
    assert run.figures["held"] == 1
    assert not FamilyNotice.objects.filter(reference="ref-h7").exists()


def test_closing_stops_a_run_that_would_open_the_pages_again(published: Published, officer: User) -> None:
    allocation = published.publication.allocation
    run = requested(allocation, officer, phone="0Y")
    assert revoke_all(published.publication, by=officer) == 40
    run_pending()
    assert job_of(run).state == JobState.CANCELLED
    assert not FamilyNotice.objects.filter(revoked_at=None).exists()


def test_what_a_closed_publication_did_is_no_longer_told(
    web: Client, approved: Allocation, officer: User
) -> None:
    requested(approved, officer)
    run_pending()
    revoke_all(Publication.objects.get(), by=officer)
    assert "世帯に公開しました" not in web.get(address(approved)).content.decode()
