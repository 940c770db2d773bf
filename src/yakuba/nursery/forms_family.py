"""The form of a publication to families."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone

_WRONG_DAY = "日付ではありません。2027-01-19 の形で入力してください。"
_CLOCK = RegexValidator(r"\A([01]?\d|2[0-3]):[0-5]\d\Z", "時刻ではありません。8:30 の形で入力してください。")


def _day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"{label}がありません。入力してください。", "invalid": _WRONG_DAY},
    )


def _text(label: str, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        error_messages={"required": f"{label}がありません。入力してください。"},
        **more,
    )


class PublicationForm(forms.Form):
    """Dates and contact that stand on every family's page."""

    starts_on = _day("利用開始日")
    stage = forms.IntegerField(
        label="選考の回",
        min_value=1,
        max_value=12,
        initial=1,
        help_text="一次選考は1、二次選考は2です。",
        error_messages={"invalid": "整数ではありません。1以上の整数を入力してください。"},
    )
    procedure_until = _day("入所の手続の期限", required=False)
    second_round_until = _day("次の選考の申込期限", "次の選考がないときは空にします。", required=False)
    office = _text("担当", 60, help_text="例：保育課 入所係")
    phone = _text("電話番号", 30)
    opens = _text("受付の始まり", 5, validators=[_CLOCK], initial="8:30")
    closes = _text("受付の終わり", 5, validators=[_CLOCK], initial="17:15")
    expires_on = _day("公開の終わりの日", "この日の終わりまで見られます。")

    def clean_expires_on(self) -> date:
        """A day that is not over, and not years away."""
        day: date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=366):
            raise ValidationError("公開の終わりの日が範囲の外です。今日から1年以内の日にしてください。")
        return day

    def words(self) -> dict[str, Any]:
        """What a valid form says, as the pages keep it."""
        data = self.cleaned_data
        days = ("starts_on", "procedure_until", "second_round_until")
        return {
            **{name: data[name].isoformat() if data[name] else None for name in days},
            **{name: data[name] for name in ("stage", "office", "phone", "opens", "closes")},
        }

    def expires_at(self) -> datetime:
        """The end of the last day."""
        return timezone.make_aware(
            datetime.combine(self.cleaned_data["expires_on"] + timedelta(days=1), time())
        )
