"""One history out of two records: what the office holds (予防接種台帳) and what the family wrote down.

The office's record goes first. A family's dose of the same vaccine on the same day is the same dose; one a
few days off is taken for the same dose with a difference that a person has to look at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

NEAR = timedelta(days=14)  # below the gaps of most vaccines; where it is not, a person looks at it
OFFICE, FAMILY = "office", "family"


@dataclass(frozen=True, slots=True)
class Entry:
    """A dose as one side recorded it."""

    reference: str
    vaccine: str
    given_on: date
    product: str = ""
    source: str = OFFICE


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two records of what seems to be one dose. ``what``: ``day`` or ``product``."""

    family: Entry
    office: Entry
    what: str


@dataclass(frozen=True, slots=True)
class History:
    """``entries``: each dose once, in the order of days; ``mismatches``: what the two sides disagree on."""

    entries: tuple[Entry, ...]
    mismatches: tuple[Mismatch, ...]


def reconcile(entries: Iterable[Entry]) -> History:
    """Put the two records together. Every office entry is kept; a family's only where it adds a dose."""
    ordered = sorted(entries, key=lambda one: (one.given_on, one.vaccine, one.reference))
    office = [one for one in ordered if one.source == OFFICE]
    family = [one for one in ordered if one.source != OFFICE]
    taken: set[str] = set()
    rest: list[Entry] = []
    mismatches: list[Mismatch] = []
    for one in family:  # the same day first, so that a near dose never takes a partner away
        twin = _partner(one, office, taken, timedelta(0))
        if twin is None:
            rest.append(one)
            continue
        taken.add(twin.reference)
        if one.product and twin.product and one.product != twin.product:
            mismatches.append(Mismatch(one, twin, "product"))
    kept = list(office)
    for one in rest:
        near = _partner(one, office, taken, NEAR)
        if near is None:
            kept.append(one)
            continue
        taken.add(near.reference)
        mismatches.append(Mismatch(one, near, "day"))
    kept.sort(key=lambda one: (one.given_on, one.vaccine, one.reference))
    return History(tuple(kept), tuple(mismatches))


def _partner(one: Entry, office: Iterable[Entry], taken: set[str], within: timedelta) -> Entry | None:
    """The nearest free office entry of the same vaccine."""
    near = [
        other
        for other in office
        if other.vaccine == one.vaccine
        and other.reference not in taken
        and abs(other.given_on - one.given_on) <= within
    ]
    return min(near, key=lambda other: abs(other.given_on - one.given_on), default=None)
