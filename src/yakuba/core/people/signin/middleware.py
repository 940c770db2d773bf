"""What is checked at every request of a signed-in person: the session's age, and the second factor."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from yakuba.core.audit.services import record
from yakuba.core.people.signin.rules import lacks_second_factor

STARTED = "yakuba_started"  # seconds since the epoch
SEEN = "yakuba_seen"
_SEEN_STEP = 60  # seconds; how exactly idleness is written down

Handler = Callable[[HttpRequest], HttpResponseBase]

# A person who still has to set the second factor up may go here.
OPEN_TO_SETUP = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_index",
    }
)


class SessionLimitsMiddleware:
    """Ends a session that is too old or was idle too long."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        session = request.session
        started = session.setdefault(STARTED, now)
        seen = session.setdefault(SEEN, now)
        ended = None
        if now - started >= settings.YAKUBA_SESSION_LIMIT_SECONDS:
            ended = "limit"
        elif now - seen >= settings.YAKUBA_SESSION_IDLE_SECONDS:
            ended = "idle"
        if ended:
            record(
                "people.session-ended",
                actor=request.user,
                target=f"user:{request.user.pk}",
                detail={"why": ended},
            )
            logout(request)
            query = {"ended": ended}
            if request.method == "GET":
                query["next"] = request.get_full_path()
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode(query)}")
        if now - seen >= _SEEN_STEP:
            session[SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads a person whose role asks for a second factor to the page that sets it up."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """A redirect, or ``None`` to go on."""
        match = request.resolver_match
        if match is None or match.url_name in OPEN_TO_SETUP or not request.user.is_authenticated:
            return None
        if lacks_second_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return None
