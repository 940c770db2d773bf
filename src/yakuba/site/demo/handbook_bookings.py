"""Bookings of the demo: families and the counter, coming and past ones, one slot that is full with a line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from yakuba.core.people.models import User
from yakuba.handbook.domain.bookings.eligibility import Eligibility, refusal
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Child, Guardian, RegisteredChild, ServiceOffer, Slot
from yakuba.handbook.services.bookings import desk, holding, waiting
from yakuba.handbook.services.bookings.errors import BookingRefused
from yakuba.handbook.services.bookings.parties import (
    CALENDAR,
    Asker,
    Wish,
    day_of,
    fresh_reference,
    party_of,
    party_of_registered,
    rule_of,
)
from yakuba.handbook.services.visibility import unprotected
from yakuba.site.demo.handbook_families import BABY, DELIVERED, EXPECTED, FAMILIES, NEWBORN, THREE, TODDLER
from yakuba.site.demo.handbook_offers import OFFERS

SOON = timedelta(days=2)  # coming slots are booked from here on
DAY = timedelta(days=1)
IN_LINE = 2  # children of the counter in line, before the family's
OF_FAMILIES = (
    (TODDLER, "checkup-1y6m"),
    (THREE, "checkup-3y"),
    (EXPECTED, "maternity"),
    (DELIVERED, "advice"),
    (BABY, "advice"),
)
WAITS = BABY
TELEPHONED = (TODDLER, "day-care")  # booked by the office for a family, which is told of it
NOT_COME = 4  # every so many of the past bookings


def book_everybody(officer: User, now: datetime) -> None:
    """Families first, then the counter; of past slots most came."""
    rows = {one.reference: one for one in ServiceOffer.objects.all()}
    for number, key in OF_FAMILIES:
        if offer := rows.get(f"demo-{key}"):
            _family_books(number, _coming(offer, now), now)
    _for_a_family(rows, officer, now)
    for one in OFFERS:
        offer = rows.get(f"demo-{one.key}")
        if offer is None:
            continue
        people = list(_others())
        if one.full:
            _fill(offer, people, officer, now)
        _at_the_counter(list(_coming(offer, now)[: one.booked]), people, one.booked, officer, now)
        _past(offer, people, officer, now)


def _slots(offer: ServiceOffer) -> QuerySet[Slot]:
    return Slot.objects.filter(offer=offer, cancelled_at=None).select_related("offer").order_by("start", "pk")


def _coming(offer: ServiceOffer, now: datetime) -> QuerySet[Slot]:
    return _slots(offer).filter(start__gt=now + SOON)


def _others() -> Iterator[RegisteredChild]:
    """Children of the register whose families have no account here, in the order of their numbers."""
    taken = {NEWBORN, *(number for family in FAMILIES for number in family.children)}
    rows = RegisteredChild.objects.filter(gone_at=None, left_on=None).exclude(number__in=taken)
    return unprotected(rows).order_by("number").iterator()


def _fits(rule: Eligibility, child: RegisteredChild, slot: Slot) -> bool:
    return refusal(rule, party_of_registered(child).who, day_of(slot), CALENDAR) is None


def _wish(slot: Slot, child: Child, asker: Asker) -> Wish:
    return Wish(slot.pk, party_of(child), asker, fresh_reference(), fresh_reference())


def _family_of(number: str) -> tuple[Child, Asker] | None:
    row = RegisteredChild.objects.filter(number=number).first()
    held = (
        row
        and Guardian.objects.filter(child__reference=row.reference).select_related("child", "account").first()
    )
    return (held.child, Asker.family(held.account)) if held else None


def _family_books(number: str, slots: QuerySet[Slot], now: datetime) -> None:
    """The first slot from next week on that takes the child: held, then confirmed."""
    found = _family_of(number)
    if found is None:
        return
    child, asker = found
    for slot in slots.filter(start__gt=now + 5 * DAY)[:12]:
        try:
            held = holding.hold(_wish(slot, child, asker), now=now)
        except BookingRefused:
            continue
        holding.confirm(held.reference, asker=asker, now=now)
        return


def _for_a_family(rows: dict[str, ServiceOffer], officer: User, now: datetime) -> None:
    number, key = TELEPHONED
    child = RegisteredChild.objects.filter(number=number).first()
    offer = rows.get(f"demo-{key}")
    slot = _coming(offer, now).filter(start__gt=now + 8 * DAY).first() if offer else None
    if child is not None and slot is not None:
        _booked(slot, child, officer, now)


def _at_the_counter(
    slots: list[Slot], people: list[RegisteredChild], count: int, officer: User, now: datetime
) -> None:
    """Spread ``count`` children over the slots."""
    if not slots:
        return
    rule = rule_of(slots[0].offer)
    fitting = [child for child in people if _fits(rule, child, slots[0])]
    booked = 0
    for at, child in enumerate(fitting):
        if booked == count:
            return
        slot = slots[at % len(slots)]
        booked += _fits(rule, child, slot) and _booked(slot, child, officer, now)


def _booked(slot: Slot, child: RegisteredChild, officer: User, now: datetime) -> bool:
    try:
        desk.book(slot, child, by=officer, key=fresh_reference(), now=now)
    except BookingRefused:
        return False
    return True


def _fill(offer: ServiceOffer, people: list[RegisteredChild], officer: User, now: datetime) -> None:
    """Every place of the first coming slot; then a line, at its end a family's child."""
    slot = _coming(offer, now).first()
    if slot is None:
        return
    rule = rule_of(offer)
    fitting = [child for child in people if _fits(rule, child, slot)]
    taken = [child for child in fitting[: slot.capacity] if _booked(slot, child, officer, now)]
    slot.refresh_from_db()
    if slot.used < slot.capacity:
        return
    for child in fitting[len(taken) : len(taken) + IN_LINE]:
        desk.wait(slot, child, by=officer, key=fresh_reference(), now=now)
    if found := _family_of(WAITS):
        waiting.join(_wish(slot, *found), now=now)


def _past(offer: ServiceOffer, people: list[RegisteredChild], officer: User, now: datetime) -> None:
    """Two visits of each of some past slots, booked in their time; marked as the counter does."""
    marked, rule = 0, rule_of(offer)
    for at, slot in enumerate(_slots(offer).filter(end__lt=now)[:6]):
        fitting = [child for child in reversed(people) if _fits(rule, child, slot)]
        for child in fitting[2 * at : 2 * at + 2]:
            try:
                booking = desk.book(slot, child, by=officer, key=fresh_reference(), now=slot.start - 7 * DAY)
            except BookingRefused:
                continue
            marked += 1
            state = State.ATTENDED if marked % NOT_COME else State.NO_SHOW
            desk.mark(booking, state, by=officer, now=slot.end)
