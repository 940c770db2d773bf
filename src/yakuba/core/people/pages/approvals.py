"""What waits for my decision, what was decided, and my deputies."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people import approval as primitive
from yakuba.core.people import deputies
from yakuba.core.people.forms import DeputyForm
from yakuba.core.people.models import Approval, Deputy
from yakuba.core.people.pages.common import member
from yakuba.core.people.permissions import require_sign_in
from yakuba.core.people.services import PeopleError

HISTORY = 100


def _shown(approvals: list[Approval]) -> list[dict[str, object]]:
    return [
        {"approval": one, "label": primitive.label_of(one.kind), "subject": primitive.subject_of(one)}
        for one in approvals
    ]


@require_GET
@require_sign_in
def inbox(request: HttpRequest) -> HttpResponse:
    """What I can decide now, what I asked for, and what I decided or had decided in my name."""
    user = member(request)
    mine = Approval.objects.filter(requested_by=user).select_related(
        "requested_by", "decided_by", "on_behalf_of"
    )
    done = Approval.objects.filter(Q(decided_by=user) | Q(on_behalf_of=user)).exclude(requested_by=user)
    context = {
        "waiting": _shown(primitive.waiting_for(user)),
        "asked": _shown(list(mine[:HISTORY])),
        "done": _shown(list(done.select_related("requested_by", "decided_by", "on_behalf_of")[:HISTORY])),
        "tab": "approvals",
    }
    return render(request, "people/approvals.html", context)


@require_http_methods(["GET", "POST"])
@require_sign_in
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its consequences, and the decision."""
    user = member(request)
    approval = get_object_or_404(
        Approval.objects.select_related("requested_by", "decided_by", "on_behalf_of"), pk=pk
    )
    if not primitive.may_see(approval, user):
        raise PermissionDenied
    error = ""
    if request.method == "POST":
        try:
            said = _act(request, approval)
        except primitive.ApprovalError as refused:
            error = str(refused)
            approval.refresh_from_db()
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("people:approvals"))
    barred, principal = "", None
    try:
        principal = primitive.power_over(approval, user)
    except primitive.ApprovalError as refused:
        barred = str(refused)
    context = {
        "approval": approval,
        "label": primitive.label_of(approval.kind),
        "consequences": primitive.consequences_of(approval),
        "place": primitive.place_of(approval),
        "open": approval.state == Approval.State.WAITING,
        "barred": barred,
        "principal": principal,
        "is_mine": approval.requested_by_id == user.pk,
        "error": error,
        "note": request.POST.get("note", ""),
        "tab": "approvals",
    }
    return render(request, "people/approval.html", context, status=409 if error else 200)


def _act(request: HttpRequest, approval: Approval) -> str:
    user = member(request)
    act = request.POST.get("act", "")
    if act == "withdraw":
        primitive.withdraw(approval, by=user)
        return "依頼を取り下げました。"
    if act not in ("approve", "refuse"):
        raise primitive.ApprovalError("承認するか差し戻すかを選んでください。")
    primitive.decide(approval, by=user, approve=act == "approve", note=request.POST.get("note", ""))
    return "承認しました。" if act == "approve" else "差し戻しました。"


@require_http_methods(["GET", "POST"])
@require_sign_in
def deputy_list(request: HttpRequest) -> HttpResponse:
    """My deputies, and for whom I stand in."""
    user = member(request)
    today = timezone.localdate()
    form = DeputyForm(request.POST or None, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            deputies.name_deputy(user, data.pop("deputy"), **data)
        except PeopleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "代決者を指定しました。")
            return HttpResponseRedirect(reverse("people:deputies"))
    context = {
        "form": form,
        "mine": Deputy.objects.filter(approver=user).select_related("deputy")[:HISTORY],
        "for_others": Deputy.objects.filter(deputy=user, ended_at=None, ends_on__gte=today).select_related(
            "approver"
        ),
        "is_approver": deputies.is_approver(user),
        "today": today,
        "tab": "deputies",
    }
    return render(request, "people/deputies.html", context)


@require_POST
@require_sign_in
def deputy_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a deputy back."""
    named = get_object_or_404(Deputy, pk=pk, approver=member(request))
    try:
        deputies.end_deputy(named, by=member(request))
        messages.success(request, "代決の指定を取り消しました。")
    except PeopleError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people:deputies"))
