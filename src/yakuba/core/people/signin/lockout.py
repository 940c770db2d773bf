"""What a person sees after too many wrong passwords."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def number_tried(request: HttpRequest, credentials: Any) -> str:
    """The staff number that an attempt was made with, from the credentials or the sign-in form."""
    return str((credentials or {}).get("username") or request.POST.get("login") or "")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """429 with how long to wait and whom to ask. It says the same for numbers that do not exist."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {"limit": settings.AXES_FAILURE_LIMIT, "minutes": minutes}
    return render(request, "people/locked_out.html", context, status=429)
