"""Who sees a child, invitations, and taking one."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.core.people.signin.lockout import client_address
from yakuba.handbook.family import forms, session
from yakuba.handbook.family.children_pages import held_child
from yakuba.handbook.family.entrance import locked_page
from yakuba.handbook.family.faults import faults_of
from yakuba.handbook.family.frame import show
from yakuba.handbook.family.session import account_of, family_page
from yakuba.handbook.models import Guardian
from yakuba.handbook.services.families import children, sharing
from yakuba.handbook.services.families.accounts import secured
from yakuba.handbook.services.families.errors import BadField, Gone, Locked, Repeated, Wrong

LONGEST_KEY = 64


@require_safe
@family_page
def sharing_page(request: HttpRequest, child: str) -> HttpResponse:
    """Who sees this child."""
    return _page(request, held_child(request, child))


def _page(
    request: HttpRequest, held: Guardian, *, code: str = "", error: BadField | None = None
) -> HttpResponse:
    now = timezone.now()
    context = {
        "people": held.child.guardians.filter(ended_at=None).select_related("account").order_by("since"),
        "me": account_of(request).pk,
        "open": sharing.open_invitations(held.child, now) if held.role == children.OWNER else [],
        "code": code,
        "key": secrets.token_urlsafe(24),  # of the form: sent twice, it makes one invitation
        "faults": faults_of(error),
        "ended": "ended" in request.GET,
    }
    status = 200 if error is None else 422
    return show(request, "sharing.html", context, held=held, tab="sharing", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def invite(request: HttpRequest, child: str) -> HttpResponse:
    """Make an invitation; its code is on this answer alone. A link to here (another language) makes none.

    The same form again (a second tap, a request that the network repeats) shows the same invitation.
    """
    held = held_child(request, child, children.OWNER)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("handbook_family:sharing", args=[child]))
    try:
        role, key = forms.text(request, "role", 8), forms.text(request, "key", LONGEST_KEY)
        _, code = sharing.invite(held.child, role, account_of(request), timezone.now(), key=key)
    except Repeated:
        return HttpResponseRedirect(reverse("handbook_family:sharing", args=[child]))
    except BadField as error:
        return _page(request, held, error=error)
    return _page(request, held, code=code)


@require_POST
@family_page
def revoke(request: HttpRequest, child: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    held = held_child(request, child, children.OWNER)
    sharing.revoke(held.child, pk, timezone.now())
    return HttpResponseRedirect(reverse("handbook_family:sharing", args=[child]) + "?ended")


@require_POST
@family_page
def end(request: HttpRequest, child: str, pk: int) -> HttpResponse:
    """End somebody's sharing or one's own."""
    held = held_child(request, child)
    sharing.end(held.child, pk, account_of(request), timezone.now())
    if held.pk == pk:
        return HttpResponseRedirect(reverse("handbook_family:children") + "?all")
    return HttpResponseRedirect(reverse("handbook_family:sharing", args=[child]) + "?ended")


@session.private
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Take an invitation: a new account, or one more child for the signed-in one."""
    if request.method != "POST":
        return show(request, "invitation.html", {"code": "", "wrong": False})
    typed = forms.text(request, "code")
    try:
        entered = sharing.accept(
            typed,
            client_address(request),
            timezone.now(),
            account=session.current_account(request),
            language=get_language() or "ja",
        )
    except Wrong:
        return show(request, "invitation.html", {"code": typed, "wrong": True}, status=422)
    except Locked as locked:
        return locked_page(request, locked)
    except Gone as gone:
        return show(request, "invitation_gone.html", {"why": gone.why}, status=410)
    if secured(entered.account):
        response = HttpResponseRedirect(reverse("handbook_family:timeline", args=[entered.child.reference]))
    else:
        response = HttpResponseRedirect(reverse("handbook_family:secure") + "?new")
    if entered.new:
        session.sign_in(request, response, entered.account)
    return response
