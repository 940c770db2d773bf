"""What the script of the passkeys asks: options, and whether the device's answer is good."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.core.people.signin.lockout import client_address
from yakuba.handbook.family import session
from yakuba.handbook.family.entrance import after_sign_in
from yakuba.handbook.family.session import account_of, device_of, family_page
from yakuba.handbook.services.families import passkeys
from yakuba.handbook.services.families.errors import BadField, Locked, Refused, Wrong

MOST_BODY = 20_000  # bytes of an answer


class BadBody(Refused):
    """The body is no object of the expected shape."""


def _body(request: HttpRequest) -> tuple[str, Mapping[str, Any], str]:
    """The secret, the credential and where to go on."""
    if len(request.body) > MOST_BODY:
        raise BadBody
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadBody from None
    if not isinstance(body, dict):
        raise BadBody
    secret, credential, after = body.get("secret"), body.get("credential"), body.get("next", "")
    if not isinstance(secret, str) or not isinstance(credential, dict) or not isinstance(after, str):
        raise BadBody
    return secret, credential, after


def answers(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refusals as a status; the page says the same sentence for each of them."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":  # a link to here asks for nothing
            return HttpResponseRedirect(reverse("handbook_family:entry"))
        try:
            return view(request)
        except Locked:
            return JsonResponse({"error": "locked"}, status=429)
        except BadBody:
            return JsonResponse({"error": "body"}, status=400)
        except (Wrong, BadField):
            return JsonResponse({"error": "refused"}, status=422)

    return guarded


@session.private
@answers
def begin(request: HttpRequest) -> HttpResponse:
    """Options for signing in."""
    begun = passkeys.begin_sign_in(request.get_host(), timezone.now())
    return JsonResponse({"options": begun.options, "secret": begun.secret})


@session.private
@answers
def finish(request: HttpRequest) -> HttpResponse:
    """Sign in with the device's answer."""
    secret, credential, after = _body(request)
    account = passkeys.finish_sign_in(
        request.get_host(), secret, credential, client_address(request), timezone.now()
    )
    response = JsonResponse({"next": after_sign_in(after)})
    session.sign_in(request, response, account)
    return response


@answers
@family_page
def add_begin(request: HttpRequest) -> HttpResponse:
    """Options for a new passkey of the signed-in adult."""
    begun = passkeys.begin_adding(account_of(request), request.get_host(), timezone.now())
    return JsonResponse({"options": begun.options, "secret": begun.secret})


@answers
@family_page
def add_finish(request: HttpRequest) -> HttpResponse:
    """Keep it."""
    secret, credential, _ = _body(request)
    passkeys.finish_adding(
        account_of(request), request.get_host(), secret, credential, device_of(request), timezone.now()
    )
    return JsonResponse({"next": reverse("handbook_family:account") + "?passkey"})


@require_POST
@family_page
def remove(request: HttpRequest, credential: str) -> HttpResponse:
    """Forget a passkey."""
    passkeys.remove(account_of(request), credential)
    return HttpResponseRedirect(reverse("handbook_family:account") + "?saved")
