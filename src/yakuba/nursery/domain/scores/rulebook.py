"""A rule book (利用調整基準): one municipality's points, order and worked examples for one fiscal year.

``yakuba.nursery.rulebooks.load`` makes it from ``yakuba.nursery.rulebook/1`` YAML; everything here is data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from yakuba.nursery.domain.scores.rows import Adjustment, BasicRow, Scope, Step

Parents = Literal["sum", "lower", "average", "rank_worst"]
Reasons = Literal["highest", "main", "one", "same_adds"]
GroupRule = Literal["alternative", "highest"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read. ``how``: in words, how it was read and by whom it was written down."""

    id: str
    title: str
    url: str = ""
    year: str = ""
    pages: str = ""
    how: str = ""
    sha256: str = ""
    read_on: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The town's own words for the parts of a total."""

    basic: str = "基準指数"
    adjustment: str = "調整指数"
    total: str = "合計指数"
    tie: str = "同点の場合の優先順位"


@dataclass(frozen=True, slots=True)
class Combination:
    """How the parents' points become the household's.

    ``parents`` / ``reasons``: ``None`` = the town does not print it. ``absent_row``: basic row of a parent
    who is absent (不存在). ``siblings``: ``average`` = the mean of the siblings' totals takes the place of
    the child's own total in the order.
    """

    parents: Parents | None = "sum"
    reasons: Reasons | None = "highest"
    parent_cap: Decimal | None = None
    absent_row: str | None = None
    siblings: Literal["average"] | None = None
    formula: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Which hours the bands speak of. ``breaks``: ``up_to_60`` counts at most 60 minutes of break a day."""

    breaks: Literal["included", "excluded", "up_to_60", "unknown"] = "unknown"
    weeks_a_month: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on points. ``over``: ``adjustments``, ``total``, or the codes it holds together."""

    over: tuple[str, ...]
    label: str
    most: Decimal | None = None
    least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A group that is ranked before points. ``default``: who belongs to no other group."""

    number: int
    label: str
    default: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaveExtension:
    """What ticking 「育児休業の延長を許容できる」 does: ``points`` (a row), ``rank`` or ``total_fixed``."""

    effect: Literal["points", "rank", "total_fixed"]
    code: str | None = None
    rank: str | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example; the loader keeps the file's words, ``rulebooks.examples`` works it out."""

    id: str
    origin: Literal["printed", "constructed"]
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TieExample:
    """Two equal totals told apart by the tie order. ``first``: ``a``, ``b`` or ``tie``."""

    id: str
    origin: Literal["printed", "constructed"]
    a: Mapping[str, Any]
    b: Mapping[str, Any]
    first: Literal["a", "b", "tie"]
    decided_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A whole rule book. ``sha256``: of the file it was read from, with the office's additions."""

    id: str
    municipality: str
    prefecture: str
    fiscal_year: int | None
    version: str
    effective_from: date | None
    effective_until: date | None
    status: Literal["complete", "template"]
    evidence: str
    evidence_note: str = ""
    invented: bool = False
    sources: tuple[Source, ...] = ()
    terms: Terms = field(default_factory=Terms)
    combination: Combination = field(default_factory=Combination)
    hours: Hours = field(default_factory=Hours)
    facts: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[BasicRow, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    groups: Mapping[str, GroupRule] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    tiers: tuple[Tier, ...] = ()
    ranks: tuple[str, ...] = ()  # letters in place of points, best first
    leave_extension: LeaveExtension | None = None
    tie_break: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    tie_examples: tuple[TieExample, ...] = ()
    sha256: str = ""

    def basic_row(self, code: str) -> BasicRow | None:
        return next((row for row in self.basic if row.code == code), None)

    def adjustment(self, code: str) -> Adjustment | None:
        return next((row for row in self.adjustments if row.code == code), None)

    def codes(self) -> Mapping[str, frozenset[str]]:
        """Codes by where they are entered: rows of guardians and households, marks by scope."""
        found: dict[str, set[str]] = {name: set() for name in ("basic", "basic_household", *get_args(Scope))}
        for row in self.basic:
            if row.judge:
                found["basic_household" if row.who == "household" else "basic"].add(row.code)
        for mark in self.adjustments:
            found[mark.scope].add(mark.code)
        return {scope: frozenset(codes) for scope, codes in found.items()}

    def last_tier(self) -> int:
        return max(tier.number for tier in self.tiers)
