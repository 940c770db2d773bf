"""Which characters a font can print (字形の有無), read from the font's own character map.

A printed □ in place of a name is an error that nobody sees in time; so every text is checked before it is
printed. Only two kinds of the OpenType ``cmap`` table are needed: format 12 (characters) and format 14
(a character with a variation selector, such as 葛󠄀).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from struct import iter_unpack, unpack_from

_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of one font. ``starts`` and ``ends``: inclusive ranges in order; ``pairs``: character,
    variation selector."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    pairs: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, font: bytes) -> Glyphs:
        """Read an OpenType font. Raises ``ValueError`` when it has no format 12 character map."""
        tables = {
            unpack_from(">4s", font, 12 + 16 * at)[0]: unpack_from(">I", font, 20 + 16 * at)[0]
            for at in range(unpack_from(">H", font, 4)[0])
        }
        cmap: int | None = tables.get(b"cmap")
        if cmap is None:
            raise ValueError("文字の対応表（cmap）がないフォントです")
        ranges: list[tuple[int, int]] = []
        pairs: set[tuple[int, int]] = set()
        for at in range(unpack_from(">H", font, cmap + 2)[0]):
            start = cmap + unpack_from(">I", font, cmap + 8 + 8 * at)[0]
            kind = unpack_from(">H", font, start)[0]
            if kind == 12:
                count = unpack_from(">I", font, start + 12)[0]
                groups = iter_unpack(">III", font[start + 16 : start + 16 + 12 * count])
                ranges.extend((first, last) for first, last, _ in groups)
            elif kind == 14:
                pairs.update(_pairs(font, start))
        if not ranges:
            raise ValueError("文字の対応表（cmap 形式12）がないフォントです")
        ranges.sort()
        return cls(tuple(first for first, _ in ranges), tuple(last for _, last in ranges), frozenset(pairs))

    def has(self, character: str, selector: str = "") -> bool:
        """Whether the font draws the character, or the character in the form the selector asks for."""
        code = ord(character)
        if selector:
            return (code, ord(selector)) in self.pairs
        at = bisect_right(self.starts, code) - 1
        return at >= 0 and code <= self.ends[at]

    def missing(self, text: str) -> list[str]:
        """Characters of ``text`` without a glyph, each once, in order; line ends and tabs do not count."""
        return list(dict.fromkeys(one + mark for one, mark in _split(text) if not self.has(one, mark)))

    def marked(self, text: str, mark: str = "〓") -> str:
        """``text`` with 〓 (geta, the printers' sign for a missing type) for each missing character."""
        for found in sorted(self.missing(text), key=len, reverse=True):
            text = text.replace(found, mark)
        return text


def _pairs(font: bytes, start: int) -> Iterator[tuple[int, int]]:
    for at in range(unpack_from(">I", font, start + 6)[0]):
        entry = start + 10 + 11 * at
        selector = int.from_bytes(font[entry : entry + 3], "big")
        default, other = unpack_from(">II", font, entry + 3)
        if default:
            for line in range(unpack_from(">I", font, start + default)[0]):
                place = start + default + 4 + 4 * line
                first = int.from_bytes(font[place : place + 3], "big")
                yield from ((code, selector) for code in range(first, first + font[place + 3] + 1))
        if other:
            for line in range(unpack_from(">I", font, start + other)[0]):
                place = start + other + 4 + 5 * line
                yield int.from_bytes(font[place : place + 3], "big"), selector


def is_selector(character: str) -> bool:
    """Whether the character only picks a form of the one before it (異体字セレクタ)."""
    return any(ord(character) in block for block in _SELECTORS)


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Characters with the variation selector that follows them, if any."""
    for at, character in enumerate(text):
        if character in "\n\r\t" or (is_selector(character) and at > 0):
            continue
        following = text[at + 1 : at + 2]
        yield character, following if following and is_selector(following) else ""
