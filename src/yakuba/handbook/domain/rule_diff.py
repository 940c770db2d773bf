"""Who is affected by a change of rules: two rule books, the same people, what differs and from which day.

People are looked at on a day of assessment and on every later day on which a rule of either book comes into
force or ends: nothing else about them changes, so the first of these days with a difference is the day from
which the change counts for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from yakuba.handbook.domain.calendars import FIRST_DAY, LAST_DAY, Calendar
from yakuba.handbook.domain.outlook import DoseLine, NextDose, Outlook, outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Period, Rulebook

_DAY = timedelta(days=1)
FORECAST, VERDICT = "forecast", "verdict"
_FORECAST_FIELDS = (
    "status", "dose", "label", "course", "product", "legal_from", "legal_until", "recommended_from",
    "recommended_until", "overdue_on",
)  # fmt: skip
_VERDICT_FIELDS = ("valid", "reason", "right_from")
Value = str | int | bool | date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A person to compare for."""

    id: object
    person: Person
    history: tuple[Given, ...] = ()
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one vaccine's forecast or of one given dose's verdict.

    ``dose``: the number under the later book, else under the earlier one; of a verdict the place in the
    history, from 1.
    """

    what: str
    vaccine: str
    dose: int | None
    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Affected:
    """A person for whom something differs. ``on``: the first day looked at on which it does."""

    id: object
    on: date
    changes: tuple[Change, ...]


def effective_days(before: Rulebook, after: Rulebook, on_date: date) -> tuple[date, ...]:
    """The day of assessment and the later days on which a rule of either book begins or has ended."""
    found = {on_date}
    for book in (before, after):
        for period in _periods(book):
            found |= {period.first, period.last + _DAY if period.last < LAST_DAY else FIRST_DAY}
        found |= {one.until for one in book.extensions if one.until is not None}
    return tuple(sorted(day for day in found if day >= on_date))


def compare(
    before: Rulebook, after: Rulebook, subjects: Iterable[Subject], on_date: date, calendar: Calendar
) -> Iterator[Affected]:
    """Everyone whom the change affects, in their order. Raises ``ValueError`` as ``evaluate`` does."""
    days = effective_days(before, after, on_date)
    for subject in subjects:
        for day in days:
            one, two = (_look(book, subject, day, calendar) for book in (before, after))
            changes = tuple(differences(one, two))
            if changes:
                yield Affected(subject.id, day, changes)
                break


def differences(before: Outlook, after: Outlook) -> Iterator[Change]:
    """What differs between two outlooks of one person on one day, forecasts first."""
    old = {one.vaccine: one for one in before.forecasts}
    new = {one.vaccine: one for one in after.forecasts}
    for vaccine in dict.fromkeys([*old, *new]):
        yield from _forecast(vaccine, old.get(vaccine), new.get(vaccine))
    for number, (one, two) in enumerate(zip(before.doses, after.doses, strict=True), start=1):
        yield from _verdict(number, one, two)


def summary(affected: Iterable[Affected]) -> dict[str, dict[str, int]]:
    """How many people each vaccine and field concerns: ``{"MR": {"people": 3, "legal_until": 3}}``."""
    found: dict[str, dict[str, int]] = {}
    for one in affected:
        concerned: Mapping[str, set[str]] = {change.vaccine: set() for change in one.changes}
        for change in one.changes:
            concerned[change.vaccine].add(change.field)
        for vaccine, names in concerned.items():
            counts = found.setdefault(vaccine, {"people": 0})
            counts["people"] += 1
            for name in sorted(names):
                counts[name] = counts.get(name, 0) + 1
    return found


def _look(book: Rulebook, subject: Subject, day: date, calendar: Calendar) -> Outlook:
    return outlook(book, subject.person, subject.history, subject.observations, day, calendar)


def _forecast(vaccine: str, old: NextDose | None, new: NextDose | None) -> Iterator[Change]:
    if old and new and old.status == new.status and new.dose is None:
        return  # nothing more is asked for under either book, whatever the last day would have been
    dose = new.dose if new is not None and new.dose is not None else (old.dose if old else None)
    for name in _FORECAST_FIELDS:
        before, after = (getattr(one, name) if one else None for one in (old, new))
        if before != after:
            yield Change(FORECAST, vaccine, dose, name, before, after)


def _verdict(number: int, old: DoseLine, new: DoseLine) -> Iterator[Change]:
    for name in _VERDICT_FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(VERDICT, old.given.vaccine, number, name, before, after)


def _periods(value: object) -> Iterator[Period]:
    """Every period in a rule book's rules; birth cohorts are no days on which a rule begins."""
    if isinstance(value, Period):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _periods(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _periods(one)
    elif hasattr(value, "__dataclass_fields__"):
        for one_field in fields(value):  # type: ignore[arg-type]  # has the fields of a dataclass
            if one_field.name != "born":
                yield from _periods(getattr(value, one_field.name))
