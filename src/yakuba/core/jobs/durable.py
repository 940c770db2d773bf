"""The one place that speaks with DBOS: its configuration, the one workflow, recovery.

Jobs live in our own table; DBOS decides which worker runs which one and remembers it across crashes. Its
records hold job ids and one-word outcomes, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from dbos import DBOS, DBOSConfig, SetWorkflowID
from django.conf import settings
from django.db import close_old_connections, connections

from yakuba.core.jobs.leases import living
from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.jobs.transitions import Claim, claim, requeue

# DBOS hands work only to workers of the version that accepted it, and by default derives that version
# from the source, so that an upgrade would strand every waiting job. The workflow below never changes its
# steps, so its version never changes either. Changing it needs a migration of the stored workflows.
APPLICATION_VERSION = "1"
QUEUE = "yakuba"
WORKFLOW = "yakuba.run_job"
UNFINISHED = ("PENDING", "ENQUEUED", "DELAYED")

_run_claim: Callable[[Claim], str] | None = None


@DBOS.step(name="yakuba.attempt")
def attempt(job_id: str, workflow_id: str) -> str:
    """One attempt at a job. A step that was cut off runs again from its start."""
    assert _run_claim is not None, "launch() comes first"  # noqa: S101
    close_old_connections()
    try:
        claimed = claim(UUID(job_id), workflow_id)
        return "nothing to do" if claimed is None else _run_claim(claimed)
    finally:
        connections.close_all()


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1000)
def run_job(job_id: str) -> str:
    """The workflow of one generation of a job."""
    workflow_id = DBOS.workflow_id
    assert workflow_id is not None  # noqa: S101
    return attempt(job_id, workflow_id)


def launch(incarnation: str, run_claim: Callable[[Claim], str], *, concurrency: int) -> None:
    """Start taking work from the queue under the name of this process."""
    global _run_claim
    _run_claim = run_claim
    config: DBOSConfig = {
        "name": "yakuba",
        "system_database_url": system_database_url(),
        "application_version": APPLICATION_VERSION,
        "executor_id": incarnation,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=concurrency, polling_interval_sec=0.25, on_conflict="always_update"
    )


def close(wait_s: int) -> None:
    """Take no more work and wait until the running workflows have been recorded."""
    DBOS.destroy(workflow_completion_timeout_sec=wait_s)


def hand_over(workflow_id: str, job_id: UUID) -> None:
    """Put a job's workflow into the queue; a workflow that is there already stays as it is."""
    with SetWorkflowID(workflow_id):
        DBOS.enqueue_workflow(QUEUE, run_job, str(job_id))


def recover() -> int:
    """Put the workflows of dead workers back into the queue; returns how many workers were dead.

    The running workflows are listed before the living workers, so that a worker that starts in between
    is never taken for dead. DBOS moves a workflow only while it still belongs to the dead worker, so two
    recoveries at once do no harm. (The call is DBOS's own recovery; its public form is a paid service.)
    """
    pending = DBOS.list_workflows(status="PENDING", name=WORKFLOW, load_input=False, load_output=False)
    owners = {str(workflow.executor_id) for workflow in pending}
    dead = sorted(owners - living())
    if dead:
        DBOS._recover_pending_workflows(dead)
    return len(dead)


def repair() -> int:
    """Give a new workflow to each unfinished job whose workflow is over or unknown; returns how many.

    That happens when the queue's database was lost or restored from an older copy, or when a worker
    that had lost its lease closed the workflow of a job that had been taken from it.
    """
    jobs = {
        job.workflow_id: job for job in Job.objects.filter(state__in=ACTIVE_STATES).exclude(enqueued_at=None)
    }
    if not jobs:
        return 0
    known: dict[str, str] = {
        workflow.workflow_id: workflow.status
        for workflow in DBOS.list_workflows(workflow_ids=list(jobs), load_input=False, load_output=False)
    }
    return sum(requeue(job) for workflow_id, job in jobs.items() if known.get(workflow_id) not in UNFINISHED)


def system_database_url() -> str:
    """Where DBOS keeps its queue: beside the SQLite database, or in the schema ``dbos`` of PostgreSQL."""
    database: dict[str, Any] = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.postgresql":
        return f"sqlite:///{settings.HOME / 'jobs.sqlite3'}"
    from sqlalchemy import URL

    query = {key: str(value) for key, value in database.get("OPTIONS", {}).items()}
    host = database.get("HOST") or None
    if host and host.startswith("/"):
        query["host"] = host
        host = None
    url = URL.create(
        "postgresql+psycopg",
        username=database.get("USER") or None,
        password=database.get("PASSWORD") or None,
        host=host,
        port=int(database["PORT"]) if database.get("PORT") else None,
        database=database["NAME"],
        query=query,
    )
    return url.render_as_string(hide_password=False)
