"""A plan as it is handed out: visits with their shots, why each lies there, and what is not planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for a shot's day. ``day``: what it gives; ``after``: the dose or shots that it is about.

    ``since``: the day that a gap counts from. Codes: what the shot waits for (``age``, ``interval``,
    ``live_conflict``, ``recommended``, ``last_dose``, ``start``), then what moved it on: ``closed`` (no visit
    possible before), ``together`` (one visit with ``after``), ``keeps_gap`` (so that ``after`` can
    follow in its recommended gap), ``weekday``, ``booked``, ``kept`` (a visit of the earlier plan), ``order``
    (the visit before it is full or as late).
    """

    code: str
    day: date
    after: tuple[tuple[str, int], ...] = ()
    source: tuple[str, ...] = ()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """One dose of a visit, with its windows (inclusive) as they follow from the doses before it."""

    vaccine: str
    dose: int
    label: str
    product: str
    given_as: str
    course: str
    law: str
    legal_from: date
    legal_until: date | None
    recommended_from: date
    recommended_until: date | None
    why: tuple[Why, ...]
    source: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Visit:
    """One day at a clinic. ``booked``: it was handed in as booked."""

    date: date
    shots: tuple[Shot, ...]
    booked: bool = False


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """A dose that is left and has no day.

    Reasons: ``no_open_day`` in its window, ``no_visit_possible`` (visits are full), ``too_late`` (after the
    doses planned before it, the legal window is over), ``ask_staff``.
    """

    vaccine: str
    dose: int
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Visits by date. ``cost``: the parts of the objective in their order; ``proven``: none is better."""

    visits: tuple[Visit, ...]
    not_planned: tuple[NotPlanned, ...]
    until: date
    proven: bool
    work: int
    cost: Mapping[str, int] = field(default_factory=dict)
