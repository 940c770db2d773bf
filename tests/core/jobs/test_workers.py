"""What happens to jobs when real worker processes run, die, freeze and come back."""

from __future__ import annotations

import os
import signal

import pytest
from django.db import transaction

from tests.core.jobs.conftest import Town
from yakuba.core.jobs.models import JobState
from yakuba.core.jobs.services import cancel

pytestmark = pytest.mark.workers

both_databases = pytest.mark.parametrize("town", ["sqlite", "postgresql"], indirect=True)


@both_databases
def test_a_worker_killed_in_the_middle_leaves_one_result(town: Town) -> None:
    job = town.enqueue("sample.gate")
    first = town.start_worker("hall")
    town.started()
    first.kill()  # kill -9: nothing is tidied up
    first.wait()

    town.start_worker("hall")  # a supervisor restarts it under the same name
    town.started(2)
    town.allow()

    assert town.ended(job).state == JobState.DONE
    assert job.result == {"version": "1", "attempt": 2}
    assert town.rows_of(job) == 1
    assert [line["message"] for line in job.log].count("処理係が止まったため、初めからやり直しています") == 1


def test_the_body_dies_with_its_worker(town: Town) -> None:
    town.enqueue("sample.gate")
    worker = town.start_worker("hall")
    town.started()
    body = int(town.traces("started")[0])
    worker.kill()
    worker.wait()

    def gone() -> bool:
        try:
            with open(f"/proc/{body}/stat") as stream:
                return stream.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    town.until(gone, "the body's process ends")


def test_a_job_committed_before_any_queue_heard_of_it_runs_once(town: Town) -> None:
    job = town.enqueue("sample.gate")  # and the web process dies here: no queue exists yet
    assert not (town.home / "jobs.sqlite3").exists()
    with pytest.raises(LookupError):
        _enqueue_and_roll_back(town)
    town.allow()
    worker = town.start_worker("hall", "--once")
    assert town.ended(job).state == JobState.DONE
    assert worker.wait(120) == 0
    assert town.rows_of(job) == 1
    assert len(town.traces("started")) == 1


def _enqueue_and_roll_back(town: Town) -> None:
    with transaction.atomic():
        town.enqueue("sample.gate")
        raise LookupError


def test_an_upgrade_with_a_job_in_flight_goes_on(town: Town) -> None:
    running = town.enqueue("sample.gate")
    waiting = town.enqueue("sample.gate")
    old = town.start_worker("hall", version="1")
    town.started()
    town.until(lambda: town.fresh(waiting).enqueued_at, "the second job is in the queue")
    old.kill()
    old.wait()

    town.allow()
    town.start_worker("hall", version="2")  # other source, one workflow more

    assert town.ended(running).result == {"version": "2", "attempt": 2}
    assert town.ended(waiting).result == {"version": "2", "attempt": 1}
    assert (town.rows_of(running), town.rows_of(waiting)) == (1, 1)


def test_a_body_that_never_returns_fails_and_the_next_job_runs(town: Town) -> None:
    endless = town.enqueue("sample.never")
    crashing = town.enqueue("sample.crash")
    after = town.enqueue("sample.add", numbers=[2, 3])
    town.start_worker("hall", "--once")
    assert town.ended(after).result == {"sum": 5}
    assert town.ended(endless).state == JobState.FAILED
    assert "1秒たっても終わらない" in endless.error
    assert town.ended(crashing).state == JobState.FAILED
    assert (crashing.error_detail, crashing.attempts) == ("exit code 9", 1)


@pytest.mark.parametrize("town", ["postgresql"], indirect=True)  # a frozen SQLite writer freezes all
def test_a_frozen_worker_loses_its_job_and_its_late_result_is_ignored(town: Town) -> None:
    job = town.enqueue("sample.gate")
    frozen = town.start_worker("first")
    town.says(job, "合図を待っています")
    town.signal_group(frozen, signal.SIGSTOP)  # alive, but its lease runs out
    town.start_worker("second")
    town.started(2)

    town.allow()
    assert town.ended(job).result == {"version": "1", "attempt": 2}
    town.signal_group(frozen, signal.SIGCONT)  # its body now finds the sign too, and is too late

    assert frozen.wait(120) == 75
    job.refresh_from_db()
    assert job.result == {"version": "1", "attempt": 2}
    assert town.rows_of(job) == 1


@both_databases
def test_two_workers_share_the_work_and_run_no_job_twice(town: Town) -> None:
    town.allow()
    jobs = [town.enqueue("sample.gate") for _ in range(12)]
    workers = [town.start_worker(name, "--once", "--queue-concurrency", "2") for name in ("first", "second")]
    for job in jobs:
        assert town.ended(job).state == JobState.DONE
        assert (job.attempts, town.rows_of(job)) == (1, 1)
    assert len(town.traces("started")) == len(jobs)
    assert [worker.wait(120) for worker in workers] == [0, 0]


def test_a_running_job_stops_when_cancelled(town: Town) -> None:
    job = town.enqueue("sample.polite")
    town.start_worker("hall")
    town.started()
    assert cancel(job, None)
    assert town.ended(job).state == JobState.CANCELLED
    assert job.result is None


def test_a_worker_that_is_asked_to_stop_hands_its_job_back(town: Town) -> None:
    job = town.enqueue("sample.gate")
    worker = town.start_worker("hall", "--grace-seconds", "0")
    town.started()
    worker.terminate()
    assert worker.wait(120) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts, job.generation) == (JobState.QUEUED, 0, 1)

    town.allow()
    town.start_worker("hall", "--once")
    assert town.ended(job).result == {"version": "1", "attempt": 1}
    assert town.rows_of(job) == 1


def test_a_worker_that_is_asked_to_stop_lets_a_short_job_end(town: Town) -> None:
    job = town.enqueue("sample.gate")
    worker = town.start_worker("hall", "--grace-seconds", "30")
    town.started()
    worker.terminate()
    town.allow()
    assert worker.wait(120) == 0
    assert town.ended(job).state == JobState.DONE
    assert job.generation == 0


def test_a_second_worker_of_the_same_name_is_refused(town: Town) -> None:
    town.enqueue("sample.gate")
    town.start_worker("hall")
    town.started()
    second = town.start_worker("hall")
    output, _ = second.communicate(timeout=120)
    assert second.returncode == 1
    assert "処理係「hall」はすでに動いています" in output


def test_a_lost_queue_database_loses_no_job(town: Town) -> None:
    job = town.enqueue("sample.gate")
    worker = town.start_worker("hall")
    town.started()
    worker.kill()
    worker.wait()
    for path in town.home.glob("jobs.sqlite3*"):
        os.remove(path)

    town.allow()
    town.start_worker("hall", "--once")
    assert town.ended(job).state == JobState.DONE
    assert town.rows_of(job) == 1
