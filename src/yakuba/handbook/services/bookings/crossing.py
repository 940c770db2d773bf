"""Bookings between two installations (ADR 0051): slots for families go out, their bookings come back.

With both faces in one database nothing crosses. Otherwise a slot is counted where its channel books: those
for families on the residents' side (the office keeps a copy of each booking), those for the counter here.
What staff note on a family's booking (cancelled, attended, no-show) goes out and is done there too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from yakuba.core.exchange import sending
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.registry import receiver
from yakuba.handbook.domain.bookings.states import CONSUMING, OPEN, State, may_become
from yakuba.handbook.models import Booking, Resource, ServiceOffer, Slot
from yakuba.handbook.services.bookings.changing import apply, change, note
from yakuba.handbook.services.bookings.counters import lock
from yakuba.handbook.services.bookings.errors import NotPossible
from yakuba.handbook.services.bookings.parties import FAMILY
from yakuba.handbook.services.bookings.signals import booking_changed
from yakuba.handbook.services.bookings.waiting import empty_line

OFFER, SLOT, MARK, BOOKING = (
    "handbook.booking_offer", "handbook.booking_slot", "handbook.booking_mark", "handbook.booking",
)  # fmt: skip
STAFF = "staff"  # who acts on the residents' side when the office did
_OFFER_FIELDS = (
    "kind", "title", "text", "bring", "place", "phone", "words", "audience", "health_check", "age_from",
    "age_until", "residents_only", "once", "most_open", "offer_minutes",
)  # fmt: skip
_UNREADABLE = "として読めない項目があります。両方の環境を同じ版にしてください。"


def register() -> None:
    """Tell the exchange, and listen to bookings on the residents' side."""
    receiver(OFFER, "予約できるもの")(take_offer)
    receiver(SLOT, "予約の枠")(take_slot)
    receiver(MARK, "予約の取消し・来所の記録（窓口）")(take_mark)
    receiver(BOOKING, "予約（家庭）")(take_booking)
    booking_changed.connect(reply_booking, dispatch_uid="handbook.booking_crossing")


def apart() -> bool:
    """Whether this is the office's installation of two."""
    return str(settings.YAKUBA_FACE) == "staff"


def counted_elsewhere(channel: str) -> bool:
    """Whether slots of a channel, and their rooms, are counted on the residents' side."""
    return apart() and channel == FAMILY


def post_offer(offer: ServiceOffer) -> None:
    """Staff side: what can be booked, or that it ended."""
    if apart():
        content = {name: getattr(offer, name) for name in _OFFER_FIELDS}
        closed = offer.closed_at.isoformat() if offer.closed_at else None
        sending.post(OFFER, offer.reference, {**content, "closed_at": closed})


def post_slots(slots: Sequence[Slot], rooms: Sequence[Resource] = ()) -> None:
    """Staff side: slots for families, new ones with their rooms; one that is called off is revoked."""
    for slot in slots:
        if not counted_elsewhere(slot.channel):
            continue
        if slot.cancelled_at is not None:
            sending.revoke(SLOT, slot.reference)
            continue
        sending.post(
            SLOT,
            slot.reference,
            {
                "offer": slot.offer.reference,
                "start": slot.start.isoformat(),
                "end": slot.end.isoformat(),
                "capacity": slot.capacity,
                "opens_at": slot.opens_at.isoformat(),
                "closes_at": slot.closes_at.isoformat(),
                "rooms": [[one.reference, one.kind, one.name, one.most] for one in rooms],
            },
        )


def post_mark(booking: Booking) -> None:
    """Staff side: what the office did with a family's booking."""
    if counted_elsewhere(booking.slot.channel):
        sending.post(MARK, booking.reference, {"state": booking.state})


def take_offer(item: Item) -> None:
    """Residents' side."""
    try:
        closed = item.content["closed_at"]
        fields: dict[str, Any] = {name: item.content[name] for name in _OFFER_FIELDS}
        fields["closed_at"] = datetime.fromisoformat(closed) if closed else None
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(f"予約できるもの{_UNREADABLE}") from None
    ServiceOffer.objects.update_or_create(reference=item.reference, defaults=fields)


