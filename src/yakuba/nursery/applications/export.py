"""Applications back to files: an Excel workbook or a zip of CSVs, which read back as the same applications.

Names keep every character; a text that a spreadsheet would run as a formula gets an apostrophe, which the
reader takes away again. CP932 lacks letters: ``CannotEncode`` lists each with its place.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.nursery.applications.field_types import (
    CHILDREN,
    CLASSES,
    GUARDIANS,
    HOUSEHOLDS,
    TUPLES,
    WISHES,
    Field,
)
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.domain.application import Applicant, Applications, Guardian, Household, Mark
from yakuba.nursery.ledger.export import CannotEncode, Encoding, Loss, find_losses, safe, to_csv
from yakuba.nursery.ledger.values import EXACT

Value = str | int | float | date | None
Grid = list[list[Value]]
_OLDEST_SERIAL = 1955  # dates before it are written as text: small serial numbers are no dates for a reader
_ALWAYS = {"wishes", "track", "kind", "pattern", "kana", "birth", "addressee", "postal_code", "address"}


def grids(applications: Applications) -> dict[str, Grid]:
    """Sheet → header and rows. Columns and sheets that would be empty are left out."""
    found = {
        CLASSES: _grid(CLASSES, [_plain(one) for one in applications.classes]),
        HOUSEHOLDS: _grid(
            HOUSEHOLDS,
            [
                _household(one, applications.siblings_enrolled.get(one.id, ()))
                for one in applications.households.values()
            ],
        ),
        GUARDIANS: _grid(
            GUARDIANS,
            [_guardian(home.id, one) for home in applications.households.values() for one in home.guardians],
        ),
        CHILDREN: _grid(CHILDREN, [_applicant(one) for one in applications.applicants]),
    }
    tuples = [
        {"household": one.household, "rank": one.rank, "child": child, "nursery": nursery}
        for one in applications.tuples
        for child, nursery in one.choices.items()
    ]
    if tuples:
        found[TUPLES] = _grid(TUPLES, tuples)
    return found


def _plain(one: Any) -> dict[str, Any]:
    return {
        "nursery": one.nursery,
        "name": one.name,
        "age": one.age,
        "track": one.track,
        "recruits": one.recruits,
    }


def _household(one: Household, enrolled: Sequence[str]) -> dict[str, Any]:
    own = {
        "id": one.id,
        "addressee": one.addressee,
        "postal_code": one.postal_code,
        "address": one.address,
        "leave_extension_ok": one.leave_extension_ok,
        "rows": one.rows,
        "marks": one.marks,
        "siblings_enrolled": tuple(enrolled),
    }
    return own | dict(one.facts)


def _guardian(household: str, one: Guardian) -> dict[str, Any]:
    own = {
        "household": household,
        "relation": one.relation,
        "name": one.name,
        "reasons": one.reasons,
        "rows": one.rows,
        "marks": one.marks,
    }
    return own | dict(one.facts)


def _applicant(one: Applicant) -> dict[str, Any]:
    own = {key: getattr(one, key) for key in BY_TABLE[CHILDREN] if hasattr(one, key)}
    return own | dict(one.facts)


def _grid(table: str, rows: Sequence[Mapping[str, Any]]) -> Grid:
    fields = BY_TABLE[table]
    strange = sorted({key for row in rows for key in row if key not in fields})
    if strange:
        raise ValueError(f"「{table}」に書けない項目です：{'、'.join(strange)}")
    width = max((len(row.get(WISHES, ())) for row in rows), default=0) or 1
    header: list[Value] = []
    writers: list[Callable[[Mapping[str, Any]], Value]] = []
    for one in fields.values():
        if one.key == WISHES:
            header += [f"第{number}希望" for number in range(1, width + 1)]
            writers += [_wish(number) for number in range(width)]
        elif (
            one.required
            or one.key in _ALWAYS
            or any(_said(one, row.get(one.key)) is not None for row in rows)
        ):
            header.append(one.name)
            writers.append(_cell(one))
    return [header, *([write(row) for write in writers] for row in rows)]


def _wish(number: int) -> Callable[[Mapping[str, Any]], Value]:
    return lambda row: row[WISHES][number] if number < len(row[WISHES]) else None


def _cell(one: Field) -> Callable[[Mapping[str, Any]], Value]:
    return lambda row: _said(one, row.get(one.key))


def _said(one: Field, value: Any) -> Value:
    """A value as the reader of its field expects it."""
    if value is None or value == "" or value == ():
        return None
    if one.type == "yes_no":
        return "はい" if value else "いいえ"
    if one.type == "word":
        return _word(one, value)
    if one.type == "words":
        return "、".join(_word(one, word) for word in value)
    if one.type == "codes":
        return "、".join(value)
    if one.type == "marks":
        return "、".join(mark_text(mark) for mark in value)
    if one.type == "month":
        return f"{value:%Y-%m}"
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else f"{value:f}"
    if isinstance(value, int) and abs(value) >= EXACT:
        return str(value)
    if isinstance(value, date) and value.year < _OLDEST_SERIAL:
        return value.isoformat()
    return value  # type: ignore[no-any-return]  # str, int or date: the types of a fact


def _word(one: Field, value: str) -> str:
    return next(word for word, meant in one.words if meant == value)


def mark_text(mark: Mark) -> str:
    """>>> mark_text(Mark("A")), mark_text(Mark("B", 2)), mark_text(Mark("C", 1, "12"))
    ('A', 'B×2', 'C@12')
    """
    times = f"×{mark.times}" if mark.times > 1 else ""
    return mark.code + times + (f"@{mark.nursery}" if mark.nursery is not None else "")


def to_workbook(applications: Applications) -> bytes:
    """The Excel workbook; the reader of this package reads it back unchanged."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    for title, grid in grids(applications).items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "D2" if title == CHILDREN else "B2"
        for index, name in enumerate(grid[0], 1):
            width = max(11, 2 * len(str(name)) + 2)
            sheet.column_dimensions[get_column_letter(index)].width = width
        header = [WriteOnlyCell(sheet, value=str(name)) for name in grid[0]]
        for cell in header:
            cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
            cell.fill = PatternFill("solid", fgColor="E8F1FE")
        sheet.append(header)
        for row in grid[1:]:
            sheet.append([_safe(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_csv_zip(
    applications: Applications, *, encoding: Encoding = "utf-8-sig", replace_missing: bool = False
) -> bytes:
    """A zip of CSVs. Raises ``CannotEncode`` with every lost letter of every table, unless the caller chose
    〓 for them; a place then reads 「児童：氏名」."""
    tables = {
        title: [[_text(value) for value in row] for row in grid]
        for title, grid in grids(applications).items()
    }
    if encoding != "utf-8-sig" and not replace_missing:
        losses = [
            Loss(loss.row, f"{title}：{loss.column}", loss.character, loss.text)
            for title, table in tables.items()
            for loss in find_losses(table, encoding)
        ]
        if losses:
            raise CannotEncode(encoding, losses)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, table in tables.items():
            entry = zipfile.ZipInfo(f"{title}.csv", (1980, 1, 1, 0, 0, 0))  # same content, same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _csv(table) if encoding == "utf-8-sig" else _cp932(table))
    return out.getvalue()


def _csv(table: Sequence[Sequence[str | int | date | None]]) -> bytes:
    """UTF-8 with BOM lacks no letter, so that none is looked up."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_safe(value) for value in row] for row in table])
    return out.getvalue().encode("utf-8-sig")


def _cp932(table: Sequence[Sequence[str | int | date | None]]) -> bytes:
    return to_csv(table, encoding="cp932", replace_missing=True)


def _safe(value: Value) -> Value:
    return safe(value) if isinstance(value, str) else value


def _text(value: Value) -> str | int | date | None:
    return repr(value) if isinstance(value, float) else value
