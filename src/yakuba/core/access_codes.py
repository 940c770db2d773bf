"""Codes (閲覧コード, 登録コード) printed on letters: drawn, checked, digested.

A code has 16 signs of a 32-sign alphabet: 15 drawn ones (75 bits) and a check sign. The check is a linear
code over GF(32) with a weight of its own for every place, so that one wrong sign and any two exchanged signs
are always noticed. Only the digest is ever kept.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable
from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O
LENGTH = 16
GROUP = 4
_DASHES = "-‐‑‒–—―−ー－ｰ_ "  # people type any of them between the groups


class BadCode(ValueError):
    """What was typed is no code; the message says what to look at, never what the code would be."""


def _weights() -> tuple[int, ...]:
    """α⁰ … α¹⁵ in GF(32) with x⁵ + x² + 1."""
    weights, value = [], 1
    for _ in range(LENGTH):
        weights.append(value)
        value <<= 1
        if value & 32:
            value ^= 0b100101
    return tuple(weights)


def _times(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 32:
            one ^= 0b100101
        other >>= 1
    return product


WEIGHTS = _weights()


def _sum(values: list[int]) -> int:
    total = 0
    for weight, value in zip(WEIGHTS, values, strict=False):
        total ^= _times(weight, value)
    return total


def draw(below: Callable[[int], int]) -> str:
    """A new code as 16 signs. ``below(n)`` draws a number 0 … n-1 (``secrets.randbelow``)."""
    values = [below(len(ALPHABET)) for _ in range(LENGTH - 1)]
    need = _sum(values)
    values.append(next(value for value in range(32) if _times(WEIGHTS[-1], value) == need))
    return "".join(ALPHABET[value] for value in values)


def shown(code: str) -> str:
    """As it is printed, in groups of four.

    >>> shown("ABCDEFGHJKLMNPQR")
    'ABCD-EFGH-JKLM-NPQR'
    """
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def normalise(typed: str) -> str:
    """The 16 signs of a code however it was typed (full-width, small, with spaces or dashes).

    Raises ``BadCode`` when the length, a sign or the check sign is wrong.
    """
    plain = unicodedata.normalize("NFKC", typed[:200]).upper()
    plain = "".join(sign for sign in plain if sign not in _DASHES and not sign.isspace())
    if len(plain) != LENGTH:
        raise BadCode(
            f"コードは{LENGTH}文字です。{len(plain)}文字ありました。通知のとおりに入力してください。"
        )
    strange = next((sign for sign in plain if sign not in ALPHABET), None)
    if strange is not None:
        raise BadCode(
            f"「{strange}」は、コードに使わない文字です。数字の0と1、英字のIとOは使っていません。"
            "通知をもう一度見てください。"
        )
    if _sum([ALPHABET.index(sign) for sign in plain]):
        raise BadCode("コードのどこかが違います。通知のとおりに入力してください。")
    return plain


def digest(code: str, key: bytes, purpose: str) -> str:
    """HMAC-SHA256 of a code under a key for one use, 64 hex digits; ``BadCode`` for no code."""
    return hmac.new(key, purpose.encode() + b"\0" + normalise(code).encode(), sha256).hexdigest()
