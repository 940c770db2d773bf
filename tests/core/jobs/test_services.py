"""Asking for, stopping and repeating jobs, and the guards that make one result out of many attempts."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction

from tests.core.jobs import sample_jobs  # noqa: F401 - registers the kinds
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs import registry, transitions
from yakuba.core.jobs.execution import UNEXPECTED
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.registry import JobCancelled, JobContext, JobLost
from yakuba.core.jobs.services import cancel, enqueue, nudge_file, retry, sweep
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import Department, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path


def queued(**params: Any) -> Job:
    return enqueue("sample.add", {"numbers": [1, 2], **params}, by=None)


def claimed(job: Job) -> transitions.Claim:
    claim = transitions.claim(job.pk, job.workflow_id)
    assert claim is not None
    return claim


def fresh(job: Job) -> Job:
    job.refresh_from_db()
    return job


def test_a_job_remembers_who_asked_for_what_and_the_audit_log_does_too() -> None:
    user = User.objects.create_user("1001", name="入江 恒一")
    job = enqueue("sample.add", {"numbers": [1]}, by=user)
    assert (job.label, job.system, job.created_by, job.state) == ("足し算", "sample", user, JobState.QUEUED)
    line = AuditEntry.objects.get(action="jobs.enqueue")
    assert (line.target, line.actor, line.detail) == (
        f"job:{job.pk}",
        f"user:{user.pk}",
        {"kind": "sample.add"},
    )


def test_the_system_may_be_named_at_the_call() -> None:
    assert enqueue("sample.add", {"numbers": []}, by=None, system="nursery").system == "nursery"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError, match=r"sample\.nothing"):
        enqueue("sample.nothing", {}, by=None)


def test_conditions_that_are_not_json_are_refused_before_anything_is_written() -> None:
    with pytest.raises(TypeError):
        enqueue("sample.add", {"numbers": object()}, by=None)
    assert not Job.objects.exists()


def test_the_same_key_gives_the_same_job() -> None:
    first = enqueue("sample.add", {"numbers": [1]}, by=None, key="2027-04")
    again = enqueue("sample.add", {"numbers": [9]}, by=None, key="2027-04")
    assert first.pk == again.pk
    assert Job.objects.count() == 1
    assert AuditEntry.objects.filter(action="jobs.enqueue").count() == 1


def test_a_key_that_another_kind_uses_is_refused() -> None:
    enqueue("sample.add", {"numbers": [1]}, by=None, key="2027-04")
    with pytest.raises(ValueError, match=r"sample\.add"):
        enqueue("sample.broken", {}, by=None, key="2027-04")


@pytest.mark.django_db(transaction=True)
def test_workers_are_nudged_after_the_commit_only() -> None:
    with transaction.atomic():
        queued()
        assert not nudge_file().exists()
    assert nudge_file().exists()


def test_sweeping_hands_each_job_over_once_and_under_a_name_that_never_changes() -> None:
    job = queued()
    calls: list[tuple[str, uuid.UUID]] = []
    assert sweep(lambda *call: calls.append(call)) == 1
    assert sweep(lambda *call: calls.append(call)) == 0
    assert calls == [(f"job-{job.pk}", job.pk)]


def test_a_sweep_that_dies_before_taking_note_hands_over_again_under_the_same_name() -> None:
    job = queued()
    calls: list[str] = []

    def die(workflow_id: str, _job_id: uuid.UUID) -> None:
        calls.append(workflow_id)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        sweep(die)
    sweep(lambda workflow_id, _job_id: calls.append(workflow_id))
    assert calls == [f"job-{job.pk}"] * 2


def test_a_waiting_job_is_cancelled_at_once_and_never_claimed() -> None:
    job = queued()
    assert cancel(job, None)
    assert (job.state, job.finished_at is None) == (JobState.CANCELLED, False)
    assert transitions.claim(job.pk, job.workflow_id) is None
    assert not cancel(job, None)
    assert AuditEntry.objects.filter(action="jobs.cancel").count() == 1


def test_a_running_job_is_cancelled_at_its_next_progress() -> None:
    job = queued()
    claim = claimed(job)
    context = JobContext(job.pk, claim.token, claim.attempt)
    assert not context.cancelled
    assert cancel(job, None)
    assert context.cancelled
    assert job.state == JobState.RUNNING
    with pytest.raises(JobCancelled):
        context.progress(0.5, "半分")


def test_a_job_that_was_cancelled_while_its_worker_was_dead_ends_at_the_next_claim() -> None:
    job = queued()
    claimed(job)
    cancel(job, None)
    assert transitions.claim(job.pk, job.workflow_id) is None
    assert fresh(job).state == JobState.CANCELLED


def test_only_the_last_claim_may_write_what_became_of_the_job() -> None:
    job = queued()
    late, holder = claimed(job), claimed(job)
    assert (late.attempt, holder.attempt) == (1, 2)
    assert not transitions.complete(job.pk, late.token, {"from": "late"})
    assert not transitions.fail(job.pk, late.token, "late")
    assert not transitions.cancelled(job.pk, late.token)
    assert not transitions.hand_back(job.pk, late.token)
    with pytest.raises(JobLost):
        transitions.write_progress(job.pk, late.token, 0.9, "late")
    assert transitions.complete(job.pk, holder.token, {"from": "holder"})
    assert fresh(job).result == {"from": "holder"}


def test_a_job_ends_once() -> None:
    job = queued()
    claim = claimed(job)
    assert transitions.fail(job.pk, claim.token, "時間切れ")
    assert not transitions.complete(job.pk, claim.token, {})
    assert fresh(job).state == JobState.FAILED
    assert transitions.claim(job.pk, job.workflow_id) is None


def test_rows_written_by_an_executor_that_lost_the_job_are_undone() -> None:
    job = queued()
    late = claimed(job)
    context = JobContext(job.pk, late.token, late.attempt)
    finishing = context.finish()
    finishing.__enter__()
    Department.objects.create(code="late", name="late")
    claimed(job)
    with pytest.raises(JobLost):
        finishing.__exit__(None, None, None)
    assert not Department.objects.exists()


def test_finishing_without_the_token_is_refused_at_the_door() -> None:
    job = queued()
    late = claimed(job)
    claimed(job)
    with pytest.raises(JobLost), JobContext(job.pk, late.token, 1).finish():
        pytest.fail("the block must not run")


def test_a_job_under_which_workers_keep_dying_is_given_up() -> None:
    job = queued()
    for _ in range(5):
        claimed(job)
    assert transitions.claim(job.pk, job.workflow_id) is None
    assert fresh(job).state == JobState.FAILED
    assert "5回" in job.error


def test_a_kind_that_this_version_lacks_fails_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued()
    monkeypatch.delitem(registry._kinds, "sample.add")
    assert transitions.claim(job.pk, job.workflow_id) is None
    assert "sample.add" in fresh(job).error


def test_the_workflow_of_an_earlier_generation_claims_nothing() -> None:
    job = queued()
    earlier = job.workflow_id
    assert transitions.hand_back(job.pk, claimed(job).token)
    assert transitions.claim(job.pk, earlier) is None
    assert fresh(job).workflow_id == f"job-{job.pk}-1"
    assert claimed(job).attempt == 1


def test_requeueing_does_nothing_once_the_job_has_moved_on() -> None:
    job = queued()
    seen = Job.objects.get(pk=job.pk)
    claimed(job)
    assert not transitions.requeue(seen)


def test_a_failed_job_can_be_repeated_and_starts_afresh() -> None:
    job = enqueue("sample.known", {}, by=None)
    run_pending()
    assert fresh(job).state == JobState.FAILED
    assert retry(job, None)
    assert (job.state, job.error, job.attempts, job.started_at) == (JobState.QUEUED, "", 0, None)
    assert job.enqueued_at is None
    assert not retry(job, None)
    assert AuditEntry.objects.filter(action="jobs.retry").count() == 1


def test_an_error_written_for_staff_is_shown_and_another_one_is_not() -> None:
    known, broken = enqueue("sample.known", {}, by=None), enqueue("sample.broken", {}, by=None)
    assert run_pending() == [known, broken]
    assert "『申込』シート 12行" in fresh(known).error
    assert fresh(broken).error == UNEXPECTED
    assert "RuntimeError" in broken.error_detail
    assert "山田" not in broken.error_detail


def test_progress_is_logged_once_a_message_and_written_at_most_twice_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: clock[0])
    job = queued()
    claim = claimed(job)
    context = JobContext(job.pk, claim.token, 1)
    for second, fraction, message, stored in [
        (0.0, 0.1, "読み込み", 0.1),
        (0.2, 0.2, "読み込み", 0.1),
        (0.3, 0.3, "割り当て", 0.3),
        (0.4, 0.4, "", 0.3),
        (0.9, 7.0, "", 1.0),
    ]:
        clock[0] = 100.0 + second
        context.progress(fraction, message)
        assert fresh(job).fraction == stored
    assert [line["message"] for line in job.log] == ["始めました", "読み込み", "割り当て"]
    assert job.percent == 100


def test_the_log_keeps_its_last_lines() -> None:
    job = queued()
    claim = claimed(job)
    for number in range(transitions.LOG_LINES + 5):
        transitions.write_progress(job.pk, claim.token, 0.5, f"{number}")
    assert len(fresh(job).log) == transitions.LOG_LINES
    assert job.log[-1]["message"] == f"{transitions.LOG_LINES + 4}"


def test_a_result_that_is_not_json_fails_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", dict(registry.load_kinds()))
    registry.job("sample.opaque", label="不明")(lambda context, params: {"value": object()})
    job = enqueue("sample.opaque", {}, by=None)
    run_pending()
    assert (fresh(job).state, job.result) == (JobState.FAILED, None)


def test_running_what_is_pending_gives_the_jobs_as_they_ended() -> None:
    (job,) = [queued()]
    assert [(ended.pk, ended.state, ended.result) for ended in run_pending()] == [
        (job.pk, JobState.DONE, {"sum": 3})
    ]
    assert fresh(job).duration is not None
    assert str(job) == "足し算（完了）"
