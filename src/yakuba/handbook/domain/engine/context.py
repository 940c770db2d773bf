"""Everything one evaluation needs, with the person's dates worked out once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from yakuba.handbook.domain.calendars import LAST_DAY, Calendar, Point
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import (
    AgeWindow,
    Association,
    Extension,
    Indication,
    Period,
    Rulebook,
    Series,
    TargetDose,
    season_of,
)


@dataclass(slots=True)
class Context:
    """One person under one rule book on one day."""

    rulebook: Rulebook
    person: Person
    history: tuple[Given, ...]  # by date
    observations: tuple[Observation, ...]
    on_date: date
    calendar: Calendar
    _days: dict[int, date | None] = field(default_factory=dict)
    _antigens: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _records: dict[str, list[Given]] | None = None

    def day(self, point: Point | None) -> date | None:
        """The day of a point for this person; None when there is no point or nothing to count from.

        Remembered by the point's identity: points belong to the rule book, which outlives the context.
        """
        if point is None:
            return None
        key = id(point)
        try:
            return self._days[key]
        except KeyError:
            found = self._days[key] = self.calendar.point(point, self.person.origin)
            return found

    def within(self, day: date, first: Point | None, until: Point | None) -> bool:
        """Whether a day lies in ``first`` ≤ day < ``until``; a missing end is open."""
        if first is not None and (begin := self.day(first)) is not None and day < begin:
            return False
        return until is None or (end := self.day(until)) is None or day < end

    def season(self, dose: TargetDose) -> Period | None:
        """The season of a dose for the day of assessment."""
        return None if dose.season is None else season_of(dose.season, self.on_date)

    def observed(self, code: str) -> bool:
        """Whether the person has an observation."""
        return any(observation.code == code for observation in self.observations)

    def indicated_from(self, indications: Iterable[Indication]) -> date | None:
        """The first day of an indication of the person, when none holds yet; None when one does."""
        first: date | None = None
        for one in indications:
            if not self.observed(one.observation):
                continue
            begin = self.day(one.from_)
            if begin is None or begin <= self.on_date:
                return None
            first = begin if first is None else min(first, begin)
        return first

    def observed_on(self, code: str) -> date | None:
        """The date of the most recent observation of that code (CALCDTINT-9)."""
        dates = [found.date for found in self.observations if found.code == code and found.date is not None]
        return max(dates, default=None)

    def antigens_of(self, given: Given) -> tuple[str, ...]:
        """The antigens that a dose holds at the age at which it was given (4.2)."""
        key = id(given)
        if key not in self._antigens:
            associations: tuple[Association, ...] = self.rulebook.vaccines.get(given.vaccine, ())
            self._antigens[key] = tuple(
                a.antigen for a in associations if self.within(given.date, a.from_, a.until)
            )
        return self._antigens[key]

    def records(self, antigen: str) -> list[Given]:
        """The doses that hold an antigen, oldest first (4.2)."""
        if self._records is None:
            self._records = {}
            for given in self.history:
                for name in self.antigens_of(given):
                    self._records.setdefault(name, []).append(given)
        return self._records.get(antigen, [])

    def until(self, window: AgeWindow, series: Series, dose: TargetDose) -> date | None:
        """The first day that is too late for a dose, with the extensions that cover this person."""
        end = self.day(window.until)
        if end is None or window.band or not self.rulebook.extensions or not self.observations:
            return end
        return max([end, *(last for _, last in self.reopened(window, series, dose))])

    def reopened(self, window: AgeWindow, series: Series, dose: TargetDose) -> list[tuple[date, date]]:
        """The spells (end exclusive) in which extensions keep a window open that would be over.

        「事由がなくなった日から2年」 begins with that day: what was given before it is in no spell.
        """
        end = self.day(window.until)
        if end is None or window.band or not self.rulebook.extensions or not self.observations:
            return []
        found = []
        for extension in self.rulebook.extensions:
            if series.group in extension.until_age and (
                not extension.doses or dose.number in extension.doses
            ):
                found += [(max(first, end), last) for first, last in self._extended(extension, series.group)]
        return [(first, last) for first, last in found if first < last]

    def shut_until(self, window: AgeWindow, series: Series, dose: TargetDose, day: date) -> date | None:
        """On a day between a window's own end and the extension that opens it again: that first day."""
        end = self.day(window.until)
        if end is None or day < end:
            return None
        spells = self.reopened(window, series, dose)
        if any(first <= day < last for first, last in spells):
            return None
        return min((first for first, _ in spells if first > day), default=None)

    def _extended(self, extension: Extension, group: str) -> list[tuple[date, date]]:
        birth = self.person.birth
        if birth is None or not extension.born.holds(birth):
            return []
        if extension.observation and not self.observed(extension.observation):
            return []
        upper = self.day(extension.until_age[group]) or LAST_DAY
        if extension.within is None:
            return [(birth, min(extension.until or upper, upper))]
        dates = [found.date for found in self.observations if found.code == extension.observation]
        return [
            (ended, min(self.calendar.after(ended, extension.within), upper, extension.until or upper))
            for ended in dates
            if ended is not None
        ]
