"""What an officer typed into a field: normalised by kind, with every doubt about it in words.

A doubt asks once more («それでも確定する»); a fault can't be confirmed. Names, addresses and free text are
never folded: 髙 stays 髙, a compatibility ideograph stays itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from yakuba.ocr.domain.check_digits import corporate_number_holds, personal_number_holds
from yakuba.ocr.domain.form import Field, Kind
from yakuba.ocr.domain.patterns import LONGEST_TEXT, unbounded

LONGEST = LONGEST_TEXT
CERTAIN = 12  # a text as short as this is compared at once, whatever the pattern
_SEPARATORS = re.compile(r"[\s,，、.．・¥￥円\-‐‑–—−ー]+")
_PLAIN_DIGITS = {Kind.BOXED_DIGITS, Kind.POSTAL_CODE, Kind.MY_NUMBER, Kind.CORPORATE_NUMBER, Kind.PHONE}
_ERAS = (  # first day and last day of each era (改元の政令)
    ("令", "R", date(2019, 5, 1), date(9999, 12, 31)),
    ("平", "H", date(1989, 1, 8), date(2019, 4, 30)),
    ("昭", "S", date(1926, 12, 25), date(1989, 1, 7)),
    ("大", "T", date(1912, 7, 30), date(1926, 12, 24)),
    ("明", "M", date(1868, 1, 25), date(1912, 7, 29)),
)
_ERA_DATE = re.compile(r"([令平昭大明RHSTM])[和成治正]?\.?(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?")
_ERA_PLAIN = re.compile(r"([RHSTM])(\d{2})(\d{2})(\d{2})")
_DATE = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_YES = {"true", "1", "✓", "✔", "レ", "○", "〇", "はい", "あり", "有"}
_NO = {"false", "0", "", "×", "✕", "いいえ", "なし", "無"}


@dataclass(frozen=True, slots=True)
class Entry:
    """The normalised text, what is doubtful about it, and what forbids it."""

    text: str
    doubts: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_entry(field: Field, typed: str) -> Entry:
    """What was typed, normalised as the readings of the field's kind are."""
    if len(typed) > LONGEST:
        return Entry("", faults=(f"{len(typed):,}文字です。{LONGEST:,}文字以下にしてください。",))
    bad = {sign for sign in typed if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\r\n\t"}
    if bad:
        return Entry("", faults=("目に見えない制御文字があります。入力し直してください。",))
    text, doubts = _normalised(field, typed)
    if not text:
        if field.required:
            doubts = ["必須の欄が空です。"]
        return Entry("", tuple(doubts))
    if field.cells is not None and field.kind is not Kind.DATE and len(text) > field.cells:
        doubts.append(f"{len(text)}文字です。枠は{field.cells}です。")
    outside = sorted({sign for sign in text if field.charset and sign not in field.charset})
    if outside:
        doubts.append(f"この欄に使わない文字「{''.join(outside)}」があります。")
    if field.pattern and len(text) > CERTAIN and unbounded(field.pattern):
        doubts.append("文字が多く、決められた書式に合うか確かめられません。")
    elif field.pattern and re.fullmatch(field.pattern, text) is None:
        doubts.append("決められた書式に合いません。")
    return Entry(text, tuple(doubts))


def same(field: Field, first: str, second: str) -> bool:
    """Whether two entries say the same after normalising."""
    return read_entry(field, first).text == read_entry(field, second).text


def _normalised(field: Field, typed: str) -> tuple[str, list[str]]:
    kind = field.kind
    if kind in _PLAIN_DIGITS:
        return _digits(kind, typed)
    readers: dict[Kind, Callable[[Field, str], tuple[str, list[str]]]] = {
        Kind.AMOUNT: lambda _, text: _amount(text),
        Kind.DATE: lambda _, text: _date(text),
        Kind.CHECKBOX: lambda _, text: _checkbox(text),
        Kind.CIRCLE: _circle,
        Kind.BOXED_HIRAGANA: lambda _, text: _kana(text, hiragana=True, katakana=False),
        Kind.BOXED_KATAKANA: lambda _, text: _kana(text, hiragana=False, katakana=True),
        Kind.FURIGANA: lambda _, text: _kana(text, hiragana=True, katakana=True),
    }
    if kind in readers:
        return readers[kind](field, typed)
    return typed.replace("\r\n", "\n").strip(), []


def _digits(kind: Kind, typed: str) -> tuple[str, list[str]]:
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed).lstrip("〒 "))
    text = text.replace("(", "").replace(")", "") if kind is Kind.PHONE else text
    if not text:
        return "", []
    if not (text.isascii() and text.isdigit()):
        return text, ["数字ではない文字があります。"]
    return text, _length_doubts(kind, text)


