"""What each family of a result may read (家庭のページ), written from what no longer changes.

A finished run, its ledger and its points are never edited, so that pages can be written ahead of the moment
when they are opened. Codes and protection can change at any time and are no part of this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.core.files.services import read as read_file
from yakuba.nursery.domain.family_board import Board
from yakuba.nursery.domain.family_view import Child, Place, family_payload
from yakuba.nursery.models import Allocation, ChildOutcome
from yakuba.nursery.services.ledgers import source_of
from yakuba.nursery.services.scoring import shown_points, trace_of

Lines = Mapping[str, tuple[tuple[str, str, str, str, bool], ...]]
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class FamilyPage:
    """One family's page. Without ``births`` nobody could open it, and it says nothing."""

    family: str
    children: list[str]
    births: list[date]
    payload: dict[str, Any]


def write_pages(
    allocation: Allocation,
    *,
    lines: Lines | None = None,
    only: frozenset[str] | None = None,
    say: Progress | None = None,
) -> list[FamilyPage]:
    """The pages of every family of a finished result, or of ``only``.

    ``lines``: points of children; those of the scoring where nothing else is given. ``say`` hears how far it
    is, and may stop it by raising.
    """
    tell = say or _quiet
    tell(0.02, "割当の結果を読んでいます")
    board = Board(*(json.loads(read_file(allocation.kept_file(name))) for name in ("market", "result")))
    births, places = birth_dates(allocation), places_of(allocation)
    tell(0.15, "採点の内訳を読んでいます")
    points = own_points(allocation) if lines is None else lines
    tell(0.3, "家庭のページを作っています")
    families = _families(allocation)
    pages = []
    for at, (family, rows) in enumerate(families.items()):
        if only is not None and family not in only:
            continue
        tell(0.3 + 0.7 * at / len(families), "")
        known = sorted({births[row.child_id] for row in rows if row.child_id in births})
        payload: dict[str, Any] = {}
        if known:
            payload = family_payload(
                board,
                family,
                {row.child_id: row.claims for row in rows},
                {row.child_id: Child(row.name, row.age, points.get(row.child_id, ())) for row in rows},
                places,
            )
        pages.append(FamilyPage(family, [row.child_id for row in rows], known, payload))
    return pages


def _quiet(share: float, text: str) -> None:
    del share, text


def own_points(allocation: Allocation) -> Lines:
    """Child → the trace of its points as its own family reads it; empty for a ledger that came with keys."""
    scoring = getattr(allocation.ledger, "scoring", None)
    if scoring is None or scoring.scores_file is None:
        return {}
    return {
        child: tuple(
            (line.part, line.label, line.basis, shown_points(line.points), line.counted)
            for line in found.score.lines
            if line.nursery is None
        )
        for child, found in trace_of(scoring).children.items()
    }


def _families(allocation: Allocation) -> dict[str, list[ChildOutcome]]:
    found: dict[str, list[ChildOutcome]] = {}
    for row in allocation.child_rows.order_by("pk"):
        found.setdefault(row.family_id, []).append(row)
    return found


def places_of(allocation: Allocation) -> dict[str, Place]:
    """Classes of a result as families call them."""
    return {row.class_id: Place(row.nursery, row.label) for row in allocation.class_rows.all()}


def birth_dates(allocation: Allocation) -> dict[str, date]:
    """Birth dates by child, as far as the ledger of the result gives them."""
    children = source_of(allocation.ledger).children
    return {child: facts.birth for child, facts in children.items() if facts.birth is not None}
