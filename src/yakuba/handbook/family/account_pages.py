"""One's own account: how to sign in, devices, name and language, leaving for good."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.handbook.family import forms, session
from yakuba.handbook.family.faults import Faults, faults_of
from yakuba.handbook.family.frame import child_name, show
from yakuba.handbook.family.session import account_of, family_page
from yakuba.handbook.services.families import accounts
from yakuba.handbook.services.families.errors import BadField
from yakuba.handbook.services.families.rules import in_use

LONGEST = 1000  # characters taken of a password


def _password(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")[:LONGEST]


@require_safe
@family_page
def account(request: HttpRequest) -> HttpResponse:
    """Everything about the account."""
    return _account_page(request)


def _account_page(
    request: HttpRequest, error: BadField | None = None, *, form: str = "", status: int = 200
) -> HttpResponse:
    mine = account_of(request)
    running = session.current_session(request)
    context = {
        "devices": [(one, running is not None and one.pk == running.pk) for one in mine.sessions.all()],
        "passkeys": mine.passkeys,
        "faults": faults_of(error, {"name": gettext("How your family calls you")}),
        "form": form,
        "given": request.POST if error else {"name": mine.name, "language": mine.language},
        "choices": settings.LANGUAGES,
        "saved": "saved" in request.GET or "passkey" in request.GET,
        "alone": [child_name(one) for one in accounts.alone_with(mine)],
    }
    return show(request, "account.html", context, status=status)


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def secure(request: HttpRequest) -> HttpResponse:
    """Choose a sign-in name and a password, or a passkey."""
    mine = account_of(request)
    if mine.password:
        return HttpResponseRedirect(reverse("handbook_family:account"))
    faults = Faults()
    if request.method == "POST":
        try:
            accounts.choose_password(
                mine,
                forms.text(request, "login"),
                _password(request, "password"),
                _password(request, "again"),
                timezone.now(),
                keep=session.secret_of(request),
            )
            return HttpResponseRedirect(reverse("handbook_family:children"))
        except BadField as error:
            faults = faults_of(error)
    context = {
        "faults": faults,
        "name": forms.text(request, "login"),
        "new": "new" in request.GET,
        "securing": True,
        "passkeys": mine.passkeys,
    }
    return show(request, "secure.html", context, status=422 if faults else 200)


@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password; the other devices are signed out."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("handbook_family:account"))
    try:
        accounts.change_password(
            account_of(request),
            _password(request, "old"),
            _password(request, "password"),
            _password(request, "again"),
            keep=session.secret_of(request),
        )
    except BadField as error:
        return _account_page(request, error, form="password", status=422)
    return HttpResponseRedirect(reverse("handbook_family:account") + "?saved")


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def rename(request: HttpRequest) -> HttpResponse:
    """One's own name and the language of reminders."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("handbook_family:account"))
    try:
        accounts.rename(account_of(request), forms.text(request, "name"), forms.text(request, "language", 16))
    except BadField as error:
        return _account_page(request, error, form="name", status=422)
    return HttpResponseRedirect(reverse("handbook_family:account") + "?saved")


@require_POST
@family_page
def end_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out another device."""
    accounts.end_session(account_of(request), pk)
    return HttpResponseRedirect(reverse("handbook_family:account") + "?saved")


def _not_sure() -> Faults:
    label = gettext("I want to delete my account.")
    return Faults({"sure": gettext("Please tick the box first.")}, {"sure": label})


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def delete(request: HttpRequest) -> HttpResponse:
    """Leave for good; the page before says what goes along."""
    mine = account_of(request)
    missing = request.method == "POST" and "sure" not in request.POST
    if request.method != "POST" or missing:
        alone = accounts.alone_with(mine)
        context = {
            "gone": [child_name(one) for one in alone if not one.from_register],
            "kept": [child_name(one) for one in alone if one.from_register],
            "faults": _not_sure() if missing else Faults(),
        }
        return show(request, "account_delete.html", context, status=422 if missing else 200)
    accounts.delete_account(mine, timezone.now())
    response = HttpResponseRedirect(reverse("handbook_family:entry") + "?deleted")
    session.forget(response)
    return response


@require_safe
@family_page
def rules(request: HttpRequest) -> HttpResponse:
    """The rule book: its version, who confirmed it, every source."""
    found = in_use()
    context = {
        "rules": found,
        "signed": found.signed_on(timezone.localdate()),
        "sources": [(key, one) for key, one in found.book.sources.items()],
    }
    return show(request, "rules.html", context)
