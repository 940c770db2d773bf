"""The officers' own words: write them, and see what waits for approval."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from yakuba.core.border.models import BorderTask, Statement
from yakuba.core.border.overview import system_name
from yakuba.core.border.services import BorderError, propose_statement
from yakuba.core.border.services.statements import statement_of
from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require_sign_in


@require_http_methods(["GET", "HEAD", "POST"])
@require_sign_in
def new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write a new text for the task's kind."""
    task = get_object_or_404(BorderTask, pk=pk)
    if not allowed(request.user, task.system, Role.OFFICER):
        raise PermissionDenied
    held = statement_of(task.system, task.kind)
    values = {
        "staff_part": "" if held is None else held.staff_part,
        "ai_part": "" if held is None else held.ai_part,
        "reason": "",
    }
    fault = ""
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        try:
            made = propose_statement(task.system, task.kind, by=request.user, **values)
        except (BorderError, ApprovalError) as refused:
            fault = str(refused)
        else:
            return redirect("border:statement", pk=made.pk)
    context = {"task": task, "system_name": system_name(task.system), "fault": fault, **values}
    return render(request, "border/statement_new.html", context, status=400 if fault else 200)


@require_safe
@require_sign_in
def show(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One text and where its approval stands."""
    statement = get_object_or_404(
        Statement.objects.select_related("written_by", "approved_by", "approval"), pk=pk
    )
    task = (
        BorderTask.objects.filter(system=statement.system, kind=statement.kind)
        .order_by("-created_at")
        .first()
    )
    context = {"statement": statement, "task": task, "system_name": system_name(statement.system)}
    return render(request, "border/statement.html", context)
