"""Which jobs a person may see and stop: those of the systems that the person works with.

Jobs of the installation itself (system ``""``) are the admins'. A job that a person may not see does not
exist for that person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from yakuba.core.jobs.models import Job
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import active_assignments, allowed

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ANY_SYSTEM = "*"  # in ``yakuba_permission``: the page itself limits what it shows to the person's systems


def visible_systems(user: Any) -> set[str]:
    """The system keys whose jobs the person may see."""
    keys: set[str] = set()
    for assignment in active_assignments(user, timezone.localdate()):
        keys |= {""} if assignment.role == Role.ADMIN else set(assignment.department.systems)
    return keys


def visible_jobs(user: Any) -> QuerySet[Job]:
    """The jobs that the person may see."""
    return Job.objects.filter(system__in=visible_systems(user)).select_related("created_by")


def may_steer(user: Any, job: Job) -> bool:
    """Whether the person may stop or repeat the job: an officer (担当) of its system."""
    if job.system == "":
        return allowed(user, None, Role.ADMIN)
    return allowed(user, job.system, Role.OFFICER)


def staff_page(view: View[P]) -> View[P]:
    """Guard a page: sign-in, then at least one role in force; the view filters by ``visible_jobs``."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not visible_systems(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.yakuba_permission = (ANY_SYSTEM, Role.VIEWER)  # type: ignore[attr-defined]  # read by the URL test
    return guarded
