"""The counters that keep promises: places of a slot, children in a room, open bookings of a child.

Every change of a booking first locks its slot, then rooms, then the child's count, each in order of key:
transactions that meet wait for each other and never in a circle. A place is taken by ``UPDATE … SET used =
used + 1 WHERE used < capacity``; nothing is read first to be written later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, IntegerField

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.models import OpenBookings, ResourceStep, Slot, SlotStep
from yakuba.handbook.services.bookings.errors import Full, TooMany


def durable(kept: bool = True) -> None:
    """Have SQLite sync the next commits of this connection (``synchronous=FULL``), or not any more.

    What a family was told is booked must survive a power cut. A hold, like the portal's other commits, need
    only survive a crash of the programme (NORMAL): whoever had it asks again. A synced commit carries every
    earlier one with it. A server thread keeps its connection, so its later commits are synced too until
    the next hold: slower, never less safe.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={'FULL' if kept else 'NORMAL'}")


def lock(*slot_ids: int) -> dict[int, Slot]:
    """The slots with their offers, locked in order. The first thing that a change does."""
    return {pk: slot for pk in sorted(set(slot_ids)) for slot in _LOCKED.ask(pk=pk)}


_LOCKED = KeptQuery(
    lambda: (
        Slot.objects.select_for_update(of=("self",))
        .select_related("offer")
        .filter(pk=Told("pk", IntegerField()))
    )
)


def take(slot: Slot, child_reference: str, *, from_line: bool = False) -> None:
    """Use up one place. Raises ``Full`` or ``TooMany``; the caller's transaction is then undone.

    Places that became free belong to those in line: only ``from_line`` takes one while somebody waits.
    """
    rows = Slot.objects.filter(pk=slot.pk, cancelled_at=None, used__lt=F("capacity"))
    if not from_line:
        rows = rows.filter(waiting=0)
    if not rows.update(used=F("used") + 1):
        raise Full
    steps = _steps(slot)
    if steps:
        taken = ResourceStep.objects.filter(pk__in=steps, used__lt=F("most")).update(used=F("used") + 1)
        if taken != len(steps):
            raise Full
    count_open(slot, child_reference)


def count_open(slot: Slot, child_reference: str) -> None:
    """One more booking of the child, where the offer sets a limit. Raises ``TooMany``."""
    most = slot.offer.most_open
    if most is None:
        return
    OpenBookings.objects.bulk_create(
        [OpenBookings(child_reference=child_reference, offer=slot.offer)], ignore_conflicts=True
    )
    rows = OpenBookings.objects.filter(child_reference=child_reference, offer=slot.offer, open__lt=most)
    if not rows.update(open=F("open") + 1):
        raise TooMany(most)


def give_back(slot: Slot) -> None:
    """One place fewer is used."""
    Slot.objects.filter(pk=slot.pk).update(used=F("used") - 1)
    steps = _steps(slot)
    if steps:
        ResourceStep.objects.filter(pk__in=steps).update(used=F("used") - 1)


def shift_open(slot: Slot, child_reference: str, by: int) -> None:
    """Change a child's count of open bookings, whatever the limit says now."""
    OpenBookings.objects.filter(child_reference=child_reference, offer=slot.offer_id).update(
        open=F("open") + by
    )


def crowded(slots: Iterable[Slot]) -> set[int]:
    """Those of the slots whose room is full at some moment, by other slots or by themselves."""
    return full_rooms([slot.pk for slot in slots if slot.shared])


def full_rooms(shared: Sequence[int]) -> set[int]:
    """``crowded`` of slots that lie over steps of resources, by key."""
    if not shared:
        return set()
    rows = SlotStep.objects.filter(slot__in=shared, step__used__gte=F("step__most"))
    return set(rows.order_by().values_list("slot_id", flat=True))


def _steps(slot: Slot) -> list[int]:
    """The steps of the slot's resources, locked in order."""
    if not slot.shared:
        return []
    ids = list(SlotStep.objects.filter(slot=slot).order_by().values_list("step_id", flat=True))
    rows = ResourceStep.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return list(rows.values_list("pk", flat=True))
