"""One dose to be planned: what it waits for and until when, as functions of the doses before it.

Days are numbers (``date.toordinal``). A step has two modes: ``standard``, inside the recommended window and
not put off for too long, and legal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.planner.days import FAR, Gap, Gaps

AGE, RECOMMENDED, INTERVAL, CONFLICT, LAST_DOSE = (
    "age",
    "recommended",
    "interval",
    "live_conflict",
    "last_dose",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that a dose waits for: ``day``, or ``gap`` after the planned step ``after``.

    ``standard``: only the recommended window asks for it.
    """

    rule: str
    source: tuple[str, ...] = ()
    day: int = 0
    after: int | None = None
    gap: Offset = field(default_factory=Offset)
    standard: bool = False
    since: int = 0  # the given dose or event that ``day`` counts from

    def first(self, days: Sequence[int], gaps: Gaps) -> int:
        """The first day that keeps the limit; ``days``: of the steps, by number."""
        return self.day if self.after is None else gaps.of(self.gap)[days[self.after]]


Wait = tuple[int, Gap]


@dataclass(slots=True)
class Step:
    """A dose to be planned. ``ideal``: its first day if nothing but its own rules and closed days counted.

    ``spans``: the legal windows, inclusive. ``last``: the last legal day. ``cap``: the last day to which a
    dose in its standard window may be put off; ``catch_up``: the day until which a dose that missed the
    standard window is on time; ``standard_last`` or ``standard_gap`` (after step ``standard_after``): the
    end of the standard window, ``FAR`` without one. ``conflicts``: steps of other vaccines and the gap that
    this dose keeps after each.
    """

    index: int
    group: str
    vaccine: str
    product: str
    number: int
    label: str
    course: str
    chain: int
    previous: int | None
    ideal: int
    limits: tuple[Limit, ...]
    spans: tuple[tuple[int, int], ...]
    last: int
    cap: int
    catch_up: int
    standard_last: int = FAR
    standard_after: int | None = None
    standard_gap: Offset = field(default_factory=Offset)
    standard_source: tuple[str, ...] = ()
    legal_source: tuple[str, ...] = ()
    legal_last: int = FAR
    conflicts: tuple[tuple[int, Offset, tuple[str, ...]], ...] = ()
    group_source: tuple[str, ...] = ()

    # worked out by ``prepare``: the last day in time whatever the days before, constant first days and the
    # gaps after other steps, legal and standard
    top: int = FAR
    floors: tuple[int, int] = (0, 0)
    waits: tuple[tuple[Wait, ...], tuple[Wait, ...]] = ((), ())
    simple: bool = False

    def prepare(self, gaps: Gaps) -> None:
        """Work out what the search asks for again and again."""
        self.top = min(self.last, max(self.catch_up, min(self.cap, self.standard_last)))
        floors, waits = [], []
        self.simple = len(self.spans) == 1
        begin = self.spans[0][0] if self.simple else 0
        for standard in (False, True):
            limits = [limit for limit in self.limits if standard or not limit.standard]
            floors.append(max((one.day for one in limits if one.after is None), default=begin))
            waits.append(tuple((one.after, gaps.of(one.gap)) for one in limits if one.after is not None))
        self.floors = (max(floors[0], begin), max(floors[1], begin))
        self.waits = (waits[0], waits[1])

    def fit(self, day: int) -> int:
        """The first day from a day on that lies in a legal window; ``FAR`` when all are over."""
        for first, last in self.spans:
            if day <= last:
                return day if day >= first else first
        return FAR

    def earliest(self, standard: bool, days: Sequence[int]) -> int:
        """The first day, given those of the steps before."""
        found = self.floors[standard]
        for after, gap in self.waits[standard]:
            day = gap[days[after]]
            if day > found:
                found = day
        if self.simple:
            return found if found <= self.last else FAR
        return self.fit(found)

    def latest(self, standard: bool, days: Sequence[int], gaps: Gaps) -> int:
        """The last day in time, given those of the steps before."""
        if not standard:
            return self.last
        if self.standard_after is not None and self.top > self.catch_up:
            end = gaps.last(days[self.standard_after], self.standard_gap)
            return max(min(self.top, end), min(self.catch_up, self.last))
        return self.top

    def window_end(self, days: Sequence[int], gaps: Gaps) -> int:
        """The last day of the recommended window itself, ``FAR`` without one."""
        if self.standard_after is not None:
            return gaps.last(days[self.standard_after], self.standard_gap)
        return self.standard_last
