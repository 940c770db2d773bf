"""The waiting list of a slot: join, leave, and a place that becomes free is offered to the first in line.

An offer is a hold with an end of its own. While anybody waits, nobody else takes a place of the slot, so
that a place stays theirs even when the machine stops between the two transactions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from yakuba.handbook.domain.bookings.eligibility import Candidate
from yakuba.handbook.domain.bookings.states import CONSUMING, ONCE, State
from yakuba.handbook.models import Booking, Slot, WaitingEntry
from yakuba.handbook.services.bookings.changing import LINE
from yakuba.handbook.services.bookings.counters import crowded, durable, lock, take
from yakuba.handbook.services.bookings.errors import (
    AlreadyBooked,
    BookingRefused,
    Full,
    NotPossible,
    PlaceFree,
)
from yakuba.handbook.services.bookings.holding import check, create
from yakuba.handbook.services.bookings.parties import Asker, Party, Wish, fresh_reference

MOST_IN_LINE = 200  # of a slot


def join(wish: Wish, *, now: datetime) -> WaitingEntry:
    """Stand in line; who stands there already keeps the place. Raises ``BookingRefused``."""
    durable()
    try:
        with transaction.atomic():
            slot = lock(wish.slot_id).get(wish.slot_id)
            if slot is None:
                raise NotPossible
            check(slot, wish, now)
            return _join(slot, wish, now)
    except IntegrityError:
        return WaitingEntry.objects.get(
            slot=wish.slot_id, child_reference=wish.party.reference, state__in=["waiting", "offered"]
        )


def _join(slot: Slot, wish: Wish, now: datetime) -> WaitingEntry:
    mine = Booking.objects.filter(child_reference=wish.party.reference, slot=slot, state__in=CONSUMING)
    line = WaitingEntry.objects.filter(slot=slot, child_reference=wish.party.reference)
    if mine.exists() and not line.filter(state="offered").exists():
        raise AlreadyBooked(once=False)
    if slot.offer.once and _has_once(slot, wish.party.reference):
        raise AlreadyBooked(once=True)
    if slot.used < slot.capacity and slot.waiting == 0 and not crowded([slot]):
        raise PlaceFree
    if not Slot.objects.filter(pk=slot.pk, waiting__lt=MOST_IN_LINE).update(waiting=F("waiting") + 1):
        raise Full
    return WaitingEntry.objects.create(
        reference=wish.token,
        slot=slot,
        child_reference=wish.party.reference,
        account_id=wish.asker.account_id,
        actor=wish.asker.actor,
        joined_at=now,
    )


def _has_once(slot: Slot, child_reference: str) -> bool:
    mine = Booking.objects.filter(child_reference=child_reference, offer=slot.offer, state__in=ONCE)
    return mine.exclude(slot=slot).exists()


def leave(reference: str, *, asker: Asker, now: datetime) -> WaitingEntry:
    """Leave the line; leaving twice is the same answer. An offered place is given back by ``cancel``."""
    durable()
    with transaction.atomic():
        slot_id = WaitingEntry.objects.values_list("slot_id", flat=True).get(reference=reference)
        lock(slot_id)
        entry = WaitingEntry.objects.select_for_update().get(reference=reference)
        if entry.state == "offered":
            raise NotPossible
        if entry.state == "waiting":
            _end(entry, "left", now)
    return entry


def _end(entry: WaitingEntry, state: str, now: datetime) -> None:
    """Out of the line, whose slot is locked."""
    entry.state, entry.ended_at = state, now
    entry.save(update_fields=["state", "ended_at", "booking"])
    Slot.objects.filter(pk=entry.slot_id).update(waiting=F("waiting") - 1)


def promote(slot_id: int, now: datetime, fresh: Callable[[], str] = fresh_reference) -> int:
    """Offer the free places of a slot to those in line; how many were offered. Safe to call at any time."""
    offered = 0
    while Slot.objects.filter(pk=slot_id, waiting__gt=0, used__lt=F("capacity"), cancelled_at=None).exists():
        outcome = _offer_next(slot_id, now, fresh)
        if outcome is None:
            break
        offered += outcome
    return offered


def _offer_next(slot_id: int, now: datetime, fresh: Callable[[], str]) -> bool | None:
    """True: offered. False: the first in line could not take it and left. None: nothing to offer."""
    with transaction.atomic():
        slot = lock(slot_id)[slot_id]
        line = WaitingEntry.objects.select_for_update().filter(slot=slot, state="waiting")
        entry = line.order_by("joined_at", "pk").first()
        if entry is None or slot.cancelled_at is not None or slot.start <= now or slot.used >= slot.capacity:
            return None
        asker = Asker(entry.actor, "", entry.account_id)
        wish = Wish(
            slot_id, Party(entry.child_reference, Candidate(None)), asker, f"{LINE}{entry.reference}", fresh()
        )
        until = min(now + timedelta(minutes=slot.offer.offer_minutes), slot.start)
        try:
            with transaction.atomic():
                take(slot, entry.child_reference, from_line=True)
                entry.booking = create(slot, wish, State.HELD, now, until=until, what="offered")
        except Full:
            return None  # the room is full by other slots
        except (IntegrityError, BookingRefused):
            _end(entry, "lapsed", now)
            return False
        _end(entry, "offered", now)
        return True


def empty_line(slot: Slot, now: datetime) -> int:
    """End the waiting of a locked slot that is over or called off; how many stood in line."""
    line = WaitingEntry.objects.filter(slot=slot, state="waiting")
    count = line.update(state="lapsed", ended_at=now)
    Slot.objects.filter(pk=slot.pk).update(waiting=0)
    return count
