"""The staff pages of jobs: who sees what, and what they can do about it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.core.jobs import sample_jobs  # noqa: F401 - registers the kinds
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs import pages, registry, transitions
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.services import enqueue
from yakuba.core.jobs.testing import run_pending
from yakuba.core.jobs.urls import urlpatterns
from yakuba.core.people.models import Assignment, Department, Role, User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path


def person(role: Role, *systems: str) -> Client:
    number = f"{User.objects.count() + 1001}"
    user = User.objects.create_user(number, name=f"職員{number}")
    department = Department.objects.create(code=number, name="保育課", systems=list(systems))
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    client = Client()
    client.force_login(user)
    return client


def queued(kind: str = "sample.add", system: str = "nursery") -> Job:
    return enqueue(kind, {"numbers": [1, 2]}, by=None, system=system)


def running(system: str = "nursery") -> tuple[Job, transitions.Claim]:
    job = queued(system=system)
    claim = transitions.claim(job.pk, job.workflow_id)
    assert claim is not None
    transitions.write_progress(job.pk, claim.token, 0.45, "1歳児クラスを割り当てています")
    return job, claim


def at(name: str, job: Job | None = None) -> str:
    return reverse(f"jobs:{name}", kwargs={} if job is None else {"job_id": job.pk})


def text_of(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["home", "detail", "row", "progress"])
def test_a_stranger_is_sent_to_the_sign_in(name: str, client: Client) -> None:
    address = at(name, None if name == "home" else queued())
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/staff/login/")


def test_somebody_without_a_role_sees_nothing() -> None:
    client = Client()
    client.force_login(User.objects.create_user("9", name="異動前"))
    assert client.get(at("home")).status_code == 403


def test_every_address_carries_its_permission() -> None:
    for pattern in urlpatterns:
        assert pattern.callback.yakuba_permission == ("*", Role.VIEWER)  # type: ignore[attr-defined]


def test_the_list_shows_the_jobs_of_ones_own_systems_only() -> None:
    own, other, installation = queued(), queued(system="minutes"), queued(system="")
    page = text_of(person(Role.VIEWER, "nursery"), at("home"))
    assert f"job-{own.pk}" in page
    assert f"job-{other.pk}" not in page
    assert f"job-{installation.pk}" not in page


def test_an_admin_sees_the_installations_jobs_and_no_systems() -> None:
    own, installation = queued(), queued(system="")
    client = person(Role.ADMIN, "nursery")
    page = text_of(client, at("home"))
    assert f"job-{installation.pk}" in page
    assert f"job-{own.pk}" not in page
    assert client.post(at("cancel", installation)).status_code == 302


@pytest.mark.parametrize("name", ["detail", "row", "progress"])
def test_a_job_of_another_system_does_not_exist(name: str) -> None:
    client = person(Role.APPROVER, "nursery")
    assert client.get(at(name, queued(system="minutes"))).status_code == 404


@pytest.mark.parametrize("name", ["cancel", "retry"])
def test_a_job_of_another_system_can_not_be_steered(name: str) -> None:
    job = queued(system="minutes")
    assert person(Role.OFFICER, "nursery").post(at(name, job)).status_code == 404
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_a_running_row_shows_its_progress_and_asks_again() -> None:
    job, _ = running()
    page = text_of(person(Role.VIEWER, "nursery"), at("home"))
    assert 'value="45"' in page
    assert "1歳児クラスを割り当てています" in page
    assert f'hx-get="{at("row", job)}" hx-trigger="every 2s"' in page


def test_a_row_that_has_ended_asks_no_more() -> None:
    job, claim = running()
    transitions.complete(job.pk, claim.token, {})
    row = text_of(person(Role.VIEWER, "nursery"), at("row", job), **HTMX)
    assert "完了" in row
    assert "hx-get" not in row
    assert "<html" not in row


def test_the_list_can_be_narrowed_by_state_and_kind() -> None:
    failed, waiting = queued("sample.known"), queued()
    failed.refresh_from_db()
    transitions.requeue(failed)
    run_pending()
    waiting = queued()
    client = person(Role.VIEWER, "nursery")
    only_failed = text_of(client, at("home") + "?state=failed")
    assert f"job-{failed.pk}" in only_failed
    assert f"job-{waiting.pk}" not in only_failed
    only_kind = text_of(client, at("home") + "?kind=sample.add&state=queued")
    assert f"job-{waiting.pk}" in only_kind
    assert f"job-{failed.pk}" not in only_kind
    assert "当てはまる処理はありません" in text_of(client, at("home") + "?state=cancelled")


def test_an_empty_list_says_when_it_fills() -> None:
    assert "処理はまだありません" in text_of(person(Role.VIEWER, "nursery"), at("home"))


def test_a_long_list_has_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    for _ in range(3):
        queued()
    client = person(Role.VIEWER, "nursery")
    assert "3件中 1〜2件" in text_of(client, at("home"))
    assert "3件中 3〜3件" in text_of(client, at("home") + "?page=2")


def test_a_viewer_may_look_but_not_stop() -> None:
    job, _ = running()
    client = person(Role.VIEWER, "nursery")
    assert "この処理を取り消す" not in text_of(client, at("detail", job))
    assert client.post(at("cancel", job)).status_code == 403


def test_an_officer_stops_a_running_job_and_the_page_says_so() -> None:
    job, _ = running()
    client = person(Role.OFFICER, "nursery")
    assert "この処理を取り消す" in text_of(client, at("detail", job))
    answer = client.post(at("cancel", job))
    assert answer["Location"] == at("detail", job)
    page = text_of(client, at("detail", job))
    assert "取消しを依頼しました" in page
    assert "この処理を取り消す" not in page
    assert AuditEntry.objects.filter(action="jobs.cancel", target=f"job:{job.pk}").count() == 1


def test_stopping_needs_the_form_of_our_own_page() -> None:
    job = queued()
    officer = person(Role.OFFICER, "nursery")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = officer.cookies
    assert strict.post(at("cancel", job)).status_code == 403
    assert officer.get(at("cancel", job)).status_code == 405


def test_an_officer_repeats_a_failed_job() -> None:
    job = queued("sample.known")
    run_pending()
    client = person(Role.OFFICER, "nursery")
    page = text_of(client, at("detail", job))
    assert "『申込』シート 12行" in page
    assert "もう一度処理する" in page
    assert "JobError" in page
    client.post(at("retry", job))
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_technical_details_are_for_those_who_may_act() -> None:
    job = queued("sample.known")
    run_pending()
    assert "JobError" not in text_of(person(Role.VIEWER, "nursery"), at("detail", job))


def test_the_detail_page_lists_what_the_job_said() -> None:
    job, claim = running()
    transitions.complete(job.pk, claim.token, {})
    page = text_of(person(Role.VIEWER, "nursery"), at("detail", job))
    assert page.index("始めました") < page.index("1歳児クラスを割り当てています")
    assert 'id="job" hx-get' not in page
    part = text_of(person(Role.VIEWER, "nursery"), at("detail", running()[0]), **HTMX)
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part


def test_the_included_progress_leads_on_when_the_job_is_done() -> None:
    job, claim = running()
    client = person(Role.VIEWER, "nursery")
    address = at("progress", job) + "?next=/staff/nursery/rounds/3/"
    waiting = client.get(address, headers=HTMX)
    assert "HX-Redirect" not in waiting
    assert "next=%2Fstaff%2Fnursery%2Frounds%2F3%2F" in waiting.content.decode()
    transitions.complete(job.pk, claim.token, {})
    assert client.get(address, headers=HTMX)["HX-Redirect"] == "/staff/nursery/rounds/3/"
    assert 'href="/staff/nursery/rounds/3/"' in text_of(client, address)


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_the_included_progress_never_leads_off_the_site(address: str) -> None:
    job, claim = running()
    transitions.complete(job.pk, claim.token, {})
    answer = person(Role.VIEWER, "nursery").get(at("progress", job), {"next": address}, headers=HTMX)
    assert "HX-Redirect" not in answer


def test_a_kind_may_say_where_its_result_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = dict(registry.load_kinds())
    monkeypatch.setattr(registry, "_kinds", kinds)
    registry.job("sample.linked", label="試算", url=lambda job: f"/staff/nursery/{job.result['round']}/")(
        lambda context, params: {"round": 7}
    )
    job = queued("sample.linked")
    run_pending()
    assert 'href="/staff/nursery/7/"' in text_of(person(Role.VIEWER, "nursery"), at("detail", job))


def test_an_unknown_number_is_not_found() -> None:
    address = reverse("jobs:detail", kwargs={"job_id": uuid.uuid4()})
    assert person(Role.VIEWER, "nursery").get(address).status_code == 404


def test_no_page_has_inline_script_or_style() -> None:
    running()
    page = text_of(person(Role.OFFICER, "nursery"), at("home"))
    assert " style=" not in page
    assert "<script>" not in page
    assert '"allowEval": false' in page
    assert timezone.localtime().strftime("%-m月%-d日") in page
