"""A small round under the invented book of 汐見区, through the services."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from tests.nursery.ledger.helpers import book
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.models import ApplicationFile, Rulebook, Scoring, SelectionRound
from yakuba.nursery.services import applications, rounds, rulebooks
from yakuba.nursery.services.scoring import request_scoring

Grids = dict[str, list[list[Any]]]
TITLE = "令和9年4月入所 一次選考"
STARTS = date(2027, 4, 1)


def grids() -> Grids:
    """9001 and 9002 tie for one seat; 9003's marks ask the officer for points; 9004 and 9005 are twins."""
    homes = ["世帯番号", "宛名", "課税額", "未就学児数", "世帯の加点", "ひとり親"]
    return {
        "施設": [
            ["施設番号", "施設名", "年齢", "枠", "募集人数"],
            ["1", "はまかぜ保育園", 1, "", 1],
            ["2", "なぎさ保育園", 1, "", 3],
        ],
        "世帯": [
            [*homes[:2], *homes[3:]],
            ["f1", "佐野 渚", 1, "", "いいえ"],
            ["f2", "堀 岬", 1, "", "いいえ"],
            ["f3", "𠮷田 汐", 1, "", "いいえ"],
            ["f4", "髙橋 凪", 2, "", "いいえ"],
        ],
        "保護者": [
            ["世帯番号", "続柄", "氏名", "事由", "月の就労時間"],
            ["f1", "父", "佐野 渚", "就労", 168],
            ["f1", "母", "佐野 波", "就労", 120],
            ["f2", "父", "堀 岬", "就労", 165],
            ["f2", "母", "堀 澪", "就労", 125],
            ["f3", "父", "𠮷田 汐", "就労", 168],
            ["f3", "母", "𠮷田 泉", "就労", 64],
            ["f4", "母", "髙橋 凪", "就労", 168],
            ["f4", "父", "髙橋 湊", "就労", 100],
        ],
        "児童": [
            [
                "受付番号",
                "世帯番号",
                "児童氏名",
                "生年月日",
                "年齢",
                "きょうだいパターン",
                "児童の加点",
                "第1希望",
                "第2希望",
            ],
            ["9001", "f1", "佐野 葵", date(2025, 5, 1), 1, "", "", "1", "2"],
            ["9002", "f2", "堀 蓮", date(2025, 6, 1), 1, "", "", "1", "2"],
            ["9003", "f3", "𠮷田 凛", date(2025, 7, 1), 1, "", "SPECIAL", "2", ""],
            ["9004", "f4", "髙橋 湊", date(2025, 8, 1), 1, 7, "", "1", "2"],
            ["9005", "f4", "髙橋 汀", date(2025, 8, 1), 1, 7, "", "1", "2"],
        ],
    }


@cache
def data() -> bytes:
    """The small round as a workbook, the same bytes throughout."""
    return book(grids())


def shiomi(by: User) -> Rulebook:
    """The invented book, installed as a draft."""
    return rulebooks.install_shipped("shiomi", by=by)


def opened(by: User, title: str = TITLE) -> SelectionRound:
    """A round with the invented book and no file yet."""
    return rounds.create_round(title=title, starts_on=STARTS, rulebook=shiomi(by), by=by)


def imported(by: User, selection: SelectionRound | None = None) -> ApplicationFile:
    """A round's first file."""
    pending = applications.receive("申込.xlsx", data(), by=by)
    return applications.import_applications(pending, selection or opened(by), by=by)


def scored(by: User, file: ApplicationFile | None = None) -> Scoring:
    """The points of a round."""
    found = file or imported(by)
    assert found.selection.rulebook is not None
    scoring = request_scoring(found, found.selection.rulebook, by=by)
    run_pending()
    scoring.refresh_from_db()
    assert scoring.finished_at is not None, scoring.job and (scoring.job.error, scoring.job.error_detail)
    return scoring
