"""What each kind of field may say, and which shapes mean the same there."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.ocr.domain.charset import japanese
from yakuba.ocr.domain.decoding.address_grammar import AddressGrammar
from yakuba.ocr.domain.decoding.amount_grammar import AmountGrammar
from yakuba.ocr.domain.decoding.date_grammar import DateGrammar
from yakuba.ocr.domain.decoding.grammar import Anything, Digits, Grammar
from yakuba.ocr.domain.decoding.postal_grammar import PhoneGrammar, PostalGrammar
from yakuba.ocr.domain.form import Field, Kind

HIRAGANA = frozenset(chr(code) for code in range(0x3041, 0x3097))
KATAKANA = frozenset(chr(code) for code in range(0x30A1, 0x30F7))
KANA_SIGNS = frozenset("ー・")

_SIGNS = frozenset('/／#＃$＄%％@＠!！?？*＊+＋=＝<＜>＞|｜~～^＾_＿{}[]［］｛｝:：;；"＂`｀。、…‥°£€§※→←↑↓')
NOT_IN_ADDRESSES = _SIGNS
NOT_IN_NAMES = _SIGNS | frozenset("0123456789０１２３４５６７８９,，.．()（）〒〇○◯×△□■●◎①②③④⑤⑥⑦⑧⑨丨丶丿")

_NO_SPACE = {" ": "", "\u3000": ""}
MIDDLE_DOTS = dict.fromkeys("·•‧･⋅", "・")  # other writings' dots for 中黒
_WIDE_DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)}
_AS_ZERO = dict.fromkeys("OoＯｏ〇○◯", "0")
_AS_ONE = dict.fromkeys("lI|｜Ｉｌ丨！!", "1")
_DASHES = dict.fromkeys("－ー—―–−‐一~～", "-")
_DIGIT_SHAPES = {**_NO_SPACE, **_WIDE_DIGITS, **_AS_ZERO, **_AS_ONE}
_KATAKANA_SHAPES = {
    **_NO_SPACE,
    **dict(zip("口二八力夕工卜三千才一丿", "ロニハカタエトミチオーノ", strict=True)),
    **dict.fromkeys("-－—―–−", "ー"),
}
_ONLY_KATAKANA = dict(zip("へべぺりゃゅょっ", "ヘベペリャュョッ", strict=True))
_ONLY_HIRAGANA = dict(zip("ヘベペリ", "へべぺり", strict=True))


_FIXED: dict[Kind, Grammar] = {
    Kind.AMOUNT: AmountGrammar(),
    Kind.DATE: DateGrammar(),
    Kind.POSTAL_CODE: PostalGrammar(),
    Kind.PHONE: PhoneGrammar(),
    Kind.MY_NUMBER: Digits(12),
    Kind.CORPORATE_NUMBER: Digits(13),
    Kind.BOXED_DIGITS: Digits(None),
}


def shapes(field: Field) -> Mapping[str, str]:
    """Characters that are written as another in this kind of field (identical shapes and widths only)."""
    kind = field.kind
    if kind is Kind.AMOUNT:
        commas = dict.fromkeys("，、.．。'’", ",")
        return {**_DIGIT_SHAPES, **_DASHES, **commas, "￥": "¥", "\\": "¥", "＼": "¥", "Δ": "△", "∆": "△"}
    if kind is Kind.DATE:
        dots = dict.fromkeys("．・，,、。･", ".")
        return {**_NO_SPACE, **_WIDE_DIGITS, **_DASHES, **dots, "／": "/", "Ｒ": "R", "Ｈ": "H", "Ｓ": "S"}
    if kind in (Kind.POSTAL_CODE, Kind.PHONE):
        return {**_DIGIT_SHAPES, **_DASHES, "（": "(", "）": ")", "干": "〒", "テ": "〒"}
    if kind in (Kind.MY_NUMBER, Kind.CORPORATE_NUMBER, Kind.BOXED_DIGITS):
        return {**_DIGIT_SHAPES, **dict.fromkeys("-－ー—―–−‐", "")}
    if kind is Kind.BOXED_HIRAGANA:
        return {**_NO_SPACE, **_ONLY_HIRAGANA, **dict.fromkeys("一-－—―–−", "ー")}
    if kind is Kind.BOXED_KATAKANA:
        return {**_KATAKANA_SHAPES, **_ONLY_KATAKANA}
    if kind is Kind.FURIGANA:
        return _KATAKANA_SHAPES
    if kind is Kind.PERSON_NAME:
        return {**_NO_SPACE, **MIDDLE_DOTS}
    return MIDDLE_DOTS


def grammar_of(field: Field) -> Grammar:
    """What this field may say; ``charset`` of the form narrows free kinds further."""
    kind = field.kind
    own = frozenset(field.charset) or None
    if kind in _FIXED:
        return _FIXED[kind]
    if kind is Kind.BOXED_HIRAGANA:
        return Anything(own or HIRAGANA | KANA_SIGNS)
    if kind is Kind.BOXED_KATAKANA:
        return Anything(own or KATAKANA | KANA_SIGNS)
    if kind is Kind.FURIGANA:
        return Anything(own or HIRAGANA | KATAKANA | KANA_SIGNS)
    if kind is Kind.ADDRESS:
        return AddressGrammar(own or japanese() - NOT_IN_ADDRESSES)
    if kind is Kind.PERSON_NAME:
        return Anything(own or japanese() - NOT_IN_NAMES)
    return Anything(own or japanese())