def take_slot(item: Item) -> None:
    """Residents' side: a slot to book, or one called off with its bookings."""
    from yakuba.handbook.services.bookings.slots import occupy

    if item.action == "revoke":
        return _call_off(item.reference)
    try:
        content = item.content
        offer = ServiceOffer.objects.get(reference=content["offer"])
        times = ("start", "end", "opens_at", "closes_at")
        fields: dict[str, Any] = {name: datetime.fromisoformat(content[name]) for name in times}
        capacity = int(content["capacity"])
        rooms = [(str(key), str(kind), str(name), int(most)) for key, kind, name, most in content["rooms"]]
    except (KeyError, TypeError, ValueError, ServiceOffer.DoesNotExist):
        raise ExchangeError(f"予約の枠{_UNREADABLE}") from None
    slot, made = Slot.objects.get_or_create(
        reference=item.reference, defaults={**fields, "offer": offer, "channel": FAMILY, "capacity": capacity}
    )
    if not made:  # never below what families have booked meanwhile
        found = lock(slot.pk)[slot.pk]
        Slot.objects.filter(pk=slot.pk).update(capacity=max(capacity, found.used))
        return None
    for key, kind, name, most in rooms:
        room, _ = Resource.objects.update_or_create(
            reference=key, defaults={"kind": kind, "name": name, "most": most}
        )
        occupy(room, [slot])
    return None


def _call_off(reference: str) -> None:
    slot = Slot.objects.filter(reference=reference, cancelled_at=None).first()
    if slot is None:
        return
    found, now = lock(slot.pk)[slot.pk], timezone.now()
    Slot.objects.filter(pk=slot.pk).update(cancelled_at=now)
    for booking in Booking.objects.select_for_update().filter(slot=found, state__in=OPEN).order_by("pk"):
        booking.slot = found
        apply(booking, State.CANCELLED, actor=STAFF, now=now, slot_cancelled=True)
    empty_line(found, now)


def take_mark(item: Item) -> None:
    """Residents' side: do what the office did; what the family did first stays."""
    try:
        wanted = State(item.content["state"])
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(f"窓口の記録{_UNREADABLE}") from None
    booking = Booking.objects.filter(reference=item.reference).first()
    if booking is None or not may_become(State(booking.state), wanted):
        return
    try:
        change(item.reference, wanted, actor=STAFF, now=timezone.now())
    except NotPossible:
        return  # the family was quicker; its answer is on the way


def reply_booking(booking: Booking, what: str, **_: Any) -> None:
    """Residents' side: tell the office of every change. A hold is told too: its place is taken."""
    if settings.YAKUBA_FACE != "resident":
        return
    sending.reply(
        BOOKING,
        booking.reference,
        {
            "slot": Slot.objects.values_list("reference", flat=True).get(pk=booking.slot_id),
            "child": booking.child_reference,
            "state": str(booking.state),
            "visit": booking.visit,
            "made_at": booking.made_at.isoformat(),
            "expires_at": booking.expires_at.isoformat() if booking.expires_at else None,
            "sequence": booking.sequence,
        },
    )


def _same(known: Booking, state: State, fields: dict[str, Any]) -> bool:
    """Nothing new. A child that the family had entered itself may have become the register's meanwhile."""
    return known.state == state and known.child_reference == fields["child_reference"]


def take_booking(item: Item) -> None:
    """Staff side: keep the copy of a family's booking. The same item again changes nothing."""
    try:
        content, expires = item.content, item.content["expires_at"]
        state = State(content["state"])
        fields: dict[str, Any] = {
            "child_reference": str(content["child"])[:64],
            "visit": str(content["visit"])[:64],
            "made_at": datetime.fromisoformat(content["made_at"]),
            "expires_at": datetime.fromisoformat(expires) if expires else None,
            "sequence": int(content["sequence"]),
        }
        slot = Slot.objects.select_related("offer").get(reference=content["slot"])
    except (KeyError, TypeError, ValueError, Slot.DoesNotExist):
        raise ExchangeError(f"家庭の予約{_UNREADABLE}") from None
    lock(slot.pk)
    known = Booking.objects.filter(reference=item.reference).first()
    if known is not None and (known.sequence > fields["sequence"] or _same(known, state, fields)):
        return
    copy = Booking.objects.update_or_create(
        reference=item.reference,
        defaults={
            **fields, "slot": slot, "offer": slot.offer, "actor": FAMILY, "key": item.reference[:64],
            "state": state.value,
        },
    )[0]  # fmt: skip
    delta = (state in CONSUMING) - (known is not None and known.state in CONSUMING)
    Slot.objects.filter(pk=slot.pk).update(used=F("used") + delta)
    note(copy, state.value, FAMILY, timezone.now())
