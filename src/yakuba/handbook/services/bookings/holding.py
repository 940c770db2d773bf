"""Take a place: hold it for five minutes, confirm it, or book it outright at the counter."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yakuba.handbook.domain.bookings.states import HOLD, ONCE, State
from yakuba.handbook.models import Booking, Slot
from yakuba.handbook.services.bookings.changing import apply, change, locked, note
from yakuba.handbook.services.bookings.counters import durable, lock, take
from yakuba.handbook.services.bookings.errors import (
    AlreadyBooked,
    BookingRefused,
    Closed,
    HoldExpired,
    KeyReused,
    NotEligible,
    NotPossible,
    Shut,
)
from yakuba.handbook.services.bookings.parties import COUNTER, FAMILY, SYSTEM, Asker, Wish, day_of, refusal_of


def hold(wish: Wish, *, now: datetime) -> Booking:
    """Keep a place for five minutes. Raises ``BookingRefused``; the same key gives the first answer."""
    return reserve(wish, State.HELD, now=now)


def book(wish: Wish, *, now: datetime) -> Booking:
    """Take a place for good, as the counter does. Raises ``BookingRefused``."""
    return reserve(wish, State.BOOKED, now=now)


def reserve(wish: Wish, state: State, *, now: datetime) -> Booking:
    """``hold`` or ``book``. When there is no place, holds that are over are freed, and it is tried again."""
    from yakuba.handbook.services.bookings.sweeping import free_around

    durable(state is State.BOOKED)
    for last in (False, True):
        try:
            with transaction.atomic():
                return _reserve(wish, state, now)
        except (IntegrityError, BookingRefused) as error:
            if first := first_answer(wish):
                return first
            refused = as_refusal(error, wish)
        if last or isinstance(refused, Closed | NotEligible) or not free_around(wish, now):
            raise refused
    raise AssertionError  # the second turn has returned or raised


def _reserve(wish: Wish, state: State, now: datetime) -> Booking:
    slot = lock(wish.slot_id).get(wish.slot_id)
    if slot is None:
        raise NotPossible
    check(slot, wish, now)
    take(slot, wish.party.reference)
    return create(slot, wish, state, now)


def create(
    slot: Slot, wish: Wish, state: State, now: datetime, *, until: datetime | None = None, what: str = "",
    moved_from: Booking | None = None,
) -> Booking:  # fmt: skip
    """The row of a place that was taken in this transaction. The unique indices may still refuse it."""
    booking = Booking.objects.create(
        reference=wish.token,
        slot=slot,
        offer=slot.offer,
        child_reference=wish.party.reference,
        account_id=wish.asker.account_id,
        actor=wish.asker.actor,
        key=wish.key,
        state=state.value,
        once=slot.offer.once,
        limited=slot.offer.most_open is not None,
        made_at=now,
        expires_at=(until or min(now + HOLD, slot.end)) if state is State.HELD else None,
        visit=moved_from.visit if moved_from else wish.token,
        sequence=moved_from.sequence + 1 if moved_from else 0,
        moved_from=moved_from,
    )
    detail = {"from": moved_from.reference} if moved_from else {}
    note(booking, what or state.value, wish.asker.actor, now, detail)
    return booking


def check(slot: Slot, wish: Wish, now: datetime) -> None:
    """Raises ``Closed`` or ``NotEligible``."""
    if why := shut(slot, wish.asker.channel, now):
        raise Closed(why)
    if reason := refusal_of(slot.offer, wish.party.who, day_of(slot)):
        raise NotEligible(reason)


def shut(slot: Slot, channel: str, now: datetime) -> Shut | None:
    """Why a slot takes no booking over a channel now. The counter may book before and after the families."""
    if slot.cancelled_at is not None:
        return Shut.CANCELLED
    if slot.offer.closed_at is not None:
        return Shut.ENDED
    if slot.channel not in ("both", channel):
        return Shut.CHANNEL
    if channel == FAMILY and now < slot.opens_at:
        return Shut.NOT_YET
    if now >= (slot.end if channel == COUNTER else slot.closes_at):
        return Shut.OVER
    return None


def first_answer(wish: Wish) -> Booking | None:
    """What the same key was answered. Raises ``KeyReused`` when it came with another wish."""
    first = Booking.objects.select_related("slot__offer").filter(actor=wish.asker.actor, key=wish.key).first()
    if first and (first.slot_id, first.child_reference) != (wish.slot_id, wish.party.reference):
        raise KeyReused
    return first


def as_refusal(error: Exception, wish: Wish) -> BookingRefused:
    """What a unique index said, in words."""
    if isinstance(error, BookingRefused):
        return error
    slot = Slot.objects.get(pk=wish.slot_id)
    mine = Booking.objects.filter(child_reference=wish.party.reference)
    if mine.filter(once=True, offer=slot.offer_id, state__in=ONCE).exclude(slot=slot).exists():
        return AlreadyBooked(once=True)
    return AlreadyBooked(once=False)


def confirm(reference: str, *, asker: Asker, now: datetime) -> Booking:
    """Make a hold a booking. A booking that is confirmed already is the same answer again.

    Raises ``HoldExpired`` (the place is free again), ``NotPossible``, ``Closed``.
    """
    durable()
    with transaction.atomic():
        booking, slot = locked(reference)
        state = State(booking.state)
        over = state is State.HELD and booking.expires_at is not None and booking.expires_at <= now
        if state is State.BOOKED:
            return booking
        if slot.cancelled_at is not None:
            raise Closed(Shut.CANCELLED)
        if state is State.EXPIRED:
            raise HoldExpired
        if state is not State.HELD:  # the counter may take a mark back to booked; confirming must not
            raise NotPossible
        if not over:
            apply(booking, State.BOOKED, actor=asker.actor, now=now)
            return booking
    change(reference, State.EXPIRED, actor=SYSTEM.actor, now=now)
    raise HoldExpired


def cancel(reference: str, *, asker: Asker, now: datetime) -> Booking:
    """Give a place back. Cancelling twice is the same answer; raises ``NotPossible`` for a past visit."""
    found = Booking.objects.select_related("slot").get(reference=reference)
    if found.state in (State.CANCELLED, State.EXPIRED):
        return found
    if asker.channel == FAMILY and found.slot.start <= now:
        raise NotPossible
    return change(reference, State.CANCELLED, actor=asker.actor, now=now)


def mark(reference: str, wanted: State, *, asker: Asker, now: datetime) -> Booking:
    """Attended, no-show, or back to booked when the mark was a mistake. Raises ``NotPossible``."""
    try:
        return change(reference, wanted, actor=asker.actor, now=now)
    except IntegrityError:
        raise AlreadyBooked(once=True) from None
