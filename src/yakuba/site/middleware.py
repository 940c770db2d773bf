"""What happens to every request before and after its page."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from yakuba.core.audit import refusals
from yakuba.core.faces import Face
from yakuba.core.tokens import auth as tokens
from yakuba.site import errors
from yakuba.site.faces import answering, path_face, resident_only

Respond = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
        "fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
        "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
FOR_BOTH = ("/static/", "/i18n/")


class HeadersMiddleware:
    """Headers beyond those of Django and django-csp; answers of the staff face are never stored."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and request.path.startswith("/api/") and not request.is_secure():
            # A redirect would hide that a token has just crossed the network in the clear.
            response = errors.problem(
                403, "Forbidden", "HTTPS で送ってください。このトークンは取り替えてください。"
            )
        else:
            response = self.respond(request)
        if request.path.startswith("/api/") and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _not_allowed(response)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        if path_face(request.path) is Face.STAFF:
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
        return response


def _not_allowed(response: HttpResponse) -> HttpResponse:
    allow = response.headers.get("Allow", "")
    made = errors.problem(405, "Method Not Allowed", f"この操作はできません。使える操作は {allow} です。")
    made.headers["Allow"] = allow
    return made


class BodyLimitMiddleware:
    """Refuses a body that is too large (413) before a byte of it is read."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            return errors.page(request, 400)
        if int(length) > settings.YAKUBA_BODY_LIMIT:
            return errors.page(request, 413)
        return self.respond(request)


class FaceMiddleware:
    """Serves the faces that this installation runs, each with its own tables.

    A resident's request carries no staff session: the cookie is dropped before any code can read it.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        face = path_face(request.path)
        served = settings.YAKUBA_FACE
        if not request.path.startswith(FOR_BOTH) and served not in ("both", face.value):
            if request.path == "/" and served == "staff":
                return HttpResponseRedirect("/staff/")
            return errors.page(request, 404)
        if face is Face.RESIDENT:
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        with answering(face):
            return self.respond(request)


class RefusalsMiddleware:
    """Leaves an audit line for each refused request of the staff face (core.audit.refusals)."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if path_face(request.path) is Face.STAFF and not resident_only():
            refusals.note(request, response.status_code, actor=_actor(request))
        return response


def _actor(request: HttpRequest) -> object:
    if hasattr(request, "auth"):
        return tokens.actor(request)
    user = getattr(request, "user", None)
    return user if getattr(user, "is_authenticated", False) else "system:visitor"


class StaffInJapaneseMiddleware(LocaleMiddleware):
    """Residents choose their language; the staff portal is written in Japanese."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the face."""
        if path_face(request.path) is Face.STAFF:
            translation.activate("ja")
            request.LANGUAGE_CODE = "ja"
        else:
            super().process_request(request)


class UnreadableTextMiddleware:
    """400 for text that no database takes: PostgreSQL refuses the character NUL, which nobody types."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Only for that; every other fault of data stays one of the programme."""
        if isinstance(exception, DataError | ValueError) and "NUL (0x00)" in str(exception):
            return errors.page(request, 400)
        return None
