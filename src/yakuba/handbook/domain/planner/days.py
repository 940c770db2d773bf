"""Days as numbers (``date.toordinal``): which of them are open, and what a gap makes of them, remembered."""

from __future__ import annotations

from datetime import date

from yakuba.handbook.domain.calendars import Calendar
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.planner.wishes import Wishes

FAR = date(2999, 12, 31).toordinal()
_LOOK_AHEAD = 1500  # days; a clinic closed for longer is no clinic


class OpenDays:
    """The days on which a visit can be made."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._blocked = [(first.toordinal(), last.toordinal()) for first, last in wishes.blocked]
        self._next: dict[int, int] = {}
        self._preferred: dict[int, int] = {}

    def blocked(self, day: int) -> bool:
        """Whether a day lies in an illness or another blocked range."""
        return any(first <= day <= last for first, last in self._blocked)

    def open(self, day: int) -> bool:
        """Whether a new visit can be made on a day."""
        if (day - 1) % 7 in self._wishes.closed_weekdays or self.blocked(day):
            return False
        return not self._wishes.closed(date.fromordinal(day))

    def preferred(self, day: int) -> bool:
        """Whether a day is one of the weekdays wished for; every day is when none is wished for."""
        wanted = self._wishes.preferred_weekdays
        return not wanted or (day - 1) % 7 in wanted

    def next(self, day: int, preferred: bool = False) -> int:
        """The first open day from a day on; ``FAR`` when there is none."""
        known = self._preferred if preferred else self._next
        found = known.get(day)
        if found is None:
            found = known[day] = self._search(day, preferred)
        return found

    def _search(self, day: int, preferred: bool) -> int:
        for one in range(day, min(day + _LOOK_AHEAD, FAR)):
            if (not preferred or self.preferred(one)) and self.open(one):
                return one
        return FAR


class Gap(dict[int, int]):
    """The first day that keeps at least one gap from a day, by that day; worked out when first asked for."""

    def __init__(self, calendar: Calendar, gap: Offset) -> None:
        super().__init__()
        self._calendar, self._gap = calendar, gap

    def __missing__(self, day: int) -> int:
        if day < 1:  # counts from a dose that is left out
            return 0
        found = self[day] = self._calendar.after(date.fromordinal(day), self._gap).toordinal()
        return found


class Gaps:
    """A calendar's gaps on day numbers. Each is monotone: a later reference never gives an earlier day."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._after: dict[Offset, Gap] = {}
        self._last: dict[tuple[int, Offset], int] = {}
        self._needed: dict[tuple[int, Offset], int] = {}

    def of(self, gap: Offset) -> Gap:
        """The days after a gap, one table for all who ask."""
        if gap not in self._after:
            self._after[gap] = Gap(self._calendar, gap)
        return self._after[gap]

    def last(self, day: int, gap: Offset) -> int:
        """The last day of «up to ``gap``» from a day."""
        key = (day, gap)
        found = self._last.get(key)
        if found is None:
            if day < 1:
                return 0
            end = self._calendar.window_end(date.fromordinal(day), gap)
            found = self._last[key] = end.toordinal() - 1
        return found

    def needed(self, day: int, gap: Offset) -> int:
        """The first reference from which «up to ``gap``» still reaches a day."""
        key = (day, gap)
        found = self._needed.get(key)
        if found is None:
            found = day - gap.days - 31 * gap.whole_months - 3
            while self.last(found, gap) < day:
                found += 1
            self._needed[key] = found
        return found
