"""Forms of the nursery pages."""

from __future__ import annotations

import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

TITLE_LENGTH = 100


def check_title(title: str) -> None:
    """A title of 1 to 100 characters without invisible ones (control, direction); ``ValidationError``."""
    if not title:
        raise ValidationError("選考の名称がありません。入力してください。")
    if len(title) > TITLE_LENGTH:
        raise ValidationError(f"{len(title):,}文字あります。{TITLE_LENGTH}文字までにしてください。")
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in title):
        raise ValidationError("見えない文字（制御文字や書字方向の指定）があります。入力し直してください。")


def check_start(day: date) -> None:
    """A first day of use in this century; a date field takes 「27」 for the year 27. ``ValidationError``."""
    if not 2000 <= day.year < 2100:
        raise ValidationError(f"{day.year}年になっています。西暦4桁の年で入力してください。例：2027-04-01")


def upload_field(label: str, *, help_text: str, accept: str) -> forms.FileField:
    """A file to upload; ``accept``: the endings that the file chooser offers."""
    return forms.FileField(
        label=label,
        help_text=help_text,
        widget=forms.ClearableFileInput(attrs={"accept": accept}),
        error_messages={
            "required": f"ファイルが選ばれていません。{label}を選んでください。",
            "empty": "ファイルが空です。中身のあるファイルを選んでください。",
        },
    )


class LedgerForm(forms.Form):
    """Upload of an application ledger."""

    title = forms.CharField(
        label="選考の名称",
        validators=[check_title],
        widget=forms.TextInput(attrs={"maxlength": TITLE_LENGTH}),
        help_text="例：令和9年4月入所 一次選考。同じ名称で取り込むと、次の版になります。",
        error_messages={"required": "選考の名称がありません。入力してください。"},
    )
    file = upload_field(
        "台帳のファイル",
        help_text="Excel（.xlsx）、CSVをまとめたzip、market.json のどれか。20MBまで。",
        accept=".xlsx,.zip,.json",
    )


class AllocateForm(forms.Form):
    """Start of a run; the seed is asked only when ties are left."""

    seed = forms.IntegerField(
        label="抽選の種（0以上の整数）",
        min_value=0,
        max_value=10**18 - 1,
        required=False,
        help_text="立会人が決めた数など。同じ種なら、いつ計算しても同じ抽選になります。記録に残ります。",
        error_messages={
            "invalid": "整数ではありません。0以上の整数を入力してください。",
            "min_value": "0より小さい数です。0以上の整数を入力してください。",
            "max_value": "大きすぎる数です。18桁までの整数を入力してください。",
        },
    )


class ApprovalForm(forms.Form):
    """Request for approval of a result."""

    reason = forms.CharField(
        label="依頼の内容",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="確かめたこと、承認者に見てほしいことを書きます。児童の氏名は書かないでください。",
        error_messages={
            "required": "依頼の内容がありません。入力してください。",
            "max_length": "%(show_value)d文字あります。%(limit_value)d文字までにしてください。",
        },
    )
