"""One cell to one value by the type of its field. ``Unreadable`` carries the code of the fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from yakuba.core.sheets.dates import parse_day
from yakuba.core.spreadsheets import neutralised
from yakuba.nursery.applications.field_types import SYNONYMS, Field, Word
from yakuba.nursery.domain.application import Mark
from yakuba.nursery.domain.priority import Key
from yakuba.nursery.ledger import values
from yakuba.nursery.ledger.values import Cell

LONGEST_TEXT = 200
LONGEST_CODE = 50
MOST_TIMES = 99
_DECIMALS = 10
YES = frozenset({"はい", "○", "〇", "◯", "有", "あり", "有り", "1", "true", "yes", "該当", "可", "レ", "✓"})
NO = frozenset({"いいえ", "×", "無", "なし", "無し", "0", "false", "no", "非該当", "不可", "-", "ー"})
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")
_ERALESS = re.compile(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_ERA_MONTH = re.compile(r"(令和|平成|[RH])\.?(元|\d{1,2})[-/.年](\d{1,2})月?", re.IGNORECASE)
_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ffA-Za-z\u00c0-\u024f\s・．.'’－‐‑–—\-=＝,，]+")
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_LIST = re.compile(r"[、,\n]+")
_MARK = re.compile(r"([^×✕*@]+)(?:[×✕*](\d{1,9}))?(?:@([^×✕*@]+))?")
_UNUSABLE = re.compile(r"[、,@×✕*]")


class Unreadable(ValueError):
    """A cell that cannot be read: the ``code`` of the kind and the words its text needs."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def _restored(text: str) -> str:
    """The text without the apostrophe that keeps a spreadsheet from running it as a formula."""
    if text.startswith("'"):
        bare = text.lstrip("'")
        if neutralised(bare) != bare:
            return bare
    return text


def _settled(read: Callable[[Cell], str], cell: Cell) -> str:
    """Read again until nothing changes: what is written back then reads as the same text."""
    try:
        text = read(cell)
        while (again := read(_restored(text))) != text:
            text = again
    except ValueError as error:
        raise Unreadable("control-character") from error
    if _NO_CHARACTER.search(text):
        raise Unreadable("control-character")
    return text


def _plain(cell: Cell) -> str:
    """Free text; a line break inside becomes the one that Excel writes."""
    text = _settled(values.text, cell).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_TEXT:
        raise Unreadable("text-too-long", limit=LONGEST_TEXT)
    return text


def _squeezed(cell: Cell) -> str:
    return _settled(values.code, cell)


def _code(cell: Cell) -> str:
    found = _squeezed(cell)
    if len(found) > LONGEST_CODE:
        raise Unreadable("text-too-long", limit=LONGEST_CODE)
    if _UNUSABLE.search(found):
        raise Unreadable("code-character")
    return found


def _kana(cell: Cell) -> str:
    text = _plain(cell)
    if not _KANA.fullmatch(unicodedata.normalize("NFKC", text)):
        raise Unreadable("kana-unreadable")
    return text


def _number(cell: Cell) -> Key:
    if isinstance(cell, str):
        cell = _restored(cell.strip())
    try:
        value = values.number(cell)
    except ValueError as error:
        raise Unreadable("number-unreadable") from error
    if value < 0:
        raise Unreadable("number-negative")
    return _short(value)


