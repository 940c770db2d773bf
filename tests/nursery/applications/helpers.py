"""A small correct applications file as grids: four households, twins, a transfer, a lone parent."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.nursery.ledger.helpers import book, csv_bytes, csvs, plain_names, zipped
from yakuba.nursery.applications import BadInput, CodedFault, Reading, Rules, read_upload

Grids = dict[str, list[list[Any]]]
RULES = Rules(
    fiscal_year=2027,
    deadline=date(2026, 11, 30),
    today=date(2026, 12, 20),
    max_wishes=5,
    codes={
        "basic": frozenset({"JOB", "BIRTH"}),
        "basic_household": frozenset({"ABSENT2"}),
        "parent": frozenset({"POSTED"}),
        "household": frozenset({"LONE", "WELFARE"}),
        "child": frozenset({"WAITED", "DECLINED"}),
        "wish": frozenset({"GRAD"}),
    },
)
__all__ = ["RULES", "Grids", "book", "codes_of", "csv_bytes", "csvs", "grids", "plain_names", "zipped"]


def grids() -> Grids:
    """Correct under ``RULES``."""
    return {
        "施設": [
            ["施設番号", "施設名", "年齢", "枠", "募集人数"],
            ["1", "はまかぜ保育園", 1, "", 2],
            ["1", "はまかぜ保育園", 2, "", 1],
            ["2", "なぎさ保育園", 1, "一般", 1],
            ["2", "なぎさ保育園", 2, "", 0],
            ["3", "うみ保育園", 1, "", 2],
        ],
        "世帯": [
            [
                "世帯番号",
                "宛名",
                "郵便番号",
                "住所",
                "育休延長可",
                "世帯の判定",
                "世帯の加点",
                "在園きょうだい施設",
                "課税階層",
                "ひとり親",
                "未就学児数",
                "住民となった日",
            ],
            ["h1", "𠮷田 一郎", "100-0001", "帆風町1-2", "いいえ", "", "", "", 7, "いいえ", 1, "H30.4.1"],
            ["h2", "髙橋 恵", "１００００２２", "千鳥野町3", "", "", "", "1", 3, "", 3, "令和2年5月1日"],
            ["h3", "葛󠄀西 凪", "1000033", "汀町4", "はい", "", "LONE、WELFARE", "", 1, "はい", 1, ""],
        ],
        "保護者": [
            [
                "世帯番号",
                "続柄",
                "氏名",
                "事由",
                "月の就労時間",
                "日の就労時間",
                "月の就労日数",
                "自営の資料なし",
                "判定",
                "加点",
                "就労証明日",
            ],
            ["h1", "父", "𠮷田 一郎", "就労", 168, 8, 21, "いいえ", "", "POSTED", date(2026, 11, 1)],
            ["h1", "母", "𠮷田 花", "就労", "１２０．５", "", "", "", "", "", ""],
            ["h2", "父", "髙橋 恵", "就労", 160, "", "", "", "", "", ""],
            ["h2", "母", "髙橋 澪", "出産、求職", "", "", "", "", "BIRTH", "", ""],
            ["h3", "母", "葛󠄀西 凪", "求職活動", "", "", "", "", "JOB", "", ""],
        ],
        "児童": [
            [
                "受付番号",
                "世帯番号",
                "児童氏名",
                "フリガナ",
                "生年月日",
                "年齢",
                "枠",
                "申込区分",
                "在籍施設番号",
                "きょうだいパターン",
                "優先区分",
                "児童の加点",
                "申込日",
                "利用希望月",
                "番号札",
                "第1希望",
                "第2希望",
                "第3希望",
            ],
            [
                "a",
                "h1",
                "𠮷田 葵",
                "ヨシダ アオイ",
                date(2025, 5, 1),
                1,
                "",
                "新規",
                "",
                "",
                1,
                "WAITED×2、GRAD@2",
                "令和8年11月10日",
                "令和9年4月",
                11,
                "1",
                "2",
                "",
            ],
            [
                "b",
                "h2",
                "髙橋 蓮",
                "タカハシ レン",
                "2024/5/1",
                "２歳",
                "",
                "",
                "",
                7,
                "",
                "",
                "2026-11-02",
                "2027-04",
                12,
                "2",
                "1",
                "",
            ],
            [
                "c",
                "h2",
                "髙橋 凛",
                "タカハシ リン",
                "R7.8.1",
                1,
                "",
                "",
                "",
                7,
                "",
                "",
                "2026-11-02",
                "2027-04",
                13,
                "1",
                "",
                "",
            ],
            [
                "d",
                "h3",
                "葛󠄀西 湊",
                "カサイ ミナト",
                date(2024, 9, 1),
                2,
                "",
                "転園",
                "2",
                "",
                "",
                "",
                date(2026, 11, 5),
                date(2027, 4, 1),
                14,
                "1",
                "",
                "",
            ],
        ],
    }


def read_book(sheets: Grids, rules: Rules = RULES) -> Reading:
    return read_upload("申込.xlsx", book(sheets), rules=rules)


def faults_of(name: str, data: bytes, rules: Rules = RULES) -> list[CodedFault]:
    """The faults of a file; empty when it reads."""
    try:
        read_upload(name, data, rules=rules)
    except BadInput as error:
        return [fault for fault in error.faults if isinstance(fault, CodedFault)]
    return []


def codes_of(faults: list[CodedFault]) -> set[str]:
    return {fault.code for fault in faults}
