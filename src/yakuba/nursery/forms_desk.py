"""Forms of the officer's desk: rounds, rule books, applications, decisions."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.nursery.forms import TITLE_LENGTH, check_start, check_title, upload_field
from yakuba.nursery.models import Rulebook


class RulebookChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not a generic class at run time
    """A choice among installed rule books that says the state of each."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{obj.get_state_display()}）"


class RoundForm(forms.Form):
    """A new round."""

    title = forms.CharField(
        label="選考の名称",
        validators=[check_title],
        widget=forms.TextInput(attrs={"maxlength": TITLE_LENGTH}),
        help_text="例：令和9年4月入所 一次選考",
        error_messages={"required": "選考の名称がありません。入力してください。"},
    )
    starts_on = forms.DateField(
        label="利用開始日",
        validators=[check_start],
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="年齢と、日付で変わる基準は、この日で決まります。",
        error_messages={
            "required": "利用開始日がありません。入力してください。",
            "invalid": "日付として読めません。2027-04-01 のように入力してください。",
        },
    )
    rulebook = RulebookChoice(
        label="利用調整基準",
        queryset=Rulebook.objects.exclude(state=Rulebook.State.RETIRED),
        required=False,
        empty_label="あとで選ぶ",
        help_text="採点に使う基準です。あとから選び直せます。",
        error_messages={"invalid_choice": "選べない基準です。一覧から選んでください。"},
    )


class RulebookOfRoundForm(forms.Form):
    """The rule book of a round."""

    rulebook = RulebookChoice(
        label="利用調整基準",
        queryset=Rulebook.objects.exclude(state=Rulebook.State.RETIRED),
        empty_label="選んでください",
        error_messages={
            "required": "基準が選ばれていません。一覧から選んでください。",
            "invalid_choice": "選べない基準です。一覧から選んでください。",
        },
    )


class ApplicationsForm(forms.Form):
    """Upload of applications."""

    file = upload_field(
        "申込情報のファイル",
        help_text="Excel（.xlsx）、CSV、CSVをまとめたzip のどれか。20MBまで。",
        accept=".xlsx,.xlsm,.csv,.zip",
    )


class RulebookForm(forms.Form):
    """Upload of a rule book of the town's own."""

    file = upload_field(
        "基準のファイル（YAML）",
        help_text="2MBまで。書き方は手引「利用調整基準の書き方」にあります。",
        accept=".yaml,.yml",
    )
