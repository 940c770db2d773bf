"""Accounts: make, disable, enable, unlock; one-time codes; sessions. Each act leaves an audit line."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from functools import cache
from importlib import import_module

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.utils import reset as reset_axes
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.models import Assignment, Department, ResetCode, Role, User

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O; 5 bits each
CODE_LENGTH = 16  # 80 bits
CODE_HOURS = 24
CODE_FAILURES = 5


class PeopleError(Exception):
    """An act that is refused; the message tells the person what to do."""


class WrongCode(PeopleError):
    """A staff number and one-time code that do not fit; deliberately says no more."""

    def __init__(self) -> None:
        super().__init__(
            "職員番号か再設定コードが違うか、期限が切れています。"
            "確かめて入力し、それでも使えないときは管理者に新しいコードを発行してもらってください。"
        )


def admins_on(day: date, *, without: User | None = None) -> list[User]:
    """Active accounts that hold the admin role on a day, except one."""
    users = User.objects.filter(
        Q(assignments__ends_on=None) | Q(assignments__ends_on__gte=day),
        is_active=True,
        assignments__role=Role.ADMIN,
        assignments__starts_on__lte=day,
    ).distinct()
    return [user for user in users if without is None or user.pk != without.pk]


@transaction.atomic
def add_person(
    username: str,
    name: str,
    *,
    kana: str = "",
    email: str = "",
    password: str | None = None,
    department: Department | None = None,
    role: Role | None = None,
    starts_on: date | None = None,
    by: object,
) -> User:
    """A new account, with its first assignment when department and role are given.

    ``PeopleError`` for a staff number that exists; ``ValidationError`` for a weak password.
    """
    if User.objects.filter(username=username).exists():
        raise PeopleError(
            f"職員番号「{username}」は登録済みです。別の番号にするか、登録済みの職員を直してください。"
        )
    if password is not None:
        validate_password(password, User(username=username, name=name, kana=kana))
    user = User.objects.create_user(username, password, name=name, kana=kana, email=email)
    record("people.added", actor=by, target=f"user:{user.pk}")
    if department is not None and role is not None:
        assignment = Assignment.objects.create(
            user=user, department=department, role=role, starts_on=starts_on or timezone.localdate()
        )
        detail = {"assignment": assignment.pk, "department": department.pk, "role": str(role)}
        record("people.assigned", actor=by, target=f"user:{user.pk}", detail=detail)
    return user


def end_sessions(user: User, *, keep: str | None = None) -> int:
    """End the person's sessions, except the one with the key ``keep``; how many ended."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep or ""):
        store(session.session_key).flush()
        session.delete()
        ended += 1
    return ended


@transaction.atomic
def sign_out(user: User, *, by: object) -> int:
    """End every session of a person (a lost computer, a doubt); how many ended. The account stays."""
    ended = end_sessions(user)
    record("people.signed-out-by-admin", actor=by, target=f"user:{user.pk}", detail={"sessions": ended})
    return ended


@transaction.atomic
def sign_out_everybody(*, by: object) -> int:
    """End every session of the installation, known by a person or not; how many there were."""
    ended = Session.objects.count()
    Session.objects.all().delete()
    UserSession.objects.all().delete()
    record("people.signed-out-by-admin", actor=by, target="user:all", detail={"sessions": ended})
    return ended


@transaction.atomic
def disable(user: User, *, by: User) -> None:
    """Stop an account at once: no sign-in, no permission, every session ended.

    ``PeopleError`` for one's own account and for the last admin.
    """
    if user.pk == by.pk:
        raise PeopleError("自分の利用は止められません。ほかの管理者に依頼してください。")
    today = timezone.localdate()
    if user in admins_on(today) and not admins_on(today, without=user):
        raise PeopleError("最後の管理者の利用は止められません。先に別の職員に管理の権限を付けてください。")
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    ResetCode.objects.filter(user=user, closed_at=None).update(closed_at=timezone.now())
    ended = end_sessions(user)
    record("people.disabled", actor=by, target=f"user:{user.pk}", detail={"sessions": ended})


@transaction.atomic
def enable(user: User, *, by: User) -> None:
    """Let a stopped account sign in again; its password stays."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    record("people.enabled", actor=by, target=f"user:{user.pk}")


@transaction.atomic
def unlock(user: User, *, by: User) -> int:
    """Forget the failures that lock the person out; how many there were."""
    count = int(reset_axes(username=user.username))
    record("people.unlocked", actor=by, target=f"user:{user.pk}", detail={"failures": count})
    return count


@transaction.atomic
def remove_second_factor(user: User, *, by: User) -> None:
    """For a lost telephone, after the admin made sure who is asking; the sessions end.

    ``PeopleError`` for one's own, which is removed on one's own page with the password.
    """
    if user.pk == by.pk:
        raise PeopleError("自分の二段階認証は「自分の設定」で解除してください。")
    Authenticator.objects.filter(user=user).delete()
    ended = end_sessions(user)
    record("people.second-factor-removed", actor=by, target=f"user:{user.pk}", detail={"sessions": ended})


def plain_code(text: str) -> str:
    """A typed code without hyphens, spaces and case."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


@transaction.atomic
def issue_reset_code(user: User, *, by: object) -> str:
    """A one-time code for a new password, shown once: ``XXXX-XXXX-XXXX-XXXX``, 24 hours.

    Earlier codes of the person end. The admin never learns the password that is set with it.
    """
    if not user.is_active:
        raise PeopleError("利用を止めている職員です。先に利用を再開してください。")
    now = timezone.now()
    ResetCode.objects.filter(user=user, closed_at=None).update(closed_at=now)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    issued = ResetCode.objects.create(
        user=user,
        code_hash=make_password(code),
        issued_by=by if isinstance(by, User) else None,
        issued_at=now,
        expires_at=now + timedelta(hours=CODE_HOURS),
    )
    record("people.code-issued", actor=by, target=f"user:{user.pk}", detail={"code": issued.pk})
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


@cache
def _no_code() -> str:
    """A stored code that nobody has, hashed once."""
    return make_password(secrets.token_hex())


def redeem_reset_code(username: str, code: str, password: str) -> User:
    """Set a new password with a one-time code, and end the person's sessions.

    ``WrongCode`` for anything that does not fit (five times wrong ends the code);
    ``ValidationError`` for a weak password, which does not use the code up.
    """
    now = timezone.now()
    issued = (
        ResetCode.objects.filter(
            user__username=username, user__is_active=True, closed_at=None, expires_at__gt=now
        )
        .select_related("user")
        .first()
    )
    # The same work is done for a number that does not exist, so that time tells nothing.
    fits = check_password(plain_code(code), issued.code_hash if issued else _no_code())
    if issued is None:
        raise WrongCode
    if not fits:
        with transaction.atomic():
            ResetCode.objects.filter(pk=issued.pk).update(failures=F("failures") + 1)
            ResetCode.objects.filter(pk=issued.pk, failures__gte=CODE_FAILURES).update(closed_at=now)
            record("people.code-refused", actor="system:sign-in", target=f"user:{issued.user_id}")
        raise WrongCode
    user = issued.user
    validate_password(password, user)
    with transaction.atomic():
        if not ResetCode.objects.filter(pk=issued.pk, closed_at=None).update(closed_at=now):
            raise WrongCode  # somebody used it a moment ago
        user.set_password(password)
        user.save(update_fields=["password"])
        ended = end_sessions(user)
        detail = {"code": issued.pk, "sessions": ended}
        record("people.password-reset", actor=user, target=f"user:{user.pk}", detail=detail)
    return user
