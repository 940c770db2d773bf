"""Headers that every answer carries."""

from __future__ import annotations

APPS: list[str] = []
MIDDLEWARE: list[str] = []  # outermost, after SecurityMiddleware
