"""What a family and its clinics can and want: the planner's input beside the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

STANDARD, LEGAL = "standard", "legal"
PUT_OFF, CATCH_UP = 91, 28
WORK = 2500


def _never(day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit that is booked already. ``vaccines``: what may be given there; empty: anything."""

    day: date
    vaccines: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wishes:
    """Days and limits of a plan. Weekdays: 0 = Monday … 6 = Sunday; ranges include both ends.

    ``closed``: holidays and other days on which nothing is given; ``blocked``: illness, travel. ``until``:
    doses whose day comes later are not planned yet (default: 28 months of age, at least twelve months
    ahead). ``within``: ``standard`` keeps every dose in its recommended window where that can be, ``legal``
    only in its legal one. Inside the standard window no dose waits longer than ``put_off`` days for others;
    one whose standard window is over or closed is given within ``catch_up`` days of its first day.
    ``work``: how many partial plans are looked at before the best so far is taken.
    """

    not_before: date | None = None
    until: date | None = None
    max_shots: int | None = None
    closed_weekdays: frozenset[int] = frozenset()
    closed: Callable[[date], bool] = _never
    blocked: tuple[tuple[date, date], ...] = ()
    preferred_weekdays: frozenset[int] = frozenset()
    booked: tuple[Booked, ...] = ()
    vaccines: frozenset[str] = frozenset()
    optional: bool = True
    products: Mapping[str, str] = field(default_factory=dict)
    within: str = STANDARD
    put_off: int = PUT_OFF
    catch_up: int = CATCH_UP
    work: int = WORK

    def faults(self) -> list[str]:
        """What cannot be meant: field and what was found."""
        found = []
        if self.max_shots is not None and self.max_shots < 1:
            found.append(f"max_shots {self.max_shots}: at least 1")
        if self.within not in (STANDARD, LEGAL):
            found.append(f"within {self.within!r}: {STANDARD} or {LEGAL}")
        found += [f"{name} {getattr(self, name)}: at least 0" for name in ("put_off", "catch_up", "work")
                  if getattr(self, name) < 0]  # fmt: skip
        found += [f"blocked {first} to {last}: the end lies before the beginning"
                  for first, last in self.blocked if last < first]  # fmt: skip
        for name in ("closed_weekdays", "preferred_weekdays"):
            if not getattr(self, name) <= frozenset(range(7)):
                found.append(f"{name}: 0 (Monday) to 6 (Sunday)")
        return found