def _short(value: Key) -> Key:
    """At most ten decimals: 119.99999999999999 of a spreadsheet's sum is 120 hours."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if isinstance(exponent, int) and exponent < -_DECIMALS:
        value = Decimal(value).quantize(Decimal(1).scaleb(-_DECIMALS)).normalize()
        return int(value) if value == value.to_integral_value() else value
    return value


def _whole(cell: Cell) -> int:
    value = _number(cell)
    if not isinstance(value, int):
        raise Unreadable("number-not-whole")
    return value


def _yes_no(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    word = _squeezed(cell).lower()
    if word in YES or word in NO:
        return word in YES
    raise Unreadable("yes-no-unreadable")


def _date(cell: Cell) -> date:
    try:
        return parse_day(cell)
    except ValueError as error:
        if isinstance(cell, str) and _ERALESS.fullmatch(values.label(cell)):
            raise Unreadable("date-era-missing") from error
        impossible = str(error).endswith("ない日付です")
        raise Unreadable("date-impossible" if impossible else "date-unreadable") from error


def _month(cell: Cell) -> date:
    """The first day of a month; also a date inside it."""
    if isinstance(cell, str):
        word = _squeezed(cell)
        if match := _MONTH.fullmatch(word):
            return _first(f"{match[1]}-{match[2]}-1")
        if match := _ERA_MONTH.fullmatch(word):
            return _first(f"{match[1]}{match[2]}年{match[3]}月1日")
    return _first(cell)


def _first(cell: Cell) -> date:
    try:
        return parse_day(cell).replace(day=1)
    except ValueError as error:
        raise Unreadable("month-unreadable") from error


def _age(cell: Cell) -> int:
    try:
        return values.age(cell)
    except ValueError as error:
        raise Unreadable("age-unreadable") from error


def _postal(cell: Cell) -> str:
    digits = re.sub(r"[〒\-‐‑–—−ー]", "", _squeezed(cell))
    if isinstance(cell, (int, float)):
        digits = digits.zfill(7)  # a spreadsheet drops the leading zero of a number
    if not re.fullmatch(r"\d{7}", digits):
        raise Unreadable("postal-code")
    return f"{digits[:3]}-{digits[3:]}"


def split(cell: Cell) -> list[str]:
    """The parts of a list cell, separated by 「、」 or a comma."""
    text = cell if isinstance(cell, str) else values.shown(cell)
    return [part for piece in _LIST.split(text.replace("，", ",")) if (part := _squeezed(piece))]


def _codes(cell: Cell) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_code(part) for part in split(cell)))


def _marks(cell: Cell) -> tuple[Mark, ...]:
    found = []
    for part in split(cell):
        match = _MARK.fullmatch(part)
        if match is None or len(part) > 2 * LONGEST_CODE:
            raise Unreadable("mark-unreadable")
        times = int(match[2] or 1)
        if not 1 <= times <= MOST_TIMES:
            raise Unreadable("mark-times")
        found.append(Mark(match[1], times, match[3]))
    return tuple(dict.fromkeys(found))


def _word(one: Field, text: str) -> str:
    known = _known_words(one.key, one.words)
    if text in known:
        return known[text]
    code = {"track": "track-unknown", "reasons": "reason-unknown"}.get(one.key, "word-unknown")
    raise Unreadable(code, words="・".join(word for word, _ in one.words))


@lru_cache(maxsize=64)
def _known_words(key: str, words: tuple[Word, ...]) -> dict[str, str]:
    known = {values.label(word): value for word, value in words}
    return known | {values.label(word): value for word, value in SYNONYMS.get(key, {}).items()}


_READERS: dict[str, Callable[[Cell], Any]] = {
    "code": _code,
    "wishes": _code,
    "text": _plain,
    "kana": _kana,
    "number": _number,
    "whole": _whole,
    "yes_no": _yes_no,
    "date": _date,
    "month": _month,
    "age": _age,
    "postal": _postal,
    "codes": _codes,
    "marks": _marks,
}


def read_cell(one: Field, cell: Cell) -> Any:
    """The value of a cell that is not blank. Raises ``Unreadable``."""
    if isinstance(cell, str) and cell.startswith("#") and _ERROR.match(cell):
        raise Unreadable("cell-error")
    if one.type == "word":
        return _word(one, _squeezed(cell))
    if one.type == "words":
        return tuple(dict.fromkeys(_word(one, part) for part in split(cell)))
    return _READERS[one.type](cell)
