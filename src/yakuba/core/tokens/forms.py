"""The form that issues a token."""

from __future__ import annotations

from django import forms

from yakuba.core.tokens.scopes import describe, known
from yakuba.core.tokens.services import LONGEST_DAYS


def _choices() -> list[tuple[str, str]]:
    return [(scope, describe(scope)) for scope in known()]


class IssueForm(forms.Form):
    """Who, what for, what it may do, for how long."""

    use_required_attribute = False
    account = forms.CharField(
        label="利用者の名称",
        max_length=100,
        help_text="連携する仕組みの名前。例：住民記録システム",
        error_messages={"required": "空欄です。連携する仕組みの名前を入力してください。"},
    )
    purpose = forms.CharField(label="用途", max_length=200, required=False)
    scopes = forms.MultipleChoiceField(
        label="できること",
        choices=_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "1つも選ばれていません。1つ以上選んでください。"},
    )
    days = forms.IntegerField(
        label="有効な日数",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=365,
        help_text=f"1から{LONGEST_DAYS}まで。期限が来たら新しく発行してください。",
    )
