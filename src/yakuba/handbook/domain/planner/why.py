"""«なぜこの日»: what a planned dose waited for, and what moved it on from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from yakuba.handbook.domain.planner.days import FAR
from yakuba.handbook.domain.planner.result import Shot, Why
from yakuba.handbook.domain.planner.schedule import Schedule
from yakuba.handbook.domain.planner.steps import CONFLICT, Limit, Step
from yakuba.handbook.domain.rules import Rulebook

CLOSED, TOGETHER, KEEPS_GAP, WEEKDAY, BOOKED, KEPT, ORDER = (
    "closed", "together", "keeps_gap", "weekday", "booked", "kept", "order",
)  # fmt: skip
_Dated = tuple[int, Limit]


class Reasons:
    """The shots of one schedule with their reasons.

    ``before``: days of an earlier plan by step, ``kept_days``: all of its days.
    """

    def __init__(
        self,
        board: Schedule,
        rulebook: Rulebook,
        booked: frozenset[int],
        before: Mapping[int, int],
        kept_days: frozenset[int],
    ) -> None:
        self._board, self._rulebook, self._booked, self._before = board, rulebook, booked, before
        self._task, self._kept_days = board.task, kept_days

    def shot(self, index: int) -> Shot:
        """One planned dose."""
        board, step = self._board, self._task.steps[index]
        day = board.when[index]
        (legal, legal_limit), (wanted, limit) = self._window(step, False), self._window(step, True)
        end = step.window_end(board.when, self._task.gaps)
        wanted = min(wanted, step.legal_last)
        until = min(max(end, wanted), step.legal_last) if end < FAR else FAR
        sources = {"legal_from": legal_limit.source, "legal_until": step.legal_source,
                   "recommended_from": limit.source, "recommended_until": step.standard_source}  # fmt: skip
        sources = {name: found or step.group_source for name, found in sources.items()}
        if step.legal_last >= FAR:
            del sources["legal_until"]
        if until >= FAR:
            del sources["recommended_until"]
        return Shot(
            step.group, step.number, step.label, step.product, step.vaccine, step.course,
            self._rulebook.groups[step.group].law,
            date.fromordinal(legal), _day(step.legal_last), date.fromordinal(wanted), _day(until),
            tuple(self._why(step, day)),
            tuple(dict.fromkeys(one for found in sources.values() for one in found)),
            sources,
        )  # fmt: skip

    def _window(self, step: Step, standard: bool) -> _Dated:
        """The first day of a window, whatever the day of planning, and the limit that sets it."""
        return self._waits_for(step, standard, ("start",))

    def _waits_for(self, step: Step, standard: bool, without: tuple[str, ...] = ()) -> _Dated:
        """The first day of a dose by itself, and the limit that sets it."""
        board, task = self._board, self._task
        dated = [
            (limit.first(board.when, task.gaps), limit)
            for limit in step.limits
            if (standard or not limit.standard) and limit.rule not in without
        ]
        for other, gap, source in step.conflicts:
            if board.at[other] >= 0 and board.when[other] < board.when[step.index]:
                limit = Limit(CONFLICT, source, after=other, gap=gap)
                dated.append((limit.first(board.when, task.gaps), limit))
        day, limit = max(dated, key=lambda one: one[0], default=(0, Limit("start", day=1)))
        return step.fit(max(day, 1)), limit

    def _why(self, step: Step, day: int) -> list[Why]:
        board = self._board
        standard = board.standard[step.index]
        own, limit = self._waits_for(step, standard)
        after = () if limit.after is None else (self._name(limit.after),)
        since = limit.since if limit.after is None else board.when[limit.after]
        found = [
            Why(
                limit.rule,
                date.fromordinal(own),
                after,
                limit.source,
                date.fromordinal(since) if since else None,
            )
        ]
        first = self._task.open_days.next(own)
        if day in self._booked:
            return [*found, Why(BOOKED, date.fromordinal(day))]
        if first > own and day >= first:
            found.append(Why(CLOSED, date.fromordinal(first)))
        if self._before.get(step.index) == day:
            return [*found, Why(KEPT, date.fromordinal(day))]
        if day > first:
            found.append(self._moved(step, day))
        return found

    def _moved(self, step: Step, day: int) -> Why:
        """What holds a dose beyond its first open day."""
        board, task = self._board, self._task
        position = board.at[step.index]
        if day in self._kept_days:
            return Why(KEPT, date.fromordinal(day))
        others = [i for i in board.shots[position] if i != step.index]
        setting = [
            i
            for i in others
            if task.open_days.next(self._waits_for(task.steps[i], board.standard[i])[0]) == day
            or self._before.get(i) == day
        ]
        on = date.fromordinal(day)
        if setting:
            return Why(TOGETHER, on, tuple(self._name(i) for i in setting))
        members = {step.index, *others}
        held = [one.index for one in task.steps if one.standard_after in members and board.at[one.index] >= 0]
        if held and not board.prefer[position]:
            return Why(KEEPS_GAP, on, tuple(self._name(i) for i in held))
        if board.prefer[position]:
            return Why(WEEKDAY, on)
        return Why(ORDER, on, tuple(self._name(i) for i in others))

    def _name(self, index: int) -> tuple[str, int]:
        step = self._task.steps[index]
        return step.group, step.number


def _day(ordinal: int) -> date | None:
    return None if ordinal >= FAR else date.fromordinal(ordinal)
