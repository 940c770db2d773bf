"""Small kana in boxes (ャ, っ): told from full-size ones by their size, their place and the language.

The nets of single characters see every cell at one size, so that ヤ and ャ are one letter to them. What
tells them apart is the ink beside that of the other boxes, and what may stand together in Japanese.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yakuba.ocr.domain.line_image import ink_box
from yakuba.ocr.domain.normalise import hiragana
from yakuba.ocr.domain.pixels import Gray

LARGE_OF = dict(
    zip("ァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ", "アイウエオツヤユヨワあいうえおつやゆよわ", strict=True)
)
SIZES = {large: small for small, large in LARGE_OF.items()} | LARGE_OF
# No name is spelt with these four: boxes do not try them.
_IN_LINES = dict(zip("かけカケ", "ゕゖヵヶ", strict=True))
SMALL_OF = {large: small for small, large in LARGE_OF.items()} | _IN_LINES  # every letter's small form

# Height and width of a letter's ink together, in hundredths of the em: the mean of four tuning fonts.
_KATAKANA = (
    "ア152イ148ウ152エ141オ160カ154キ159ク150ケ162コ125サ165シ150ス147セ153ソ140タ151チ163ツ147テ156ト128"
    "ナ161ニ136ヌ139ネ162ノ135ハ141ヒ135フ141ヘ137ホ162マ144ミ137ム151メ143モ146ヤ160ユ139ヨ132ラ146リ133"
    "ル158レ135ロ130ワ140ヲ146ン141ガ169ギ169グ168ゲ172ゴ156ザ174ジ164ズ165ゼ167ゾ168ダ170ヂ169ヅ171デ172"
    "ド134バ160ビ152ブ168ベ149ボ171パ161ピ154プ171ペ150ポ171ヴ166"
)
_HIRAGANA = (
    "あ165い145う144え158お162か168き151く132け162こ136さ154し141す168せ164そ159た160ち157つ142て152と141"
    "な163に146ぬ163ね170の150は157ひ156ふ165へ139ほ154ま153み163む166め159も153や166ゆ163よ151ら144り137"
    "る147れ172ろ147わ168を156ん159が172ぎ165ぐ154げ172ご159ざ170じ144ず179ぜ172ぞ167だ166ぢ167づ166で166"
    "ど159ば168び170ぶ170べ152ぼ170ぱ169ぴ170ぷ170ぺ152ぽ170"
)
_TABLE = _KATAKANA + _HIRAGANA
EXTENT = {_TABLE[at]: int(_TABLE[at + 1 : at + 4]) / 100 for at in range(0, len(_TABLE), 4)}
SMALL = 0.79  # a small letter's size to its full one's (0.73 to 0.83 in four fonts)
SPREAD = 0.085  # of the logarithm of sizes, between letters of one writer
LOWER = 0.085  # em that a small letter's middle lies lower
LOWER_SPREAD = 0.07
OUTLIER = 9.0  # squared deviations count no more than this: one odd letter is not evidence against a text

IMPOSSIBLE = -5.0  # for a small letter where Japanese has none
UNUSUAL = -3.0  # for a full-size letter where names nearly always have a small one: しよう, いつぽ
_I_ROW = frozenset("きしちにひみりぎじぢびぴ")
_P_ROW = frozenset("ぱぴぷぺぽ")
_NEEDS_BEFORE = (
    dict.fromkeys("ゃゅょ", _I_ROW | frozenset("てでふゔ"))
    | dict.fromkeys("ぁぃぅぇぉ", frozenset("ふゔうてでしじちとどつくぐいきぎひほ"))
    | {"ゎ": frozenset("くぐ")}
)
_AFTER_TSU = frozenset(
    "かきくけこさしすせそたちつてとぱぴぷぺぽはひふへほがぎぐげござじずぜぞだぢづでどばびぶべぼ"
)


@dataclass(frozen=True, slots=True)
class Extent:
    """The ink of one cell, in px: height and width together, and how low its middle lies."""

    size: float
    middle: float


def extents(cells: Sequence[Gray]) -> list[Extent | None]:
    """The ink of every cell; cells of one field, of one height. ``None`` for a cell without ink."""
    found: list[Extent | None] = []
    for cell in cells:
        box = ink_box(cell)
        if box is None:
            found.append(None)
        else:
            left, top, right, bottom = box
            found.append(Extent(float(right - left + bottom - top), (top + bottom) / 2))
    return found


def likelihood(text: str, cells: Sequence[Extent | None]) -> float:
    """How well the sizes of the ink fit the letters of the text: a natural logarithm, 0 at best.

    One em and one level are common to the row and are taken from the row itself; a row of one letter
    therefore says nothing. Characters without a size of their own (ー) are left out.
    """
    known = [
        (math.log(cell.size / EXTENT[LARGE_OF.get(char, char)]), cell.middle, char in LARGE_OF)
        for char, cell in zip(text, cells, strict=True)
        if cell is not None and LARGE_OF.get(char, char) in EXTENT
    ]
    if len(known) < 2:
        return 0.0
    sizes, middles, small = (np.array(column, np.float64) for column in zip(*known, strict=True))
    sizes -= small * math.log(SMALL)
    em = math.exp(float(np.median(sizes)))
    middles = middles / em - small * LOWER
    return _fit(sizes, SPREAD) + _fit(middles, LOWER_SPREAD)


def _fit(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], spread: float) -> float:
    off = ((values - np.median(values)) / spread) ** 2
    return -0.5 * float(np.minimum(off, OUTLIER).sum())


def language(text: str) -> float:
    """What stands against the sizes of a text's letters: 0, or less for each odd one."""
    return sum(_each(text))


def _each(text: str) -> list[float]:
    letters = f" {hiragana(text)} "
    return [_against(*letters[at : at + 3]) for at in range(len(text))]


def _against(before: str, char: str, after: str) -> float:
    if char in _NEEDS_BEFORE:
        return 0.0 if before in _NEEDS_BEFORE[char] else IMPOSSIBLE
    if char == "っ":
        return 0.0 if before != " " and after in _AFTER_TSU else IMPOSSIBLE
    glide = before in _I_ROW and char + after in ("ゆう", "ゆん", "よう")
    stop = char == "つ" and after in _P_ROW
    return UNUSUAL if glide or stop else 0.0


def size_variants(text: str, most: int = 32) -> list[str]:
    """The text with its letters at every size that can be in Japanese, full-size ones first."""
    found = [""]
    for char in full(text):
        options = (char, SIZES[char]) if char in SIZES else (char,)
        found = [one + option for one in found for option in options][: 4 * most]
    return [one for one in found if IMPOSSIBLE not in _each(one)][:most]


def same_letters(one: str, other: str) -> bool:
    """Whether two texts differ in the sizes of their letters alone."""
    return full(one) == full(other)


def full(text: str) -> str:
    """The text with every small kana at full size: as the nets of single characters read it."""
    return "".join(LARGE_OF.get(char, char) for char in text)
