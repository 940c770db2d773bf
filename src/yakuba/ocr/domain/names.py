"""Names of people: a lexicon that leans, never decides, and variants that are never folded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from yakuba.ocr.domain.normalise import hiragana, without_spaces
from yakuba.ocr.domain.small_kana import SIZES

# Shapes of one character that both occur in names and that readers confuse or cannot tell apart.
# Readers that were trained on common text give the common shape; only a person who sees the page decides.
VARIANTS: tuple[str, ...] = (
    "辺邉邊", "高髙", "崎﨑", "斎斉齋齊", "沢澤", "浜濱濵", "広廣", "国國", "島嶋嶌", "桜櫻", "竜龍", "滝瀧",
    "富冨", "吉𠮷", "橋𣘺槗", "柳栁", "徳德", "黒黑", "清淸", "真眞", "恵惠", "栄榮", "桧檜", "薮藪", "関關",
    "塩鹽", "円圓", "万萬", "弥彌", "寿壽", "沖冲", "条條", "峰峯", "館舘", "船舩", "青靑", "静靜", "涼凉",
    "実實", "学學", "礼禮", "戸戶", "内內", "瀬瀨", "頼賴", "与與", "豊豐", "桑桒", "緑綠", "宮宫", "横橫",
    "祐\ufa4f", "隆\uf9dc", "祥\ufa1a", "福\ufa1b", "羽\ufa1e", "益\ufa17", "祇\ufa4e", "精\ufa1d",
)  # fmt: skip
_GROUP = {char: frozenset(group) for group in VARIANTS for char in group}


def variants_of(char: str) -> frozenset[str]:
    """The other shapes of a character that occur in names; empty when it has none."""
    return _GROUP.get(char, frozenset()) - {char}


def are_variants(one: str, other: str) -> bool:
    """Whether two different characters are shapes of one and the same."""
    return other in variants_of(one)


@dataclass(frozen=True, eq=False)
class NameLexicon:
    """``surnames``: kanji to readings in hiragana; ``given``: the same for given names."""

    surnames: Mapping[str, frozenset[str]] = field(repr=False)
    given: Mapping[str, frozenset[str]] = field(repr=False)

    def parts(self, name: str) -> list[tuple[str, str]]:
        """Every way to part a name into a surname and a given name of the lexicon."""
        name = without_spaces(name)
        cuts = ((name[:at], name[at:]) for at in range(1, len(name)))
        return [(first, last) for first, last in cuts if first in self.surnames and last in self.given]

    def known(self, name: str) -> int:
        """2: surname and given name are in the lexicon; 1: one of them begins or ends the name; 0: none."""
        name = without_spaces(name)
        if self.parts(name) or name in self.surnames:
            return 2
        starts = any(name[:at] in self.surnames for at in range(1, len(name)))
        ends = any(name[at:] in self.given for at in range(1, len(name)))
        return int(starts or ends)

    def readings(self, name: str) -> frozenset[str]:
        """Every reading in hiragana that the lexicon gives the name."""
        name = without_spaces(name)
        whole = set(self.surnames.get(name, ()))
        for first, last in self.parts(name):
            whole.update(a + b for a in self.surnames[first] for b in self.given[last])
        return frozenset(whole)

    def known_reading(self, kana: str) -> int:
        """2: a surname's and a given name's reading; 1: one of the two at its end; 0: neither."""
        text = hiragana(without_spaces(kana))
        cuts = [
            (text[:at] in self._surname_readings, text[at:] in self._given_readings)
            for at in range(1, len(text))
        ]
        if any(first and last for first, last in cuts):
            return 2
        return int(any(first or last for first, last in cuts))

    @cached_property
    def _surname_readings(self) -> frozenset[str]:
        return frozenset(reading for readings in self.surnames.values() for reading in readings)

    @cached_property
    def _given_readings(self) -> frozenset[str]:
        return frozenset(reading for readings in self.given.values() for reading in readings)

    def neighbours(self, name: str, most: int = 8) -> list[str]:
        """Names that differ in one character and are better known; never by a variant of the same one."""
        name = without_spaces(name)
        before = self.known(name)
        found: dict[str, None] = {}
        for at in range(1, len(name)):
            first, last = name[:at], name[at:]
            if last in self.given or first not in self.surnames:
                for other in self._near_surnames(first):
                    found.setdefault(other + last)
            if first in self.surnames and last not in self.given:
                for other in self._near_given(last):
                    found.setdefault(first + other)
        better = [other for other in found if self.known(other) > before]
        return better[:most]

    def _near_surnames(self, text: str) -> Iterable[str]:
        return _near(text, self._surname_holes)

    def _near_given(self, text: str) -> Iterable[str]:
        return _near(text, self._given_holes)

    @cached_property
    def _surname_holes(self) -> dict[str, list[str]]:
        return _holes(self.surnames)

    @cached_property
    def _given_holes(self) -> dict[str, list[str]]:
        return _holes(self.given)


def _holes(words: Iterable[str]) -> dict[str, list[str]]:
    """Each word of two characters or more under every form with one character left out."""
    found: dict[str, list[str]] = {}
    for word in words:
        for at in range(len(word) if len(word) > 1 else 0):
            found.setdefault(f"{word[:at]}\0{word[at + 1 :]}", []).append(word)
    return found


def _near(text: str, holes: Mapping[str, list[str]]) -> Iterable[str]:
    for at in range(len(text)):
        for word in holes.get(f"{text[:at]}\0{text[at + 1 :]}", ())[:6]:
            if word != text and not are_variants(text[at], word[at]):
                yield word


def kana_neighbours(text: str) -> list[str]:
    """The text with one kana made small or large: readers tell the sizes apart badly in boxes."""
    return [text[:at] + SIZES[char] + text[at + 1 :] for at, char in enumerate(text) if char in SIZES]


def reading_fits(lexicon: NameLexicon, furigana: str, name: str) -> bool | None:
    """Whether a furigana is a reading of the name; ``None`` when the lexicon does not know the name."""
    readings = lexicon.readings(name)
    if not readings:
        return None
    return hiragana(without_spaces(furigana)).replace("・", "") in readings
