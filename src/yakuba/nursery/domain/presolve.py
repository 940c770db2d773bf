"""Deleting placements that no acceptable assignment contains, to a fixpoint.

Two rules, counted over placements not yet deleted (*alive*):

R1, guaranteed. If in every class of placement p of family f (possible occupants of other families ranked
above f's lowest child there) + (f's children there) <= seats, then f blocks whenever it gets less than p.
A family that does not block gets p or better: everything below p is deleted.

R2, impossible. Count in class c the children of other families who are sure to sit there if f's placement p
puts k children there: (a) children whose every alive placement is in c, at any rank, because they occupy a
seat; (b) only children (一人の世帯) whose best alive placement is c and who rank above f's lowest child w
there. Should such a child j not sit in c, then at least ``seats`` occupants rank above j, hence above w,
and w itself makes one more than the seats: impossible. So if (a) + (b) + k > seats, p is deleted.

By induction over the deletions every stable assignment contains alive placements only. A deleted placement
may still *block* (R2 counts siblings of other families only, and (a) counts at any rank), therefore
blocking is always tested for every placement of every family, deleted or not; see :mod:`model`. For only
children and rule (b) alone the test would never fire: if c has at least ``seats`` children of kind (b) above
j, then each of them sits in c or ``seats`` occupants rank above it, and either way j has no claim.

Three relaxations keep the rules valid in larger sets of assignments:

* ``free`` families may block: R1 does not apply to them and they are never of kind (b).
* ``blockers`` = n: any n families may block. Each of them can add or remove at most m children in a class
  (m = the most that one family asks for there), so R1 counts n·m more possible occupants and R2 n·m fewer
  sure ones. What R1 deletes is then kept apart (``dominated``): only a blocking family can have it.
* ``extra`` = n: up to n seats may be added to any class: R2 counts n more seats. More seats never make a
  guaranteed placement less guaranteed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yakuba.nursery.domain.arrays import Arrays, Bools, Ints


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The set of assignments in which the rules must hold; the default is the stable ones."""

    free: frozenset[int] = frozenset()
    blockers: int = 0
    extra: int = 0


@dataclass(slots=True)
class Reduction:
    """What the presolve found.

    ``dominated``: placements below a guaranteed one; ``impossible``: placements that no assignment of the
    set contains. Per slot, over what is left: ``always`` and ``possible`` occupants.
    """

    arrays: Arrays
    relaxation: Relaxation
    dominated: Bools
    impossible: Bools
    always: Bools
    possible: Bools
    rounds: int = 0

    @property
    def alive(self) -> Bools:
        """Placements that a family which does not block can have."""
        return ~(self.dominated | self.impossible)

    @property
    def families_left(self) -> Ints:
        """Alive placements per family."""
        return np.asarray(np.add.reduceat(self.alive.astype(np.int64), self.arrays.family_start[:-1]))

    @property
    def contradiction(self) -> bool:
        """Some family has no placement left: no assignment of the set exists (when no family may block)."""
        return bool((self.families_left == 0).any())


def reduce(arrays: Arrays, relaxation: Relaxation | None = None) -> Reduction:
    """Applies R1 and R2 until neither deletes anything."""
    count = len(arrays.placements)
    slots = len(arrays.slot_family)
    state = Reduction(
        arrays=arrays,
        relaxation=relaxation or Relaxation(),
        dominated=np.zeros(count, dtype=bool),
        impossible=np.zeros(count, dtype=bool),
        always=np.zeros(slots, dtype=bool),
        possible=np.zeros(slots, dtype=bool),
    )
    if count == 0:
        return state
    while _round(state):
        pass
    return state


def _round(state: Reduction) -> bool:
    """One simultaneous application of both rules; whether anything was deleted."""
    alive = state.alive
    if state.rounds and state.relaxation.blockers == 0 and state.contradiction:
        return False
    state.rounds += 1
    state.always, state.possible = occupancy(state.arrays, alive)
    dominated = _dominated(state, alive) & alive
    impossible = _impossible(state, alive) & alive
    state.dominated |= dominated
    state.impossible |= impossible & ~dominated if state.relaxation.blockers == 0 else impossible
    return bool(dominated.any() or impossible.any())


def occupancy(arrays: Arrays, alive: Bools) -> tuple[Bools, Bools]:
    """Per slot: the child sits there in every alive placement of its family; in at least one."""
    slots = len(arrays.slot_family)
    used = np.bincount(arrays.pair_slot[alive[arrays.pair_placement]], minlength=slots)
    left = np.add.reduceat(alive.astype(np.int64), arrays.family_start[:-1])
    possible = used > 0
    return np.asarray(possible & (used == left[arrays.slot_family])), np.asarray(possible)


def _dominated(state: Reduction, alive: Bools) -> Bools:
    arrays, relaxation = state.arrays, state.relaxation
    rivals = arrays.above(state.possible) + relaxation.blockers * arrays.most_per_family[arrays.entry_class]
    fine = rivals + arrays.entry_need <= arrays.capacity[arrays.entry_class]
    guaranteed = arrays.all_entries(np.asarray(fine)) & alive
    if relaxation.free:
        guaranteed &= ~np.isin(arrays.placement_family, np.fromiter(relaxation.free, dtype=np.int64))
    never = len(arrays.placements)
    position = np.where(guaranteed, arrays.placement_position, never)
    best = np.minimum.reduceat(position, arrays.family_start[:-1])
    return np.asarray(arrays.placement_position > best[arrays.placement_family])


def claims(state: Reduction, alive: Bools) -> Bools:
    """Slots of only children whose best alive placement it is (rule R2, kind b)."""
    arrays = state.arrays
    never = len(arrays.placements)
    order = np.where(alive, np.arange(never), never)
    best = np.minimum.reduceat(order, arrays.family_start[:-1])
    best = best[arrays.single & (best < never)]
    claiming = np.zeros(never, dtype=bool)
    claiming[best] = True
    if state.relaxation.free:
        free = np.fromiter(state.relaxation.free, dtype=np.int64)
        claiming &= ~np.isin(arrays.placement_family, free)
    slots = np.zeros(len(arrays.slot_family), dtype=bool)
    slots[arrays.pair_slot[claiming[arrays.pair_placement]]] = True
    return slots


def _impossible(state: Reduction, alive: Bools) -> Bools:
    arrays, relaxation = state.arrays, state.relaxation
    claiming = claims(state, alive) & ~state.always
    sure = arrays.others(state.always) + arrays.above(claiming)
    sure -= relaxation.blockers * arrays.most_per_family[arrays.entry_class]
    seats = arrays.capacity[arrays.entry_class] + relaxation.extra
    # A wish for more seats than there can be is impossible whoever else sits there.
    return arrays.any_entry(np.asarray(np.maximum(sure, 0) + arrays.entry_need > seats))
