"""Free holds whose time is over: at the next attempt that needs the place, and by the sweeper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Slot, SlotStep
from yakuba.handbook.services.bookings.changing import change
from yakuba.handbook.services.bookings.counters import crowded, lock
from yakuba.handbook.services.bookings.errors import NotPossible
from yakuba.handbook.services.bookings.parties import SYSTEM, Wish
from yakuba.handbook.services.bookings.waiting import empty_line, promote

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    expired: int
    offered: int
    lines_ended: int


def over(now: datetime) -> QuerySet[Booking]:
    """Holds whose time is over."""
    return Booking.objects.filter(state=State.HELD.value, expires_at__lte=now).order_by("expires_at", "pk")


def free(rows: QuerySet[Booking], now: datetime) -> int:
    """End these holds, each in a transaction of its own; how many. Others may do the same at once."""
    freed = 0
    for reference in list(rows.values_list("reference", flat=True)[:AT_ONCE]):
        try:
            change(reference, State.EXPIRED, actor=SYSTEM.actor, now=now)
        except NotPossible:
            continue  # confirmed or freed by somebody else meanwhile
        freed += 1
    return freed


def free_around(wish: Wish, now: datetime) -> int:
    """End the holds that may stand in a wish's way: of its slot, of its rooms, of its child."""
    steps = SlotStep.objects.filter(slot=wish.slot_id).order_by().values("step")
    sharing = SlotStep.objects.filter(step__in=steps).order_by().values("slot")
    near = Q(slot=wish.slot_id) | Q(slot__in=sharing) | Q(child_reference=wish.party.reference)
    return free(over(now).filter(near), now)


def anything_to_sweep(now: datetime) -> bool:
    """A cheap look: a hold is over, or somebody waits where there is a place or the slot is past."""
    if over(now).exists():
        return True
    waiting = list(
        Slot.objects.filter(Q(used__lt=F("capacity")) | Q(start__lte=now), waiting__gt=0)[:AT_ONCE]
    )
    full = crowded(waiting)
    return any(slot.start <= now or slot.pk not in full for slot in waiting)


def sweep(now: datetime) -> Swept:
    """End every hold whose time is over, offer free places to those in line, end lines of past slots."""
    expired = free(over(now), now)
    waiting = Slot.objects.filter(waiting__gt=0)
    free_places = waiting.filter(used__lt=F("capacity"), cancelled_at=None, start__gt=now)
    offered = sum(promote(pk, now) for pk in list(free_places.values_list("pk", flat=True)[:AT_ONCE]))
    ended = 0
    for pk in list(waiting.filter(start__lte=now).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            ended += empty_line(lock(pk)[pk], now)
    return Swept(expired, offered, ended)
