"""What staff do for a child at the counter or on the telephone: the same services, on the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yakuba.core.audit.services import record
from yakuba.handbook.domain.bookings.states import CONSUMING, State
from yakuba.handbook.models import Booking, RegisteredChild, Slot, WaitingEntry
from yakuba.handbook.services.bookings import crossing, holding, waiting
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of_registered
from yakuba.handbook.services.visibility import hidden_from, note_views, visible_children


class NoSuchChild(ValueError):
    """No child of that number that the person may see; Japanese text."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking as staff read it; ``child`` is None for a child that only families' side knows."""

    booking: Booking
    child: RegisteredChild | None


@dataclass(frozen=True, slots=True)
class InLine:
    """One in line."""

    entry: WaitingEntry
    child: RegisteredChild | None


@dataclass(frozen=True, slots=True)
class SlotBookings:
    """Who has a place in a slot. ``hidden``: how many the person is not named for."""

    booked: list[Booked]
    ended: list[Booked]
    line: list[InLine]
    hidden: int


def bookings_of(slots: list[Slot], user: Any) -> SlotBookings:
    """The bookings of slots that a person may see; protected children that were shown go on record."""
    rows = list(
        Booking.objects.filter(slot__in=slots).select_related("slot__offer").order_by("slot__start", "pk")
    )
    line = list(WaitingEntry.objects.filter(slot__in=slots, state="waiting").order_by("joined_at", "pk"))
    names = {one.child_reference for one in rows} | {one.child_reference for one in line}
    children = {one.reference: one for one in RegisteredChild.objects.filter(reference__in=names)}
    guarded = hidden_from(user)
    hidden = {reference for reference, child in children.items() if child.number in guarded}
    shown = [one for one in rows if one.child_reference not in hidden]
    note_views(user, {child.number for reference, child in children.items() if reference not in hidden})
    taken = [one for one in rows if one.state in CONSUMING]
    return SlotBookings(
        booked=[Booked(one, children.get(one.child_reference)) for one in shown if one.state in CONSUMING],
        ended=[Booked(one, children.get(one.child_reference)) for one in shown if one.state not in CONSUMING],
        line=[
            InLine(one, children.get(one.child_reference))
            for one in line
            if one.child_reference not in hidden
        ],
        hidden=sum(one.child_reference in hidden for one in taken),
    )


def child_named(number: str, user: Any) -> RegisteredChild:
    """The child of a number (宛名番号). Raises ``NoSuchChild``, for protected ones too."""
    child = visible_children(user, RegisteredChild.objects.filter(number=number.strip())).first()
    if child is None:
        raise NoSuchChild(f"宛名番号 {number}：台帳にありません。番号を確かめてください。")
    return child


def book(slot: Slot, child: RegisteredChild, *, by: Any, key: str, now: datetime) -> Booking:
    """Book outright. Raises ``BookingRefused``."""
    with transaction.atomic():
        booking = holding.book(_wish(slot, child, by, key), now=now)
        record(
            "handbook.booking.book",
            actor=by,
            target=f"handbook.booking:{booking.pk}",
            detail={"slot": slot.pk},
        )
    return booking


def wait(slot: Slot, child: RegisteredChild, *, by: Any, key: str, now: datetime) -> WaitingEntry:
    """Put a child on the waiting list. Raises ``BookingRefused``."""
    with transaction.atomic():
        entry = waiting.join(_wish(slot, child, by, key), now=now)
        record(
            "handbook.booking.wait", actor=by, target=f"handbook.slot:{slot.pk}", detail={"entry": entry.pk}
        )
    return entry


def _wish(slot: Slot, child: RegisteredChild, by: Any, key: str) -> Wish:
    return Wish(slot.pk, party_of_registered(child), Asker.counter(by.pk), key, fresh_reference())


def confirm(booking: Booking, *, by: Any, now: datetime) -> Booking:
    """Accept, for a child, a place that is held or was offered. Raises ``BookingRefused``."""
    with transaction.atomic():
        done = holding.confirm(booking.reference, asker=Asker.counter(by.pk), now=now)
        record(
            "handbook.booking.book",
            actor=by,
            target=f"handbook.booking:{booking.pk}",
            detail={"slot": booking.slot_id},
        )
    return done


def cancel(booking: Booking, *, by: Any, now: datetime) -> Booking:
    """Give the place back. Raises ``BookingRefused``."""
    with transaction.atomic():
        done = holding.cancel(booking.reference, asker=Asker.counter(by.pk), now=now)
        crossing.post_mark(done)
        record("handbook.booking.cancel", actor=by, target=f"handbook.booking:{booking.pk}")
    return done


def mark(booking: Booking, state: State, *, by: Any, now: datetime) -> Booking:
    """Attended, not come, or back to booked. Raises ``BookingRefused``."""
    with transaction.atomic():
        done = holding.mark(booking.reference, state, asker=Asker.counter(by.pk), now=now)
        crossing.post_mark(done)
        detail = {"state": state.value}
        record("handbook.booking.mark", actor=by, target=f"handbook.booking:{booking.pk}", detail=detail)
    return done
