"""The form of a printing of letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from yakuba.nursery.domain.letter_words import PLACEHOLDERS, Wording, needed
from yakuba.nursery.domain.letters import Issue, Order
from yakuba.nursery.services.letters import Choices

_DAY = {"type": "date"}
_WRONG_DAY = "日付ではありません。2027-01-19 の形で入力してください。"


def _day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        error_messages={"required": f"{label}がありません。入力してください。", "invalid": _WRONG_DAY},
    )


class LettersForm(forms.Form):
    """What is the same on all letters; ``wordings`` are those that may be chosen."""

    wording = forms.ChoiceField(
        label="文面", error_messages={"invalid_choice": "ない文面です。一覧から選んでください。"}
    )
    number = forms.CharField(
        label="文書番号",
        max_length=60,
        help_text="例：8汐子保第1234号の{n}。{n} は、通知ごとの通し番号になります。",
        error_messages={"required": "文書番号がありません。入力してください。"},
    )
    issued_on = _day("通知日")
    starts_on = _day("利用開始日")
    decline_by = _day("辞退の届出の期限", required=False)
    papers_by = _day("書類の提出期限", required=False)
    health_by = _day("健康診断の期限", required=False)
    page_address = forms.URLField(
        label="結果の確認のページの住所（URL）",
        max_length=200,
        assume_scheme="https",
        help_text="家庭が開くページの住所です（例：https://www.city.example/nursery/result/）。通知にQRコードで載せます。コードは住所に入りません。",
        error_messages={
            "required": "ページの住所がありません。入力してください。",
            "invalid": "住所の形ではありません。https:// から入力してください。",
        },
    )
    order = forms.ChoiceField(
        label="並び順", choices=(("family", "世帯番号の順"), ("postal", "郵便番号の順")), initial="family"
    )
    odd = forms.BooleanField(
        label="両面印刷のため、通知ごとに新しい紙の表から始める", required=False, initial=False
    )
    mark = forms.BooleanField(label="印刷できない文字を〓で印刷する（あとで手書きする）", required=False)

    def __init__(self, data: Any = None, *, wordings: Mapping[str, Wording], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.wordings = wordings
        field = cast(forms.ChoiceField, self.fields["wording"])
        field.choices = [(key, one.title) for key, one in wordings.items()]

    def clean_number(self) -> str:
        """``{n}`` is the only placeholder."""
        number: str = self.cleaned_data["number"]
        if re.search(r"[{}]", number.replace("{n}", "")):
            raise ValidationError("{n} のほかの { } があります。通し番号は {n} と書いてください。")
        return number

    def clean(self) -> dict[str, Any]:
        """The dates that the wording asks for are there and follow the notice."""
        data = super().clean() or self.cleaned_data
        wording = self.wordings.get(data.get("wording", ""))
        issued: date | None = data.get("issued_on")
        for name in ("decline_by", "papers_by", "health_by"):
            day: date | None = data.get(name)
            if day is None and name not in self.errors and wording is not None and name in needed(wording):
                self.add_error(name, f"{PLACEHOLDERS[name]}がありません。この文面では必要です。")
            if day is not None and issued is not None and day < issued:
                self.add_error(name, "通知日より前の日です。通知日以後の日にしてください。")
        return data

    def chosen(self, town: str, round_title: str) -> tuple[Wording, Choices]:
        """What a valid form says."""
        data = self.cleaned_data
        issue = Issue(
            town=town,
            round=round_title,
            issued_on=data["issued_on"],
            starts_on=data["starts_on"],
            number=data["number"],
            decline_by=data["decline_by"],
            papers_by=data["papers_by"],
            health_by=data["health_by"],
        )
        choices = Choices(
            issue=issue,
            page_address=data["page_address"],
            order=cast(Order, data["order"]),
            odd=data["odd"],
            missing="mark" if data["mark"] else "refuse",
        )
        return self.wordings[data["wording"]], choices
