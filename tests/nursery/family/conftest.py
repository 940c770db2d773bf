"""An approved result of forty families, each with a code on its letter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.nursery.conftest import RULES, SEATS, upload
from tests.nursery.ledger.helpers import CHILD_HEADER, Grids
from yakuba.core import access_codes as codes
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.nursery.family.digests import code_digest
from yakuba.nursery.models import Allocation, FamilyCode
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.publication import Published, publish

WORDS = {
    "starts_on": "2027-04-01",
    "stage": 1,
    "procedure_until": "2027-02-05",
    "second_round_until": "2027-02-12",
    "office": "保育課 入所係",
    "phone": "0X-XXXX-1234",
    "opens": "8:30",
    "closes": "17:15",
}


def town() -> Grids:
    """Forty families: a class of eleven, one of two, one without seats; ``h7`` has two children."""
    rows: list[Any] = [list(CHILD_HEADER)]
    for at in range(40):
        wishes = ("1", "2", "") if at % 2 else ("2", "1", "")
        rows.append(
            [f"{8000 + at}", f"h{at}", f"児童 {at}", "ジドウ", birth(at), 1, "", "", "", *wishes, 60 - at, 1]
        )
    rows.append(["8100", "h7", "児童 百", "ジドウ", date(2023, 7, 7), 3, "", "", "", "1", "2", "", 52, 1])
    for row in rows[1:]:
        if row[1] == "h7":
            row[8] = 7
    return {
        "施設": [
            SEATS,
            ["1", "千鳥浜保育園", 1, "", 11],
            ["2", "灯台前保育園", 1, "", 2],
            ["1", "千鳥浜保育園", 3, "", 4],
            ["2", "灯台前保育園", 3, "", 0],
        ],
        "申込": rows,
        "優先順位の決め方": RULES,
    }


OWN = (
    ("father", "就労（月160時間以上）", "月168時間の就労（160時間以上）", "20", True),
    ("mother", "就労（月140時間以上160時間未満）", "月144時間の就労", "18", True),
    ("household", "ひとり親に準ずる世帯（離婚調停中など）", "職員の記入", "6", False),
    ("child", "育児休業の延長を許容できる", "育児休業の延長を許容できると回答", "−40", True),
)
POINTS = {"8013": OWN, "8003": OWN, "8007": OWN, "8100": OWN}  # of the families h13, h3 and h7


def birth(at: int) -> date:
    """The birth date of the ``at``-th family's child."""
    return date(2025, 4, 2) + timedelta(days=at)


def code_of(family: str) -> str:
    """A code that is the same in every test."""
    from random import Random

    return codes.draw(Random(family).randrange)


@pytest.fixture
def approved(own_home: None, officer: User, approver: User) -> Allocation:
    """The result, approved by a second person, with codes issued."""
    allocation = request_allocation(upload(town(), officer), seed=None, by=officer)
    run_pending()
    allocation.refresh_from_db()
    decide(ask_for_approval(allocation, by=officer, reason="確認しました"), by=approver, approve=True)
    families = allocation.child_rows.values_list("family_id", flat=True).distinct()
    FamilyCode.objects.bulk_create(
        FamilyCode(
            allocation=allocation,
            family_id=family,
            reference=f"ref-{family}",
            digest=code_digest(code_of(family)),
            issued_by=officer,
        )
        for family in sorted(set(families))
    )
    allocation.refresh_from_db()
    return allocation


@pytest.fixture
def published(approved: Allocation, officer: User) -> Published:
    """The same, open to the families for a month, some with the points of their children."""
    until = timezone.now() + timedelta(days=30)
    return publish(approved, words=WORDS, expires_at=until, by=officer, lines=POINTS)


@pytest.fixture
def someday() -> datetime:
    """A time in the life of the tests."""
    return datetime(2027, 1, 25, 1, 0, tzinfo=UTC)
