"""What the resident pages show of offers, slots and bookings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial
from itertools import groupby

from django.db.models import DateTimeField, IntegerField, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.core.ui import resident_dates
from yakuba.handbook.bookings.frame import name_of, words_of
from yakuba.handbook.domain.bookings.eligibility import Eligibility, Reason, refusals
from yakuba.handbook.domain.bookings.eligibility import days_of as window_days
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.domain.bookings.weeks import Fill, fill
from yakuba.handbook.models import Booking, Child, ServiceOffer, WaitingEntry
from yakuba.handbook.services.bookings.boards import Board, hour, summaries
from yakuba.handbook.services.bookings.errors import reason_for_resident
from yakuba.handbook.services.bookings.holding import shut
from yakuba.handbook.services.bookings.parties import CALENDAR, FAMILY, day_of, party_of

KINDS = {
    "checkup": gettext_lazy("Health check"),
    "class": gettext_lazy("Class"),
    "care": gettext_lazy("Temporary care"),
    "advice": gettext_lazy("Consultation"),
    "facility": gettext_lazy("Facility"),
    "vaccination": gettext_lazy("Vaccination"),
}
STATES = {
    "held": gettext_lazy("Kept for a few minutes"),
    "booked": gettext_lazy("Booked"),
    "cancelled": gettext_lazy("Cancelled"),
    "expired": gettext_lazy("Not booked: the time was over"),
    "attended": gettext_lazy("You came"),
    "no_show": gettext_lazy("You did not come"),
}
CHIPS = {"held": "chip-warn", "booked": "chip-ok", "attended": "chip-ok"}


@dataclass(frozen=True, slots=True)
class OfferView:
    """One offer for one child."""

    offer: ServiceOffer
    words: dict[str, str]
    kind: str
    why_not: str = ""
    when: str = ""  # the days on which the child is of the right age
    free: int = 0  # slots with a place


@dataclass(frozen=True, slots=True)
class SlotView:
    """One slot in a list. ``act``: hold, wait, or nothing."""

    reference: str
    day: date
    starts: str
    ends: str
    chip: str
    text: str
    act: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class DayView:
    """The slots of a day."""

    day: date
    slots: list[SlotView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking, or a place in line, as a family reads it."""

    booking: Booking
    words: dict[str, str]
    child: str
    day: date
    starts: str
    ends: str
    state: str
    chip: str
    until: str = ""
    until_iso: str = ""
    offered: bool = False

    @property
    def day_text(self) -> str:
        """The day, with readings where the language has them."""
        return resident_dates.day(self.day)


def clock(at: datetime) -> str:
    """13:00, in the town hall's time."""
    return hour(timezone.localtime(at))


def offers_for(child: Child) -> list[OfferView]:
    """Every offer that has slots, those for this child first."""
    who, found = party_of(child).who, []
    for one in summaries():
        reason_on = refusals(one.rule, who, CALENDAR)
        reasons = [reason_on(day) for day in one.days]
        why_not = "" if None in reasons else reason_for_resident(next(why for why in reasons if why))
        free = sum(reason_on(day) is None for day in one.free)
        found.append(offer_view(one.offer, one.rule, child, why_not, free))
    return sorted(found, key=lambda one: (bool(one.why_not), one.kind, one.words["title"]))


def offer_view(
    offer: ServiceOffer, rule: Eligibility, child: Child, why_not: str = "", free: int = 0
) -> OfferView:
    """One offer for one child."""
    return OfferView(offer, words_of(offer), str(KINDS[offer.kind]), why_not, _when(rule, child), free)


def _when(rule: Eligibility, child: Child) -> str:
    if child.birth is None:
        return ""
    days = window_days(rule.windows, child.birth, CALENDAR)
    first, last = resident_dates.day(days.first), resident_dates.day(days.last)
    if first and last:
        return gettext("From %(first)s to %(last)s") % {"first": first, "last": last}
    if last:
        return gettext("Until %(last)s") % {"last": last}
    return gettext("From %(first)s") % {"first": first} if first else ""


