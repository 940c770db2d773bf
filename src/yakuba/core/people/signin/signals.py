"""Audit lines of signing in and out, and the session's starting time."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from yakuba.core.audit.services import record
from yakuba.core.people.models import User
from yakuba.core.people.signin.middleware import SEEN, STARTED


@receiver(user_logged_in, dispatch_uid="people.signed-in")
def signed_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A session begins now, whatever the browser brought along."""
    now = int(time.time())
    request.session[STARTED] = now
    request.session[SEEN] = now
    record("people.signed-in", actor=user, target=f"user:{user.pk}")


@receiver(user_logged_out, dispatch_uid="people.signed-out")
def signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Also when a session was ended for its age."""
    if user is not None:
        record("people.signed-out", actor=user, target=f"user:{user.pk}")


@receiver(user_login_failed, dispatch_uid="people.sign-in-failed")
def sign_in_failed(sender: object, credentials: dict[str, Any], **kwargs: Any) -> None:
    """The account's id when there is one; never what was typed, which may be a password."""
    user = User.objects.filter(username=str(credentials.get("username") or "")).only("pk").first()
    target = f"user:{user.pk}" if user else "user:unknown"
    record("people.sign-in-failed", actor="system:sign-in", target=target, detail={"factor": "password"})


@receiver(mfa.authentication_failed, dispatch_uid="people.code-failed")
def code_failed(sender: object, user: User, **kwargs: Any) -> None:
    """A wrong confirmation code."""
    record(
        "people.sign-in-failed", actor="system:sign-in", target=f"user:{user.pk}", detail={"factor": "code"}
    )


@receiver(post_save, sender=Authenticator, dispatch_uid="people.factor-added")
def factor_added(sender: object, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """A second factor or a set of recovery codes was made, in the same transaction."""
    if created:
        _factor(instance, "added")


@receiver(post_delete, sender=Authenticator, dispatch_uid="people.factor-removed")
def factor_removed(sender: object, instance: Authenticator, **kwargs: Any) -> None:
    """A second factor or a set of recovery codes ended."""
    _factor(instance, "removed")


def _factor(instance: Authenticator, change: str) -> None:
    target = f"user:{instance.user_id}"
    record(
        "people.second-factor",
        actor=target,
        target=target,
        detail={"factor": instance.type, "change": change},
    )


@receiver(password_changed, dispatch_uid="people.password-changed")
def changed_password(sender: object, user: User, **kwargs: Any) -> None:
    """By the person, with the current password."""
    record("people.password-changed", actor=user, target=f"user:{user.pk}")
