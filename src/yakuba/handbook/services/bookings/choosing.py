"""A family looks around before it confirms: the place chosen last is kept, the one before goes back."""

from __future__ import annotations

from datetime import datetime

from django.db.models import DateTimeField, IntegerField

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Slot
from yakuba.handbook.services.bookings.changing import LINE, change
from yakuba.handbook.services.bookings.errors import AlreadyBooked, Full, NotPossible, TooMany
from yakuba.handbook.services.bookings.holding import hold
from yakuba.handbook.services.bookings.parties import Wish


def choose(wish: Wish, *, now: datetime) -> Booking:
    """Hold a place of an offer; another that is held for the child and not confirmed yet is given back.

    The same time chosen again (in another tab, after going back) is the hold that there is. The earlier place
    goes only once the new one is held, or where it is what stands in the way. Raises ``BookingRefused``.
    """
    others = _unconfirmed(wish, now)
    if same := next((one for one in others if one.slot_id == wish.slot_id), None):
        return same
    try:
        made = hold(wish, now=now)
    except Full:
        if _has_place(wish):  # full also because of the child itself
            raise AlreadyBooked(once=False) from None
        raise
    except (AlreadyBooked, TooMany):
        if not others:
            raise
        _give_back(others, wish, now)
        return hold(wish, now=now)
    _give_back([one for one in others if one.pk != made.pk], wish, now)
    return made


def _unconfirmed(wish: Wish, now: datetime) -> list[Booking]:
    """Holds of this asker for the child and the offer. A place offered to somebody in line stays theirs."""
    return _UNCONFIRMED.ask(slot=wish.slot_id, child=wish.party.reference, actor=wish.asker.actor, now=now)


_UNCONFIRMED = KeptQuery(
    lambda: (
        Booking.objects.filter(
            offer__in=Slot.objects.filter(pk=Told("slot", IntegerField())).values("offer"),
            child_reference=Told("child"),
            actor=Told("actor"),
            state=State.HELD.value,
            expires_at__gt=Told("now", DateTimeField()),
        )
        .exclude(key__startswith=LINE)
        .select_related("slot__offer")
        .order_by("pk")
    )
)


def _has_place(wish: Wish) -> bool:
    mine = Booking.objects.filter(slot=wish.slot_id, child_reference=wish.party.reference)
    return mine.filter(state=State.BOOKED.value).exists()


def _give_back(held: list[Booking], wish: Wish, now: datetime) -> None:
    for one in held:
        try:
            change(one.reference, State.CANCELLED, actor=wish.asker.actor, now=now)
        except NotPossible:  # confirmed, or over, in this moment
            continue
