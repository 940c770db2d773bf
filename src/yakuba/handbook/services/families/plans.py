"""The family's plan of visits: proposed by the planner, taken over by the family, changed only little.

Nothing is kept before a person says so; what was taken over can go back to what it was before.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.holidays import is_holiday
from yakuba.handbook.domain.evaluate import for_mothers
from yakuba.handbook.domain.planner.plan import plan_from
from yakuba.handbook.domain.planner.result import Plan
from yakuba.handbook.domain.planner.wishes import Booked, Wishes
from yakuba.handbook.models import Child, FamilyAccount, PlanChange, PlannedVisit, Unavailable
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families.errors import BadField, NotAllowed
from yakuba.handbook.services.families.outlooks import (
    CALENDAR,
    doses_of,
    given_of,
    observations_of,
    person_of,
)
from yakuba.handbook.services.families.rules import InUse, in_use

SUNDAY = 6
MOST_AHEAD = timedelta(days=366)
MOST_LENGTH = timedelta(days=183)
MOST_UNAVAILABLE = 50
REASONS = ("illness", "journey", "other")
MOST_SHOTS = 6  # a family may ask for fewer
WORK = 1500  # partial plans that a page looks at


@dataclass(frozen=True, slots=True)
class Blocked:
    """Days on which nothing is possible, both inclusive."""

    first: date
    last: date
    reason: str = "illness"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the family wishes for. ``weekdays``: 0 = Monday; empty: any open day."""

    blocked: Blocked | None = None
    weekdays: frozenset[int] = frozenset()
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A dose and its day before and after; ``None``: it had or has no day."""

    vaccine: str
    dose: int
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan to look at. ``mark`` changes with anything that it says."""

    plan: Plan
    moved: tuple[Moved, ...]
    asked: Asked
    mark: str


def check(blocked: Blocked, today: date) -> None:
    """Days that can be kept free. Raises ``BadField``."""
    if blocked.reason not in REASONS:
        raise BadField("reason", "choose")
    if blocked.last < blocked.first:
        raise BadField("last", "order")
    if blocked.first > today + MOST_AHEAD:
        raise BadField("first", "too_far", {"most": MOST_AHEAD.days})
    if blocked.last - blocked.first > MOST_LENGTH:
        raise BadField("last", "too_far", {"most": MOST_LENGTH.days})


def propose(child: Child, rules: InUse, asked: Asked, now: datetime) -> Proposal:
    """What the planner says, beside the plan as it is kept. Raises ``BadField``."""
    today = timezone.localdate(now)
    if asked.blocked is not None:
        check(asked.blocked, today)
    kept = list(child.planned_visits.order_by("on"))
    before = days_of(kept, today)
    free = [(one.first, one.last) for one in child.unavailable.filter(taken_back_at=None)]
    if asked.blocked is not None:
        free.append((asked.blocked.first, asked.blocked.last))
    wishes = Wishes(
        max_shots=asked.most,
        closed_weekdays=frozenset({SUNDAY}),
        closed=is_holiday,
        blocked=tuple(free),
        preferred_weekdays=asked.weekdays,
        booked=tuple(
            Booked(one.on, frozenset(shot["vaccine"] for shot in one.shots))
            for one in kept
            if one.fixed and one.on >= today
        ),
        optional=False,
        work=WORK,
    )
    found = plan_from(
        before or None,
        rules.book,
        person_of(child),
        tuple(given_of(doses_of(child), rules)),
        tuple(observations_of(child)),
        today,
        CALENDAR,
        wishes,
    )
    after = {(shot.vaccine, shot.dose): one.date for one in found.visits for shot in one.shots}
    moved = tuple(
        Moved(vaccine, dose, before.get((vaccine, dose)), after.get((vaccine, dose)))
        for vaccine, dose in sorted({*before, *after}, key=lambda key: (after.get(key) or date.max, key))
        if before.get((vaccine, dose)) != after.get((vaccine, dose))
    )
    return Proposal(found, moved if before else (), asked, _mark(found))


def days_of(kept: Sequence[PlannedVisit], today: date) -> dict[tuple[str, int], date]:
    """The day of each dose of a plan, from today on."""
    return {(shot["vaccine"], shot["dose"]): one.on for one in kept if one.on >= today for shot in one.shots}


def _mark(found: Plan) -> str:
    said = [[one.date.isoformat(), [[s.vaccine, s.dose] for s in one.shots]] for one in found.visits]
    return sha256(json.dumps(said).encode()).hexdigest()[:32]


def _as_rows(kept: Sequence[PlannedVisit]) -> list[dict[str, Any]]:
    return [{"on": one.on.isoformat(), "shots": one.shots, "fixed": one.fixed} for one in kept]


def adopt(
    child: Child, rules: InUse, asked: Asked, mark: str, by: FamilyAccount, now: datetime
) -> PlanChange:
    """Keep a plan that was looked at. ``BadField("plan", "changed")`` when it would be another one now."""
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=child.pk)
        proposal = propose(child, rules, asked, now)
        if not hmac.compare_digest(proposal.mark, mark):
            raise BadField("plan", "plan_changed")
        kept = list(child.planned_visits.order_by("on"))
        booked = {one.on for one in kept if one.fixed}
        after = [
            {
                "on": one.date.isoformat(),
                "shots": [
                    {"vaccine": shot.vaccine, "dose": shot.dose, "label": shot.label} for shot in one.shots
                ],
                "fixed": one.date in booked,
            }
            for one in proposal.plan.visits
        ]
        unavailable = None
        if asked.blocked is not None:
            if child.unavailable.filter(taken_back_at=None).count() >= MOST_UNAVAILABLE:
                raise BadField("first", "too_many", {"most": MOST_UNAVAILABLE})
            unavailable = Unavailable.objects.create(
                child=child,
                first=asked.blocked.first,
                last=asked.blocked.last,
                reason=asked.blocked.reason,
            )
        change = PlanChange.objects.create(
            child=child,
            before=_as_rows(kept),
            after=after,
            unavailable=unavailable,
            changed_by=by,
            changed_at=now,
        )
        _put(child, after, now)
    return change


def undo(child: Child, now: datetime) -> None:
    """Go back to the plan before the last one taken over. ``NotAllowed`` when there is none."""
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=child.pk)
        last = child.plan_changes.filter(taken_back_at=None).select_related("unavailable").first()
        if last is None:
            raise NotAllowed
        _put(child, last.before, now)
        if last.unavailable is not None:
            Unavailable.objects.filter(pk=last.unavailable.pk).update(taken_back_at=now)
        PlanChange.objects.filter(pk=last.pk).update(taken_back_at=now)


def _put(child: Child, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    child.planned_visits.all().delete()
    PlannedVisit.objects.bulk_create(
        PlannedVisit(
            child=child,
            on=date.fromisoformat(row["on"]),
            shots=row["shots"],
            fixed=row["fixed"],
            planned_at=now,
        )
        for row in rows
    )
    reminders.sync(child, now, (reminders.VISIT,))


def end_pregnancy(child: Child, now: datetime) -> None:
    """The child is born: what was planned for the mother will not be given; no way back to such a plan."""
    book = in_use().book
    for visit in child.planned_visits.all():
        left = [one for one in visit.shots if not for_mothers(book, one["vaccine"])]
        if not left:
            visit.delete()
        elif len(left) < len(visit.shots):
            visit.shots = left
            visit.save(update_fields=["shots"])
    child.plan_changes.filter(taken_back_at=None).update(taken_back_at=now)