@dataclass(frozen=True, slots=True)
class Own:
    """What is a child's own in a board: slots it has or waits for; why not on which day."""

    taken: set[int]
    standing: set[int]
    reason_on: Callable[[date], Reason | None]
    days: tuple[date, ...]

    @property
    def nothing(self) -> bool:
        """Whether the child sees what most see: it may have any of the times and has none."""
        return not self.taken and not self.standing and not any(map(self.reason_on, self.days))


def own_of(board: Board, child: Child, now: datetime) -> Own:
    """Asked for each child anew."""
    taken = set(_OWN.ask(offer=board.offer.pk, child=child.reference, now=now))
    standing: set[int] = set()
    if board.waiting:
        line = WaitingEntry.objects.filter(child_reference=child.reference, slot__offer=board.offer)
        standing = set(line.filter(state="waiting").order_by().values_list("slot_id", flat=True))
    return Own(taken, standing, refusals(board.rule, party_of(child).who, CALENDAR), board.days)


def days_of(board: Board, own: Own, now: datetime) -> list[DayView]:
    """The slots of an offer, day by day, with what this child can do with each."""
    return [DayView(day, list(some)) for day, some in groupby(_slot_views(board, own, now), key=_day)]


def _day(one: SlotView) -> date:
    return one.day


_OWN = KeptQuery(
    lambda: (
        Booking.objects.filter(
            Q(state=State.BOOKED.value)
            | Q(state=State.HELD.value, expires_at__gt=Told("now", DateTimeField())),
            child_reference=Told("child"),
            offer=Told("offer", IntegerField()),
        )
        .order_by()
        .values_list("slot_id", flat=True)
    )
)


def _slot_views(board: Board, own: Own, now: datetime) -> Iterator[SlotView]:
    word = cache(gettext)  # the same few for every slot
    for one in board.times:
        slot = one.slot
        shown = partial(SlotView, slot.reference, one.day, one.starts, one.ends)
        found = fill(slot.used, slot.capacity, waiting=slot.waiting)
        if slot.pk in own.taken:
            yield shown("chip-ok", word("Your booking"), "")
        elif slot.pk in own.standing:
            yield shown("chip-wait", word("On the waiting list"), "")
        elif reason := own.reason_on(one.day):
            yield shown("", word("Not for this child"), "", reason_for_resident(reason))
        elif why := shut(slot, FAMILY, now):
            later = word("Opens on %(day)s") % {
                "day": resident_dates.day(timezone.localtime(slot.opens_at).date())
            }
            yield shown("", later if why == "not_yet" else word("Please call the office"), "")
        elif found is Fill.FULL or slot.pk in board.full:
            yield shown("chip-wait", word("Full"), "wait")
        elif found is Fill.FEW:
            text = word("%(count)s places left") % {"count": slot.capacity - slot.used}
            yield shown("chip-warn", text, "hold")
        else:
            yield shown("chip-ok", word("Places free"), "hold")


def booking_view(booking: Booking, child: Child, now: datetime) -> BookingView:
    """One booking. A hold that is over reads as such, whether or not it was swept."""
    state = booking.state
    if state == State.HELD and booking.expires_at is not None and booking.expires_at <= now:
        state = State.EXPIRED.value
    until = booking.expires_at if state == State.HELD else None
    local = timezone.localtime(until) if until else None
    offered = state == State.HELD and hasattr(booking, "waiting_entry")
    text = gettext("A place is offered to you") if offered else str(STATES[state])
    return BookingView(
        booking,
        words_of(booking.slot.offer),
        name_of(child),
        day_of(booking.slot),
        clock(booking.slot.start),
        clock(booking.slot.end),
        text,
        CHIPS.get(state, ""),
        _moment(local, now) if local else "",
        local.isoformat() if local else "",
        offered,
    )


def _moment(at: datetime, now: datetime) -> str:
    """14:05, or with its day when that is not today."""
    if at.date() == timezone.localtime(now).date():
        return clock(at)
    return f"{resident_dates.day(at.date())} {clock(at)}"
