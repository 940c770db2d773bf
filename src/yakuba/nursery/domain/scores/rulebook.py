"""A rule book (利用調整基準): one municipality's points, order and worked examples for one fiscal year.

``yakuba.nursery.rulebooks.load`` makes it from ``yakuba.nursery.rulebook/1`` YAML; everything here is data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from yakuba.nursery.domain.application import Fact

Op = Literal["ge", "gt", "le", "lt", "eq"]
Parents = Literal["sum", "lower", "average", "rank_worst"]
Reasons = Literal["highest", "main", "one", "same_adds"]
Scope = Literal["household", "parent", "child", "wish"]
GroupRule = Literal["alternative", "highest"]
Direction = Literal[
    "true_first",
    "more_first",
    "lower_first",
    "higher_wish_first",
    "earlier_first",
    "farther_first",
    "category_order",
    "staff_decides",
]
DERIVATIONS = (
    "sibling_enrolled_here",
    "sibling_wishes_here",
    "multiple_birth",
    "applying_together",
    "enrolled",
    "enrolled_here",
    "leave_extension_ok",
    "transfer",
    "entry",
)


@dataclass(frozen=True, slots=True)
class Bound:
    """One test on a fact: ``{ge: 160}``. Numbers are compared as numbers, words and booleans as they are."""

    op: Op
    value: Decimal | bool | str

    def holds(self, found: Fact) -> bool:
        if self.op == "eq":
            return found == self.value and isinstance(found, bool) == isinstance(self.value, bool)
        if isinstance(found, bool | str | date) or not isinstance(self.value, Decimal):
            return False
        return {
            "ge": found >= self.value,
            "gt": found > self.value,
            "le": found <= self.value,
            "lt": found < self.value,
        }[self.op]


Band = tuple[Bound, ...]  # every bound must hold


def inside(band: Band, found: Fact) -> bool:
    """Whether a value lies in a band; the empty band holds every value."""
    return all(bound.holds(found) for bound in band)


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
class BasicRow:
    """A row of the basic table. Either ``when`` decides it from facts, or staff choose it (``judge``).

    ``modifier``: added to the chosen row, if its category is in ``modifies`` (empty = any category).
    ``points`` ``None``: staff decide, inside ``least``–``most``. ``rank``: letter of a rank system.
    """

    code: str
    category: str
    label: str
    who: Literal["each", "father", "mother", "household"] = "each"
    points: Decimal | None = None
    rank: str | None = None
    when: Mapping[str, Band] = field(default_factory=dict)
    judge: bool = False
    modifier: bool = False
    modifies: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    source: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A row of the adjustments (加点・減点).

    ``scope`` ``wish``: depends on the nursery wished; ``wish_rank`` limits it to some ranks. ``ages``,
    ``kinds``, ``months`` (of the start of care) limit it further. ``per``: ``times`` or ``children``
    multiply the points. ``derive``: what the ledger itself tells; ``count`` belongs to
    ``applying_together``. ``cap_parent``: the parent's reason points with this row do not pass it.
    ``rank``: forces the household's rank. ``unclear``: what the town's text leaves open, told as a warning.
    """

    code: str
    label: str
    scope: Scope = "household"
    points: Decimal | None = None
    rank: str | None = None
    exclusive: str | None = None
    per: Literal["times", "children"] | None = None
    derive: str | None = None
    count: Band = ()
    wish_rank: Band = ()
    ages: Band = ()
    kinds: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    cap_parent: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    unclear: str = ""
    source: str = ""
    evidence: str = ""
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
class Category:
    """One place of a category order. ``of``: categories of basic rows that mean it."""

    id: str
    label: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tie order.

    The value comes, in this order, from ``derive``, the child's or household's fact (with ``tax_year``, its
    ``_previous`` from April to August and ``_current`` from September), ``codes`` (one of them counts) or
    ``unless_codes`` (none does), a computed key (``basic_points_total``, ``adjustment_points``,
    ``wish_rank``, ``wished_start_date``), or the guardians' facts joined by ``per_parent``.
    ``rest``: a category outside the list comes last; without it such a category is a fault.
    """

    key: str
    direction: Direction
    label: str
    categories: tuple[Category, ...] = ()
    rest: bool = False
    per_parent: Literal["best", "worst", "sum"] | None = None
    fact: str = ""
    at_most: Decimal | None = None
    each_at_most: Decimal | None = None
    codes: tuple[str, ...] = ()
    unless_codes: tuple[str, ...] = ()
    derive: str | None = None
    tax_year: bool = False
    outcome: bool = False
    note: str = ""
    evidence: str = ""


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

    def last_tier(self) -> int:
        return max(tier.number for tier in self.tiers)
