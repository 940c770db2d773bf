"""What a person sees after too many wrong passwords."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.core.audit import refusals


def client_address(request: HttpRequest) -> str:
    """Where an attempt comes from: behind our own proxy the address that it added last, else the peer's.

    What stands further left in ``X-Forwarded-For`` was sent by the client and is not believed.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    if not settings.YAKUBA_BEHIND_PROXY:
        return peer
    said = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return peer


def number_tried(request: HttpRequest, credentials: Any) -> str:
    """The staff number that an attempt was made with, from the credentials or the sign-in form."""
    return str((credentials or {}).get("username") or request.POST.get("login") or "")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """429 with how long to wait and whom to ask. It says the same for numbers that do not exist."""
    refusals.because(request, "locked")
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {"limit": settings.AXES_FAILURE_LIMIT, "minutes": minutes}
    return render(request, "people/locked_out.html", context, status=429)
