"""A second, independent reading of a ledger (台帳): workbook, folder or archive of CSVs.

Standard library only and without any code of the product's own reader, so that a slip of one is seen by
the other. It reads what the market is checked against and nothing else (no names, no birth dates).
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import unicodedata
import xml.etree.ElementTree as ET  # parts with a DTD or an entity are refused before parsing
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

Grid = list[list[str]]
Number = int | Fraction  # exact; whole numbers as int, which compares faster
_MAX_UNPACKED = 200 * 2**20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HEADER_WITHIN = 30
_AGES = range(6)


class Unreadable(ValueError):
    """The ledger cannot be read; the message says what is missing."""


@dataclass(slots=True)
class Child:
    """One application; wishes and the current seat as class ids, keys as written."""

    id: str
    household: str
    current: str | None
    wishes: list[str]
    keys: list[Number]
    suffix: str  # what follows the nursery in a class id: ``-<age>`` or ``-<age>-<track>``


@dataclass(slots=True)
class Ledger:
    """What a market must agree with. ``seats``: new seats (募集人数) per class."""

    sha256: str
    seats: dict[str, int]
    children: dict[str, Child]
    key_names: list[str]
    ascending: list[bool]
    overrides: dict[tuple[str, str], list[Number]] = field(default_factory=dict)
    explicit: dict[str, dict[int, dict[str, str | None]]] = field(default_factory=dict)


def read(path: str | os.PathLike[str]) -> Ledger:
    """Read a ledger. Raises ``Unreadable`` or ``OSError``."""
    try:
        digest, tables = _tables(path)
        return _chilmai(digest, tables) or _ours(digest, tables)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, ET.ParseError, LookupError, ValueError, csv.Error, RuntimeError) as error:
        raise Unreadable(f"表を読めません（{type(error).__name__}：{error}）") from error


# --- files to grids


def _tables(path: str | os.PathLike[str]) -> tuple[str, dict[str, Grid]]:
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


# --- grids to a ledger


@lru_cache(maxsize=65536)
def _code(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).strip("\ufeff\u200b\u200e\u200f")


@lru_cache(maxsize=65536)
def _number(text: str) -> Number:
    plain = re.sub(r"^[▲△−ー‐‑–—]", "-", _code(text).replace(",", ""))
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)(E[+-]?\d{1,2})?", plain, re.IGNORECASE):
        raise Unreadable(f"「{text}」は数ではありません")
    value = Fraction(plain)
    return int(value) if value.denominator == 1 else value


def _age(text: str) -> int:
    return int(_number(re.sub(r"歳児?(クラス)?$", "", _code(text))))


def _rows(grid: Grid, needed: tuple[str, ...]) -> list[dict[str, str]] | None:
    """The rows below the header that names all ``needed`` columns; ``None`` when there is no such header."""
    for at, cells in enumerate(grid[:_HEADER_WITHIN]):
        header = [_code(cell) for cell in cells]
        if set(needed) <= set(header):
            blank = [""] * len(header)
            rows = [dict(zip(header, [*row, *blank], strict=False)) for row in grid[at + 1 :]]
            return [row for row in rows if any(_code(cell) for name, cell in row.items() if name)]
    return None


def _find(tables: dict[str, Grid], title: str, needed: tuple[str, ...]) -> list[dict[str, str]] | None:
    named = [grid for name, grid in tables.items() if _code(name) == title]
    for grid in [*named, *tables.values()]:
        rows = _rows(grid, needed)
        if rows is not None:
            return rows
    return None


def _chilmai(digest: str, tables: dict[str, Grid]) -> Ledger | None:
    rows = _find(tables, "申込者", ("申請者番号", "世帯番号", "年齢", "点数1", "希望保育園ID_1"))
    nurseries = _find(tables, "保育所", ("保育所ID", *(f"{age}歳募集人数" for age in _AGES)))
    if rows is None or nurseries is None:
        return None
    seats = {
        f"{_code(row['保育所ID'])}-{age}": int(_number(row[f"{age}歳募集人数"]))
        for row in nurseries
        for age in _AGES
    }
    ledger = Ledger(digest, seats, {}, ["点数"], [False])
    for row in rows:
        suffix = f"-{_age(row['年齢'])}"
        numbers = sorted(
            int(name.rsplit("_", 1)[1]) for name in row if re.fullmatch(r"希望保育園ID_\d{1,2}", name)
        )
        base = _number(row["点数1"]) if _code(row["点数1"]) else 0
        wishes: list[str] = []
        for number in numbers:
            nursery = _code(row[f"希望保育園ID_{number}"])
            if not nursery or nursery + suffix in wishes:
                continue
            wishes.append(nursery + suffix)
            points = _code(row.get(f"点数{number}", ""))
            ledger.overrides[_code(row["申請者番号"]), nursery + suffix] = [
                _number(points) if points else base
            ]
        here = _code(row.get("在籍保育所ID", ""))
        child = Child(
            _code(row["申請者番号"]),
            _code(row["世帯番号"]),
            here + suffix if here else None,
            wishes,
            [base],
            suffix,
        )
        ledger.children[child.id] = child
    return ledger


def _suffix(row: dict[str, str]) -> str:
    track = _code(row.get("枠", ""))
    return f"-{_age(row['年齢'])}" + (f"-{track}" if track not in ("", "一般") else "")


def _ours(digest: str, tables: dict[str, Grid]) -> Ledger:
    classes = _find(tables, "施設", ("施設番号", "施設名", "年齢", "募集人数"))
    rows = _find(tables, "申込", ("受付番号", "世帯番号", "年齢", "第1希望", "キー1"))
    rules = _find(tables, "優先順位の決め方", ("列", "名称", "向き"))
    if classes is None or rows is None or rules is None:
        raise Unreadable("「施設」「申込」「優先順位の決め方」の表がそろっていません")
    rules.sort(key=lambda row: int(_code(row["列"]).removeprefix("キー")))
    keys = [_code(row["列"]) for row in rules]
    ledger = Ledger(
        digest,
        {_code(row["施設番号"]) + _suffix(row): int(_number(row["募集人数"])) for row in classes},
        {},
        [row["名称"].strip() for row in rules],
        [_code(row["向き"]) == "小さい順" for row in rules],
    )
    for row in rows:
        child = _child(row, keys)
        ledger.children[child.id] = child
    _further(ledger, tables, keys)
    return ledger


def _child(row: dict[str, str], keys: list[str]) -> Child:
    suffix = _suffix(row)
    numbers = sorted(int(name[1:-2]) for name in row if re.fullmatch(r"第\d{1,2}希望", name))
    wishes = [_code(row[f"第{number}希望"]) for number in numbers]
    here = _code(row.get("在籍施設番号", ""))
    return Child(
        _code(row["受付番号"]),
        _code(row["世帯番号"]),
        here + suffix if here else None,
        list(dict.fromkeys(nursery + suffix for nursery in wishes if nursery)),
        [_number(row[key]) for key in keys],
        suffix,
    )


def _further(ledger: Ledger, tables: dict[str, Grid], keys: list[str]) -> None:
    """Keys at single nurseries (園別優先) and wishes written out as tuples (希望の組)."""
    for row in _find(tables, "園別優先", ("受付番号", "施設番号", "キー1")) or ():
        child = ledger.children[_code(row["受付番号"])]
        ledger.overrides[child.id, _code(row["施設番号"]) + child.suffix] = [
            _number(row[key]) for key in keys
        ]
    for row in _find(tables, "希望の組", ("世帯番号", "順位", "受付番号", "施設番号")) or ():
        child = ledger.children[_code(row["受付番号"])]
        nursery = _code(row["施設番号"])
        wish = ledger.explicit.setdefault(_code(row["世帯番号"]), {}).setdefault(
            int(_number(row["順位"])), {}
        )
        wish[child.id] = child.current if nursery in ("", "入所しない") else nursery + child.suffix
