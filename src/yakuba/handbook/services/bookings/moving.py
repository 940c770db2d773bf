"""Move a booking to another slot: the new place is taken and the old one given back, or nothing happens."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking
from yakuba.handbook.services.bookings.changing import apply, follow_line
from yakuba.handbook.services.bookings.counters import durable, lock, take
from yakuba.handbook.services.bookings.errors import BookingRefused, Closed, NotEligible, NotPossible
from yakuba.handbook.services.bookings.holding import as_refusal, check, create, first_answer
from yakuba.handbook.services.bookings.parties import FAMILY, Wish


def move(reference: str, wish: Wish, *, now: datetime) -> Booking:
    """The booking in its new slot. Raises ``BookingRefused``; the old place is then untouched."""
    from yakuba.handbook.services.bookings.sweeping import free_around

    durable()
    for last in (False, True):
        try:
            with transaction.atomic():
                return _move(reference, wish, now)
        except (IntegrityError, BookingRefused) as error:
            if first := first_answer(wish):
                return first
            refused = as_refusal(error, wish)
        if last or isinstance(refused, Closed | NotEligible | NotPossible) or not free_around(wish, now):
            raise refused
    raise AssertionError  # the second turn has returned or raised


def _move(reference: str, wish: Wish, now: datetime) -> Booking:
    old_slot = Booking.objects.values_list("slot_id", flat=True).get(reference=reference)
    slots = lock(old_slot, wish.slot_id)
    old = Booking.objects.select_for_update().get(reference=reference)
    old.slot = slots[old_slot]
    new = slots.get(wish.slot_id)
    if new is None or new.pk == old_slot or old.child_reference != wish.party.reference:
        raise NotPossible
    if old.state != State.BOOKED or new.offer_id != old.offer_id:
        raise NotPossible
    if wish.asker.channel == FAMILY and old.slot.start <= now:
        raise NotPossible
    check(new, wish, now)
    apply(old, State.CANCELLED, actor=wish.asker.actor, now=now, what="moved_away", to=wish.token)
    take(new, wish.party.reference)
    made = create(new, wish, State.BOOKED, now, what="moved", moved_from=old)
    follow_line(old_slot, now)
    return made
