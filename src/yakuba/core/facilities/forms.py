"""Forms of the register's staff pages."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from yakuba.core.facilities.domain.columns import KINDS

_NO_DAY = "日付として読めません。例：2026-10-01"


def _century(day: date) -> None:
    if not 2000 <= day.year < 2100:
        raise ValidationError(f"{day.year}年になっています。西暦4桁の年で入力してください。例：2026-10-01")


class ImportForm(forms.Form):
    """Upload of a published table."""

    file = forms.FileField(
        label="ファイル",
        help_text="自治体標準オープンデータセットのCSV（UTF-8、Shift_JIS）か、レジストリのJSON。20MBまで。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.json"}),
        error_messages={
            "required": "ファイルが選ばれていません。CSVかJSONを選んでください。",
            "empty": "ファイルが空です。中身のあるファイルを選んでください。",
        },
    )
    kind = forms.ChoiceField(
        label="種類",
        required=False,
        choices=[("", "見出しから判断する"), *((one.key, one.label) for one in KINDS.values())],
    )
    source = forms.CharField(
        label="出典",
        max_length=200,
        help_text="区民の画面に出ます。例：汐見区オープンデータ",
        error_messages={
            "required": "出典がありません。データの出どころを入力してください。",
            "max_length": "200文字までにしてください。",
        },
    )
    as_of = forms.DateField(
        label="データの時点",
        required=False,
        validators=[_century],
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="その日の内容であることを、区民の画面に出します。分からないときは空欄にします。",
        error_messages={"invalid": _NO_DAY},
    )
