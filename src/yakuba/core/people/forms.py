"""Forms of the people pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from yakuba.core.people import protected
from yakuba.core.people.domain.values import is_staff_number
from yakuba.core.people.models import Department, Role, User
from yakuba.core.people.signin.forms import NEW_PASSWORD, Dressed

if TYPE_CHECKING:
    _DepartmentForm = forms.ModelForm[Department]
else:
    _DepartmentForm = forms.ModelForm


class ResetForm(Dressed):
    """Staff number, one-time code, new password twice."""

    attributes = {
        "username": {"autocomplete": "username", "autocapitalize": "off"},
        "code": {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
        "password": NEW_PASSWORD,
        "again": NEW_PASSWORD,
    }

    username = forms.CharField(label="職員番号", max_length=150)
    code = forms.CharField(
        label="再設定コード", max_length=40, help_text="4文字ずつ4組。ハイフンはなくてもよい。"
    )
    password = forms.CharField(label="新しいパスワード", widget=forms.PasswordInput, strip=False)
    again = forms.CharField(label="新しいパスワード（もう一度）", widget=forms.PasswordInput, strip=False)

    def clean(self) -> dict[str, Any]:
        """Both passwords must be the same."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "2つのパスワードが違います。同じものを入力してください。")
        return data


class PersonForm(Dressed):
    """A new account, with its first assignment."""

    username = forms.CharField(
        label="職員番号", max_length=20, help_text="半角の英数字。ログインに使います。"
    )
    name = forms.CharField(label="氏名", max_length=100)
    kana = forms.CharField(label="フリガナ", max_length=100, required=False)
    email = forms.EmailField(label="電子メール", required=False)
    department = forms.ModelChoiceField(
        label="課", queryset=Department.objects.all(), required=False, empty_label="配属なし"
    )
    role = forms.ChoiceField(
        label="権限",
        choices=[("", "権限なし"), *Role.choices],
        required=False,
        help_text="閲覧は見るだけ、担当は入力と試算、承認は決定。管理は職員と設定だけを扱い、業務の情報は見られません。",
    )

    def clean_username(self) -> str:
        """Half-width, and not taken."""
        number: str = self.cleaned_data["username"]
        if not is_staff_number(number):
            raise forms.ValidationError(
                f"「{number}」は使えません。半角の英数字と「.」「_」「-」で入力してください。"
            )
        if User.objects.filter(username=number).exists():
            raise forms.ValidationError(f"「{number}」は登録済みです。別の番号にしてください。")
        return number

    def clean(self) -> dict[str, Any]:
        """Department and role belong together."""
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("department")) != bool(data.get("role")):
            self.add_error(
                "role" if data.get("department") else "department",
                "課と権限は、両方選ぶか両方なしにしてください。",
            )
        return data


class DepartmentForm(Dressed, _DepartmentForm):
    """A department and the systems it works with."""

    systems = forms.CharField(
        label="担当する業務",
        required=False,
        help_text="業務のキーをコンマで区切る（例：nursery）。支援措置を扱う課は protected。",
    )

    class Meta:
        model = Department
        fields = ["code", "name", "systems"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["systems"] = ", ".join(self.instance.systems)

    def clean_systems(self) -> list[str]:
        """Lower-case keys, each once."""
        keys = [key.strip() for key in self.cleaned_data["systems"].replace("、", ",").split(",")]
        for key in keys:
            if key and not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", key):
                raise forms.ValidationError(
                    f"「{key}」は使えません。nursery のような半角小文字のキーにしてください。"
                )
        return list(dict.fromkeys(key for key in keys if key))


class UploadForm(Dressed):
    """A CSV."""

    file = forms.FileField(
        label="CSVファイル", help_text="UTF-8 または シフトJIS、1メガバイト・5,000行まで。"
    )


class TransferForm(UploadForm):
    """A CSV with its day."""

    field_order = ["title", "effective_on", "file"]
    title = forms.CharField(label="件名", max_length=100, initial="人事異動")
    effective_on = forms.DateField(label="発令日", widget=forms.DateInput(attrs={"type": "date"}))


class MoveForm(Dressed):
    """One person's transfer."""

    department = forms.ModelChoiceField(
        label="異動先の課", queryset=Department.objects.all(), required=False, empty_label="なし（退職など）"
    )
    role = forms.ChoiceField(label="権限", choices=[("", "なし"), *Role.choices], required=False)
    effective_on = forms.DateField(label="発令日", widget=forms.DateInput(attrs={"type": "date"}))


class DeputyForm(Dressed):
    """Who stands in, and when."""

    deputy = forms.CharField(label="代決者の職員番号", max_length=150)
    starts_on = forms.DateField(label="開始日", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="終了日", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="理由", max_length=200)

    def clean_deputy(self) -> User:
        """An existing staff number."""
        number: str = self.cleaned_data["deputy"].strip()
        user = User.objects.filter(username=number).first()
        if user is None:
            raise forms.ValidationError(f"「{number}」は登録されていません。職員番号を確かめてください。")
        return user


class ProtectForm(Dressed):
    """A subject and its officers."""

    subject_kind = forms.ChoiceField(label="種類", choices=protected.kinds)
    subject_id = forms.CharField(label="番号", max_length=100, help_text="氏名や住所は入力しないでください。")
    officers = forms.CharField(label="担当者の職員番号", help_text="2人以上はコンマで区切る。")

    def clean_officers(self) -> list[User]:
        """Existing staff numbers."""
        numbers = [part.strip() for part in self.cleaned_data["officers"].replace("、", ",").split(",")]
        found = {user.username: user for user in User.objects.filter(username__in=numbers)}
        for number in numbers:
            if number and number not in found:
                raise forms.ValidationError(f"「{number}」は登録されていません。職員番号を確かめてください。")
        return list(found.values())


class ReasonForm(Dressed):
    """An output and why it is needed."""

    output = forms.ChoiceField(
        label="出力",
        choices=protected.outputs,
        help_text="許可は、選んだ出力に1回だけ使えます。",
        error_messages={
            "required": "出力が選ばれていません。一覧から選んでください。",
            "invalid_choice": "選べない出力です。一覧から選んでください。",
        },
    )
    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 3}))
