"""The exact model of what the presolve leaves, for CP-SAT.

Variables: one Boolean per family and placement that is still available; one per family that may block; one
per class that may get extra seats. Constraints: one placement per family, seats, and for *every* placement of
*every* family (deleted ones too) that could still be better than what the family gets: the family has it or
better, or some class of it is full above the family's lowest child there, or the family counts as blocking.
The model has a solution exactly when the set of assignments described by the relaxation has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from yakuba.nursery.domain.arrays import Arrays, Bools, Ints
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.domain.presolve import Reduction, occupancy

Literal = cp_model.IntVar


@dataclass(slots=True)
class Core:
    """A CP-SAT model with the names of its variables.

    ``choice[f][p]``: family f takes placement p (families with two or more available placements only);
    ``blocks[f]``: family f may block; ``extra[c]``: seats added to class c.
    """

    arrays: Arrays
    model: cp_model.CpModel
    available: list[list[int]]
    choice: dict[int, dict[int, Literal]] = field(default_factory=dict)
    blocks: dict[int, Literal] = field(default_factory=dict)
    extra: dict[int, Literal] = field(default_factory=dict)
    contradiction: bool = False

    def position_cost(self) -> list[tuple[Literal, int]]:
        """Literals with the position of their placement in the family's list (0 = first wish)."""
        start = self.arrays.family_start
        return [
            (x, int(p - start[f])) for f, own in self.choice.items() for p, x in own.items() if p > start[f]
        ]

    def fixed_positions(self) -> int:
        """Sum of the positions of families without a choice."""
        start = self.arrays.family_start
        return sum(int(own[0] - start[f]) for f, own in enumerate(self.available) if len(own) == 1)

    def unplaced_cost(self) -> list[tuple[Literal, int]]:
        """Literals with the number of children whom the placement leaves without a place."""
        placements = self.arrays.placements
        pairs = ((x, placements[p].count(None)) for own in self.choice.values() for p, x in own.items())
        return [(x, missing) for x, missing in pairs if missing]

    def fixed_unplaced(self) -> int:
        """Children left without a place by families without a choice."""
        return sum(self.arrays.placements[own[0]].count(None) for own in self.available if len(own) == 1)

    def assignment(self, chosen: dict[int, int]) -> dict[str, Seat]:
        """Child -> class, from the placements chosen for the families with a choice."""
        result: dict[str, Seat] = {}
        for f, family in enumerate(self.arrays.families):
            p = chosen.get(f, self.available[f][0])
            result.update(zip(family.children, self.arrays.placements[p], strict=True))
        return result


def build(reduction: Reduction, *, may_block: frozenset[int] = frozenset(), any_blockers: int = 0) -> Core:
    """The model for a reduction.

    ``may_block``: families (indices) allowed to block; the reduction must have had them ``free``.
    ``any_blockers``: this many families of all may block; the reduction must have had ``blockers`` equal.
    """
    return _Builder(reduction, may_block, any_blockers).core


