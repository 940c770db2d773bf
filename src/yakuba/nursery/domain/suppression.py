"""Small counts are not published (3人未満の秘匿), neither directly nor by subtraction.

One number, ``MIN_COUNT``, for everything that leaves the office. Two readers are thought of:

* a *family* that knows its own children, its own page and the published table. A count is shown to it when
  the number of **other** families' children behind it is zero or at least three, and so is every number that
  follows from it by subtraction from other shown or published numbers;
* *everybody*, who knows the published table. Because any reader may be one of those counted, the table
  publishes a cut-off (入所最低指数) only over at least ``MIN_COUNT + 1`` households, so that at least
  three others remain for each of them.

A cut-off is always the points of some child. It is published because it then belongs to one of at least
three other households and says no more of each than «at least so many».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from yakuba.nursery.domain.explain_words import MIN_COUNT

__all__ = [
    "MIN_COUNT",
    "PublicCells",
    "PublicCounts",
    "family_may_see_cutoff",
    "public_may_see_cutoff",
    "publish",
    "safe",
    "spaced",
    "suppress_column",
]


def safe(count: int) -> bool:
    """Whether a number of other families' children may be known: nobody, or three and more.

    >>> [count for count in range(5) if safe(count)]
    [0, 3, 4]
    """
    return count == 0 or count >= MIN_COUNT


def spaced(counts: Sequence[int]) -> bool:
    """Whether no difference of two of the counts (zero among them) is one or two.

    Two children of one family who wait for one class learn how many stand between them.

    >>> spaced([3, 3]), spaced([3, 4]), spaced([3, 6])
    (True, False, True)
    """
    ordered = sorted({0, *counts})
    return all(safe(after - before) for before, after in pairwise(ordered))


def family_may_see_cutoff(other_households: int) -> bool:
    """Whether a family may read a cut-off over so many newly admitted households besides itself."""
    return other_households >= MIN_COUNT


def public_may_see_cutoff(households: int) -> bool:
    """Whether everybody may read a cut-off over so many newly admitted households."""
    return households > MIN_COUNT


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """One class before suppression, in children. ``cutoff`` is ``None`` while seats are free.

    ``admitted``: newly admitted; ``households``: of how many households; ``waiting``: wanted it and got less;
    ``better``: wanted it and got something that they prefer.
    """

    admitted: int
    households: int
    waiting: int
    better: int
    cutoff: str | None = None


@dataclass(frozen=True, slots=True)
class PublicCells:
    """The same as it may be published; ``None`` = withheld (非公表)."""

    applicants: int | None
    admitted: int | None
    waiting: int | None
    cutoff: str | None


def publish(counts: PublicCounts) -> PublicCells:
    """What of one class may be printed. All its counts or none: any two of them would give the third."""
    parts = (counts.admitted, counts.waiting, counts.better)
    cutoff = counts.cutoff if public_may_see_cutoff(counts.households) else None
    if not all(safe(part) for part in parts):
        return PublicCells(None, None, None, cutoff)
    return PublicCells(sum(parts), counts.admitted, counts.waiting, cutoff)


def suppress_column(values: Sequence[int]) -> list[int | None] | None:
    """A column whose total is printed under it: small cells withheld, with enough others to hide them.

    At least two cells are withheld and they add up to three or more, so that the total gives none of them
    away. ``None`` when the total can't be printed at all.

    >>> suppress_column([5, 2, 9])
    [None, None, 9]
    >>> suppress_column([5, 0, 9])
    [5, 0, 9]
    >>> suppress_column([2, 0]) is None
    True
    """
    hidden = {place for place, value in enumerate(values) if not safe(value)}
    open_ = sorted(
        (place for place, value in enumerate(values) if value and place not in hidden),
        key=lambda place: (values[place], place),
    )
    while hidden and (len(hidden) == 1 or sum(values[place] for place in hidden) < MIN_COUNT):
        if not open_:
            return None
        hidden.add(open_.pop(0))
    return [None if place in hidden else value for place, value in enumerate(values)]
