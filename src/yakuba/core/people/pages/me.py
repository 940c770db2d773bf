"""One's own page: what I may do, my sessions, my password, my second factor."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Deputy, User
from yakuba.core.people.pages.common import member
from yakuba.core.people.permissions import active_assignments, require_sign_in
from yakuba.core.people.services import end_sessions
from yakuba.core.people.signin.rules import has_second_factor, needs_second_factor


@require_GET
@require_sign_in
def me(request: HttpRequest) -> HttpResponse:
    """One's own page."""
    user: User = member(request)
    today = timezone.localdate()
    sessions = [
        {"session": session, "here": session.session_key == request.session.session_key}
        for session in UserSession.objects.purge_and_list(user)
    ]
    context = {
        "assignments": active_assignments(user, today),
        "sessions": sessions,
        "others": any(not entry["here"] for entry in sessions),
        "second_factor": has_second_factor(user),
        "second_factor_needed": needs_second_factor(user),
        "deputies": Deputy.objects.filter(approver=user, ended_at=None, ends_on__gte=today),
        "deputy_for": Deputy.objects.filter(deputy=user, ended_at=None, ends_on__gte=today),
    }
    return render(request, "people/me.html", context)


@require_POST
@require_sign_in
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth carries no types
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of mine but this one; asks who I am first (ASVS V7.5.2)."""
    user = member(request)
    ended = end_sessions(user, keep=request.session.session_key)
    record("people.sessions-ended", actor=user, target=f"user:{user.pk}", detail={"sessions": ended})
    messages.success(request, f"ほかの端末でのログインを終わらせました（{ended}件）。")
    return HttpResponseRedirect(reverse("people:me"))
