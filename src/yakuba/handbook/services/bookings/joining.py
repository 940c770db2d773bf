"""The bookings of a child that a family entered itself become those of the register's child.

Every limit holds afterwards: one place a slot, once where the offer says so, the number of open bookings.
What both have stays the register's; the other place is given back like a cancelled one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from yakuba.handbook.domain.bookings.states import CONSUMING, ONCE, OPEN, State
from yakuba.handbook.models import Booking, OpenBookings, Slot, WaitingEntry
from yakuba.handbook.services.bookings.changing import apply, follow_line, note
from yakuba.handbook.services.bookings.counters import count_open, lock, shift_open
from yakuba.handbook.services.bookings.errors import TooMany
from yakuba.handbook.services.bookings.parties import SYSTEM, Asker
from yakuba.handbook.services.bookings.waiting import leave

LINE = ("waiting", "offered")


def bring_along(own: str, child: str, *, asker: Asker, now: datetime) -> list[Booking]:
    """Rename ``own`` to ``child`` in bookings and lines; what was given back. In the caller's transaction."""
    slots = _slots(own, child)
    rows = Booking.objects.select_for_update(of=("self",)).filter(
        child_reference__in=[own, child], state__in=CONSUMING, slot__in=slots
    )
    taken: list[Booking] = []
    for one in rows.order_by("slot__start", "pk"):
        one.slot = slots[one.slot_id]
        if one.state == State.HELD and one.expires_at is not None and one.expires_at <= now:
            apply(one, State.EXPIRED, actor=SYSTEM.actor, now=now)
        else:
            taken.append(one)
    kept = [one for one in taken if one.child_reference == child]
    given_back: list[Booking] = []
    for one in sorted((one for one in taken if one.child_reference == own), key=_holds_last):
        given_back += _settle(one, kept, child, asker, now)
    _rename_ended(own, child)
    _line(own, child, slots, asker, now)
    for slot in slots.values():
        if slot.waiting:
            follow_line(slot.pk, now)
    return given_back


def _slots(own: str, child: str) -> dict[int, Slot]:
    """Every slot that either takes a place in or waits for, locked."""
    both = [own, child]
    places = Booking.objects.filter(child_reference__in=both, state__in=CONSUMING).order_by()
    lines = WaitingEntry.objects.filter(child_reference__in=both, state__in=LINE).order_by()
    return lock(*places.values_list("slot_id", flat=True), *lines.values_list("slot_id", flat=True))


def _holds_last(one: Booking) -> bool:
    return one.state == State.HELD


def _settle(one: Booking, kept: list[Booking], child: str, asker: Asker, now: datetime) -> Iterable[Booking]:
    """Give a booking to the register's child, or one of two back. A hold gives way to what is booked."""
    rivals = [other for other in kept if _exclude(one, other)]
    given_back = []
    if one.state != State.HELD:
        for other in [other for other in rivals if other.state == State.HELD]:
            apply(other, State.CANCELLED, actor=asker.actor, now=now, joined=True)
            kept.remove(other)
            rivals.remove(other)
            given_back.append(other)
    past = one.state not in OPEN
    if not rivals and _rename(one, child, asker, now):
        kept.append(one)
    elif not past:
        apply(one, State.CANCELLED, actor=asker.actor, now=now, joined=True)
        given_back.append(one)
    elif all(other.slot_id != one.slot_id for other in rivals):
        one.once = False  # both were there; the index keeps the register's
        _rename(one, child, asker, now)
    return given_back


def _exclude(one: Booking, other: Booking) -> bool:
    if one.slot_id == other.slot_id:
        return True
    once = one.once and other.once and one.offer_id == other.offer_id
    return once and one.state in ONCE and other.state in ONCE


def _rename(one: Booking, child: str, asker: Asker, now: datetime) -> bool:
    """The booking under its new name, counted there; false where the child has too many already."""
    limited = one.limited
    if limited:
        limited = one.slot.offer.most_open is not None
        OpenBookings.objects.bulk_create(
            [OpenBookings(child_reference=child, offer_id=one.offer_id)], ignore_conflicts=True
        )
    try:
        with transaction.atomic():
            if one.limited and one.state in OPEN:
                shift_open(one.slot, one.child_reference, -1)
                count_open(one.slot, child)
            Booking.objects.filter(pk=one.pk).update(
                child_reference=child, limited=limited, once=one.once, sequence=F("sequence") + 1
            )
    except TooMany:
        return False
    one.child_reference, one.limited, one.sequence = child, limited, one.sequence + 1
    note(one, "joined", asker.actor, now)
    return True


def _rename_ended(own: str, child: str) -> None:
    rows = Booking.objects.filter(child_reference=own).exclude(state__in=CONSUMING)
    rows.update(child_reference=child)
    OpenBookings.objects.filter(child_reference=own, open=0).delete()


def _line(own: str, child: str, slots: dict[int, Slot], asker: Asker, now: datetime) -> None:
    """One place in a line a slot, the better one; none where the child has a place, or needs no other."""
    places = Booking.objects.filter(child_reference=child, state__in=CONSUMING).order_by()
    placed = set(places.values_list("slot_id", flat=True))
    once = set(places.filter(once=True, state__in=ONCE).values_list("offer_id", flat=True))
    rows = WaitingEntry.objects.filter(child_reference__in=[own, child], state__in=LINE, slot__in=slots)
    standing: set[int] = set()
    for entry in sorted(rows, key=lambda one: (one.state != "offered", one.joined_at, one.pk)):
        slot = slots[entry.slot_id]
        served = slot.pk in placed or (slot.offer.once and slot.offer_id in once)
        if entry.state == "waiting" and (served or slot.pk in standing):
            leave(entry.reference, asker=asker, now=now)
        standing.add(slot.pk)
    WaitingEntry.objects.filter(child_reference=own).update(child_reference=child)