def _length_doubts(kind: Kind, text: str) -> list[str]:
    lengths = {
        Kind.POSTAL_CODE: (7, 7),
        Kind.MY_NUMBER: (12, 12),
        Kind.CORPORATE_NUMBER: (13, 13),
        Kind.PHONE: (10, 11),
    }
    if kind not in lengths:
        return []
    least, most = lengths[kind]
    if not least <= len(text) <= most:
        wanted = f"{least}桁" if least == most else f"{least}〜{most}桁"
        return [f"{len(text)}桁です。{wanted}のはずです。"]
    wrong = (kind is Kind.MY_NUMBER and not personal_number_holds(text)) or (
        kind is Kind.CORPORATE_NUMBER and not corporate_number_holds(text)
    )
    return ["検査用数字が合いません。"] if wrong else []


def _amount(typed: str) -> tuple[str, list[str]]:
    text = unicodedata.normalize("NFKC", typed).strip()
    sign = "-" if text[:1] in ("-", "△", "▲", "−") else ""
    text = _SEPARATORS.sub("", text.lstrip("-△▲−"))
    if not text:
        return "", []
    if not (text.isascii() and text.isdigit()):
        return sign + text, ["数字ではない文字があります。"]
    amount = text.lstrip("0") or "0"
    return (sign + amount if amount != "0" else "0"), []


def _date(typed: str) -> tuple[str, list[str]]:
    text = "".join(unicodedata.normalize("NFKC", typed).split()).replace("−", "-").replace("ー", "-")
    if not text:
        return "", []
    era = _ERA_DATE.fullmatch(text.upper()) or _ERA_PLAIN.fullmatch(text.upper())
    if era is not None:
        return _era_date(text, *era.groups())
    plain = _DATE.fullmatch(text)
    if plain is None:
        return text, ["日付として読めません。令和6年5月1日 か 2024-05-01 の形にしてください。"]
    year, month, day = (int(one) for one in plain.groups() if one is not None)
    try:
        return date(year, month, day).isoformat(), []
    except ValueError:
        return text, [f"{year}年{month}月{day}日はない日付です。"]


def _era_date(text: str, sign: str, year: str, month: str, day: str) -> tuple[str, list[str]]:
    name, _, first, last = next(one for one in _ERAS if sign in one[:2])
    number = 1 if year == "元" else int(year)
    try:
        found = date(first.year + number - 1, int(month), int(day))
    except ValueError:
        return text, ["ない日付です。年月日を確かめてください。"]
    if number < 1 or not first <= found <= last:
        return text, [f"元号「{name}」にない日付です。元号と年を確かめてください。"]
    return found.isoformat(), []


def _checkbox(typed: str) -> tuple[str, list[str]]:
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    if text in _YES:
        return "true", []
    if text in _NO:
        return "false", []
    return text, ["印あり（1）か印なし（0）で入力してください。"]


def _circle(field: Field, typed: str) -> tuple[str, list[str]]:
    text = typed.strip()
    values = [option.value for option in field.options]
    if not text or text in values:
        return text, []
    return text, [f"選択肢（{'、'.join(values)}）にない値です。"]


def _kana(typed: str, *, hiragana: bool, katakana: bool) -> tuple[str, list[str]]:
    text = " ".join(unicodedata.normalize("NFKC", typed).split())
    kinds = [
        ("ひらがな", hiragana, "ぁ", "ゖ"),
        ("カタカナ", katakana, "ァ", "ヺ"),
    ]
    good = [(low, high) for _, wanted, low, high in kinds if wanted]
    outside = [sign for sign in text if sign not in "ー・ 　゛゜" and not _between(sign, good)]
    names = "・".join(name for name, wanted, _, _ in kinds if wanted)
    return text, ([f"{names}ではない文字があります。"] if outside else [])


def _between(sign: str, ranges: list[tuple[str, str]]) -> bool:
    return any(low <= sign <= high for low, high in ranges)
