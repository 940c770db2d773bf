"""The tables of a ledger (台帳) as plain text: workbook, folder or archive of CSVs.

First half of the second, independent reading (``verify_ledger_read``): standard library only and without
any code of the product's own reader.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import xml.etree.ElementTree as ET  # parts with a DTD or an entity are refused before parsing
import zipfile
from collections.abc import Iterator
from functools import lru_cache

Grid = list[list[str]]
_MAX_UNPACKED = 200 * 2**20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Unreadable(ValueError):
    """The ledger cannot be read; the message says what is missing."""


def tables(path: str | os.PathLike[str]) -> tuple[str, dict[str, Grid]]:
    """The SHA-256 and the tables by name. Raises ``Unreadable``, ``OSError`` or what a parser raises."""
    if os.path.isdir(path):
        names = sorted(name for name in os.listdir(path) if _is_csv(name))
        return _folder({name: _bytes(os.path.join(path, name)) for name in names})
    data = _bytes(path)
    if not data.startswith(b"PK"):
        raise Unreadable("Excelブック、CSVのフォルダー又はCSVのzipではありません")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
            raise Unreadable("展開すると大きすぎます")
        if "xl/workbook.xml" in archive.namelist():
            return hashlib.sha256(data).hexdigest(), dict(_workbook(archive))
        entries = {
            _entry_name(entry): entry for entry in archive.infolist() if "__MACOSX" not in entry.filename
        }
        return _folder({name: archive.read(entry) for name, entry in entries.items() if _is_csv(name)})


def _bytes(path: str | os.PathLike[str]) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _is_csv(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith((".", "~$"))


def _entry_name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if not entry.flag_bits & 0x800:  # not marked as UTF-8: Windows wrote CP932
        try:
            name = name.encode("cp437").decode("cp932")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _folder(files: dict[str, bytes]) -> tuple[str, dict[str, Grid]]:
    lines = [f"{name}\t{hashlib.sha256(files[name]).hexdigest()}" for name in sorted(files)]
    grids = {name[:-4]: _csv(name, data) for name, data in files.items()}
    return hashlib.sha256("\n".join(lines).encode()).hexdigest(), grids


def _csv(name: str, data: bytes) -> Grid:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{name}：文字コードがUTF-8でもCP932でもありません")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    data = archive.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(f"{name}：文書型宣言を含む部品は読みません")
    return data


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _workbook(archive: zipfile.ZipFile) -> Iterator[tuple[str, Grid]]:
    links = ET.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = {link.get("Id"): link.get("Target", "") for link in links}
    strings: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        strings = [_joined(item) for item in ET.fromstring(_part(archive, "xl/sharedStrings.xml"))]  # noqa: S314
    for sheet in ET.fromstring(_part(archive, "xl/workbook.xml")).iter():  # noqa: S314
        if _local(sheet.tag) == "sheet":
            place = target[sheet.get(_RELATION)]
            name = place[1:] if place.startswith("/") else f"xl/{place}"
            if "worksheets/" in name:
                yield sheet.get("name", ""), _sheet(_part(archive, name), strings)


def _joined(item: ET.Element) -> str:
    """The text of a string, without the readings (rPh) that Excel keeps beside it."""
    found = []
    for part in item:
        if _local(part.tag) == "t":
            found.append(part.text or "")
        elif _local(part.tag) == "r":
            found.extend(run.text or "" for run in part if _local(run.tag) == "t")
    return "".join(found)


def _sheet(data: bytes, strings: list[str]) -> Grid:
    grid: Grid = []
    merged: list[str] = []
    for _, element in ET.iterparse(io.BytesIO(data)):  # noqa: S314
        kind = _local(element.tag)
        if kind == "row":
            at = int(element.get("r") or len(grid) + 1)
            grid.extend([] for _ in range(at - len(grid)))
            grid[at - 1] = _cells(element, strings)
            element.clear()
        elif kind == "mergeCell":
            merged.append(element.get("ref", ""))
    for ref in merged:
        _fill(grid, ref)
    return grid


def _cells(row: ET.Element, strings: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row:
        letters = cell.get("r", "").rstrip("0123456789")
        at = _column(letters) if letters else len(cells)
        cells.extend("" for _ in range(at + 1 - len(cells)))
        cells[at] = _value(cell, strings)
    return cells


def _value(cell: ET.Element, strings: list[str]) -> str:
    kind = cell.get("t", "n")
    for part in cell:
        if _local(part.tag) == "is":
            return _joined(part)
        if _local(part.tag) == "v" and part.text is not None:
            if kind == "s":
                return strings[int(part.text)]
            return _shortest(part.text) if kind == "n" else part.text
    return ""


def _shortest(number: str) -> str:
    """A stored binary number as it was typed: 4.2000000000000002 is 4.2, 12.0 is 12."""
    value = float(number)
    return str(int(value)) if value.is_integer() else repr(value)


@lru_cache(maxsize=4096)
def _column(letters: str) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _fill(grid: Grid, ref: str) -> None:
    match = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", ref)
    if match is None:
        return
    left, top, bottom = _column(match[1]), int(match[2]) - 1, int(match[4]) - 1
    if top < len(grid) and left < len(grid[top]):
        for row in grid[top : bottom + 1]:
            row.extend("" for _ in range(left + 1 - len(row)))
            row[left] = grid[top][left]
