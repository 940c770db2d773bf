"""The text that a field carries on, by kind: one way of writing each value (see CONTRACTS of ``ocr``)."""

from __future__ import annotations

import re
import unicodedata

from yakuba.ocr.domain.amounts import parse_amount
from yakuba.ocr.domain.dates import parse_date
from yakuba.ocr.domain.form import Field, Kind

_DASHES = re.compile(r"[‐‑‒–—―−─ｰ]")
_SPACES = re.compile(r"\s+")
_NEXT_TO_LETTERS = re.compile(r"(?<![ -~]) | (?![ -~])")


def widths(text: str) -> str:
    """Letters, digits and signs half-width, kana full-width; every other character stays as it is.

    Unlike NFKC no character is replaced by a look-alike: ㈱, ①, 﨑 and compatibility kanji survive.
    """
    kept = []
    for run in re.split(r"([\uff01-\uff5e\uff61-\uff9f￥￣\u3000]+)", text):
        folded = unicodedata.normalize("NFKC", run) if _is_width_form(run) else run
        kept.append(folded)
    return "".join(kept)


def _is_width_form(run: str) -> bool:
    return bool(run) and all(
        "\uff01" <= char <= "\uff5e" or "\uff61" <= char <= "\uff9f" or char in "￥￣\u3000" for char in run
    )


def without_spaces(text: str) -> str:
    """The text with no white space."""
    return _SPACES.sub("", text)


def digits_of(text: str) -> str | None:
    """ASCII digits alone; ``None`` when something else than digits, spaces and dashes is in it."""
    text = without_spaces(_DASHES.sub("-", widths(text))).replace("-", "").replace("ー", "")
    return text if text.isascii() and text.isdigit() else None


def hiragana(text: str) -> str:
    """Katakana as hiragana (ー, ・ and everything else stay)."""
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in text)


def katakana(text: str) -> str:
    """Hiragana as katakana."""
    return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in text)


def _postal(text: str) -> str | None:
    digits = digits_of(text.replace("〒", ""))
    return digits if digits is not None and len(digits) == 7 else None


def _phone(text: str) -> str | None:
    digits = digits_of(re.sub(r"[()（）.・]", "-", text))
    return digits if digits is not None and re.fullmatch(r"0\d{9,10}", digits) else None


def _date(text: str) -> str | None:
    day = parse_date(text)
    return None if day is None else day.isoformat()


def _exactly(count: int, text: str) -> str | None:
    digits = digits_of(text)
    return digits if digits is not None and len(digits) == count else None


def _kana(text: str) -> str | None:
    text = without_spaces(widths(text))
    return text if re.fullmatch(r"[ぁ-ゖァ-ヺー・ヽヾゝゞ]+", text) else None


def _line(text: str) -> str:
    """Spaces stay only between Latin words."""
    return _NEXT_TO_LETTERS.sub("", _SPACES.sub(" ", widths(text)).strip())


def normalise(field: Field, raw: str) -> str | None:
    """The value that ``raw`` stands for in this field, ``""`` for nothing, ``None`` when it is malformed."""
    if not without_spaces(raw):
        return ""
    kind = field.kind
    if kind is Kind.AMOUNT:
        return parse_amount(raw)
    if kind is Kind.DATE:
        return _date(raw)
    if kind is Kind.POSTAL_CODE:
        return _postal(raw)
    if kind is Kind.PHONE:
        return _phone(raw)
    if kind is Kind.MY_NUMBER:
        return _exactly(12, raw)
    if kind is Kind.CORPORATE_NUMBER:
        return _exactly(13, raw)
    if kind is Kind.BOXED_DIGITS:
        return digits_of(raw)
    if kind in (Kind.FURIGANA, Kind.BOXED_HIRAGANA, Kind.BOXED_KATAKANA):
        return _kana(raw)
    if kind is Kind.FREE:
        return "\n".join(_line(line) for line in raw.split("\n"))
    if kind in (Kind.PERSON_NAME, Kind.ADDRESS):
        return without_spaces(widths(raw)) if kind is Kind.PERSON_NAME else without_spaces(raw_address(raw))
    return _line(raw)


def raw_address(text: str) -> str:
    """Digits and signs half-width, every kind of dash between digits a hyphen."""
    text = _DASHES.sub("-", widths(text))
    return re.sub(r"(?<=\d)[ー一](?=\d)", "-", text)


def matches_rules(field: Field, text: str) -> bool:
    """Whether a normalised text obeys the field's own charset and pattern (an empty one always does)."""
    if not text:
        return True
    if field.charset and any(char not in field.charset for char in text):
        return False
    return not field.pattern or re.fullmatch(field.pattern, text) is not None
