"""How allauth behaves in a town hall: no sign-up, no mail, accounts by staff number alone."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any, NoReturn

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from yakuba.core.audit.services import record
from yakuba.core.people.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Local accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "職員番号かパスワードが違います。大文字と小文字を確かめて、もう一度入力してください。"
        ),
        "too_many_login_attempts": (
            "誤りが続いたため、しばらく受け付けません。15分待ってから、もう一度入力してください。"
        ),
        "incorrect_code": "確認コードが違います。認証アプリに今出ている6桁を入力してください。",
        "incorrect_password": "パスワードが違います。もう一度入力してください。",
        "enter_current_password": "今のパスワードが違います。もう一度入力してください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by an admin."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting failures to axes, which says how long and lets an admin unlock."""

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Sensitive settings ask again unless the person signed in, or was asked, a moment ago."""
        if not super().is_reauthentication_required(app=app):
            return False
        request = context.request
        records = get_authentication_records(request, request.user)
        newest = max((entry["at"] for entry in records), default=0.0)
        return bool(time.time() - newest >= account_settings.REAUTHENTICATION_TIMEOUT)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's own page."""
        return reverse("people:me")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say themselves what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail is ever sent."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is ever sent."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Second factor; its seeds are stored encrypted with a key derived from the signing key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "確認コードが違います。認証アプリに今出ている6桁を入力してください。",
    }

    def _cipher(self) -> MultiFernet:
        keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
        return MultiFernet(
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(("yakuba.totp:" + key).encode()).digest()))
            for key in keys
        )

    def encrypt(self, text: str) -> str:
        """Before a seed is stored."""
        return self._cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """After a seed was read; ``InvalidToken`` when it was changed."""
        return self._cipher().decrypt(encrypted_text.encode("ascii")).decode()


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Single sign-on finds an existing staff number; it never makes an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def get_requests_session(self) -> Any:
        """For the provider's own addresses alone: a redirect to another one is an error, not a way."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie the provider's subject to the staff number it names, once and for ever.

        Refused, each with an audit line: no such active account; the account is tied to another
        subject; the subject is tied to another account.
        """
        number = str(sociallogin.account.extra_data.get("id_token", {}).get(settings.YAKUBA_OIDC_CLAIM) or "")
        user = User.objects.filter(username=number, is_active=True).first() if number else None
        if user is None:
            self._refuse(request, "user:unknown", "no-account")
        if sociallogin.is_existing:
            if sociallogin.user.pk != user.pk:
                self._refuse(request, f"user:{user.pk}", "other-account")
            return
        if SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider).exists():
            self._refuse(request, f"user:{user.pk}", "other-subject")
        sociallogin.connect(request, user)
        record("people.sso-tied", actor=user, target=f"user:{user.pk}")

    def _refuse(self, request: HttpRequest, target: str, reason: str) -> NoReturn:
        record("people.sign-in-refused", actor="system:sso", target=target, detail={"reason": reason})
        page = render(request, "people/sso_refused.html", {"reason": reason}, status=403)
        raise ImmediateHttpResponse(page)
