"""Forms of the staff pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from yakuba.handbook.register.observations import Kind
from yakuba.handbook.services.doses import DoseFacts
from yakuba.handbook.services.observations import ObservationFacts
from yakuba.handbook.words import outcomes_of

_WRONG_DAY = "日付ではありません。2026-11-23 の形で入力してください。"


def upload_field(label: str, help_text: str) -> forms.FileField:
    """A register file."""
    return forms.FileField(
        label=label,
        help_text=help_text,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": f"ファイルが選ばれていません。{label}を選んでください。",
            "empty": "ファイルが空です。中身のあるファイルを選んでください。",
        },
    )


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A date."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"{label}がありません。入力してください。", "invalid": _WRONG_DAY},
    )


class ChildrenForm(forms.Form):
    """Upload of the resident register."""

    file = upload_field("住民記録のファイル", "CSV（UTF-8、Shift_JIS）か Excel（.xlsx）。20MiBまで。")
    whole = forms.BooleanField(
        label="対象の子ども全員のファイルです（ファイルにない子どもを「台帳にない」とします）",
        required=False,
    )


class DosesForm(forms.Form):
    """Upload of the immunisation register."""

    file = upload_field("予防接種台帳のファイル", "CSV（UTF-8、Shift_JIS）か Excel（.xlsx）。20MiBまで。")


class DoseForm(forms.Form):
    """One dose from a paper."""

    vaccine = forms.ChoiceField(
        label="ワクチン",
        error_messages={"required": "ワクチンが選ばれていません。選んでください。"},
    )
    given_on = day_field("接種日")
    product = forms.ChoiceField(
        label="製品", required=False, help_text="製品で回数や間隔が変わるワクチンのときに選びます。"
    )
    lot = forms.CharField(label="ロット番号", max_length=40, required=False)
    clinic = forms.CharField(label="医療機関", max_length=200, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        vaccines: Sequence[tuple[str, str]],
        products: Sequence[tuple[str, str, str]],
        initial: Any = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self._products = {code: vaccine for code, vaccine, _ in products}
        cast(forms.ChoiceField, self.fields["vaccine"]).choices = [("", "選んでください"), *vaccines]
        cast(forms.ChoiceField, self.fields["product"]).choices = [
            ("", "指定しない"),
            *((code, label) for code, _, label in products),
        ]

    def clean(self) -> dict[str, Any]:
        """The product belongs to the vaccine."""
        found = super().clean() or {}
        product, vaccine = found.get("product"), found.get("vaccine")
        if product and vaccine and self._products[product] != vaccine:
            self.add_error("product", "選んだワクチンの製品ではありません。選び直してください。")
        return found

    def facts(self) -> DoseFacts:
        """What was typed in."""
        found = self.cleaned_data
        return DoseFacts(
            found["vaccine"],
            cast(date, found["given_on"]),
            found["product"],
            found["lot"].strip(),
            found["clinic"].strip(),
        )


class ObservationForm(forms.Form):
    """One observation from a paper: what it does stands beside each choice."""

    code = forms.ChoiceField(
        label="種類",
        widget=forms.RadioSelect,
        error_messages={"required": "種類が選ばれていません。一覧から選んでください。"},
    )
    on = day_field("日付", required=False)
    ground = forms.CharField(
        label="根拠",
        max_length=200,
        help_text="確かめた書類など。例：医師の意見書（写しを保管）。家庭の画面には出ません。",
        error_messages={"required": "根拠がありません。確かめた書類などを入力してください。"},
    )

    def __init__(self, data: Any = None, *, kinds: Sequence[Kind]) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["code"]).choices = [(one.code, _explained(one)) for one in kinds]
        year = timezone.localdate().year
        self.fields["on"].help_text = (
            "何の日かは、種類ごとに上に書いてあります。西暦で入力します"
            f"（令和{year - 2018}年は{year}年、令和{year - 2019}年は{year - 1}年）。"
        )

    def facts(self) -> ObservationFacts:
        """What was typed in."""
        found = self.cleaned_data
        return ObservationFacts(found["code"], found["on"], found["ground"].strip())


def _explained(kind: Kind) -> str:
    day = f"日付は{kind.date_label}（{'必須' if kind.date_needed else '分かるとき'}）。"
    return format_html('<b>{}</b><br><span class="muted">{}{}</span>', kind.title, kind.effect, day)


class CloseForm(forms.Form):
    """Outcome of a task."""

    outcome = forms.ChoiceField(
        label="確認の結果",
        widget=forms.RadioSelect,
        error_messages={"required": "結果が選ばれていません。一覧から選んでください。"},
    )
    note = forms.CharField(
        label="記録",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="確かめたことを書きます。氏名と住所は書かないでください。400文字まで。",
        error_messages={"max_length": "%(show_value)d文字あります。%(limit_value)d文字までにしてください。"},
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = outcomes_of(kind)  # type: ignore[attr-defined]
