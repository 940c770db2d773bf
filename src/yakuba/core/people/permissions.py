"""Who may do what: the one place that answers it.

``system`` is a system key such as ``"nursery"``; ``None`` stands for the installation itself
(accounts, settings, audit), which only admins manage.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from yakuba.core.people.models import Assignment, Role

P = ParamSpec("P")

SIGNED_IN = "signed-in"  # stands for a system in ``yakuba_permission``: any member of staff

_RANK = {Role.VIEWER: 1, Role.OFFICER: 2, Role.APPROVER: 3}


def active_assignments(user: Any, on: date) -> list[Assignment]:
    """The person's assignments in force on a day; none for a disabled account."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    return list(
        Assignment.objects.filter(user=user, starts_on__lte=on)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .select_related("department")
    )


def allowed(user: Any, system: str | None, role: Role, *, on: date | None = None) -> bool:
    """Whether the person holds ``role`` (or a higher one) for the system on a day (today)."""
    day = on or timezone.localdate()
    for assignment in active_assignments(user, day):
        held = Role(assignment.role)
        if system is None or role is Role.ADMIN:
            if held is Role.ADMIN:
                return True
        elif system in assignment.department.systems and held in _RANK and _RANK[held] >= _RANK[role]:
            return True
    return False


def require(
    system: str | None, role: Role
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Guard a page: sign-in first, then the role; 403 when it is missing."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not allowed(request.user, system, role):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.yakuba_permission = (system, role)  # type: ignore[attr-defined]  # read by the URL test
        return guarded

    return decorate


def require_sign_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Guard a page that every member of staff may open (one's own account, what waits for me).

    The page itself answers what of its content the person may see.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.yakuba_permission = (SIGNED_IN, None)  # type: ignore[attr-defined]  # read by the URL test
    return guarded
