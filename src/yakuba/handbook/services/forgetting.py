"""What of the handbook ends with its time (保存期間): slots with their bookings, children who left."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from yakuba.handbook.models import Booking, Child, ResourceStep, Slot, SlotStep, WaitingEntry
from yakuba.handbook.services import reminders


def old_slots(before: datetime) -> QuerySet[Slot]:
    """Slots that ended before a moment; their bookings and their line ended with them."""
    return Slot.objects.filter(end__lt=before)


def forget_slots(rows: QuerySet[Slot]) -> int:
    """Delete slots, bookings, histories, lines, and the steps of rooms that no later slot uses."""
    slots = list(rows.values_list("pk", flat=True))
    steps = list(SlotStep.objects.filter(slot__in=slots).values_list("step", flat=True))
    WaitingEntry.objects.filter(slot__in=slots).delete()
    Booking.objects.filter(slot__in=slots).delete()
    Slot.objects.filter(pk__in=slots).delete()
    unused = ResourceStep.objects.filter(pk__in=steps)
    unused.filter(~Exists(SlotStep.objects.filter(step=OuterRef("pk")))).delete()
    return len(slots)


def ended_children(before: datetime) -> QuerySet[Child]:
    """Children on the families' side whom the office ended (moved away, died) before a moment."""
    return Child.objects.filter(ended_at__lt=before)


def forget_children(rows: QuerySet[Child]) -> int:
    """Delete children with everything that hangs on them, and what their adults were told of them."""
    found = list(rows)
    for child in found:
        reminders.withdraw(child)
        child.delete()
    return len(found)
