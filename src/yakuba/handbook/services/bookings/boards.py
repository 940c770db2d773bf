"""Times that families choose from, as they stood a moment ago: the same rows for whoever looks.

Hundreds of families open the same list when a month's times are released. A board is read once a moment
(``YAKUBA_LISTS_KEPT_S``, usually one second) by each server process and shown to all of them; a family's own
places are looked up for each. Whether a place is still free is judged when it is asked for, by the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString

from yakuba.core.briefly import Briefly
from yakuba.handbook.domain.bookings.eligibility import Eligibility
from yakuba.handbook.models import ServiceOffer, Slot
from yakuba.handbook.services.bookings.counters import crowded, full_rooms
from yakuba.handbook.services.bookings.parties import FAMILY, rule_of
from yakuba.handbook.services.bookings.sweeping import free, over

AHEAD = timedelta(days=180)
MOST_SLOTS = 300


@dataclass(frozen=True, slots=True)
class Time:
    """A slot, and its day and hours in the town hall's time (13:00)."""

    slot: Slot
    day: date
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Board:
    """The times of one offer. ``full``: keys of slots whose room is full."""

    offer: ServiceOffer
    rule: Eligibility
    times: tuple[Time, ...]
    days: tuple[date, ...]  # that have times
    full: frozenset[int]
    waiting: bool  # somebody stands in line somewhere
    shown: dict[tuple[str, bool], SafeString] = field(default_factory=dict)  # what many families see


@dataclass(frozen=True, slots=True)
class Summary:
    """An offer in the list of offers: the days that have times, and the day of each time with a place."""

    offer: ServiceOffer
    rule: Eligibility
    days: tuple[date, ...]
    free: tuple[date, ...]


def hour(local: datetime) -> str:
    """13:00."""
    return f"{local.hour}:{local.minute:02}"


def seen_by_families(now: datetime) -> Q:
    """Slots that a family may see: to come, not called off, open for it. The offer must not have ended."""
    return Q(start__gt=now, start__lt=now + AHEAD, cancelled_at=None, channel__in=["both", FAMILY])


def board_of(reference: str) -> Board | None:
    """The times of an offer; ``None`` where there is no such offer."""
    return _BOARDS.get(reference)


def summaries() -> tuple[Summary, ...]:
    """Every offer that has times."""
    return _SUMMARIES.get("")


def _board(reference: str) -> Board | None:
    offer = ServiceOffer.objects.filter(reference=reference).first()
    if offer is None:
        return None
    slots: list[Slot] = []
    if offer.closed_at is None:
        now = timezone.now()
        free(over(now).filter(offer=offer), now)  # holds that are over take no place
        rows = Slot.objects.filter(seen_by_families(now), offer=offer)
        slots = list(rows.order_by("start", "pk")[:MOST_SLOTS])
    for slot in slots:
        slot.offer = offer
    times = tuple(_times(slots))
    return Board(
        offer,
        rule_of(offer),
        times,
        tuple(dict.fromkeys(one.day for one in times)),
        frozenset(crowded(slots)),
        any(slot.waiting for slot in slots),
    )


def _times(slots: Iterable[Slot]) -> Iterable[Time]:
    zone = timezone.get_default_timezone()
    for slot in slots:
        start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
        yield Time(slot, start.date(), hour(start), hour(end))


def _summaries(_key: str) -> tuple[Summary, ...]:
    now, zone = timezone.now(), timezone.get_default_timezone()
    offers = {offer.pk: offer for offer in ServiceOffer.objects.filter(closed_at=None).order_by()}
    rows = (
        Slot.objects.filter(seen_by_families(now), offer__in=offers)
        .order_by("offer_id", "start", "pk")
        .values_list(
            "offer_id", "pk", "start", "opens_at", "closes_at", "capacity", "used", "waiting", "shared"
        )
    )
    found = []
    for offer_id, group in groupby(rows, key=lambda row: row[0]):
        days, places, shared = dict[date, None](), dict[int, date](), []
        for _, pk, start, opens, closes, capacity, used, waiting, in_rooms in group:
            day = start.astimezone(zone).date()
            days[day] = None
            if not waiting and used < capacity and opens <= now < closes:
                places[pk] = day
                if in_rooms:
                    shared.append(pk)
        full = full_rooms(shared)
        free = tuple(day for pk, day in places.items() if pk not in full)
        offer = offers[offer_id]
        found.append(Summary(offer, rule_of(offer), tuple(days), free))
    return tuple(found)


_BOARDS: Briefly[str, Board | None] = Briefly(_board)
_SUMMARIES: Briefly[str, tuple[Summary, ...]] = Briefly(_summaries)
