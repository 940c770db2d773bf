"""One booking from one state to the next: its counters, its history, its place in line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.domain.bookings.states import CONSUMING, OPEN, State, may_become
from yakuba.handbook.models import Booking, BookingEvent, Slot, WaitingEntry
from yakuba.handbook.services.bookings.counters import durable, give_back, lock, shift_open
from yakuba.handbook.services.bookings.errors import NotPossible
from yakuba.handbook.services.bookings.signals import booking_changed

LINE = "line:"  # how the keys of places begin that were offered to somebody in line
_LINE = {State.BOOKED: "taken", State.EXPIRED: "lapsed", State.CANCELLED: "left"}


def note(
    booking: Booking, what: str, actor: str, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Add a line of history and tell who listens, in the caller's transaction."""
    BookingEvent.objects.create(booking=booking, at=now, actor=actor, what=what, detail=detail or {})
    booking_changed.send(sender=Booking, booking=booking, what=what, actor=actor, now=now)


def locked(reference: str) -> tuple[Booking, Slot]:
    """A booking and its slot, locked. Raises ``Booking.DoesNotExist``."""
    slot_id = _SLOT_ID.first(reference=reference)
    if slot_id is None:
        raise Booking.DoesNotExist
    slot = lock(slot_id)[slot_id]
    booking = _LOCKED.ask(reference=reference)[0]
    booking.slot = slot
    return booking, slot


_SLOT_ID = KeptQuery(
    lambda: Booking.objects.filter(reference=Told("reference")).order_by().values_list("slot_id", flat=True)
)
_LOCKED = KeptQuery(
    lambda: Booking.objects.select_for_update().filter(reference=Told("reference")).order_by()
)


def apply(
    booking: Booking, wanted: State, *, actor: str, now: datetime, what: str = "", **detail: Any
) -> None:
    """Change a locked booking. Raises ``NotPossible``; the caller looks after the line afterwards.

    Consuming states are never entered from a free one here: a place is only ever taken by ``take``.
    """
    old, slot = State(booking.state), booking.slot
    if not may_become(old, wanted):
        raise NotPossible
    ended = None if wanted in OPEN else now
    changed = Booking.objects.filter(pk=booking.pk, state=old.value).update(
        state=wanted.value, ended_at=ended, sequence=F("sequence") + 1
    )
    if not changed:
        raise NotPossible
    if wanted not in CONSUMING:
        give_back(slot)
    if booking.limited and (shift := (wanted in OPEN) - (old in OPEN)):
        shift_open(slot, booking.child_reference, shift)
    if old is State.HELD and booking.key.startswith(LINE):
        WaitingEntry.objects.filter(booking=booking, state="offered").update(
            state=_LINE[wanted], ended_at=now
        )
    booking.state, booking.ended_at, booking.sequence = wanted.value, ended, booking.sequence + 1
    note(booking, what or wanted.value, actor, now, detail)


def change(reference: str, wanted: State, *, actor: str, now: datetime, **detail: Any) -> Booking:
    """``apply`` in a transaction of its own; a place that became free goes to the first in line."""
    durable(wanted is not State.EXPIRED)
    with transaction.atomic():
        booking, slot = locked(reference)
        apply(booking, wanted, actor=actor, now=now, **detail)
        if wanted not in CONSUMING and slot.waiting:  # whoever joins later finds the place free
            follow_line(slot.pk, now)
    return booking


def follow_line(slot_id: int, now: datetime) -> None:
    """After the commit, offer a free place to the first in line; what fails here the sweeper does."""
    from yakuba.handbook.services.bookings import waiting

    def offer() -> None:
        waiting.promote(slot_id, now)

    transaction.on_commit(offer, robust=True)
