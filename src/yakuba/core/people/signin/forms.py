"""The sign-in forms with our labels, our look and no placeholders."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms


class Dressed(forms.Form):
    """Gives every field the look of the portal and ties its errors to it."""

    labels: dict[str, str] = {}
    attributes: dict[str, dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in self.labels:
                field.label = self.labels[name]
            widget = field.widget
            widget.attrs.pop("placeholder", None)
            if not isinstance(widget, forms.CheckboxInput | forms.HiddenInput | forms.RadioSelect):
                widget.attrs["class"] = "input"
            widget.attrs.update(self.attributes.get(name, {}))


PASSWORD = {"autocomplete": "current-password"}
NEW_PASSWORD = {"autocomplete": "new-password"}
CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "off"}


class LoginForm(Dressed, account.LoginForm):  # type: ignore[misc]  # allauth carries no types
    """職員番号 and password."""

    labels = {"login": "職員番号", "password": "パスワード"}
    attributes = {"login": {"autocomplete": "username", "autocapitalize": "off"}, "password": PASSWORD}


class ReauthenticateForm(Dressed, account.ReauthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The password once more, before something sensitive."""

    labels = {"password": "パスワード"}
    attributes = {"password": PASSWORD}


class ChangePasswordForm(Dressed, account.ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types
    """The current password and the new one, twice."""

    labels = {
        "oldpassword": "今のパスワード",
        "password1": "新しいパスワード",
        "password2": "新しいパスワード（もう一度）",
    }
    attributes = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


class AuthenticateForm(Dressed, mfa.AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The TOTP code, or a recovery code."""

    labels = {"code": "確認コード（6桁）または予備コード"}
    attributes = {"code": CODE}


class MFAReauthenticateForm(Dressed, mfa.ReauthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The TOTP code once more, before something sensitive."""

    labels = {"code": "確認コード（6桁）または予備コード"}
    attributes = {"code": CODE}


class ActivateTOTPForm(Dressed, totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth carries no types
    """The first code of a new authenticator application."""

    labels = {"code": "認証アプリに出た6桁の確認コード"}
    attributes = {"code": CODE}
