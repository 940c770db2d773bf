"""Characters of Japanese writing, and how common they are.

The line readers know some 18,000 characters, most of them Chinese shapes that no Japanese form holds
(赁 for 賃). Allowed is what JIS X 0213 or CP932 has: every shape that a Japanese system can store.
"""

from __future__ import annotations

from functools import cache

_RARE = {1: 0.0, 2: -0.7, 3: -2.5}


@cache
def japanese() -> frozenset[str]:
    """Every character of JIS X 0213:2004 and of CP932, ASCII included."""
    found = {chr(code) for code in range(0x20, 0x7F)}
    for first in range(0xA1, 0xFF):
        for second in range(0xA1, 0xFF):
            for lead in (b"", b"\x8f"):
                try:
                    found.update((lead + bytes((first, second))).decode("euc_jis_2004"))
                except UnicodeDecodeError:
                    continue
    for first in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for second in range(0x40, 0xFD):
            try:
                found.update(bytes((first, second)).decode("cp932"))
            except UnicodeDecodeError:
                continue
    return frozenset(found)


@cache
def level(char: str) -> int:
    """1: JIS X 0208 level 1 and everything that is no kanji; 2: level 2; 3: any other kanji."""
    if not ("\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char >= "\U00020000"):
        return 1
    try:
        row = char.encode("euc_jp")[0] - 0xA0
    except UnicodeEncodeError:
        return 3
    if row >= 48:
        return 2
    return 1 if 16 <= row <= 47 else 3


def commonness(text: str) -> float:
    """What rare characters take from a text's log probability: a prior too weak to overrule clear print."""
    return sum(_RARE[level(char)] for char in text)
