"""Django forms of the pages on forms and batches."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from yakuba.ocr.models import FormVersion
from yakuba.ocr.services.forms import PAPERS
from yakuba.ocr.services.intake import Incoming
from yakuba.ocr.services.scans import ENDINGS

MOST_TITLE = 100
SCAN = "scan"  # the paper's size as the scan says it
SIZES = [
    (SCAN, "スキャンの大きさから決める"),
    *((f"{name}{turn}", f"{name}（{word}）") for name in PAPERS for turn, word in (("", "縦"), ("-R", "横"))),
]


def check_words(text: str) -> None:
    """One line without invisible signs. ``ValidationError``."""
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in text):
        raise ValidationError("見えない文字（制御文字や書字方向の指定）があります。入力し直してください。")


def line(
    label: str, *, required: bool = True, help_text: str = "", length: int = MOST_TITLE
) -> forms.CharField:
    """A text of one line."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=length,
        validators=[check_words],
        help_text=help_text,
        error_messages={
            "required": f"{label}がありません。入力してください。",
            "max_length": f"%(show_value)d文字あります。{length}文字までにしてください。",
        },
    )


def file_field(label: str, accept: str, *, required: bool = True, help_text: str = "") -> forms.FileField:
    """One file."""
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.ClearableFileInput(attrs={"accept": accept}),
        error_messages={
            "required": f"ファイルが選ばれていません。{label}を選んでください。",
            "empty": "ファイルが空です。中身のあるファイルを選んでください。",
        },
    )


class ManyFilesInput(forms.ClearableFileInput):
    """A file chooser for several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; cleaned to a list of uploads."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file is checked as one."""
        several = data if isinstance(data, (list, tuple)) else [data]
        empty = [str(one.name) for one in several if isinstance(one, UploadedFile) and not one.size]
        if empty:
            raise ValidationError(
                [f"{name}：空（0バイト）です。もう一度読み取って保存してください。" for name in empty]
            )
        return [super(ManyFilesField, self).clean(one, initial) for one in several or [None]]


def many_files(label: str, help_text: str) -> ManyFilesField:
    """A chooser for scans."""
    return ManyFilesField(
        label=label,
        help_text=help_text,
        widget=ManyFilesInput(attrs={"accept": ENDINGS, "multiple": True}),
        error_messages={
            "required": f"ファイルが選ばれていません。{label}を選んでください。",
        },
    )


def incoming(upload: UploadedFile[Any]) -> Incoming:
    """An upload as the services take it."""
    return Incoming(
        str(upload.name or "file"), upload.read(), upload.content_type or "application/octet-stream"
    )


class NewForm(forms.Form):
    """A form from its blank sheet."""

    name = line(
        "帳票の名称", help_text="例：児童手当認定請求書。同じ名称を入れると、その帳票の新しい版になります。"
    )
    version = line("版", help_text="例：令和8年度。様式の配置が変わるたびに、別の版にします。")
    file = file_field(
        "未記入の用紙",
        ENDINGS,
        help_text="何も書かれていない用紙のPDFか画像。元のPDFがあれば、それが最も正確です。40MBまで。",
    )
    page = forms.IntegerField(
        label="ページ",
        initial=1,
        min_value=1,
        max_value=2000,
        help_text="PDFやTIFFに何ページもあるときの番号。",
        error_messages={
            "required": "ページの番号を入力してください。",
            "invalid": "整数を入力してください。",
        },
    )
    size = forms.ChoiceField(label="用紙の大きさ", choices=SIZES, initial=SCAN)

    def size_mm(self) -> tuple[float, float] | None:
        """The chosen paper; ``None`` when the scan decides."""
        chosen = self.cleaned_data["size"]
        if chosen == SCAN:
            return None
        name, turned = chosen.removesuffix("-R"), chosen.endswith("-R")
        width, height = PAPERS[name]
        return (height, width) if turned else (width, height)


class ImportForm(forms.Form):
    """A form that another installation wrote out."""

    file = file_field(
        "帳票の定義",
        ".zip,.yaml,.yml",
        help_text="「書き出す」で作ったzip、または form.yaml。40MBまで。",
    )
    blank = file_field(
        "未記入の用紙",
        ENDINGS,
        required=False,
        help_text="form.yaml だけを取り込むときに選びます。zipには入っています。",
    )


class ReasonForm(forms.Form):
    """Request for approval."""

    reason = forms.CharField(
        label="依頼の内容",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="試験で確かめたこと、承認者に見てほしいことを書きます。",
        error_messages={
            "required": "依頼の内容がありません。入力してください。",
            "max_length": "%(show_value)d文字あります。%(limit_value)d文字までにしてください。",
        },
    )


class SamplesForm(forms.Form):
    """Samples of a read test."""

    scans = many_files("記入済みの見本", "実際の記入例か、職員が書いた見本。合わせて20枚まで。")


class BatchForm(forms.Form):
    """A batch of scans."""

    title = line("束の名称", help_text="例：給与支払報告書 1月15日受付分")
    scans = many_files(
        "スキャンしたファイル",
        "PDF、TIFF、JPEG、PNG、HEIC。一度に20ファイル、2,000ページまで。1ファイル100MBまで。",
    )
    version = forms.ChoiceField(label="帳票", required=False)
    scanner = line(
        "読取機",
        required=False,
        help_text="例：税務課 複合機1。読取機が変わると、AIが処理する範囲の認定は別になります。",
    )
    double_check = forms.BooleanField(label="二人で確認する", required=False)
    blind = forms.BooleanField(
        label="AIの読みを見せずに入力する（認定のための束）",
        required=False,
        help_text="すべての欄を職員が入力し、AIの読みと比べて、認定のもとにします。",
    )

    def __init__(self, *args: Any, versions: Sequence[FormVersion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {str(one.pk): one for one in versions}
        field = self.fields["version"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            ("", "仕分けする（ページごとに様式を見分ける）"),
            *((k, str(v)) for k, v in self._versions.items()),
        ]

    def version_chosen(self) -> FormVersion | None:
        """The version; ``None`` for sorting."""
        return self._versions.get(self.cleaned_data["version"])


class RescanForm(forms.Form):
    """A new scan of one page."""

    file = file_field("スキャンし直したファイル", ENDINGS, help_text="1ページのPDFか画像。")


class DocumentForm(forms.Form):
    """A free document."""

    title = line("文書の名称", help_text="例：令和7年度 自治会長会議の議事録")
    scans = many_files(
        "文書のファイル",
        "PDF、TIFF、JPEG、PNG、HEIC。選んだ順に1つの文書にします。20ファイル、500ページまで。1ファイル100MBまで。",
    )
