"""Visits in order with doses assigned to them, and the earliest days that keep every rule.

Every rule says «not before a day that follows from other days», and follows them upwards: an end that counts
from an earlier dose («within 56 days») pulls that dose later. Such rules have one least solution: for a given
assignment no visit can be earlier than the days found here, so lateness is least by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.handbook.domain.planner.days import FAR, Gaps, OpenDays
from yakuba.handbook.domain.planner.steps import Step


@dataclass(frozen=True, slots=True)
class Task:
    """What every schedule of one search shares. ``order``: the steps by their ideal days."""

    steps: Sequence[Step]
    order: Sequence[Step]
    open_days: OpenDays
    gaps: Gaps
    most: int  # shots a visit


class Schedule:
    """Visits by position; ``at`` and ``when`` by number of the step (-1 and 0: not assigned)."""

    __slots__ = ("at", "days", "fixed", "prefer", "shots", "standard", "task", "when")

    def __init__(self, task: Task, fixed: Sequence[int] = ()) -> None:
        self.task = task
        self.days = sorted(fixed)
        self.fixed = [True] * len(self.days)
        self.prefer = [False] * len(self.days)
        self.shots: list[tuple[int, ...]] = [()] * len(self.days)
        self.at = [-1] * len(task.steps)
        self.when = [0] * len(task.steps)
        self.standard = [True] * len(task.steps)

    def copy(self) -> Schedule:
        """A copy that can be changed by itself."""
        new = Schedule.__new__(Schedule)
        new.task = self.task
        new.days, new.fixed, new.prefer = self.days[:], self.fixed[:], self.prefer[:]
        new.shots, new.at, new.when, new.standard = (
            self.shots[:], self.at[:], self.when[:], self.standard[:],
        )  # fmt: skip
        return new

    def joined(self, step: Step, position: int, standard: bool) -> Schedule | None:
        """With a dose at a visit, settled; None when that cannot be."""
        new = self.copy()
        new.shots[position] = (*new.shots[position], step.index)
        new.at[step.index], new.when[step.index] = position, new.days[position]
        new.standard[step.index] = standard
        return new if new.settle() else None

    def opened(self, step: Step, position: int, standard: bool) -> Schedule | None:
        """With a dose at a new visit before that position, settled; None when that cannot be."""
        new = self.copy()
        new.days.insert(position, 0)
        new.fixed.insert(position, False)
        new.prefer.insert(position, False)
        new.shots.insert(position, (step.index,))
        new.at = [one + (one >= position) for one in new.at]
        new.at[step.index], new.standard[step.index] = position, standard
        return new if new.settle() else None

    def settle(self) -> bool:
        """Move visits to the least days that keep every rule; false when there are none."""
        while True:
            moved = self._raise_all()
            if moved is None:
                return False
            ended = self._hold_ends()
            if ended is None:
                return False
            if not ended:
                return True

    def _raise_all(self) -> bool | None:
        """Every visit not before what its doses wait for; whether any moved, None when one cannot."""
        days, moved, previous = self.days, False, 0
        for position, day in enumerate(days):
            low = max(day, previous + 1, self._low(position))
            if low > day:
                if not self._move(position, low):
                    return None
                moved = True
            previous = days[position]
        return moved

    def _low(self, position: int) -> int:
        steps, low = self.task.steps, 0
        for index in self.shots[position]:
            step = steps[index]
            day = step.earliest(self.standard[index], self.when)
            if day > low:
                low = day
            for other, gap, _ in step.conflicts:
                if 0 <= self.at[other] < position:
                    low = max(low, self.task.gaps.of(gap)[self.when[other]])
        return low

    def _hold_ends(self) -> bool | None:
        """Every dose in time, if need be by moving the dose that its end counts from."""
        steps, gaps, moved = self.task.steps, self.task.gaps, False
        for position, day in enumerate(self.days):
            for index in self.shots[position]:
                step = steps[index]
                if not self.standard[index]:
                    if day > step.last:
                        return None
                elif day > step.top:
                    return None
                elif step.standard_after is not None and day > step.latest(True, self.when, gaps):
                    where = self.at[step.standard_after]
                    if where < 0 or not self._move(where, gaps.needed(day, step.standard_gap)):
                        return None
                    moved = True
        return moved

    def _move(self, position: int, day: int) -> bool:
        """Move a visit to its first possible day from a day on."""
        if self.fixed[position]:
            return False
        steps, shots = self.task.steps, self.shots[position]
        while True:
            found = self.task.open_days.next(day, self.prefer[position])
            for index in shots:
                found = max(found, steps[index].fit(found))
            if found >= FAR:
                return False
            if found == day:
                break
            day = found
        self.days[position] = day
        for index in shots:
            self.when[index] = day
        return True
