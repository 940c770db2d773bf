"""Tables of texts as CSV that opens safely in a spreadsheet and loses no character silently."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from yakuba.core.spreadsheets import neutralised

Encoding = Literal["utf-8-sig", "cp932"]
REPLACEMENT = "〓"  # the printer's mark for a missing letter
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NUMBER = re.compile(r"-?[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Loss:
    """A character that the encoding lacks. ``row`` as a spreadsheet numbers it (the header is row 1)."""

    row: int
    column: str
    character: str

    def __str__(self) -> str:
        points = " ".join(f"U+{ord(part):04X}" for part in self.character)
        return f"{self.row}行「{self.column}」：「{self.character}」（{points}）"


class CannotEncode(ValueError):
    """The encoding lacks characters; ``losses`` lists each with row and column. Nothing was written."""

    def __init__(self, encoding: str, losses: list[Loss]) -> None:
        lines = "\n".join(str(loss) for loss in losses)
        super().__init__(f"{encoding}で表せない文字が{len(losses)}か所あります。\n{lines}")
        self.losses = losses


def safe(text: str) -> str:
    """The text as no spreadsheet runs it; a whole number stays a number.

    >>> safe("=1+1"), safe("-5000"), safe("山田")
    ("'=1+1", '-5000', '山田')
    """
    return text if _NUMBER.fullmatch(text) else neutralised(text)


def letters_of(text: str) -> list[str]:
    """The text letter by letter; a variation selector stays with the letter before it."""
    letters: list[str] = []
    for sign in text:
        if letters and _VARIATION.match(sign):
            letters[-1] += sign
        else:
            letters.append(sign)
    return letters


def _fits(letter: str, encoding: Encoding) -> bool:
    try:
        return letter.encode(encoding).decode(encoding) == letter
    except UnicodeEncodeError:
        return False


def find_losses(table: Sequence[Sequence[str]], encoding: Encoding) -> list[Loss]:
    """Every character of the table (its first row is the header) that the encoding lacks."""
    losses = []
    for number, row in enumerate(table, 1):
        for column, text in zip(table[0], row, strict=True):
            if not text.isascii():
                missing = (one for one in letters_of(text) if not _fits(one, encoding))
                losses += [Loss(number, column, letter) for letter in missing]
    return losses


def to_csv(
    table: Sequence[Sequence[str]], *, encoding: Encoding = "utf-8-sig", replace_missing: bool = False
) -> bytes:
    """The file, lines ended by CRLF (RFC 4180). ``CannotEncode`` unless 〓 was chosen for missing letters."""
    if not replace_missing and (losses := find_losses(table, encoding)):
        raise CannotEncode(encoding, losses)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_encodable(safe(text), encoding) for text in row] for row in table])
    return out.getvalue().encode(encoding)


def _encodable(text: str, encoding: Encoding) -> str:
    if text.isascii():
        return text
    return "".join(one if _fits(one, encoding) else REPLACEMENT for one in letters_of(text))
