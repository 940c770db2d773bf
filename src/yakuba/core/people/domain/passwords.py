"""What a password may be (OWASP ASVS 5.0, V6.2): long, not well known, not about this town hall.

There are no composition rules, and no upper limit below 256 characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

MIN_LENGTH = 12  # characters
MAX_LENGTH = 256  # characters; a bound on the hasher's work
PRODUCT_WORDS = ("yakuba", "役場", "やくば", "password", "パスワード", "login", "ログイン", "admin")
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789")
_LEET = str.maketrans("013457@$!", "oleastasi")


def folded(text: str) -> str:
    """The form in which passwords are compared with lists: NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


def _is_repetition(text: str) -> bool:
    """Whether the text is one unit three times or more, the last perhaps cut short ("abcabcabca")."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 3 + 1))


def _is_sequence(text: str) -> bool:
    return any(text in line * 2 or text in line[::-1] * 2 for line in _SEQUENCES)


def _stems(text: str) -> set[str]:
    """The text without digits and signs around it, as written and with 0→o, 1→l and so on undone."""
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    undone = text.translate(_LEET)
    return {text, bare, undone, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", undone), bare.translate(_LEET)}


def faults(password: str, *, common: Collection[str], words: Iterable[str]) -> list[str]:
    """Why a password is refused, as sentences for the person; empty when it may be used.

    ``common`` holds well-known passwords in lower case. ``words`` are the person's staff number and
    name, the city and the department: a password must not consist of them and a few more signs.
    """
    if len(password) < MIN_LENGTH:
        return [
            f"パスワードは{len(password)}文字です。{MIN_LENGTH}文字以上にしてください。"
            "ことばを3つほどつなぐと、長くて覚えやすくなります。"
        ]
    if len(password) > MAX_LENGTH:
        return [f"パスワードは{len(password)}文字です。{MAX_LENGTH}文字以内にしてください。"]
    text = folded(password)
    found = []
    if any(stem in common for stem in _stems(text)):
        found.append("よく使われているパスワードです。ほかのパスワードにしてください。")
    elif _is_repetition(text) or _is_sequence(text):
        found.append("同じ文字や並びの繰り返しです。ほかのパスワードにしてください。")
    for word in sorted(
        {folded(word) for word in (*PRODUCT_WORDS, *words) if len(word) >= 3 or not word.isascii()}
    ):
        if len(word) >= 2 and word in text and len(text.replace(word, "")) < MIN_LENGTH - 4:
            found.append(f"「{word}」に少し足しただけのパスワードです。推測されにくいものにしてください。")
            break
    return found
