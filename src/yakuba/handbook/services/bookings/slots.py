"""What staff set up: resources, opening rules with the slots made of them, and a slot called off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.holidays import is_holiday
from yakuba.handbook.domain.bookings import opening
from yakuba.handbook.domain.bookings.opening import IsHoliday, LeftOut, Opening, Pattern
from yakuba.handbook.domain.bookings.states import OPEN, State
from yakuba.handbook.models import (
    Booking,
    OpeningRule,
    Resource,
    ResourceStep,
    ServiceOffer,
    Slot,
    SlotStep,
)
from yakuba.handbook.services.bookings import crossing
from yakuba.handbook.services.bookings.changing import apply
from yakuba.handbook.services.bookings.counters import durable, lock
from yakuba.handbook.services.bookings.errors import NotPossible
from yakuba.handbook.services.bookings.parties import fresh_reference
from yakuba.handbook.services.bookings.waiting import empty_line

_OPENS_AT = time(9, 0)  # bookings of a day open at this hour
AT_ONCE = 500


class BadRule(ValueError):
    """A rule of which no slots can be made; Japanese text."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would make: slots that are new, those that are there already, days left out."""

    new: list[Opening]
    known: list[Opening]
    left_out: list[LeftOut]
    crowded: list[tuple[Opening, str]]  # with the resource that other slots fill at that time

    @property
    def places(self) -> int:
        """How many new slots."""
        return len(self.new)


FAULTS = {
    opening.Fault.ORDER: "最終日が初日より前です。初日以後の日にしてください。",
    opening.Fault.TOO_LONG: f"期間が長すぎます。{opening.MOST_DAYS}日までに分けてください。",
    opening.Fault.NO_WEEKDAY: "曜日がありません。1つ以上選ぶか、臨時に開く日を入れてください。",
    opening.Fault.HOURS: "終了の時刻が開始以前です。開始より後の時刻にしてください。",
    opening.Fault.LENGTH: f"1枠の長さは{opening.STEP}分から{opening.MOST_MINUTES}分までです。",
    opening.Fault.STEP: f"時刻と分数は{opening.STEP}分きざみにしてください。",
    opening.Fault.TOO_MANY: f"枠が多すぎます。一度に作れるのは{opening.MOST_SLOTS:,}枠までです。",
}


def pattern_of(rule: OpeningRule) -> Pattern:
    """The rule as the generator reads it."""
    return Pattern(
        first=rule.first,
        last=rule.last,
        weekdays=frozenset(int(one) for one in rule.weekdays),
        weeks=frozenset(int(one) for one in rule.weeks),
        begin=rule.begin,
        end=rule.end,
        minutes=rule.minutes,
        pause=rule.pause,
        on_holidays=rule.on_holidays,
        closed=frozenset(date.fromisoformat(one) for one in rule.closed_days),
        extra=frozenset(date.fromisoformat(one) for one in rule.extra_days),
    )


def preview(rule: OpeningRule, holiday: IsHoliday = is_holiday) -> Preview:
    """The slots that publishing an (unsaved) rule would make. Raises ``BadRule``."""
    pattern = pattern_of(rule)
    if faults := opening.faults(pattern):
        raise BadRule("\n".join(FAULTS[one] for one in faults))
    made = opening.openings(pattern, holiday)
    if not made:
        raise BadRule("作る枠がありません。曜日、時刻、1枠の長さ、休む日を確かめてください。")
    rows = Slot.objects.filter(offer=rule.offer, channel=rule.channel)
    known = set(rows.filter(start__gte=_aware(made[0].start)).values_list("start", flat=True))
    return Preview(
        new=[one for one in made if _aware(one.start) not in known],
        known=[one for one in made if _aware(one.start) in known],
        left_out=opening.left_out(pattern, holiday),
        crowded=_crowded(rule, made),
    )


def _crowded(rule: OpeningRule, made: Sequence[Opening]) -> list[tuple[Opening, str]]:
    """New slots at whose time the room already has slots that can fill it (a booking may then be refused)."""
    found: list[tuple[Opening, str]] = []
    for resource in Resource.objects.filter(pk__in=rule.resources):
        rows = SlotStep.objects.filter(step__resource=resource, slot__cancelled_at=None)
        rows = rows.exclude(slot__offer=rule.offer_id, slot__channel=rule.channel)
        ahead = rows.filter(step__at__gte=_aware(made[0].start), step__at__lt=_aware(made[-1].end))
        busy: dict[datetime, int] = {}
        for at, capacity in ahead.values_list("step__at", "slot__capacity"):
            busy[at] = busy.get(at, 0) + capacity
        for one in made:
            steps = [_aware(at) for at in opening.steps(one.start, one.end)]
            if max((busy.get(at, 0) for at in steps), default=0) + rule.capacity > resource.most:
                found.append((one, resource.name))
    return found


