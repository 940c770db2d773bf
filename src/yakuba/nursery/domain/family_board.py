"""A whole result, counted so that one family's page can be written without reading another's.

Everything here is exact and internal; ``family_view`` decides what of it may be told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yakuba.nursery.domain.explain_view import ClassView, MarketView


@dataclass(slots=True)
class ClassFigures:
    """One class: who wants it, who got it newly, per family."""

    view: ClassView
    applicants: Counter[str] = field(default_factory=Counter)  # children who ask for it, by family
    admitted: Counter[str] = field(default_factory=Counter)  # newly admitted, by family
    own_ranks: dict[str, list[int]] = field(default_factory=dict)  # ranks of a family's occupants

    @property
    def full(self) -> bool:
        """Whether no seat is left."""
        return len(self.view.occupants) >= self.view.capacity

    @property
    def recruits(self) -> int:
        """The published number of seats (募集人数): without those that transfer children held."""
        return self.view.capacity - self.view.transfers

    def other_applicants(self, family: str) -> int:
        """Children of other families who ask for this class."""
        return self.applicants.total() - self.applicants[family]

    def other_admitted(self, family: str) -> int:
        """Newly admitted children of other families."""
        return self.admitted.total() - self.admitted[family]

    def other_households(self, family: str) -> int:
        """Other families with a newly admitted child."""
        return len(self.admitted) - (family in self.admitted)

    def others_inside(self, family: str) -> int:
        """Occupants of other families, those who stay included."""
        return len(self.view.occupants) - len(self.own_ranks.get(family, ()))

    def others_above(self, family: str, child: str) -> int | None:
        """Occupants of other families who rank above the child; ``None`` without a rank here."""
        rank = self.view.rank.get(child)
        if rank is None:
            return None
        own = sum(one < rank for one in self.own_ranks.get(family, ()))
        return bisect_left(self.view.ranks, rank) - own


class Board:
    """A market with its result. ``market`` and ``result`` are the parsed market.json and result.json."""

    def __init__(self, market: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        self.view = MarketView(market, result)
        self.families: dict[str, Mapping[str, Any]] = {row["id"]: row for row in market["families"]}
        self.classes = {id_: ClassFigures(view) for id_, view in self.view.classes.items()}
        for row in market["families"]:
            self._count(row)

    def _count(self, row: Mapping[str, Any]) -> None:
        family = row["id"]
        for place, (child, current) in enumerate(zip(row["children"], row["current"], strict=True)):
            wanted = {wish[place] for wish in row["wishes"]} - {None, current}
            for class_ in wanted & self.classes.keys():
                self.classes[class_].applicants[family] += 1
            got = self.view.assignment[child]
            if got is None:
                continue
            figures = self.classes[got]
            figures.own_ranks.setdefault(family, []).append(figures.view.rank[child])
            if got != current:
                figures.admitted[family] += 1
