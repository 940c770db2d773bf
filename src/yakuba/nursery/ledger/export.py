"""Results out of the product: Excel and CSV files that open safely and lose no character silently."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from yakuba.core.spreadsheets import neutralised
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.ledger.ledger import ChildFacts, Ledger

Value = str | int | date | None
Encoding = Literal["utf-8-sig", "cp932"]
REPLACEMENT = "〓"  # the printer's mark for a missing letter
HEADER = (
    *("受付番号", "世帯番号", "児童氏名", "フリガナ", "生年月日", "年齢", "枠"),
    *("在籍クラス", "決定クラス", "決定施設", "結果"),
)
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True)
class Loss:
    """A character that the encoding lacks. ``row`` as a spreadsheet numbers it (the header is row 1)."""

    row: int
    column: str
    character: str
    text: str

    def __str__(self) -> str:
        points = " ".join(f"U+{ord(part):04X}" for part in self.character)
        return f"{self.row}行「{self.column}」：「{self.text}」の「{self.character}」（{points}）"


class CannotEncode(ValueError):
    """The encoding lacks characters; ``losses`` lists each with row and column. Nothing was written."""

    def __init__(self, encoding: str, losses: list[Loss]) -> None:
        lines = "\n".join(str(loss) for loss in losses)
        super().__init__(f"{encoding}で表せない文字が{len(losses)}か所あります。\n{lines}")
        self.losses = losses


def result_table(ledger: Ledger, assignment: Mapping[str, Seat]) -> list[list[Value]]:
    """Header and one row a child, by 受付番号: what the child holds now and what was decided."""
    table: list[list[Value]] = [list(HEADER)]
    for child in ledger.children:
        given = assignment.get(child.id)
        facts: list[Value] = [
            child.id,
            child.family,
            child.name,
            child.kana,
            child.birth,
            child.age,
            child.track,
        ]
        label = "" if given is None else ledger.labels.classes.get(given, given)
        table.append([*facts, child.current or "", given or "", label, _outcome(child, given)])
    return table


def _outcome(child: ChildFacts, given: Seat) -> str:
    if given is None:
        return "保留"
    if child.current is None:
        return "内定"
    return "在籍のまま" if given == child.current else "転園"


def safe(value: Value) -> Value:
    """A text that would start a formula gets a leading apostrophe; all else is unchanged.

    >>> safe("=1+1"), safe("山田"), safe(-3)
    ("'=1+1", '山田', -3)
    """
    return neutralised(value) if isinstance(value, str) else value


def to_xlsx(table: Sequence[Sequence[Value]], *, title: str = "結果") -> bytes:
    """An Excel workbook with one sheet; the first row is the header."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number in range(1, len(table[0]) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 14
    header = [WriteOnlyCell(sheet, value=str(safe(name))) for name in table[0]]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in table[1:]:
        sheet.append([safe(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_csv(
    table: Sequence[Sequence[Value]], *, encoding: Encoding = "utf-8-sig", replace_missing: bool = False
) -> bytes:
    """A CSV file. Raises ``CannotEncode`` unless the caller chose 〓 for missing letters."""
    if not replace_missing and (losses := find_losses(table, encoding)):
        raise CannotEncode(encoding, losses)
    rows = [[_encodable(_text(value), encoding) for value in row] for row in table]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def find_losses(table: Sequence[Sequence[Value]], encoding: Encoding) -> list[Loss]:
    """Every character of the table that ``encoding`` lacks, a letter and its variation selector as one."""
    losses = []
    for number, row in enumerate(table, 1):
        for column, value in zip(table[0], row, strict=True):
            text = _text(value)
            losses += [Loss(number, str(column), letter, text) for letter in _missing(text, encoding)]
    return losses


def _letters(text: str) -> list[str]:
    """The text letter by letter; a variation selector stays with the letter before it."""
    letters: list[str] = []
    for character in text:
        if letters and _VARIATION.match(character):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _missing(text: str, encoding: Encoding) -> list[str]:
    if text.isascii():
        return []
    return [letter for letter in _letters(text) if not _fits(letter, encoding)]


def _fits(letter: str, encoding: Encoding) -> bool:
    try:
        return letter.encode(encoding).decode(encoding) == letter
    except UnicodeEncodeError:
        return False


def _encodable(text: str, encoding: Encoding) -> str:
    if text.isascii():
        return text
    return "".join(letter if _fits(letter, encoding) else REPLACEMENT for letter in _letters(text))


def _text(value: Value) -> str:
    value = safe(value)
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
