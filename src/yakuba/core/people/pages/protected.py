"""支援措置: seen by its managers and, each their own, by the named officers. Nobody else."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yakuba.core.audit.services import record
from yakuba.core.people import protected
from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.forms import ProtectForm, ReasonForm
from yakuba.core.people.models import ProtectedAccess, ProtectedPerson, User
from yakuba.core.people.pages.common import member
from yakuba.core.people.permissions import require_sign_in
from yakuba.core.people.services import PeopleError


def _mine(user: User) -> QuerySet[ProtectedPerson]:
    found = ProtectedPerson.objects.filter(ended_at=None).prefetch_related("officers__user")
    if protected.is_manager(user):
        return found
    return found.filter(pk__in=ProtectedAccess.objects.filter(user=user, ended_at=None).values("protected"))


@require_http_methods(["GET", "POST"])
@never_cache
@require_sign_in
def listing(request: HttpRequest) -> HttpResponse:
    """The list; a manager can add to it. 403 for everybody else, whatever their role."""
    user = member(request)
    manager = protected.is_manager(user)
    found = list(_mine(user))
    if not (manager or found):
        raise PermissionDenied
    form = ProtectForm(request.POST or None)
    if request.method == "POST":
        if not manager:
            raise PermissionDenied
        if form.is_valid():
            data = form.cleaned_data
            try:
                protected.protect(
                    data["subject_kind"], data["subject_id"], officers=data["officers"], by=user
                )
            except PeopleError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "支援措置を登録しました。担当者だけに見えます。")
                return HttpResponseRedirect(reverse("people:protected"))
    record("protected.list-viewed", actor=user, target="protected", detail={"count": len(found)})
    rows = [
        {"one": one, "officers": [entry.user for entry in one.officers.all() if entry.ended_at is None]}
        for one in found
    ]
    context = {"rows": rows, "form": form, "is_manager": manager, "tab": "protected"}
    return render(request, "people/protected.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@require_sign_in
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One protected person: officers, leaves, and asking for one. 404 for everybody else."""
    user = member(request)
    one = get_object_or_404(_mine(user), pk=pk)
    form = ReasonForm(request.POST if request.POST.get("act") == "release" else None)
    if request.method == "POST":
        try:
            said = _act(request, one, form)
        except (PeopleError, ApprovalError) as error:
            messages.error(request, str(error))
            said = ""
        if said is not None:
            if said:
                messages.success(request, said)
            return HttpResponseRedirect(reverse("people:protected-one", args=[pk]))
    record("protected.viewed", actor=user, target=f"protected:{one.pk}", detail={"kind": one.subject_kind})
    context = {
        "one": one,
        "officers": one.officers.filter(ended_at=None).select_related("user"),
        "releases": [
            (protected.output_label(release.output), release)
            for release in one.releases.select_related("approval__requested_by", "approval__decided_by")
        ],
        "form": form,
        "is_manager": protected.is_manager(user),
        "is_named": protected.is_named(user, one),
        "tab": "protected",
    }
    return render(request, "people/protected_one.html", context)


def _act(request: HttpRequest, one: ProtectedPerson, form: ReasonForm) -> str | None:
    user = member(request)
    act = request.POST.get("act", "")
    if act == "release":
        if not form.is_valid():
            return None
        data = form.cleaned_data
        protected.request_release(one, data["output"], by=user, reason=data["reason"])
        return "出力の許可を依頼しました。"
    if act == "end":
        protected.request_end(one, by=user, reason=request.POST.get("reason", ""))
        return "終了を依頼しました。別の管理者が承認すると終わります。"
    if act == "name":
        number = request.POST.get("officer", "").strip()
        officer = User.objects.filter(username=number).first()
        if officer is None:
            raise PeopleError(f"担当者：「{number}」は登録されていません。職員番号を確かめてください。")
        protected.name_officer(one, officer, by=user)
        return f"{officer.name}さんを担当者にしました。"
    access = get_object_or_404(one.officers.filter(ended_at=None), pk=request.POST.get("access") or 0)
    protected.remove_officer(access, by=user)
    return f"{access.user.name}さんの担当を解除しました。"
