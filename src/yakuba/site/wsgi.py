"""WSGI entry point."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application

from yakuba.core.turns import REQUESTS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

AT_ONCE = 64 * 1024  # bytes of a body that come with the head of a request


class Upload:
    """A long body: whoever waits for the rest of it has no turn meanwhile."""

    def __init__(self, body: IO[bytes]) -> None:
        self._body = body

    def read(self, *size: int) -> bytes:
        """As the body's."""
        with REQUESTS.away():
            return self._body.read(*size)

    def readline(self, *size: int) -> bytes:
        """As the body's."""
        with REQUESTS.away():
            return self._body.readline(*size)


class InTurn:
    """A few requests at a time (``core.turns``); what they answer is sent after the turn."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length: Any = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()) or int(length) > AT_ONCE:
            environ["wsgi.input"] = Upload(environ["wsgi.input"])
        with REQUESTS.at_work():
            return self.application(environ, start_response)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.site.settings")
application = InTurn(get_wsgi_application())
