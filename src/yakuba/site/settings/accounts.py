"""Sign-in: password rules, sessions, second factor, single sign-on, rate limits."""

from __future__ import annotations

APPS: list[str] = []
MIDDLEWARE: list[str] = []  # after AuthenticationMiddleware

LOGIN_URL = "/staff/login/"
LOGIN_REDIRECT_URL = "/staff/"
