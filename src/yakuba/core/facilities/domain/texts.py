"""Texts as people type them into tables, made comparable."""

from __future__ import annotations

import re
import unicodedata

_WAVES = str.maketrans({"〜": "~", "∼": "~", "—": "-", "–": "-", "−": "-", "‐": "-", "―": "-"})
_SPACES = re.compile(r"\s+")
_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_SEPARATORS = re.compile(r"[\s・･\-‐ー~,、。()「」『』./]+")


def plain(text: str) -> str:
    """NFKC (full-width digits become ASCII), one kind of wave and dash, single spaces, nothing around.

    >>> plain("　０歳〜　５歳 ")
    '0歳~ 5歳'
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).translate(_WAVES)).strip()


def shown(text: str) -> str:
    """A cell as a page shows it: no control characters, single spaces; letters stay as they were typed."""
    kept = "".join(" " if sign.isspace() else sign for sign in text)
    return _SPACES.sub(" ", "".join(s for s in kept if unicodedata.category(s) not in ("Cc", "Cs"))).strip()


def fold(text: str) -> str:
    """What two spellings of one word have in common: width, case, kana and separators are ignored.

    >>> fold("ﾊﾏｶｾﾞ 保育園") == fold("はまかぜ保育園")
    True
    """
    key = _once(text)
    if not key.isascii():
        for _ in range(3):  # letters that a separator kept apart may now compose
            before, key = key, _once(key)
            if before == key:
                break
    return key


def _once(text: str) -> str:
    return _SEPARATORS.sub("", plain(text).casefold().translate(_KATAKANA))


def words(query: str) -> tuple[str, ...]:
    """The words of a search, folded; all of them must occur.

    >>> words("汐見　一時預かり")
    ('汐見', '一時預かり')
    """
    return tuple(found for part in plain(query).split(" ") if (found := fold(part)))
