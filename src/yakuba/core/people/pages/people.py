"""People and departments, for admins."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people import services
from yakuba.core.people.forms import DepartmentForm, PersonForm
from yakuba.core.people.models import Approval, Assignment, Department, Role, User
from yakuba.core.people.pages.common import member
from yakuba.core.people.permissions import require
from yakuba.core.people.signin.rules import has_second_factor

SORTS = {"number": "username", "name": "kana", "joined": "date_joined", "seen": "last_login"}
PER_PAGE = 50

admin_only = require(None, Role.ADMIN)


def _filtered(request: HttpRequest) -> QuerySet[User]:
    today = timezone.localdate()
    people = User.objects.all()
    words = request.GET.get("q", "").split()
    for word in words:
        people = people.filter(
            Q(username__icontains=word) | Q(name__icontains=word) | Q(kana__icontains=word)
        )
    running = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
    department = request.GET.get("department", "")
    role = request.GET.get("role", "")
    if department or role:
        if department:
            running = running.filter(department__code=department)
        if role:
            running = running.filter(role=role)
        people = people.filter(pk__in=running.values("user"))
    state = request.GET.get("state", "")
    if state in ("active", "stopped"):
        people = people.filter(is_active=state == "active")
    sort = request.GET.get("sort", "number")
    column = SORTS.get(sort.removeprefix("-"), "username")
    return people.order_by(f"-{column}" if sort.startswith("-") else column, "username")


def _held_now(users: list[User]) -> dict[int, list[Assignment]]:
    today = timezone.localdate()
    held: dict[int, list[Assignment]] = {user.pk: [] for user in users}
    running = Assignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, user__in=users
    )
    for one in running.select_related("department"):
        held[one.user_id].append(one)
    return held


@require_GET
@admin_only
def people_list(request: HttpRequest) -> HttpResponse:
    """Search, sort, filter."""
    page = Paginator(_filtered(request), PER_PAGE).get_page(request.GET.get("page"))
    users = list(page.object_list)
    held = _held_now(users)
    sort = request.GET.get("sort", "number")
    query = request.GET.copy()
    for name in ("page", "sort"):
        query.pop(name, None)
    columns = [
        {
            "label": label,
            "sort": f"-{key}" if sort == key else key,
            "order": {key: "ascending", f"-{key}": "descending"}.get(sort, "none"),
        }
        for key, label in (("number", "職員番号"), ("name", "氏名"), ("seen", "最後のログイン"))
    ]
    context = {
        "page": page,
        "rows": [{"user": user, "held": held[user.pk]} for user in users],
        "departments": Department.objects.all(),
        "roles": Role.choices,
        "columns": columns,
        "query": query.urlencode(),
        "sort": sort,
        "total": User.objects.count(),
        "tab": "people",
    }
    return render(request, "people/list.html", context)


@require_http_methods(["GET", "POST"])
@admin_only
def person_add(request: HttpRequest) -> HttpResponse:
    """A new account; the page of the person then offers the one-time code."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        data["role"] = Role(data["role"]) if data["role"] else None
        user = services.add_person(data.pop("username"), data.pop("name"), **data, by=member(request))
        messages.success(
            request, f"{user.name}さんを登録しました。続けて再設定コードを発行し、本人に渡してください。"
        )
        return HttpResponseRedirect(reverse("people:person", args=[user.pk]))
    return render(request, "people/add.html", {"form": form, "tab": "people"})


@require_GET
@never_cache
@admin_only
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: assignments in time, state, and what an admin can do."""
    shown = get_object_or_404(User, pk=pk)
    return render(request, "people/person.html", _person_context(shown, member(request)))


def _person_context(shown: User, viewer: User) -> dict[str, Any]:
    today = timezone.localdate()
    failures = AccessAttempt.objects.filter(
        username=shown.username, attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME
    )
    return {
        "shown": shown,
        "assignments": [
            {
                "one": one,
                "when": "done"
                if one.ends_on and one.ends_on < today
                else ("" if one.starts_on > today else "next"),
            }
            for one in shown.assignments.select_related("department")
        ],
        "locked": any(one.failures_since_start >= settings.AXES_FAILURE_LIMIT for one in failures),
        "second_factor": has_second_factor(shown),
        "sessions": UserSession.objects.filter(user=shown).count(),
        "waiting": Approval.objects.filter(requested_by=shown, state=Approval.State.WAITING).count(),
        "code": shown.reset_codes.filter(closed_at=None, expires_at__gt=timezone.now()).first(),
        "is_me": shown.pk == viewer.pk,
        "tab": "people",
    }


def _disable(user: User, by: User) -> str:
    services.disable(user, by=by)
    return f"{user.name}さんの利用を止めました。"


def _enable(user: User, by: User) -> str:
    services.enable(user, by=by)
    return f"{user.name}さんの利用を再開しました。"


def _unlock(user: User, by: User) -> str:
    services.unlock(user, by=by)
    return f"{user.name}さんのログインの停止を解除しました。"


def _remove_factor(user: User, by: User) -> str:
    services.remove_second_factor(user, by=by)
    return f"{user.name}さんの二段階認証を解除しました。"


def _sign_out(user: User, by: User) -> str:
    return f"{user.name}さんのログイン中の端末 {services.sign_out(user, by=by)}台での利用を終わらせました。"


ACTS = {
    "disable": _disable,
    "enable": _enable,
    "unlock": _unlock,
    "remove-factor": _remove_factor,
    "sign-out": _sign_out,
}


@require_POST
@admin_only
def person_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Disable, enable, unlock, remove the second factor, end the sessions."""
    shown = get_object_or_404(User, pk=pk)
    try:
        messages.success(request, ACTS[act](shown, member(request)))
    except services.PeopleError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people:person", args=[pk]))


@require_POST
@never_cache
@admin_only
def person_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a one-time code and show it, once: the answer is not stored anywhere."""
    shown = get_object_or_404(User, pk=pk)
    try:
        code = services.issue_reset_code(shown, by=member(request))
    except services.PeopleError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("people:person", args=[pk]))
    issued = shown.reset_codes.get(closed_at=None)
    return render(
        request, "people/code.html", {"shown": shown, "code": code, "issued": issued, "tab": "people"}
    )


@require_GET
@admin_only
def departments(request: HttpRequest) -> HttpResponse:
    """Every department with its systems and how many people it has today."""
    today = timezone.localdate()
    rows = [
        {
            "department": department,
            "people": department.assignments.filter(
                Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, user__is_active=True
            )
            .values("user")
            .distinct()
            .count(),
        }
        for department in Department.objects.all()
    ]
    return render(request, "people/departments.html", {"rows": rows, "tab": "departments"})


@require_http_methods(["GET", "POST"])
@admin_only
def department_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a department; its systems decide what its people may open."""
    department = get_object_or_404(Department, pk=pk) if pk is not None else None
    form = DepartmentForm(request.POST or None, instance=department)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            detail = {"code": saved.code, "systems": saved.systems}
            record(
                "people.department-saved",
                actor=member(request),
                target=f"department:{saved.pk}",
                detail=detail,
            )
        messages.success(request, f"{saved.name}を保存しました。")
        return HttpResponseRedirect(reverse("people:departments"))
    context = {"form": form, "department": department, "tab": "departments"}
    return render(request, "people/department.html", context)
