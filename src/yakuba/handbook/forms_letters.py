"""Forms of what leaves on paper."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.handbook.forms import day_field
from yakuba.handbook.services.entry_letters import Choices


class LettersForm(forms.Form):
    """Whom the registration letters go to, and what stands on all of them."""

    born_from = day_field("生年月日（から）", required=False, help_text="空欄のときは、制限しません。")
    born_until = day_field("生年月日（まで）", required=False)
    pregnancies = forms.BooleanField(label="出生前（妊娠届）の方にも作る", required=False)
    page_address = forms.URLField(
        label="家庭が開く画面の住所（URL）",
        max_length=200,
        assume_scheme="https",
        help_text="通知にQRコードで載せます。登録コードは住所に入りません。",
        error_messages={
            "required": "画面の住所がありません。入力してください。",
            "invalid": "住所の形ではありません。https:// から入力してください。",
        },
    )
    office = forms.CharField(
        label="問合せ先",
        max_length=80,
        help_text="課の名称と電話番号。例：健康推進課　電話 00-0000-0000",
        error_messages={"required": "問合せ先がありません。入力してください。"},
    )
    mark = forms.BooleanField(label="印刷できない文字を〓で印刷する（あとで手書きする）", required=False)

    def clean(self) -> dict[str, Any]:
        """The window is in order."""
        found = super().clean() or {}
        first, last = found.get("born_from"), found.get("born_until")
        if first and last and last < first:
            self.add_error("born_until", "「から」より前の日です。日付を確かめてください。")
        return found

    def choices(self) -> Choices:
        """What was typed in."""
        found = self.cleaned_data
        return Choices(
            page_address=found["page_address"],
            office=found["office"],
            born_from=found["born_from"],
            born_until=found["born_until"],
            pregnancies=found["pregnancies"],
            mark=found["mark"],
        )
