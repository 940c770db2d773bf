"""Every change of a running job, guarded: only the holder of its token may make one.

A claim gives a new token, so an executor that lost its lease (stopped, cut off, too slow) finds that its
conditional updates match nothing. That is what makes one result out of attempts that may overlap.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from yakuba.core.jobs.models import ACTIVE_STATES, Job, JobState
from yakuba.core.jobs.registry import JobCancelled, JobLost, Kind, kind_named

LOG_LINES = 200
DETAIL_CHARACTERS = 8000


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one attempt of a job."""

    job_id: UUID
    token: str
    attempt: int
    kind: Kind


def workflow_name(job_id: UUID, generation: int) -> str:
    """The workflow of a job: the same for the same generation, so that handing over twice is harmless."""
    return f"job-{job_id}" if generation == 0 else f"job-{job_id}-{generation}"


def claim(job_id: UUID, workflow_id: str) -> Claim | None:
    """Take the job for a new attempt; ``None`` when there is nothing to run.

    A job that was asked to stop, that this version does not know or that has killed too many workers
    reaches its end here.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, workflow_id=workflow_id).first()
        if job is None or job.is_final:
            return None
        kind = kind_named(job.kind)
        if job.cancel_requested:
            _end(job_id, job.token, JobState.CANCELLED)
            return None
        if kind is None:
            error = f"「{job.kind}」という種類の処理は、いま動いている版にありません。版を確かめてください。"
            _end(job_id, job.token, JobState.FAILED, error=error)
            return None
        if job.attempts >= kind.max_attempts:
            error = (
                f"処理の途中で処理係が{job.attempts}回止まりました。"
                "続けて動かさないよう、ここで打ち切りました。管理者に知らせてください。"
            )
            _end(job_id, job.token, JobState.FAILED, error=error)
            return None
        attempt = job.attempts + 1
        token = secrets.token_hex(16)
        message = "始めました" if attempt == 1 else "処理係が止まったため、初めからやり直しています"
        Job.objects.filter(pk=job_id).update(
            state=JobState.RUNNING,
            token=token,
            attempts=attempt,
            fraction=0.0,
            message=message,
            log=_with_line(job.log, 0.0, message),
            started_at=job.started_at or timezone.now(),
        )
        return Claim(job_id, token, attempt, kind)


def write_progress(job_id: UUID, token: str, fraction: float, message: str) -> None:
    """Store progress; raises ``JobCancelled`` or ``JobLost`` when the body must stop."""
    with transaction.atomic():
        job = hold(job_id, token)
        changes: dict[str, Any] = {"fraction": fraction}
        if message and message != job.message:
            changes |= {"message": message[:300], "log": _with_line(job.log, fraction, message[:300])}
        Job.objects.filter(pk=job_id).update(**changes)


def hold(job_id: UUID, token: str) -> Job:
    """The job, locked until the end of the caller's transaction.

    Raises ``JobLost`` when the token is no longer the job's, ``JobCancelled`` when it shall stop.
    """
    job = Job.objects.select_for_update().filter(pk=job_id, token=token, state=JobState.RUNNING).first()
    if job is None:
        raise JobLost(str(job_id))
    if job.cancel_requested:
        raise JobCancelled(str(job_id))
    return job


def may_go_on(job_id: UUID, token: str) -> bool:
    """Whether the holder of the token should continue."""
    return Job.objects.filter(pk=job_id, token=token, state=JobState.RUNNING, cancel_requested=False).exists()


def still_held(job_id: UUID, token: str) -> bool:
    """Whether the job is running under this token."""
    return Job.objects.filter(pk=job_id, token=token, state=JobState.RUNNING).exists()


def complete(job_id: UUID, token: str, result: dict[str, Any]) -> bool:
    """End the job with its result; ``False`` when the token is no longer the job's.

    Raises ``TypeError`` when the result is not JSON.
    """
    json.dumps(result)
    return _end(job_id, token, JobState.DONE, result=result, fraction=1.0)


def fail(job_id: UUID, token: str, error: str, detail: str = "") -> bool:
    """End the job with the reason; ``False`` when the token is no longer the job's."""
    return _end(job_id, token, JobState.FAILED, error=error, error_detail=detail[-DETAIL_CHARACTERS:])


def cancelled(job_id: UUID, token: str) -> bool:
    """End the job as stopped by a person; ``False`` when the token is no longer the job's."""
    return _end(job_id, token, JobState.CANCELLED)


def hand_back(job_id: UUID, token: str) -> bool:
    """Put the job back into the queue because its worker closes down; the attempt does not count."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, token=token, state=JobState.RUNNING).first()
        if job is None:
            return False
        message = "処理係の停止により、順番待ちに戻しました"
        return requeue(
            job,
            attempts=job.attempts - 1,
            message=message,
            log=_with_line(job.log, job.fraction, message),
        )


def requeue(job: Job, **changes: Any) -> bool:
    """Give the job a new workflow, unless its state or workflow has changed since ``job`` was read."""
    generation = job.generation + 1
    return bool(
        Job.objects.filter(pk=job.pk, state=job.state, generation=job.generation).update(
            state=JobState.QUEUED,
            generation=generation,
            workflow_id=workflow_name(job.pk, generation),
            enqueued_at=None,
            token="",
            fraction=0.0,
            **changes,
        )
    )


def _end(job_id: UUID, token: str, state: JobState, **changes: Any) -> bool:
    job = Job.objects.filter(pk=job_id, token=token, state__in=ACTIVE_STATES)
    changes.setdefault("message", "")
    return bool(job.update(state=state, finished_at=timezone.now(), token="", **changes))


def _with_line(log: list[dict[str, Any]], fraction: float, message: str) -> list[dict[str, Any]]:
    line = {"at": timezone.now().isoformat(), "fraction": fraction, "message": message}
    return [*log[-(LOG_LINES - 1) :], line]
