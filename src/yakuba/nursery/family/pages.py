"""``/nursery/result/``: one family's own result, on the resident side."""

from __future__ import annotations

import json
from datetime import datetime
from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from yakuba.core.people.signin.lockout import client_address
from yakuba.core.ui.resident_dates import day_of
from yakuba.nursery.family import entry, words
from yakuba.nursery.family.forms import years
from yakuba.nursery.models import FamilyNotice

COOKIE = "yakuba-family"
LONGEST_CODE = 200  # characters taken from the form


class Page(Protocol):
    """A view of this package."""

    def __call__(self, request: HttpRequest) -> HttpResponse: ...


def private(view: Page) -> Page:
    """Keep a page out of every store: browsers in libraries, proxies, the back button after signing out."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@private
@sensitive_post_parameters("code", "year", "month", "day")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The form, and the way in."""
    if request.method != "POST":
        return _form(request)
    given = {name: request.POST.get(name, "")[:LONGEST_CODE] for name in ("code", "year", "month", "day")}
    birth = day_of(given["year"], given["month"], given["day"])
    try:
        _notice, secret = entry.enter(given["code"], birth, client_address(request), timezone.now())
    except entry.Wrong:
        return _form(request, given, status=422)
    except entry.Locked as locked:
        return _locked(request, locked)
    except entry.Gone as gone:
        return _gone(request, gone)
    response = HttpResponseRedirect(reverse("family:result"))
    response.set_cookie(
        COOKIE,
        secret,
        path=reverse("family:entry"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _form(request: HttpRequest, given: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    context = {
        "years": [(str(year), text) for year, text in years(timezone.localdate(), get_language() or "ja")],
        "months": [str(one) for one in range(1, 13)],
        "days": [str(one) for one in range(1, 32)],
        "given": given or {},
        "wrong": given is not None,
        "left": "left" in request.GET,
        "idle": "idle" in request.GET,
    }
    return render(request, "family/entry.html", context, status=status)


def _locked(request: HttpRequest, locked: entry.Locked) -> HttpResponse:
    until = None if locked.until is None else timezone.localtime(locked.until)
    response = render(request, "family/locked.html", {"until": until}, status=429)
    if until is not None:
        response.headers["Retry-After"] = str(max(1, int((until - timezone.now()).total_seconds())))
    return response


def _gone(request: HttpRequest, gone: entry.Gone) -> HttpResponse:
    response = render(request, "family/gone.html", {"revoked": gone.revoked}, status=410)
    response.delete_cookie(COOKIE, path=reverse("family:entry"), samesite="Strict")
    return response


@private
@require_safe
def result(request: HttpRequest) -> HttpResponse:
    """The answer first, then for each wish why."""
    try:
        notice = entry.current(request.COOKIES.get(COOKIE, ""), timezone.now())
    except entry.Gone as gone:
        return _gone(request, gone)
    if notice is None:
        why = "?idle" if request.COOKIES.get(COOKIE) else ""
        return HttpResponseRedirect(reverse("family:entry") + why)
    return render(request, "family/result.html", page_of(notice))


def page_of(notice: FamilyNotice) -> dict[str, Any]:
    """What the page shows of a notice."""
    payload = json.loads(notice.payload or "{}")
    said: dict[str, Any] = payload["words"]
    children = words.children_of(payload)
    return {
        "children": children,
        "siblings": payload["siblings"],
        "key": words.key_name(payload),
        "any_placed": any(child.placed for child in children),
        "any_waiting": any(child["outcome"] == "waiting" for child in payload["children"]),
        "month": words.month(said.get("starts_on")),
        "stage": said.get("stage") or 1,
        "procedure_until": words.day(said.get("procedure_until")),
        "second_until": words.day(said.get("second_round_until")),
        "office": said.get("office", ""),
        "phone": said.get("phone", ""),
        "hours": _hours(said),
        "expires": words.day(_local(notice.expires_at)),
    }


def _hours(said: dict[str, Any]) -> tuple[str, str] | None:
    opens, closes = said.get("opens"), said.get("closes")
    return (opens, closes) if opens and closes else None


def _local(at: datetime) -> str:
    return timezone.localtime(at).date().isoformat()


@private
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Close the page on this device; a link to here closes nothing."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("family:result"))
    entry.leave(request.COOKIES.get(COOKIE, ""))
    response = HttpResponseRedirect(reverse("family:entry") + "?left")
    response.delete_cookie(COOKIE, path=reverse("family:entry"), samesite="Strict")
    return response
