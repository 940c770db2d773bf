"""Jobs over REST. The site's API attaches the router and the authentication.

Each operation names the scope it needs in ``yakuba_scope``; ``request.user`` is the token's owner, and the
owner's roles apply as they do on the pages.
"""

# No ``from __future__ import annotations``: the paginated view's types must be real for django-ninja.
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.pagination import LimitOffsetPagination, paginate

from yakuba.core.jobs import services
from yakuba.core.jobs.access import may_steer, visible_jobs
from yakuba.core.jobs.models import Job, JobState

router = Router(tags=["jobs"])
F = TypeVar("F", bound=Callable[..., Any])


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


def scope(name: str) -> Callable[[F], F]:
    """Note which scope a token needs for the operation."""

    def mark(view: F) -> F:
        view.yakuba_scope = name  # type: ignore[attr-defined]  # read by the site's API
        return view

    return mark


@router.get("/jobs", response=list[JobOut], summary="List jobs, newest first")
@paginate(LimitOffsetPagination)
@scope("jobs:read")
def list_jobs(request: HttpRequest, state: JobState | None = None, kind: str | None = None) -> QuerySet[Job]:
    """The jobs of the systems that the token's owner may see."""
    jobs = visible_jobs(request.user)
    if state is not None:
        jobs = jobs.filter(state=state)
    return jobs if kind is None else jobs.filter(kind=kind)


@router.get("/jobs/{uuid:job_id}", response=JobOut, summary="One job")
@scope("jobs:read")
def get_job(request: HttpRequest, job_id: UUID) -> Job:
    """State, progress and result of one job; 404 when it is not the caller's to see."""
    return get_object_or_404(visible_jobs(request.user), pk=job_id)


@router.post("/jobs/{uuid:job_id}/cancel", response=JobOut, summary="Stop a job")
@scope("jobs:write")
def cancel_job(request: HttpRequest, job_id: UUID) -> Job:
    """Stops a waiting job at once and a running one at its next step; a job that has ended stays as it is."""
    job = get_object_or_404(visible_jobs(request.user), pk=job_id)
    if not may_steer(request.user, job):
        raise HttpError(403, "この処理を取り消すには、その業務の担当の権限が必要です。")
    services.cancel(job, request.user)
    return job
