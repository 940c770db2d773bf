"""A small correct ledger as grids, and ways to turn grids into the files a town hall sends."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import Any

import openpyxl

from yakuba.nursery.ledger import BadInput, Ledger, read_upload

Grid = list[list[Any]]
Grids = dict[str, Grid]

CHILD_HEADER = [
    *("受付番号", "世帯番号", "児童氏名", "フリガナ", "生年月日", "年齢", "枠"),
    *("在籍施設番号", "きょうだいパターン", "第1希望", "第2希望", "第3希望", "キー1", "キー2"),
]


def grids() -> Grids:
    """Two nurseries, ages 1 and 2; an only child, a pair of siblings, a transfer child."""
    return {
        "施設": [
            ["施設番号", "施設名", "年齢", "枠", "募集人数"],
            ["1", "はまかぜ保育園", 1, "", 2],
            ["1", "はまかぜ保育園", 2, "", 1],
            ["2", "なぎさ保育園", 1, "一般", 1],
            ["2", "なぎさ保育園", 2, "", 0],
            ["2", "なぎさ保育園", 2, "障害児", 1],
        ],
        "申込": [
            list(CHILD_HEADER),
            ["a", "h1", "𠮷田 葵", "ヨシダ アオイ", date(2025, 5, 1), 1, "", "", "", "1", "2", "", 40, 3],
            ["b", "h2", "髙橋 蓮", "タカハシ レン", date(2024, 5, 1), 2, "", "", 7, "2", "1", "", 38, 5],
            ["c", "h2", "髙橋 凛", "タカハシ リン", date(2025, 8, 1), 1, "", "", 7, "1", "", "", 38, 5],
            ["d", "h3", "葛󠄀西 湊", "カサイ ミナト", date(2024, 9, 1), 2, "", "2", "", "1", "", "", 30, 1],
        ],
        "優先順位の決め方": [
            ["列", "名称", "向き"],
            ["キー1", "指数", "大きい順"],
            ["キー2", "課税階層", "小さい順"],
        ],
    }


def book(sheets: Grids, *, hidden: tuple[str, ...] = ()) -> bytes:
    """The grids as an Excel workbook."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    for title, grid in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in grid:
            sheet.append(["" if value is None else value for value in row])
        if title in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def csv_bytes(grid: Grid, encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(grid)
    return text.getvalue().encode(encoding)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def csvs(sheets: Grids, encoding: str = "utf-8-sig") -> bytes:
    return zipped({f"{title}.csv": csv_bytes(grid, encoding) for title, grid in sheets.items()})


def plain_names(sheets: Grids) -> Grids:
    """The same ledger with names that CP932 holds."""
    swap = str.maketrans({"𠮷": "吉", "髙": "高", "\U000e0100": None})
    return {
        title: [[value.translate(swap) if isinstance(value, str) else value for value in row] for row in grid]
        for title, grid in sheets.items()
    }


def read_book(sheets: Grids) -> Ledger:
    return read_upload("台帳.xlsx", book(sheets))


def faults_of(name: str, data: bytes) -> list[str]:
    """The faults of a file as text; empty when it reads."""
    try:
        read_upload(name, data)
    except BadInput as error:
        return [str(fault) for fault in error.faults]
    return []
