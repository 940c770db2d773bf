"""A second, independent reading of a ledger (台帳): workbook, folder or archive of CSVs.

Standard library only and without any code of the product's own reader, so that a slip of one is seen by
the other. It reads what the market is checked against and nothing else (no names, no birth dates).
"""

from __future__ import annotations

import csv
import os
import re
import unicodedata
import xml.etree.ElementTree as ET  # only its errors; verify_ledger_tables parses
import zipfile
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from yakuba.nursery.domain.verify_ledger_tables import Grid, Unreadable, tables

Number = int | Fraction  # exact; whole numbers as int, which compares faster
_HEADER_WITHIN = 30
_AGES = range(6)


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
        digest, grids = tables(path)
        return _chilmai(digest, grids) or _ours(digest, grids)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, ET.ParseError, LookupError, ValueError, csv.Error, RuntimeError) as error:
        raise Unreadable(f"表を読めません（{type(error).__name__}：{error}）") from error


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


def _find(grids: dict[str, Grid], title: str, needed: tuple[str, ...]) -> list[dict[str, str]] | None:
    named = [grid for name, grid in grids.items() if _code(name) == title]
    for grid in [*named, *grids.values()]:
        rows = _rows(grid, needed)
        if rows is not None:
            return rows
    return None


def _chilmai(digest: str, grids: dict[str, Grid]) -> Ledger | None:
    rows = _find(grids, "申込者", ("申請者番号", "世帯番号", "年齢", "点数1", "希望保育園ID_1"))
    nurseries = _find(grids, "保育所", ("保育所ID", *(f"{age}歳募集人数" for age in _AGES)))
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


def _ours(digest: str, grids: dict[str, Grid]) -> Ledger:
    classes = _find(grids, "施設", ("施設番号", "施設名", "年齢", "募集人数"))
    rows = _find(grids, "申込", ("受付番号", "世帯番号", "年齢", "第1希望", "キー1"))
    rules = _find(grids, "優先順位の決め方", ("列", "名称", "向き"))
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
    _further(ledger, grids, keys)
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


def _further(ledger: Ledger, grids: dict[str, Grid], keys: list[str]) -> None:
    """Keys at single nurseries (園別優先) and wishes written out as tuples (希望の組)."""
    for row in _find(grids, "園別優先", ("受付番号", "施設番号", "キー1")) or ():
        child = ledger.children[_code(row["受付番号"])]
        ledger.overrides[child.id, _code(row["施設番号"]) + child.suffix] = [
            _number(row[key]) for key in keys
        ]
    for row in _find(grids, "希望の組", ("世帯番号", "順位", "受付番号", "施設番号")) or ():
        child = ledger.children[_code(row["受付番号"])]
        nursery = _code(row["施設番号"])
        wish = ledger.explicit.setdefault(_code(row["世帯番号"]), {}).setdefault(
            int(_number(row["順位"])), {}
        )
        wish[child.id] = child.current if nursery in ("", "入所しない") else nursery + child.suffix
