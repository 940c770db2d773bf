"""Staff pages of jobs: the list, one job, and the live parts that htmx asks for again and again."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.jobs import services
from yakuba.core.jobs.access import may_steer, staff_page, visible_jobs
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.registry import kind_named

PAGE_SIZE = 50


@staff_page
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The jobs of the person's systems, newest first."""
    mine = visible_jobs(request.user)
    kinds = sorted(mine.order_by().values_list("kind", "label").distinct())
    state = request.GET.get("state", "")
    kind = request.GET.get("kind", "")
    shown = mine
    if state in JobState.values:
        shown = shown.filter(state=state)
    if kind:
        shown = shown.filter(kind=kind)
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": [_steerable(request, job) for job in page],
        "page": page,
        "states": JobState.choices,
        "kinds": dict(kinds).items(),
        "state": state,
        "kind": kind,
        "filtered": bool(state or kind),
    }
    return render(request, "jobs/index.html", context)


@staff_page
@require_GET
def row(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One row of the list, as it stands now."""
    return render(request, "jobs/_row.html", _steerable(request, _visible(request, job_id)))


@staff_page
@require_GET
def detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job: where it stands, what it said, what it gave."""
    context = _steerable(request, _visible(request, job_id))
    template = "jobs/_detail.html" if _asked_by_htmx(request) else "jobs/detail.html"
    return render(request, template, context)


@staff_page
@require_GET
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The live progress that other pages include; leads on when the job is done."""
    job = _visible(request, job_id)
    target = _local(request.GET.get("next", "")) or target_of(job)
    response = render(request, "jobs/_progress.html", {"job": job, "next": target})
    if job.state == JobState.DONE and target and _asked_by_htmx(request):
        response["HX-Redirect"] = target
    return response


@staff_page
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Stop a job, and go back to the page that was named as ``next``."""
    job = _steered(request, job_id)
    services.cancel(job, request.user)
    return redirect(_local(request.POST.get("next", "")) or reverse("jobs:detail", args=[job.pk]))


@staff_page
@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Queue a failed job again."""
    job = _steered(request, job_id)
    services.retry(job, request.user)
    return redirect("jobs:detail", job_id=job.pk)


def target_of(job: Job) -> str:
    """Where the result of a finished job is seen; ``""`` when its kind names no place."""
    kind = kind_named(job.kind)
    if job.state != JobState.DONE or kind is None or kind.url is None:
        return ""
    return kind.url(job)


def _visible(request: HttpRequest, job_id: UUID) -> Job:
    return get_object_or_404(visible_jobs(request.user), pk=job_id)


def _steered(request: HttpRequest, job_id: UUID) -> Job:
    job = _visible(request, job_id)
    if not may_steer(request.user, job):
        raise PermissionDenied
    return job


def _steerable(request: HttpRequest, job: Job) -> dict[str, object]:
    steer = may_steer(request.user, job)
    return {
        "job": job,
        "may_cancel": steer and not job.is_final and not job.cancel_requested,
        "may_retry": steer and job.state == JobState.FAILED,
        "may_steer": steer,
        "target": target_of(job),
        "url": reverse("jobs:detail", kwargs={"job_id": job.pk}),
    }


def _asked_by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _local(url: str) -> str:
    """The address when it lies on this site, else nothing."""
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""