def publish(
    rule: OpeningRule,
    *,
    by: Any,
    now: datetime,
    holiday: IsHoliday = is_holiday,
    fresh: Callable[[], str] = fresh_reference,
) -> int:
    """Save the rule and make its slots; those that are there already stay. How many were made."""
    if rule.channel == "both" and settings.YAKUBA_FACE != "both":
        raise BadRule("家庭と窓口が別の環境では、枠は「家庭だけ」か「窓口だけ」にしてください。")
    shown = preview(rule, holiday)
    with transaction.atomic():
        rule.save()
        slots = [_slot(rule, one, fresh()) for one in shown.new]
        Slot.objects.bulk_create(slots, ignore_conflicts=True, batch_size=AT_ONCE)
        made = list(Slot.objects.filter(reference__in=[slot.reference for slot in slots]))
        rooms = list(Resource.objects.filter(pk__in=rule.resources, closed_at=None))
        if not crossing.counted_elsewhere(rule.channel):
            for room in rooms:
                occupy(room, made)
        crossing.post_slots(made, rooms)
        detail = {"offer": rule.offer_id, "slots": len(made), "capacity": rule.capacity}
        record("handbook.booking.open", actor=by, target=f"handbook.opening:{rule.pk}", detail=detail)
    return len(made)


def _slot(rule: OpeningRule, one: Opening, reference: str) -> Slot:
    start = _aware(one.start)
    opens = datetime.combine(one.start.date() - timedelta(days=rule.opens_days_before), _OPENS_AT)
    return Slot(
        reference=reference,
        offer=rule.offer,
        start=start,
        end=_aware(one.end),
        capacity=rule.capacity,
        channel=rule.channel,
        opens_at=_aware(opens),
        closes_at=start - timedelta(hours=rule.closes_hours_before),
    )


def _aware(at: datetime) -> datetime:
    return timezone.make_aware(at)


def occupy(resource: Resource, slots: Sequence[Slot]) -> None:
    """Lay the slots over the resource's five-minute steps."""
    wanted = {slot.pk: opening.steps(slot.start, slot.end) for slot in slots}
    every = sorted({at for steps in wanted.values() for at in steps})
    if not every:
        return
    ResourceStep.objects.bulk_create(
        [ResourceStep(resource=resource, at=at, most=resource.most) for at in every],
        ignore_conflicts=True,
        batch_size=AT_ONCE,
    )
    rows = ResourceStep.objects.filter(resource=resource, at__gte=every[0], at__lte=every[-1])
    keys = dict(rows.values_list("at", "pk"))
    Slot.objects.filter(pk__in=wanted).update(shared=True)
    SlotStep.objects.bulk_create(
        [SlotStep(slot_id=pk, step_id=keys[at]) for pk, steps in wanted.items() for at in steps],
        batch_size=AT_ONCE,
    )


def set_capacity(slot: Slot, capacity: int, *, by: Any) -> None:
    """Change how many places a slot has. Raises ``NotPossible`` below the number of bookings."""
    with transaction.atomic():
        rows = Slot.objects.filter(pk=slot.pk, used__lte=capacity, cancelled_at=None)
        if not rows.update(capacity=capacity):
            raise NotPossible
        crossing.post_slots([lock(slot.pk)[slot.pk]])
        detail = {"capacity": capacity}
        record("handbook.booking.capacity", actor=by, target=f"handbook.slot:{slot.pk}", detail=detail)


def to_be_told(slot: Slot) -> list[Booking]:
    """Bookings whose families must hear that a slot is called off."""
    rows = Booking.objects.filter(slot=slot, state__in=OPEN)
    return list(rows.order_by("pk"))


def cancel_slot(slot: Slot, *, by: Any, now: datetime) -> list[Booking]:
    """Call a slot off: its bookings are cancelled, its line ends. The bookings that were cancelled."""
    durable()
    with transaction.atomic():
        found = lock(slot.pk)[slot.pk]
        if found.cancelled_at is not None:
            return []
        Slot.objects.filter(pk=found.pk).update(cancelled_at=now)
        told = list(Booking.objects.select_for_update().filter(slot=found, state__in=OPEN).order_by("pk"))
        for booking in told:
            booking.slot = found
            apply(booking, State.CANCELLED, actor=f"staff:{by.pk}", now=now, slot_cancelled=True)
        waiting = empty_line(found, now)
        found.cancelled_at = now
        crossing.post_slots([found])
        detail = {"bookings": len(told), "waiting": waiting}
        record("handbook.booking.slot_cancel", actor=by, target=f"handbook.slot:{slot.pk}", detail=detail)
    return told


def close_offer(offer: ServiceOffer, *, by: Any, now: datetime) -> None:
    """Take no further bookings; those that exist stay."""
    with transaction.atomic():
        ServiceOffer.objects.filter(pk=offer.pk, closed_at=None).update(closed_at=now)
        crossing.post_offer(ServiceOffer.objects.get(pk=offer.pk))
        record("handbook.booking.offer_close", actor=by, target=f"handbook.offer:{offer.pk}")
