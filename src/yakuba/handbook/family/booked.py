"""What is booked for a child, as the plan page and the calendar show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from yakuba.handbook.bookings.views import BookingView, booking_view
from yakuba.handbook.domain.bookings.states import OPEN, State
from yakuba.handbook.models import Booking, Child, Guardian
from yakuba.handbook.services.families.children import EDITOR, RANK


@dataclass(frozen=True, slots=True)
class Booked:
    """A place that a child has. ``url`` is empty for adults who only read."""

    day: date
    starts: str
    title: str
    state: str
    chip: str
    url: str
    ends: str
    place: str
    booking: Booking


def booked_of(held: Guardian, now: datetime, *, past: bool = False) -> tuple[Booked, ...]:
    """The child's coming bookings, soonest first; ``past``: also those it came to."""
    rows = Booking.objects.filter(child_reference=held.child.reference).select_related(
        "slot__offer", "waiting_entry"
    )
    states = {*OPEN, State.ATTENDED} if past else OPEN
    rows = rows.filter(state__in=states).exclude(state=State.HELD, expires_at__lte=now)
    if not past:
        rows = rows.filter(slot__end__gt=now)
    may_open = RANK[held.role] >= RANK[EDITOR]
    return tuple(_booked(one, held, now, may_open) for one in rows.order_by("slot__start", "pk"))


def _booked(one: Booking, held: Guardian, now: datetime, may_open: bool) -> Booked:
    view = booking_view(one, held.child, now)
    url = reverse("handbook_bookings:booking", args=[one.reference]) if may_open else ""
    return Booked(
        day=timezone.localdate(one.slot.start),
        starts=view.starts,
        title=view.words["title"],
        state=view.state,
        chip=view.chip,
        url=url,
        ends=view.ends,
        place=view.words["place"],
        booking=one,
    )


def given_back_of(child: Child, references: Sequence[str], now: datetime) -> list[BookingView]:
    """Bookings of a child that were given back when two entries of it became one."""
    if not references:
        return []
    rows = Booking.objects.filter(
        child_reference=child.reference, reference__in=references, state=State.CANCELLED
    ).select_related("slot__offer")
    return [booking_view(one, child, now) for one in rows.order_by("slot__start", "pk")]


def confirmed_of(held: Guardian, now: datetime) -> tuple[Booked, ...]:
    """The child's coming bookings without places that are only kept for some minutes: for files and paper."""
    return tuple(one for one in booked_of(held, now) if one.booking.state == State.BOOKED)
