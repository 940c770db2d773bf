"""What reaches the log of the service: where something failed, never what people typed.

An exception's message may quote a name or a number from a form or a file; its type and the places in the
code are enough to find the fault.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlacesOnly(logging.Formatter):
    """Formats an exception as its type and code places, without its message."""

    def formatException(self, ei: ExceptionInfo) -> str:
        """``ValueError at services.py:41 in import_ledger``, the innermost place first."""
        kind, _, places = ei
        if kind is None:
            return ""
        frames = reversed(traceback.extract_tb(places))
        lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        return "\n".join([f"{kind.__module__}.{kind.__qualname__}", *lines])


def logging_settings() -> dict[str, object]:
    """``LOGGING``: warnings and errors of Django and of the product on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "places": {
                "()": "yakuba.core.logs.PlacesOnly",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "places"}},
        "loggers": {
            "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},  # a page that does not exist is no news
            "yakuba": {"handlers": ["stderr"], "level": "WARNING", "propagate": True},
        },
    }
