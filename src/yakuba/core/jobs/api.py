"""``/api/v1/jobs``. A token sees and steers the jobs of those systems that its other scopes open."""

# No ``from __future__ import annotations``: the paginated view's types must be real for django-ninja.
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import Field

from yakuba.core.jobs import services
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.tokens.auth import Token, actor

router = Router(tags=["jobs"])


class JobOut(Schema):
    """One job."""

    id: UUID
    kind: str
    label: str
    system: str
    state: JobState
    fraction: float
    message: str
    result: dict[str, Any] | None
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    attempts: int


class Pages(LimitOffsetPagination):
    """Pages whose bounds every database can hold."""

    class Input(Schema):
        """At most 500 rows at once, from any place that a table can have."""

        limit: int = Field(100, ge=1, le=500)
        offset: int = Field(0, ge=0, le=10**9)


READ = Token("jobs:read")
WRITE = Token("jobs:write")


def _systems(request: HttpRequest, act: str) -> list[str]:
    """The systems whose cases the token may read or write: a job is seen by whoever may see its system."""
    scopes: list[str] = request.auth.scopes  # type: ignore[attr-defined]  # set by Token
    return [scope.split(":")[0] for scope in scopes if scope.endswith(f":{act}")]


@router.get("", response=list[JobOut], auth=READ, summary="処理の一覧（新しい順）")
@paginate(Pages)
def list_jobs(request: HttpRequest, state: JobState | None = None, kind: str | None = None) -> QuerySet[Job]:
    """The jobs of the systems that the token may read."""
    jobs = Job.objects.filter(system__in=_systems(request, "read"))
    if state is not None:
        jobs = jobs.filter(state=state)
    return jobs if kind is None else jobs.filter(kind=kind.replace("\0", ""))


@router.get("/{uuid:job_id}", response=JobOut, auth=READ, summary="1つの処理")
def get_job(request: HttpRequest, job_id: UUID) -> Job:
    """State, progress and result of one job; 404 when it is not the token's to see."""
    return get_object_or_404(Job, pk=job_id, system__in=_systems(request, "read"))


@router.post("/{uuid:job_id}/cancel", response=JobOut, auth=WRITE, summary="処理を取り消す")
def cancel_job(request: HttpRequest, job_id: UUID) -> Job:
    """Stops a waiting job at once and a running one at its next step; a job that has ended stays as it is."""
    job = get_object_or_404(Job, pk=job_id, system__in=_systems(request, "write"))
    services.cancel(job, actor(request))
    return job
