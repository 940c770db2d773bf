"""A matching market: classes with seats, children in priority order, families with wishes.

Vocabulary, used by every module of this package:

* *class* (クラス): nursery × age × quota track; its id is a string such as ``"12-1"``.
* *placement*: one class id or ``None`` (not placed) per child of a family, in ``Family.children`` order.
* *wish*: a placement that a family asks for; ``Family.wishes`` is best first.
* *current* (在籍): where the children are now; the implicit last wish of every family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from yakuba.core.sheets.faults import BadInput as BadInput
from yakuba.core.sheets.faults import Fault as Fault

Seat = str | None
Placement = tuple[Seat, ...]
Status = Literal["stable", "minimal", "bounded"]


@dataclass(frozen=True, slots=True)
class Family:
    """A household (世帯) and its ordered wishes.

    ``wishes`` never contains ``current``: that placement is what the family falls back to, and wishes
    below it were cut when the market was read.
    """

    id: str
    children: tuple[str, ...]
    current: Placement
    wishes: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Seats, strict priorities and wishes of one selection round.

    ``capacity``: seats per class, seats held by transfer children (転園) included.
    ``priority``: per class, child ids best first; children who hold a seat there now come first.
    """

    capacity: Mapping[str, int]
    priority: Mapping[str, tuple[str, ...]]
    families: tuple[Family, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One assignment and what is proven of it.

    ``status``: ``stable`` = no family blocks; ``minimal`` = proven fewest blocking families;
    ``bounded`` = the fewest lies between ``blocking_lower_bound`` and ``len(blocking_families)``.
    ``unique``: ``True`` = proven to be the only stable assignment, ``False`` = proven that there are
    more, ``None`` = no stable assignment exists, or undecided.
    """

    status: Status
    unique: bool | None
    assignment: Mapping[str, Seat]
    blocking_families: tuple[str, ...] = ()
    blocking_lower_bound: int = 0


@dataclass(frozen=True, slots=True)
class Labels:
    """Names for people of what the market only knows by id."""

    classes: Mapping[str, str] = field(default_factory=dict)  # class id -> 「はまかぜ保育園 1歳」
    children: Mapping[str, str] = field(default_factory=dict)  # child id -> 氏名
