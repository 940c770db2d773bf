"""Forms of the people pages."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.core.people.signin.forms import NEW_PASSWORD, Dressed


class ResetForm(Dressed):
    """Staff number, one-time code, new password twice."""

    attributes = {
        "username": {"autocomplete": "username", "autocapitalize": "off"},
        "code": {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
        "password": NEW_PASSWORD,
        "again": NEW_PASSWORD,
    }

    username = forms.CharField(label="職員番号", max_length=150)
    code = forms.CharField(label="再設定コード", max_length=40, help_text="4文字ずつ4組。ハイフンはなくてもよい。")
    password = forms.CharField(label="新しいパスワード", widget=forms.PasswordInput, strip=False)
    again = forms.CharField(label="新しいパスワード（もう一度）", widget=forms.PasswordInput, strip=False)

    def clean(self) -> dict[str, Any]:
        """Both passwords must be the same."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "2つのパスワードが違います。同じものを入力してください。")
        return data