class _Builder:
    def __init__(self, reduction: Reduction, may_block: frozenset[int], any_blockers: int) -> None:
        self.arrays = arrays = reduction.arrays
        self.reduction = reduction
        self.extra_seats = reduction.relaxation.extra
        self.any_blockers = any_blockers
        usable = ~reduction.impossible if any_blockers else reduction.alive
        self.usable = usable
        self.always, self.possible = occupancy(arrays, usable)
        available = [
            (start + np.flatnonzero(usable[start:stop])).tolist()
            for start, stop in zip(
                arrays.family_start[:-1].tolist(), arrays.family_start[1:].tolist(), strict=True
            )
        ]
        self.core = Core(arrays, cp_model.CpModel(), available)
        self.blocks_allowed = may_block
        if any(not own for own in available):
            self.core.contradiction = True
            return
        self._choices()
        self._index_slots()
        self._capacities()
        self._stability()
        if any_blockers:
            self._block_domination()
            self.core.model.add(cp_model.LinearExpr.sum(list(self.core.blocks.values())) <= any_blockers)

    def _choices(self) -> None:
        model = self.core.model
        for f, own in enumerate(self.core.available):
            if len(own) > 1:
                self.core.choice[f] = {p: model.new_bool_var(f"x{p}") for p in own}
                model.add_exactly_one(list(self.core.choice[f].values()))

    def _index_slots(self) -> None:
        """Per slot, the literals that seat the child there; slots of fixed families have none."""
        self.literals: dict[int, list[Literal]] = {}
        family = self.arrays.placement_family
        for p, slot in zip(self.arrays.pair_placement.tolist(), self.arrays.pair_slot.tolist(), strict=True):
            own = self.core.choice.get(int(family[p]))
            if own is not None and p in own and not self.always[slot]:
                self.literals.setdefault(slot, []).append(own[p])
        slot_class = self.arrays.slot_class
        self.by_class: dict[int, list[int]] = {}
        for slot in sorted(self.literals):
            self.by_class.setdefault(int(slot_class[slot]), []).append(slot)

    def _extra(self, c: int) -> Literal | int:
        if not self.extra_seats:
            return 0
        if c not in self.core.extra:
            self.core.extra[c] = self.core.model.new_int_var(0, self.extra_seats, f"e{c}")
        return self.core.extra[c]

    def _capacities(self) -> None:
        arrays, model = self.arrays, self.core.model
        fixed = np.bincount(arrays.slot_class[self.always], minlength=len(arrays.classes))
        most = np.bincount(arrays.slot_class[self.possible], minlength=len(arrays.classes))
        for c in np.flatnonzero(most > arrays.capacity).tolist():
            seated = [x for slot in self.by_class.get(c, []) for x in self.literals[slot]]
            room = int(arrays.capacity[c] - fixed[c])
            if seated or self.extra_seats:
                model.add(cp_model.LinearExpr.sum(seated) <= room + self._extra(c))
            else:
                # Whoever may sit here is fixed, and they are more than the seats.
                self.core.contradiction = True

    def _stability(self) -> None:
        arrays = self.arrays
        slack = self.any_blockers * arrays.most_per_family[arrays.entry_class]
        surely, maybe = (
            occupancy(arrays, self.reduction.alive) if self.any_blockers else (self.always, self.possible)
        )
        need = arrays.capacity[arrays.entry_class] - arrays.entry_need + 1
        self.need: Ints = need
        full = arrays.above(surely) - slack >= need + self.extra_seats
        protected = arrays.any_entry(np.asarray(full))
        can_fill = arrays.above(maybe) + slack >= need
        last = np.array([own[-1] for own in self.core.available], dtype=np.int64)
        open_ = ~protected & (np.arange(len(arrays.placements)) < last[arrays.placement_family])
        self.fixed_above = arrays.above(self.always)
        self.full_above: dict[tuple[int, int], Literal] = {}
        self._clauses(open_, np.asarray(can_fill))

    def _clauses(self, open_: Bools, can_fill: Bools) -> None:
        arrays, core = self.arrays, self.core
        fillable: dict[int, list[int]] = {}
        for e in np.flatnonzero(can_fill & open_[arrays.entry_placement]).tolist():
            fillable.setdefault(int(arrays.entry_placement[e]), []).append(e)
        for p in np.flatnonzero(open_).tolist():
            f = int(arrays.placement_family[p])
            better = [x for q, x in core.choice.get(f, {}).items() if q <= p]
            clause = better + [self._full(e) for e in fillable.get(p, [])] + self._may_block(f)
            if clause:
                core.model.add_bool_or(clause)
            else:
                core.contradiction = True
                return

    def _may_block(self, f: int) -> list[Literal]:
        if not self.any_blockers and f not in self.blocks_allowed:
            return []
        if f not in self.core.blocks:
            self.core.blocks[f] = self.core.model.new_bool_var(f"b{f}")
        return [self.core.blocks[f]]

    def _full(self, e: int) -> Literal:
        """A literal that, when true, makes the entry's class full above the family's lowest child."""
        arrays, core = self.arrays, self.core
        c, slot, need = int(arrays.entry_class[e]), int(arrays.entry_slot[e]), int(self.need[e])
        f = int(arrays.slot_family[slot])
        key = (slot, need)
        if key not in self.full_above:
            rivals = [s for s in self.by_class.get(c, []) if s < slot and int(arrays.slot_family[s]) != f]
            seated = [x for s in rivals for x in self.literals[s]]
            literal = core.model.new_bool_var(f"y{e}")
            left = need - int(self.fixed_above[e])
            # Without extra seats a sum of nothing is a plain comparison, so it is stated as one.
            if seated or self.extra_seats:
                filled = cp_model.LinearExpr.sum(seated) >= left + self._extra(c)
                core.model.add(filled).only_enforce_if(literal)
            elif left > 0:
                core.model.add(literal == 0)
            self.full_above[key] = literal
        return self.full_above[key]

    def _block_domination(self) -> None:
        """A family with a placement below a guaranteed one blocks: said outright, it prunes much."""
        dominated = self.reduction.dominated
        for f, own in self.core.choice.items():
            worse = [x for p, x in own.items() if dominated[p]]
            for x in worse:
                self.core.model.add_implication(x, self._may_block(f)[0])
