"""What staff read: reasons, sources and differences in Japanese words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yakuba.ocr.domain.reading import Reason

REASONS: dict[Reason, str] = {
    Reason.ENGINES_DISAGREE: "2つの読みが違う",
    Reason.LOW_CONFIDENCE: "読みに自信がない",
    Reason.BAD_FORMAT: "書式に合わない",
    Reason.CHECK_DIGIT: "検査用数字が合わない",
    Reason.SUM_MISMATCH: "合計が合わない",
    Reason.POSTAL_ADDRESS: "郵便番号と住所が合わない",
    Reason.FURIGANA_NAME: "氏名とふりがなが合わない",
    Reason.UNKNOWN_NAME: "辞書にない氏名",
    Reason.STRIKE_THROUGH: "取消線がある",
    Reason.SEAL: "印影が重なる",
    Reason.OVERWRITTEN: "重ね書きがある",
    Reason.SMALL_GLYPHS: "文字が小さすぎる",
    Reason.UNCLEAR_MARK: "印がはっきりしない",
    Reason.SEVERAL_MARKS: "印が2つ以上ある",
    Reason.REQUIRED_BLANK: "必須の欄が空",
    Reason.UNUSUAL_CHARACTER: "字形がいくつかありうる",
    Reason.OUTSIDE_BOX: "枠の外に書かれている",
    Reason.SMALL_KANA: "小さい字か大きい字かはっきりしない",
    Reason.CELL_COUNT: "1枠1字になっていない",
    Reason.LOOKS_INVENTED: "読めない字を補った疑い",
    Reason.ALWAYS_STAFF: "職員が必ず決める欄",
}
SOURCES = {
    "v6": "読みA",
    "v5": "読みB",
    "cells": "文字ごとの読み",
    "rule": "規則から",
    "marks": "印の読み",
    "first": "1つ目の入力",
    "second": "2つ目の入力",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """The stretch where two readings differ: ``first`` and ``second`` from character ``place`` (from 1)."""

    first: str
    second: str
    place: int


def difference(first: str, second: str) -> Difference | None:
    """Where two readings differ; ``None`` when they are equal.

    >>> difference("4817200", "4877200")
    Difference(first='1', second='7', place=3)
    """
    if first == second:
        return None
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    most = min(len(first), len(second)) - start
    while end < most and first[-1 - end] == second[-1 - end]:
        end += 1
    return Difference(first[start : len(first) - end], second[start : len(second) - end], start + 1)


def reason_words(reason: str, texts: Sequence[str] = ()) -> str:
    """One reason in words; a disagreement says on what, when the readings differ in few characters.

    ``texts``: the candidates, best first. A code that is not known here is told as «確認が必要».

    >>> reason_words("engines_disagree", ["4817200", "4877200"])
    '2つの読みが違う：1／7'
    """
    try:
        known = Reason(reason)
    except ValueError:
        return "確認が必要"
    if known is Reason.ENGINES_DISAGREE:
        other = next((text for text in texts[1:] if text != texts[0]), None)
        found = None if other is None else difference(texts[0], other)
        if found is not None and max(len(found.first), len(found.second)) <= 4:
            return f"{REASONS[known]}：{found.first or '（なし）'}／{found.second or '（なし）'}"
    return REASONS[known]


def all_reason_words(reasons: Iterable[str], texts: Sequence[str] = ()) -> list[str]:
    """Every reason in words, in the order in which they were found, none twice."""
    return list(dict.fromkeys(reason_words(one, texts) for one in reasons))


def place_words(texts: Sequence[str], *, digits: bool) -> str:
    """「3桁目」 for the first character on which the two best readings differ; empty when they agree."""
    other = next((text for text in texts[1:] if text != texts[0]), None)
    found = None if other is None else difference(texts[0], other)
    if found is None:
        return ""
    return f"{found.place}{'桁' if digits else '文字'}目"


def source_words(source: str) -> str:
    """Where a candidate comes from."""
    return SOURCES.get(source, "ほかの読み")


def marked(text: str, against: str) -> tuple[str, str, str]:
    """The text before, in and after the stretch in which it differs from ``against``."""
    found = difference(text, against)
    if found is None:
        return text, "", ""
    start = found.place - 1
    end = start + len(found.first)
    return text[:start], text[start:end], text[end:]


def masked(number: str) -> str:
    """A personal number as it may be shown: only the last four digits.

    >>> masked("123456789018")
    '•••• •••• 9018'
    """
    return f"•••• •••• {number[-4:]}" if len(number) > 4 else ("••••" if number else "")
