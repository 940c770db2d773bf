"""Who is signed in to the families' pages, and the guard around each of them.

``current_account(request)`` for any page of the resident side; ``@family_page`` for pages that need a
signed-in adult: everybody else is led to the entrance, nothing is stored by browsers or proxies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from yakuba.handbook.models import FamilyAccount, FamilySession
from yakuba.handbook.services.families import sessions
from yakuba.handbook.services.families.errors import NotAllowed

View = Callable[..., HttpResponse]  # of a request and the parts of its address


def cookie_name() -> str:
    """With HTTPS the name binds the cookie to this host, the whole of it and encryption (RFC 6265bis)."""
    return "__Host-yakuba_handbook" if settings.SESSION_COOKIE_SECURE else "yakuba_handbook"


def secret_of(request: HttpRequest) -> str:
    """The secret that the browser holds; empty for none."""
    return request.COOKIES.get(cookie_name(), "")[:200]


def current_session(request: HttpRequest) -> FamilySession | None:
    """The running session of this browser; asked for once a request."""
    if not hasattr(request, "family_session"):
        found = sessions.current(secret_of(request), timezone.now())
        request.family_session = found  # type: ignore[attr-defined]  # kept for the rest of the request
    session: FamilySession | None = request.family_session  # type: ignore[attr-defined]  # set above
    return session


def current_account(request: HttpRequest) -> FamilyAccount | None:
    """The adult who is signed in, or ``None``."""
    session = current_session(request)
    return None if session is None else session.account


def account_of(request: HttpRequest) -> FamilyAccount:
    """The adult of a page behind ``family_page``. ``Http404`` where nobody is signed in."""
    account = current_account(request)
    if account is None:
        raise Http404
    return account


def private(view: View) -> View:
    """Keep a page out of every store: browsers in libraries, proxies, the back button after signing out."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def family_page(view: View) -> View:
    """A page for signed-in adults. What is not theirs does not exist for them (404)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if current_account(request) is None:
            return to_entry(request)
        try:
            return view(request, *args, **kwargs)
        except NotAllowed:
            raise Http404 from None

    return never_cache(private(guarded))


def to_entry(request: HttpRequest) -> HttpResponse:
    """The way to the entrance, and from there back to the page that was asked for."""
    asked: dict[str, Any] = {"next": request.get_full_path()} if request.method == "GET" else {}
    if secret_of(request):
        asked["idle"] = "1"
    address = reverse("handbook_family:entry")
    return HttpResponseRedirect(f"{address}?{urlencode(asked)}" if asked else address)


def sign_in(
    request: HttpRequest, response: HttpResponse, account: FamilyAccount, *, kept: bool = False
) -> None:
    """Begin a session in this browser; one that ran before ends."""
    now = timezone.now()
    if before := secret_of(request):
        sessions.leave(before)
    secret = sessions.begin(account, device_of(request), now, kept=kept)
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(sessions.KEPT_LONGEST.total_seconds()) if kept else None,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    _in_own_language(request, response, account)


def _in_own_language(request: HttpRequest, response: HttpResponse, account: FamilyAccount) -> None:
    """On a device where nobody chose a language yet, the account's own."""
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or account.language not in dict(settings.LANGUAGES):
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        account.language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def sign_out(request: HttpRequest, response: HttpResponse) -> None:
    """End the session of this browser."""
    sessions.leave(secret_of(request))
    forget(response)


def forget(response: HttpResponse) -> None:
    """Take the cookie away."""
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")


DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "Chromebook"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def device_of(request: HttpRequest) -> str:
    """«Android, Chrome»: enough for a person to know the device again, no more."""
    agent = request.headers.get("User-Agent", "")[:400]
    found = [next((name for sign, name in table if sign in agent), "") for table in (DEVICES, BROWSERS)]
    return ", ".join(filter(None, found))
