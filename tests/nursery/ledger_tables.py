"""A small ledger in every form that a town hall keeps it, and the market that it makes."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import openpyxl

Grid = list[list[Any]]
SEED = 7


def _lot(household: str) -> str:
    return hashlib.sha256(f"{SEED}:{household}".encode()).hexdigest()


FIRST, SECOND = sorted(["H2", "H3"], key=_lot)  # the drawn order of two households with equal keys
NUMBER = {"H2": "2", "H3": "3"}

TABLES: dict[str, Grid] = {
    "施設": [
        ["施設番号", "施設名", "年齢", "枠", "募集人数"],
        [10, "はまかぜ保育園", 1, "一般", 1],
        [10, "はまかぜ保育園", 1, "障害児", 1],
        ["20", "ちどり保育園", "１歳児", None, 2],
        [20, "ちどり保育園", 3, None, 1],
    ],
    "申込": [
        [
            "受付番号",
            "世帯番号",
            "児童氏名",
            "フリガナ",
            "生年月日",
            "年齢",
            "枠",
            "在籍施設番号",
            "きょうだいパターン",
            "第1希望",
            "第2希望",
            "キー1",
            "キー2",
        ],
        [1, "H1", "網代 はる", "アジロ ハル", "2025-05-01", 1, None, 20, None, 10, None, 40, 3],
        [2, "H2", "𠮷田 あお", "", None, 1, "一般", None, None, "１０", 20, "41.5", 2],
        [3, "H3", "髙橋 そら", "", None, 1, None, None, None, 10, 20, 41.5, 2],
        [4, "H4", "﨑山 りく", "", None, 1, "障害児", None, None, 10, None, 30, 1],
        [5, "H5", "葛󠄀城 うみ", "", None, 1, None, None, 4, 20, None, 35, 1],
        [6, "H5", "葛󠄀城 なみ", "", None, 3, None, None, 4, 20, None, 35, 1],
    ],
    "優先順位の決め方": [
        ["列", "名称", "向き"],
        ["キー1", "指数", "大きい順"],
        ["キー2", "申込順", "小さい順"],
    ],
    "園別優先": [["受付番号", "施設番号", "キー1", "キー2"], [5, 20, "1,000", "▲1"]],
}


def market_of(sha256: str) -> dict[str, Any]:
    drawn = [NUMBER[FIRST], NUMBER[SECOND]]
    return {
        "capacity": {"10-1": 1, "10-1-障害児": 1, "20-1": 3, "20-3": 1},
        "priority": {
            "10-1": [*drawn, "1"],
            "10-1-障害児": ["4"],
            "20-1": ["1", "5", *drawn],
            "20-3": ["6"],
        },
        "families": [
            {"id": "H1", "children": ["1"], "current": ["20-1"], "wishes": [["10-1"]]},
            {"id": "H2", "children": ["2"], "current": [None], "wishes": [["10-1"], ["20-1"]]},
            {"id": "H3", "children": ["3"], "current": [None], "wishes": [["10-1"], ["20-1"]]},
            {"id": "H4", "children": ["4"], "current": [None], "wishes": [["10-1-障害児"]]},
            {"id": "H5", "children": ["6", "5"], "current": [None, None], "wishes": [["20-3", "20-1"]]},
        ],
        "ledger": {"name": "台帳", "sha256": sha256},
        "keys": {
            "names": ["指数", "申込順"],
            "children": {
                "1": [40, -3],
                "2": ["41.5", -2],
                "3": ["41.5", -2],
                "4": [30, -1],
                "5": [35, -1],
                "6": [35, -1],
            },
            "wishes": {"5": {"20-1": [1000, 1]}},
        },
        "lottery": {"seed": SEED, "method": "sha256", "groups": [drawn]},
    }


def write_book(path: Path, tables: dict[str, Grid], *, titles: int = 0) -> str:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in tables.items():
        sheet = book.create_sheet(name)
        for number in range(titles):
            sheet.append([f"令和9年度 {name} その{number}"])
        for row in grid:
            sheet.append(row)
    book.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def csv_bytes(grid: Grid, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["" if cell is None else cell for cell in row] for row in grid])
    return out.getvalue().encode(encoding, errors="replace")


def folder_digest(parts: dict[str, bytes]) -> str:
    lines = (f"{name}\t{hashlib.sha256(parts[name]).hexdigest()}" for name in sorted(parts))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def good(tmp_path: Path) -> tuple[dict[str, Any], Path]:
    path = tmp_path / "台帳.xlsx"
    return market_of(write_book(path, TABLES)), path


def swap(queue: list[str], one: int, other: int) -> None:
    queue[one], queue[other] = queue[other], queue[one]
