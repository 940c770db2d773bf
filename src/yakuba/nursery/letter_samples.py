"""The invented family of a sample letter (見本), so that nobody's data is needed to look at the words."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.nursery.domain.letters import ChildFacts, FamilyFacts, Kind

LABELS = {"1-1": "見本第一保育園 1歳", "2-1": "見本第二保育園 1歳"}
_CHILD = "0000"


def family(kind: Kind, starts_on: date) -> FamilyFacts:
    """A family with one child, placed or waiting."""
    child = ChildFacts(
        id=_CHILD,
        name="見本 はる",
        outcome="placed" if kind == "placed" else "waiting",
        claims=[] if kind == "placed" else _claims(),
        birth=date(starts_on.year - 2, 5, 1),
        facility="見本第一保育園" if kind == "placed" else "",
        class_name="1歳児" if kind == "placed" else "",
        applied_on=date(starts_on.year - 1, 11, 2),
        wished_start=starts_on,
    )
    return FamilyFacts("0000", (child,), "見本 一子", "999-0000", "見本町一丁目2番3号", True)


def _claims() -> list[dict[str, Any]]:
    """A class of twelve with a cut-off, and one of two, whose figures are withheld."""
    claims: list[dict[str, Any]] = [{"kind": "key_names", "names": ["指数"], "ascending": [False]}]
    for class_id, seats in (("1-1", 12), ("2-1", 2)):
        claims.append(
            {
                "kind": "cutoff",
                "class": class_id,
                "capacity": seats,
                "occupants": seats,
                "holders": 0,
                "transfers": 0,
                "last": "-",
                "keys": ["41"],
            }
        )
    claims.append({"kind": "not_placed", "family": "0000", "child": _CHILD, "wish": None, "wishes": 2})
    for wish, (class_id, seats) in enumerate((("1-1", 12), ("2-1", 2)), start=1):
        seat = {"class": class_id, "capacity": seats, "needs": 1, "above": seats, "worst": _CHILD}
        claims.append(
            {
                "kind": "full",
                "family": "0000",
                "child": _CHILD,
                "wish": wish,
                "class": class_id,
                "seats": [seat],
            }
        )
        claims.append(
            {
                "kind": "decided_by",
                "family": "0000",
                "child": _CHILD,
                "class": class_id,
                "needs": 1,
                "capacity": seats,
                "position": seats + 1,
                "others": seats,
                "against": "-",
                "by": "key",
                "key": 0,
                "name": "指数",
                "own": "39",
                "threshold": "41",
                "keys": ["39"],
            }
        )
    return claims
