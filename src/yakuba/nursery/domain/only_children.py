"""When only families of one child are left to decide: deferred acceptance instead of search.

Among the assignments that are stable for the families left over, the one that children propose is the best
for every family at once, and all of them place equally many (Gale and Shapley 1962; Roth 1986); the one that
classes propose is the worst for every family. Every stable assignment of the whole market is among them: a
child that blocks with fixed occupants counted at any rank also blocks when only those above it count. So
when the first, checked on the whole market, is stable, it is the optimum of the whole published order, and
when both are equal it is the only one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yakuba.nursery.domain.model import Core
from yakuba.nursery.domain.presolve import Reduction

Chosen = dict[int, int]


@dataclass(frozen=True, slots=True)
class Extremes:
    """The stable assignment best for children, and the one worst for them (None: not found)."""

    best: Chosen | None
    worst: Chosen | None


def extremes(core: Core, reduction: Reduction) -> Extremes | None:
    """Both ends of the lattice, or None when some family left over has several children."""
    if not core.choice or not all(core.arrays.single[f] for f in core.choice):
        return None
    sides = _Sides(core, reduction)
    return Extremes(sides.children_propose(), sides.classes_propose())


class _Sides:
    def __init__(self, core: Core, reduction: Reduction) -> None:
        arrays = core.arrays
        self.lists = {f: sorted(own) for f, own in core.choice.items()}
        taken = np.bincount(arrays.slot_class[reduction.always], minlength=len(arrays.classes))
        self.room = (arrays.capacity - taken).tolist()
        slot_of = dict(zip(arrays.pair_placement.tolist(), arrays.pair_slot.tolist(), strict=True))
        self.slot = {p: slot_of.get(p) for own in self.lists.values() for p in own}
        self.class_of = {s: int(arrays.slot_class[s]) for s in self.slot.values() if s is not None}

    def children_propose(self) -> Chosen | None:
        """Each child asks down its list; a class keeps its best."""
        at = dict.fromkeys(self.lists, 0)
        held: dict[int, list[tuple[int, int]]] = {}
        waiting = sorted(self.lists, reverse=True)
        while waiting:
            f = waiting.pop()
            if at[f] == len(self.lists[f]):
                return None
            slot = self.slot[self.lists[f][at[f]]]
            if slot is None:
                continue
            seated = held.setdefault(self.class_of[slot], [])
            seated.append((slot, f))
            if len(seated) > self.room[self.class_of[slot]]:
                last = max(seated)
                seated.remove(last)
                at[last[1]] += 1
                waiting.append(last[1])
        return {f: own[at[f]] for f, own in self.lists.items()}

    def classes_propose(self) -> Chosen | None:
        """Each class asks down its order; a child keeps its best. Not placed is always on offer."""
        orders: dict[int, list[tuple[int, int, int]]] = {}
        best: Chosen = {}
        for f, own in self.lists.items():
            for p in own:
                slot = self.slot[p]
                if slot is None:
                    best[f] = min(best.get(f, p), p)
                else:
                    orders.setdefault(self.class_of[slot], []).append((slot, f, p))
        queues = {c: iter(sorted(order)) for c, order in orders.items()}
        room = {c: self.room[c] for c in orders}
        active = sorted(orders)
        while active:
            c = active.pop()
            while room[c] > 0:
                offer = next(queues[c], None)
                if offer is None:
                    break
                _, f, p = offer
                if f in best and best[f] < p:
                    continue
                left = self.slot[best[f]] if f in best else None
                best[f] = p
                room[c] -= 1
                if left is not None:
                    room[self.class_of[left]] += 1
                    active.append(self.class_of[left])
        return best if len(best) == len(self.lists) else None
