"""The rows of a rule book: basic points, adjustments, and the steps of the tie order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from yakuba.nursery.domain.application import Fact

Op = Literal["ge", "gt", "le", "lt", "eq"]
Scope = Literal["household", "parent", "child", "wish"]
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
