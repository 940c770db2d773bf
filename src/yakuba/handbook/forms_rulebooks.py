"""Forms of the rule book pages."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.handbook.services.rulebooks import UPLOAD_LIMIT


def _yaml(label: str, help_text: str, *, required: bool) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"}),
        error_messages={
            "required": f"ファイルが選ばれていません。{label}を選んでください。",
            "empty": "ファイルが空です。中身のあるファイルを選んでください。",
        },
    )


class RulebookForm(forms.Form):
    """Upload of a rule book and the municipality's own rules."""

    file = _yaml("規則のファイル", "YAML。512KiBまで。", required=True)
    overlay = _yaml(
        "自治体の定めのファイル", "予診票の発送の時期、助成など。なければ空欄にします。", required=False
    )

    def clean(self) -> dict[str, Any]:
        """Neither is too large to be read."""
        found = super().clean() or {}
        for name in ("file", "overlay"):
            upload = found.get(name)
            if upload and upload.size > UPLOAD_LIMIT:
                self.add_error(name, "512KiBを超えています。規則のファイルか確かめてください。")
        return found


class SignForm(forms.Form):
    """Who answers for the version."""

    name = forms.CharField(
        label="確認した責任者",
        max_length=120,
        help_text="職種と氏名。例：保健師 浜田 栞。家庭の画面にも示します。",
        error_messages={"required": "氏名がありません。入力してください。"},
    )
    read = forms.BooleanField(
        label="規則と出典、要確認（RECALLED）の項目、未解決の問いを確かめました",
        error_messages={"required": "確かめてから、印を付けてください。"},
    )


class ActivationForm(forms.Form):
    """Request for activation."""

    reason = forms.CharField(
        label="依頼の内容",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="確かめたこと、承認者に見てほしいことを書きます。氏名は書かないでください。",
        error_messages={
            "required": "依頼の内容がありません。入力してください。",
            "max_length": "%(show_value)d文字あります。%(limit_value)d文字までにしてください。",
        },
    )
