"""Who has to use a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import active_assignments


def needs_second_factor(user: Any) -> bool:
    """By ``YAKUBA_REQUIRE_TOTP``: nobody, holders of approver and admin roles, or everybody."""
    rule = settings.YAKUBA_REQUIRE_TOTP
    if rule == "approvers":
        roles = {assignment.role for assignment in active_assignments(user, timezone.localdate())}
        return bool(roles & {Role.APPROVER, Role.ADMIN})
    return bool(rule == "all")


def has_second_factor(user: Any) -> bool:
    """Whether a TOTP application is registered."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def lacks_second_factor(user: Any) -> bool:
    """Whether the person must set one up before anything else."""
    return needs_second_factor(user) and not has_second_factor(user)
