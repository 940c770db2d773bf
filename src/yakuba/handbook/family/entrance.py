"""The way in and out: sign-in, the registration code of a letter, signing out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yakuba.core.people.signin.lockout import client_address
from yakuba.core.ui import resident_dates
from yakuba.handbook.family import forms, session
from yakuba.handbook.family.frame import show
from yakuba.handbook.services.families import entry
from yakuba.handbook.services.families.accounts import secured
from yakuba.handbook.services.families.errors import Gone, Locked, Wrong

PASSKEYS_HERE = (
    "accelerometer=(), autoplay=(), camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


@session.private
@sensitive_post_parameters("login", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign-in by name and password, with links to the other ways in."""
    after = _after(request)
    if request.method != "POST":
        if session.current_account(request) is not None:
            return HttpResponseRedirect(after)
        return _sign_in_form(request)
    name = forms.text(request, "login")
    try:
        account = entry.sign_in(
            name, request.POST.get("password", "")[:1000], client_address(request), timezone.now()
        )
    except Wrong:
        return _sign_in_form(request, wrong=True, name=name, status=422)
    except Locked as locked:
        return locked_page(request, locked)
    response = HttpResponseRedirect(after)
    session.sign_in(request, response, account, kept="keep" in request.POST)
    return response


def _sign_in_form(
    request: HttpRequest, *, wrong: bool = False, name: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "wrong": wrong,
        "name": name,
        "next": (request.POST.get("next") or request.GET.get("next", ""))[:500],
        "idle": "idle" in request.GET,
        "left": "left" in request.GET,
        "deleted": "deleted" in request.GET,
    }
    response = show(request, "sign_in.html", context, status=status)
    response.headers["Permissions-Policy"] = PASSKEYS_HERE
    return response


def _after(request: HttpRequest) -> str:
    return after_sign_in((request.POST.get("next") or request.GET.get("next", ""))[:500])


def after_sign_in(wanted: str) -> str:
    """The page that was asked for before signing in, if it is one of this place; else the children."""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("handbook_family:children")


@session.private
@sensitive_post_parameters("code", "year", "month", "day")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The registration code of the letter: a new account, or one more child for the signed-in one."""
    if request.method != "POST":
        return _code_form(request)
    account = session.current_account(request)
    given = {name: forms.text(request, name) for name in ("code", "year", "month", "day")}
    try:
        entered = entry.enter_by_code(
            given["code"],
            forms.day_in_lists(request),
            client_address(request),
            timezone.now(),
            account=account,
            language=get_language() or "ja",
        )
    except Wrong:
        return _code_form(request, given, status=422)
    except Locked as locked:
        return locked_page(request, locked)
    except Gone as gone:
        return show(request, "gone.html", {"why": gone.why}, status=410)
    if secured(entered.account):
        response = HttpResponseRedirect(reverse("handbook_family:timeline", args=[entered.child.reference]))
    else:
        response = HttpResponseRedirect(reverse("handbook_family:secure") + "?new")
    if entered.new:
        session.sign_in(request, response, entered.account)
    return response


def _code_form(request: HttpRequest, given: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    year = timezone.localdate().year
    years = resident_dates.years(year + forms.YEARS_AHEAD, year - forms.YEARS_BACK, get_language() or "ja")
    context = {
        "years": [(str(one), text) for one, text in years],
        "months": [str(one) for one in range(1, 13)],
        "days": [str(one) for one in range(1, 32)],
        "given": given or {},
        "wrong": given is not None,
    }
    return show(request, "code.html", context, status=status)


def locked_page(request: HttpRequest, locked: Locked) -> HttpResponse:
    """Too many failures: until when."""
    until = None if locked.until is None else timezone.localtime(locked.until)
    response = show(request, "locked.html", {"until": until}, status=429)
    if until is not None:
        response.headers["Retry-After"] = str(max(1, int((until - timezone.now()).total_seconds())))
    return response


@session.private
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of this device; a link to here ends nothing."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("handbook_family:entry"))
    response = HttpResponseRedirect(reverse("handbook_family:entry") + "?left")
    session.sign_out(request, response)
    return response
