"""A market as flat integer arrays, the form in which the presolve counts.

Indices: *family* f, *placement* p (all placements of all families, best first, ``current`` last), *slot* s
(a child in a class that one of its family's placements names; slots of a class are contiguous, best rank
first), *entry* e (a placement and one of its classes), *pair* (a placement and one of its slots).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from yakuba.nursery.domain.market import Market, Placement

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Arrays:
    """The market's placements, slots, entries and pairs. Families are in order of id."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.families = tuple(sorted(market.families, key=lambda family: family.id))
        self.classes = tuple(sorted(market.capacity))
        # More seats than children mean the same as one for each: any size of number fits the arrays.
        most = sum(len(family.children) for family in self.families)
        self.capacity = np.array([min(market.capacity[name], most) for name in self.classes], dtype=np.int64)
        self.placements: list[Placement] = []
        start = [0]
        for family in self.families:
            self.placements.extend(family.wishes)
            self.placements.append(family.current)
            start.append(len(self.placements))
        self.family_start = np.array(start, dtype=np.int64)
        lengths = np.diff(self.family_start)
        self.placement_family = np.repeat(np.arange(len(self.families)), lengths)
        self.placement_position = np.arange(len(self.placements)) - self.family_start[self.placement_family]
        self.single = np.array([len(family.children) == 1 for family in self.families], dtype=bool)
        self._slots()
        self._entries()

    def with_seats(self, seats: Mapping[str, int]) -> Arrays:
        """The same market with more seats in some classes; everything else is shared."""
        capacity = {name: held + seats.get(name, 0) for name, held in self.market.capacity.items()}
        grown = copy.copy(self)
        grown.market = Market(capacity, self.market.priority, self.market.families)
        grown.capacity = self.capacity + np.array([seats.get(c, 0) for c in self.classes], dtype=np.int64)
        return grown

    def _slots(self) -> None:
        asked: dict[str, set[str]] = {name: set() for name in self.classes}
        owner: dict[str, int] = {}
        for index, family in enumerate(self.families):
            for child in family.children:
                owner[child] = index
        for placement, index in zip(self.placements, self.placement_family.tolist(), strict=True):
            for child, seat in zip(self.families[index].children, placement, strict=True):
                if seat is not None:
                    asked[seat].add(child)
        self.slot_of: dict[tuple[str, str], int] = {}
        slot_family: list[int] = []
        self.slot_child: list[str] = []
        class_start = [0]
        for name in self.classes:
            for child in self.market.priority[name]:
                if child in asked[name]:
                    self.slot_of[child, name] = len(slot_family)
                    slot_family.append(owner[child])
                    self.slot_child.append(child)
            class_start.append(len(slot_family))
        self.class_start = np.array(class_start, dtype=np.int64)
        self.slot_family = np.array(slot_family, dtype=np.int64)
        self.slot_class = np.repeat(np.arange(len(self.classes)), np.diff(self.class_start))

    def _entries(self) -> None:
        number = {name: at for at, name in enumerate(self.classes)}
        pairs: list[tuple[int, int]] = []
        entries: list[tuple[int, int, int, int]] = []
        own: list[tuple[int, int]] = []
        for p, placement in enumerate(self.placements):
            family = self.families[self.placement_family[p]]
            worst: dict[str, int] = {}
            count: dict[str, int] = {}
            for child, seat in zip(family.children, placement, strict=True):
                if seat is not None:
                    slot = self.slot_of[child, seat]
                    pairs.append((p, slot))
                    worst[seat] = max(worst.get(seat, slot), slot)
                    count[seat] = count.get(seat, 0) + 1
            for seat, slot in worst.items():
                for child in family.children:
                    mine = self.slot_of.get((child, seat))
                    if mine is not None:
                        own.append((len(entries), mine))
                entries.append((p, number[seat], count[seat], slot))
        columns = np.array(entries, dtype=np.int64).reshape(-1, 4).T
        self.entry_placement, self.entry_class, self.entry_need, self.entry_slot = columns
        self.pair_placement, self.pair_slot = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self.own_entry, self.own_slot = np.array(own, dtype=np.int64).reshape(-1, 2).T
        self.own_above = self.own_slot < self.entry_slot[self.own_entry]
        most = np.zeros(len(self.classes), dtype=np.int64)
        np.maximum.at(most, self.entry_class, self.entry_need)
        self.most_per_family = most  # seats that one family can take in the class

    def above(self, marked: Bools) -> Ints:
        """Per entry: marked slots of other families ranked above the family's lowest child there."""
        running = np.concatenate(([0], np.cumsum(marked)))
        total = running[self.entry_slot] - running[self.class_start[self.entry_class]]
        mine = marked[self.own_slot] & self.own_above
        own = np.bincount(self.own_entry[mine], minlength=len(self.entry_slot))
        return np.asarray(total - own)

    def others(self, marked: Bools) -> Ints:
        """Per entry: marked slots of other families in the class, at any rank."""
        running = np.concatenate(([0], np.cumsum(marked)))
        total = running[self.class_start[self.entry_class + 1]] - running[self.class_start[self.entry_class]]
        mine = marked[self.own_slot]
        own = np.bincount(self.own_entry[mine], minlength=len(self.entry_slot))
        return np.asarray(total - own)

    def all_entries(self, fine: Bools) -> Bools:
        """Per placement: ``fine`` holds for every entry (so also when it names no class)."""
        bad = np.bincount(self.entry_placement[~fine], minlength=len(self.placements))
        return np.asarray(bad == 0)

    def any_entry(self, hit: Bools) -> Bools:
        """Per placement: ``hit`` holds for some entry."""
        return np.asarray(np.bincount(self.entry_placement[hit], minlength=len(self.placements)) > 0)
