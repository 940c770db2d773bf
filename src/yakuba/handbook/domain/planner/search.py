"""Branch and bound over assignments of doses to visits.

Costs are compared part by part: doses left out, doses outside their standard window, doses on another day
than in an earlier plan, visits to be made, lateness, visits not on a weekday wished for, sum of the visits'
days. The bound is what is assigned already plus, for the doses left, the visits that none of the present ones
can hold and the days that they must wait.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from yakuba.handbook.domain.planner.days import FAR
from yakuba.handbook.domain.planner.schedule import Schedule, Task
from yakuba.handbook.domain.planner.steps import Step

Cost = tuple[int, int, int, int, int, int, int]
Window = tuple[int, int]
_First = tuple[int, int, int, int]
_WEEKDAY_SHIFT = 13  # days that a visit may wait for a weekday wished for


@dataclass(frozen=True, slots=True)
class Fixed:
    """A day on which a visit may lie as it stands. ``booked``: it costs no visit of its own."""

    day: int
    booked: bool = False
    vaccines: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """The best schedule, its cost, whether no better one exists, and the partial plans looked at."""

    schedule: Schedule
    cost: Cost
    proven: bool
    work: int


class Search:
    """One search. ``before``: days of an earlier plan by number of the step (``replan``)."""

    def __init__(
        self,
        task: Task,
        fixed: Sequence[Fixed],
        work: int,
        wish_weekdays: bool,
        before: Mapping[int, int] | None = None,
    ) -> None:
        self._task, self._most_work = task, work
        self._by_day = {one.day: one for one in fixed}
        self._before = before or {}
        self._weekdays = wish_weekdays
        self._best: Schedule | None = None
        self._cost: Cost | None = None
        self._work = 0

    def run(self) -> Found:
        """The best schedule."""
        self._descend(Schedule(self._task, list(self._by_day)), 0, frozenset(), 0)
        if self._best is None or self._cost is None:  # the last branch leaves every dose out
            raise AssertionError("the search ended without a plan")
        return Found(self._best, self._cost, self._work < self._most_work, self._work)

    def _descend(self, board: Schedule, depth: int, left_out: frozenset[int], dropped: int) -> None:
        order = self._task.order
        while depth < len(order) and order[depth].chain in left_out:
            depth += 1
        if depth == len(order):
            self._leaf(board, dropped)
            return
        step = order[depth]
        for standard in (True, False):
            if not self._may_win(board, dropped, standard):
                break
            children: list[tuple[Cost, int, Schedule]] = []
            another = self._another(board, depth, left_out, dropped, standard)
            for child in self._children(board, step, standard, another):
                bound = self._bound(child, depth + 1, left_out, dropped)
                if bound is not None and not self._hopeless(bound):
                    children.append((bound, len(children), child))
            for bound, _, child in sorted(children, key=lambda one: one[:2]):
                if self._exhausted():
                    return
                if not self._hopeless(bound):
                    self._descend(child, depth + 1, left_out, dropped)
        rest = sum(one.chain == step.chain for one in order[depth:])
        if (self._cost is None or dropped + rest <= self._cost[0]) and not self._exhausted():
            self._descend(board, depth, left_out | {step.chain}, dropped + rest)

    def _exhausted(self) -> bool:
        return self._cost is not None and self._work >= self._most_work

    def _hopeless(self, bound: Cost) -> bool:
        return self._cost is not None and bound >= self._cost

    def _may_win(self, board: Schedule, dropped: int, standard: bool) -> bool:
        if self._cost is None:
            return True
        return (dropped, self._outside(board) + (not standard)) <= self._cost[:2]

    def _another(
        self, board: Schedule, depth: int, left_out: frozenset[int], dropped: int, standard: bool
    ) -> bool:
        """Whether a new visit for the next dose may win: its bound before any place for it is tried."""
        if self._cost is None:
            return True
        step = self._task.order[depth]
        low, top = step.earliest(standard, board.when), step.top if standard else step.last
        if low > top:
            return False
        changes, visits, late = self._counts(board)
        changes += step.index in self._before  # the day of the earlier plan is no new visit
        when = board.when[:]
        when[step.index] = low
        outside = self._outside(board) + (not standard)
        rest = self._rest(depth + 1, left_out)
        found = self._ahead(
            (dropped, outside, changes, visits + 1), when, [*self._hosts(board), (low, top)], rest
        )
        if found is None:
            return False
        known, wait = found
        return (*known, late + max(0, low - step.ideal) + wait) <= self._cost[:5]

    def _rest(self, depth: int, left_out: frozenset[int]) -> list[Step]:
        return [step for step in self._task.order[depth:] if step.chain not in left_out]

    def _children(self, board: Schedule, step: Step, standard: bool, another: bool) -> Iterator[Schedule]:
        """The dose at each present visit that may hold it, and (``another``) at a new one in each place."""
        first = 0 if step.previous is None else board.at[step.previous] + 1
        latest = step.top if standard else step.last
        for position in range(first, bisect_right(board.days, latest)):
            if self._room(board, step, position):
                self._work += 1
                child = board.joined(step, position, standard)
                if child is not None:
                    yield child
        for position in range(first, bisect_left(board.days, latest) + 1) if another else ():
            self._work += 1
            child = board.opened(step, position, standard)
            if child is not None:
                yield child

    def _room(self, board: Schedule, step: Step, position: int) -> bool:
        shots = board.shots[position]
        if len(shots) >= self._task.most:
            return False
        known = self._by_day.get(board.days[position]) if board.fixed[position] else None
        return known is None or not known.vaccines or step.vaccine in known.vaccines

    def _outside(self, board: Schedule) -> int:
        return board.standard.count(False)

    def _counts(self, board: Schedule) -> tuple[int, int, int]:
        """Changes, visits to be made and lateness of what is assigned."""
        changes = visits = late = 0
        before, steps = self._before, self._task.steps
        for position, shots in enumerate(board.shots):
            if not shots:
                continue
            day = board.days[position]
            known = self._by_day.get(day) if board.fixed[position] else None
            visits += known is None or not known.booked
            for index in shots:
                wait = day - steps[index].ideal
                if wait > 0:
                    late += wait
                if index in before and before[index] != day:
                    changes += 1
        return changes, visits, late

    def _bound(self, board: Schedule, depth: int, left_out: frozenset[int], dropped: int) -> Cost | None:
        """Not more than the cost of any completion; None when a completion needs a visit too many."""
        changes, visits, late = self._counts(board)
        outside = self._outside(board)
        total = sum(d for d, f, s in zip(board.days, board.fixed, board.shots, strict=True) if s and not f)
        found = self._ahead(
            (dropped, outside, changes, visits), board.when, self._hosts(board), self._rest(depth, left_out)
        )
        if found is None:
            return None
        known, wait = found
        return (*known, late + wait, 0, total)

    def _ahead(
        self, known: _First, when: Sequence[int], hosts: Sequence[Window], rest: Sequence[Step]
    ) -> tuple[_First, int] | None:
        """The first parts of the cost with what the doses left add at least, and the days that they wait.

        None when one of them finds no visit and another visit would cost too much.
        """
        alone, wait, moved = self._alone(when, rest, hosts)
        chosen = _disjoint(alone)
        more = _crowded(chosen, alone, self._task.most)
        dropped, outside, changes, visits = known
        known = (dropped, outside, changes + moved, visits + len(chosen) + more)
        if not more and self._cost is not None and known == self._cost[:4]:
            closer = self._wait(when, rest, hosts, _meeting(chosen, alone))
            return None if closer is None else (known, closer)
        return known, wait

    def _alone(
        self, assigned: Sequence[int], rest: Sequence[Step], hosts: Sequence[Window]
    ) -> tuple[list[Window], int, int]:
        """The windows of doses that no present visit can hold, the days that all must wait anyhow.

        And how many of them cannot stay where an earlier plan has them.
        """
        when, alone, wait, moved = list(assigned), [], 0, 0
        before, kept = self._before, self._by_day
        for step in rest:
            low = step.earliest(True, when)
            if low >= FAR:
                continue
            when[step.index] = low
            top = step.top
            for day, end in hosts:
                if day <= top and low <= end:
                    break
            else:
                alone.append((low, top))
            if low > step.ideal:
                wait += low - step.ideal
            if before and (planned := before.get(step.index)) is not None:
                moved += planned not in kept or not low <= planned <= top
        return alone, wait, moved

    def _wait(
        self,
        assigned: Sequence[int],
        rest: Sequence[Step],
        hosts: Sequence[Window],
        new: Sequence[Window],
    ) -> int | None:
        """The days that the doses left wait when there are no visits but the present and the ``new`` ones.

        None when one of them finds no visit.
        """
        when, wait, visits = list(assigned), 0, [*hosts, *new]
        for step in rest:
            low = step.earliest(True, when)
            first, top = FAR, step.top
            for day, end in visits:
                if day <= top and low <= end:
                    if day <= low:
                        first = low
                        break
                    if day < first:
                        first = day
            if first == FAR:
                return None
            when[step.index] = first
            if first > step.ideal:
                wait += first - step.ideal
        return wait

    def _hosts(self, board: Schedule) -> list[Window]:
        """First and last possible day of every present visit with room that would cost nothing more."""
        steps, hosts = self._task.steps, []
        for position, shots in enumerate(board.shots):
            day = board.days[position]
            if board.fixed[position]:
                known = self._by_day[day]
                if (shots or known.booked) and len(shots) < self._task.most:
                    hosts.append((day, day))
            elif len(shots) < self._task.most:
                end = min(steps[i].top if board.standard[i] else steps[i].last for i in shots)
                hosts.append((day, end))
        return hosts

    def _leaf(self, board: Schedule, dropped: int) -> None:
        outside = self._outside(board)
        changes, visits, late = self._counts(board)
        if self._hopeless((dropped, outside, changes, visits, late, 0, 0)):
            return
        for misses, chosen in self._on_weekdays(board):
            total = sum(d for d, s in zip(chosen.days, chosen.shots, strict=True) if s)
            total -= sum(
                d for d, f, s in zip(chosen.days, chosen.fixed, chosen.shots, strict=True) if s and f
            )
            cost = (dropped, outside, changes, visits, late, misses, total)
            if not self._hopeless(cost):
                self._best, self._cost = chosen, cost

    def _on_weekdays(self, board: Schedule) -> Iterator[tuple[int, Schedule]]:
        """The same visits on as many weekdays wished for as lie near enough."""
        if not self._weekdays:
            yield 0, board
            return
        free = [p for p, shots in enumerate(board.shots) if shots and not board.fixed[p]]
        for misses in range(len(free) + 1):
            found = []
            for left in combinations(free, misses):
                new = board.copy()
                for position in free:
                    new.prefer[position] = position not in left
                    if new.prefer[position] and not new._move(position, new.days[position]):
                        break
                else:
                    self._work += 1
                    if new.settle() and all(new.days[p] <= board.days[p] + _WEEKDAY_SHIFT for p in free):
                        found.append(new)
            if found:
                yield misses, min(found, key=lambda one: sum(one.days))
                return


def _disjoint(windows: Sequence[Window]) -> list[Window]:
    """As many windows as possible of which no two share a day: each needs a visit of its own."""
    found, last = [], 0
    for window in sorted(windows, key=lambda one: one[1]):
        if window[0] > last:
            found.append(window)
            last = window[1]
    return found


def _crowded(chosen: Sequence[Window], windows: Sequence[Window], most: int) -> int:
    """How many visits more than one in each chosen window are needed, because a visit holds ``most`` shots.

    Windows that share days with one of the chosen alone cannot be met by the visits of the others; crowds are
    added up as long as their days are apart.
    """
    if len(windows) <= most:
        return 0
    more, last = 0, 0
    crowds: list[list[Window]] = [[] for _ in chosen]
    for low, top in windows:
        met = [k for k, (begin, end) in enumerate(chosen) if begin <= top and low <= end]
        if len(met) == 1:
            crowds[met[0]].append((low, top))
    for crowd in crowds:
        if len(crowd) > most and min(low for low, _ in crowd) > last:
            more += -(-len(crowd) // most) - 1
            last = max(top for _, top in crowd)
    return more


def _meeting(chosen: Sequence[Window], windows: Sequence[Window]) -> list[Window]:
    """When there is one visit in each chosen window and no other: a later beginning for some of them.

    A window that shares days with only one of the chosen is met by the visit in that one.
    """
    first = [window[0] for window in chosen]
    for low, top in windows:
        met = [k for k, (begin, end) in enumerate(chosen) if begin <= top and low <= end]
        if len(met) == 1:
            first[met[0]] = max(first[met[0]], low)
    return [(day, end) for day, (_, end) in zip(first, chosen, strict=True)]
