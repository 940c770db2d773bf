"""Japanese names of what forms are made of, for staff."""

from __future__ import annotations

from yakuba.ocr.domain.form import FieldPolicy, Kind, Writing
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.domain.wording import REASONS

KINDS: dict[Kind, str] = {
    Kind.LINE: "1行の文字",
    Kind.BOXED_DIGITS: "数字（1枠1字）",
    Kind.BOXED_HIRAGANA: "ひらがな（1枠1字）",
    Kind.BOXED_KATAKANA: "カタカナ（1枠1字）",
    Kind.CHECKBOX: "チェック欄",
    Kind.CIRCLE: "○で囲む選択",
    Kind.DATE: "日付",
    Kind.AMOUNT: "金額",
    Kind.POSTAL_CODE: "郵便番号",
    Kind.ADDRESS: "住所",
    Kind.PERSON_NAME: "氏名",
    Kind.FURIGANA: "ふりがな",
    Kind.MY_NUMBER: "個人番号",
    Kind.CORPORATE_NUMBER: "法人番号",
    Kind.PHONE: "電話番号",
    Kind.FREE: "自由記述（複数行）",
}
WRITINGS: dict[Writing, str] = {Writing.PRINT: "活字", Writing.HAND: "手書き"}
POLICIES: dict[FieldPolicy, str] = {
    FieldPolicy.AUTO_IF_CERTIFIED: "認定の範囲でAIが処理",
    FieldPolicy.ALWAYS_STAFF: "必ず職員が確認",
}
KEYS: dict[str, str] = {  # of a field in a definition, as the designer calls them
    "name": "名前",
    "kind": "種類",
    "box": "枠",
    "writing": "書き方",
    "label": "見出し",
    "cells": "文字枠の数",
    "options": "選択肢",
    "charset": "使う文字",
    "pattern": "書式",
    "required": "必須",
    "policy": "扱い",
}


def reason_text(code: str) -> str:
    """A reason in words; a code that is not known here as it is."""
    try:
        return REASONS[Reason(code)]
    except (ValueError, KeyError):
        return code


def kind_text(code: str) -> str:
    """A kind of field in words."""
    try:
        return KINDS[Kind(code)]
    except (ValueError, KeyError):
        return code
