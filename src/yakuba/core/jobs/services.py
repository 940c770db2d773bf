"""Start, stop and repeat jobs. Everything here is a row in the caller's transaction: no queue is touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.registry import kind_named
from yakuba.core.jobs.transitions import requeue, workflow_name

SWEEP_AT_ONCE = 100


def enqueue(
    kind: str, params: Mapping[str, Any], *, by: Any, key: str | None = None, system: str | None = None
) -> Job:
    """Ask for a job, inside the business transaction: when that rolls back, there was no job.

    ``by`` is the user who asked, or ``None`` for the installation itself. ``key`` makes the call
    idempotent: the same key gives the same job. ``system`` overrides the kind's own. Raises ``KeyError``
    for an unknown kind, ``TypeError`` when ``params`` is not JSON, ``ValueError`` when ``key`` belongs to
    a job of another kind.
    """
    registered = kind_named(kind)
    if registered is None:
        raise KeyError(f"no job kind {kind!r} is registered in any installed app's jobs module")
    values = json.loads(json.dumps(dict(params)))
    with transaction.atomic():
        job = Job(
            kind=kind,
            label=registered.label,
            system=registered.system if system is None else system,
            params=values,
            key=key,
            created_by=by,
        )
        job.workflow_id = workflow_name(job.pk, 0)
        earlier = None if key is None else _insert_or_earlier(job, key)
        if earlier is not None:
            return earlier
        if key is None:
            job.save(force_insert=True)
        record("jobs.enqueue", actor=_actor(by), target=f"job:{job.pk}", detail={"kind": kind})
        transaction.on_commit(nudge, robust=True)
        return job


def _insert_or_earlier(job: Job, key: str) -> Job | None:
    """Insert the job; when the key is taken already, the job that has it."""
    earlier = Job.objects.filter(key=key).first()
    if earlier is None:
        try:
            with transaction.atomic():
                job.save(force_insert=True)
            return None
        except IntegrityError:
            earlier = Job.objects.get(key=key)
    if earlier.kind != job.kind:
        raise ValueError(f"the key {key!r} belongs to a job of kind {earlier.kind!r}, not {job.kind!r}")
    return earlier


def cancel(job: Job, by: Any) -> bool:
    """Stop a job: at once while it waits, at its next progress call while it runs.

    Returns ``False`` when it had ended already. ``job`` is refreshed.
    """
    with transaction.atomic():
        stopped = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
            state=JobState.CANCELLED, cancel_requested=True, finished_at=timezone.now(), message=""
        )
        asked = stopped or Job.objects.filter(
            pk=job.pk, state=JobState.RUNNING, cancel_requested=False
        ).update(cancel_requested=True)
        if asked:
            record("jobs.cancel", actor=_actor(by), target=f"job:{job.pk}")
    job.refresh_from_db()
    return bool(asked)


def retry(job: Job, by: Any) -> bool:
    """Queue a failed job again; ``False`` when it has not failed. ``job`` is refreshed."""
    with transaction.atomic():
        current = Job.objects.filter(pk=job.pk, state=JobState.FAILED).first()
        again = current is not None and requeue(
            current,
            attempts=0,
            message="",
            error="",
            error_detail="",
            result=None,
            started_at=None,
            finished_at=None,
            cancel_requested=False,
        )
        if again:
            record("jobs.retry", actor=_actor(by), target=f"job:{job.pk}")
            transaction.on_commit(nudge, robust=True)
    job.refresh_from_db()
    return again


def sweep(hand_over: Callable[[str, UUID], None]) -> int:
    """Hand every queued job that has no workflow yet to the queue; returns how many.

    ``hand_over(workflow_id, job_id)`` must be idempotent: after a crash between it and the note that it
    was called, it is called again with the same workflow id. Only committed jobs are seen.
    """
    waiting = Job.objects.filter(state=JobState.QUEUED, enqueued_at=None).order_by("created_at")
    handed = 0
    for job in waiting.only("pk", "workflow_id", "generation")[:SWEEP_AT_ONCE]:
        hand_over(job.workflow_id, job.pk)
        handed += Job.objects.filter(pk=job.pk, generation=job.generation, enqueued_at=None).update(
            enqueued_at=timezone.now()
        )
    return handed


def nudge() -> None:
    """Wake the workers of this machine; without it they look once a second anyway."""
    nudge_file().touch()


def nudge_file() -> Path:
    """The file whose time tells the workers of this machine that a job was committed."""
    home: Path = settings.HOME
    return home / "jobs.nudge"


def _actor(by: Any) -> object:
    return "system:jobs" if by is None else by
