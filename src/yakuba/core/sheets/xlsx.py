"""Excel workbooks: looked over before they are opened, then read with calamine.

What is refused, and why: encrypted and pre-2007 files (cannot be read), macros (a ledger needs none),
document type declarations (entity bombs), archives that unpack to more than 200 MiB or lie about their
sizes, sheets whose far-off cells would need more memory than the file has data.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib

import python_calamine
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # publishes no types

from yakuba.core.sheets.faults import refuse
from yakuba.core.sheets.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FILES,
    MAX_ROWS,
    MAX_UNPACKED,
    RawSheet,
    fill_merged,
)

OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})?([0-9]{1,7})["']""")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_CACHED = re.compile(rb"<(?:\w+:)?v>[^<]|<(?:\w+:)?is>")
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ERROR_TYPE = b't="e"'  # #REF! and the like
_ASK_XLSX = "Excelで「Excelブック（*.xlsx）」として保存し直してください"


def read_workbook(file: str, data: bytes) -> list[RawSheet]:
    """All sheets of a workbook, hidden ones marked. Raises ``BadInput`` when it cannot be read safely."""
    parts = _inspect(file, data)
    uncached = _uncached_by_sheet(file, parts)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [
                _read_sheet(file, book, meta, uncached) for meta in book.sheets_metadata if _is_grid(meta)
            ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refuse(file, "壊れたExcelブック", f"ブックを開けません（{error}）", _ASK_XLSX) from error


def _is_grid(meta: python_calamine.SheetMetadata) -> bool:
    return meta.typ == python_calamine.SheetTypeEnum.WorkSheet


def _read_sheet(
    file: str,
    book: python_calamine.CalamineWorkbook,
    meta: python_calamine.SheetMetadata,
    uncached: dict[str, frozenset[tuple[int, int]]],
) -> RawSheet:
    sheet = book.get_sheet_by_name(meta.name)
    rows = sheet.to_python(skip_empty_area=False)
    fill_merged(rows, sheet.merged_cell_ranges or [])
    hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
    return RawSheet(file, meta.name, rows, hidden, uncached.get(meta.name, frozenset()))


def _inspect(file: str, data: bytes) -> dict[str, bytes]:
    """Unpack the XML parts within limits; reading them through also proves the stated sizes."""
    if data.startswith(OLE2):
        if ENCRYPTED_MARK in data:
            raise refuse(
                file, "パスワード付きのブック", "中を読めません", "パスワードを外して保存し直してください"
            )
        raise refuse(file, "古い形式のExcelファイル（.xls）", ".xlsx形式が必要です", _ASK_XLSX)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            check_directory(file, entries)
            names = {entry.filename for entry in entries}
            if any(posixpath.basename(name) == "vbaProject.bin" for name in names):
                raise refuse(file, "マクロ付きのブック", "マクロのないブックが必要です", _ASK_XLSX)
            if "xl/workbook.xml" not in names:
                raise refuse(file, "Excelブックではないファイル", ".xlsx形式が必要です", _ASK_XLSX)
            parts = {name: archive.read(name) for name in names if name.endswith((".xml", ".rels"))}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise refuse(file, "壊れたExcelブック", "ブックを開けません", _ASK_XLSX) from error
    for name, part in parts.items():
        _check_part(file, name, part)
    return parts


def check_directory(file: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive by its directory alone, before anything is unpacked."""
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise refuse(
            file, "パスワード付きのファイル", "中を読めません", "パスワードを外して保存し直してください"
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or len(entries) > MAX_FILES:
        found = f"展開すると{unpacked // 2**20:,}MiB、{len(entries):,}ファイル"
        expected = f"{MAX_UNPACKED // 2**20}MiB、{MAX_FILES:,}ファイルまで読めます"
        raise refuse(file, found, expected, "不要なシートや画像を削除してください")


def _check_part(file: str, name: str, part: bytes) -> None:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part or part[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse(file, "文書型宣言またはUTF-8以外の部品を含むブック", "安全に読めません", _ASK_XLSX)
    if not name.startswith("xl/worksheets/"):
        return
    height = width = 0
    for match in _REFERENCE.finditer(part):  # one by one: a list of all would outgrow the file
        letters, row = match.groups()
        height = max(height, int(row))
        width = max(width, _column_number(letters or b""))
    if height > MAX_ROWS or width > MAX_COLUMNS or height * width > MAX_CELLS:
        raise refuse(
            file,
            f"{height:,}行 × {width:,}列のシート",
            f"{MAX_ROWS:,}行、{MAX_COLUMNS:,}列、{MAX_CELLS:,}セルまで読めます",
            "離れた所にある不要なセルを行や列ごと削除してください",
        )


def _column_number(letters: bytes) -> int:
    """1 for A, 27 for AA, 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _uncached_by_sheet(file: str, parts: dict[str, bytes]) -> dict[str, frozenset[tuple[int, int]]]:
    """Per sheet name, the cells that hold a formula but no result, or an error: they would read as empty."""
    holders = {
        name: part
        for name, part in parts.items()
        if name.startswith("xl/worksheets/") and (_FORMULA.search(part) or _ERROR_TYPE in part)
    }
    if not holders:
        return {}
    try:
        book = fromstring(parts["xl/workbook.xml"])
        relations = fromstring(parts["xl/_rels/workbook.xml.rels"])
    except (KeyError, ValueError, SyntaxError) as error:
        raise refuse(file, "壊れたExcelブック", "ブックを開けません", _ASK_XLSX) from error
    targets = {
        item.get("Id"): posixpath.normpath(posixpath.join("/xl", item.get("Target", "")))
        for item in relations
    }
    found: dict[str, frozenset[tuple[int, int]]] = {}
    for sheet in book.iter():
        part = holders.get(targets.get(sheet.get(_RELATION_ID), "").lstrip("/"))
        if part is not None and sheet.tag.endswith("}sheet"):
            found[sheet.get("name", "")] = frozenset(_uncached_cells(part))
    return found


def _without_result(attributes: bytes, body: bytes) -> bool:
    return bool(_FORMULA.search(body)) and not _CACHED.search(body) and b't="str"' not in attributes


def _uncached_cells(part: bytes) -> set[tuple[int, int]]:
    """Every step is linear in the part, also for text that only looks like cells."""
    cells = set()
    for chunk in _CELL_END.split(part)[:-1]:
        start = max(chunk.rfind(b"<c "), chunk.rfind(b":c "))
        attributes, _, body = chunk[start:].partition(b">")
        if start < 0 or not (_ERROR_TYPE in attributes or _without_result(attributes, body)):
            continue
        if match := _REFERENCE.search(attributes):
            letters, row = match.groups()
            cells.add((int(row) - 1, _column_number(letters or b"") - 1))
    return cells
