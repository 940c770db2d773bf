"""What the people pages share."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from yakuba.core.people.models import User


def member(request: HttpRequest) -> User:
    """The signed-in person, behind a guard that made sure of it."""
    return cast(User, request.user)
