"""Families, dates and words for the tests of letters."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.core.ui.wareki import wareki
from yakuba.nursery.domain.letter_words import Wording
from yakuba.nursery.domain.letters import ChildFacts, FamilyFacts, Issue, Kind, LetterText, letter
from yakuba.nursery.letters.load import available


def write_date(day: date) -> str:
    """As letters write dates; these facts need no Django."""
    return wareki(day, weekday=False)


NAMES = "𠮷田 髙橋 﨑山 葛\U000e0100城"
LABELS = {"1-1": "はまかぜ保育園 1歳", "2-1": "なぎさ保育園 1歳"}
ISSUE = Issue(
    town="汐見区",
    round="令和9年4月入所 一次選考",
    issued_on=date(2027, 1, 19),
    starts_on=date(2027, 4, 1),
    number="8汐子保第1234号の{n}",
    decline_by=date(2027, 1, 29),
    papers_by=date(2027, 2, 12),
    health_by=date(2027, 2, 26),
)


def wording() -> Wording:
    return available()["shiomi"]


def full(child: str, wish: int, class_id: str, seats: int, **decided: Any) -> list[dict[str, Any]]:
    seat = {"class": class_id, "capacity": seats, "needs": 1, "above": seats, "worst": child}
    base = {"kind": "full", "family": "h1", "child": child, "wish": wish, "class": class_id, "seats": [seat]}
    why = {
        "kind": "decided_by",
        "family": "h1",
        "child": child,
        "class": class_id,
        "needs": 1,
        "capacity": seats,
        "position": seats + 1,
        "others": seats,
        "against": "9998",
        "by": "key",
        "key": 0,
        "name": "指数",
        "own": "39",
        "threshold": "41",
        "keys": ["39", -2],
        **decided,
    }
    return [base, why]


def cutoff(class_id: str, seats: int, key: str) -> dict[str, Any]:
    return {
        "kind": "cutoff",
        "class": class_id,
        "capacity": seats,
        "occupants": seats,
        "holders": 0,
        "transfers": 0,
        "last": "9998",
        "keys": [key, -3],
    }


def waiting_claims(child: str) -> list[dict[str, Any]]:
    """Refused at a class of twelve (cut-off 41) and at one of a single seat (cut-off 47)."""
    return [
        {"kind": "key_names", "names": ["指数", "課税階層"], "ascending": [False, True]},
        cutoff("1-1", 12, "41"),
        cutoff("2-1", 1, "47"),
        {"kind": "not_placed", "family": "h1", "child": child, "wish": None, "wishes": 2},
        *full(child, 1, "1-1", 12, against="9998"),
        *full(child, 2, "2-1", 1, threshold="47"),
    ]


def placed_child(child: str = "7001", name: str = "𠮷田 葵") -> ChildFacts:
    return ChildFacts(
        id=child,
        name=name,
        outcome="placed",
        claims=[],
        birth=date(2025, 5, 1),
        facility="はまかぜ保育園",
        class_name="1歳児",
        applied_on=date(2026, 11, 2),
    )


def waiting_child(child: str = "7002", name: str = "𠮷田 蓮") -> ChildFacts:
    return ChildFacts(
        id=child,
        name=name,
        outcome="waiting",
        claims=waiting_claims(child),
        birth=date(2024, 6, 3),
        applied_on=date(2026, 11, 2),
        wished_start=date(2027, 4, 1),
    )


def home(
    *children: ChildFacts, family: str = "h1", leave: bool | None = True, postal: str = "999-0012"
) -> FamilyFacts:
    return FamilyFacts(family, children, "𠮷田 﨑子", postal, "汐見区葛\U000e0100飾三丁目4番5号", leave)


def written(kind: Kind, family: FamilyFacts, serial: int = 1) -> LetterText:
    return letter(kind, family, wording(), ISSUE, serial=serial, write=write_date, labels=LABELS)
