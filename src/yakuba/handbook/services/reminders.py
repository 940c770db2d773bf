"""What families are told of: planned visits and bookings become notices of ``core.notify``.

One recipient an adult (``handbook.family:<reference>``), one event a visit or booking and adult. ``sync``
makes the events of a child what its plan, its doses, its bookings and its adults say now; it is called in
the transaction of each change, and calling it once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, IntegerField
from django.utils import timezone

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.core.notify.domain.texts import without_ruby
from yakuba.core.notify.services.planning import cancel, forget, plan, standing
from yakuba.core.notify.services.preferences import set_language
from yakuba.core.ui.readings import plain
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Child, FamilyAccount, Guardian, PlannedVisit
from yakuba.handbook.services.families.rules import in_use
from yakuba.handbook.services.open_visits import still_open

PREFIX = "handbook.family:"
VISIT, BOOKING = "handbook.visit", "handbook.booking"
OFFERED, BOOKED, MOVED, CANCELLED = (
    "handbook.offered", "handbook.booked", "handbook.moved", "handbook.cancelled"
)  # fmt: skip
TOLD = {"booked": BOOKED, "moved": MOVED, "cancelled": CANCELLED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event as it should stand for each adult of a child."""

    kind: str
    at: datetime
    until: datetime | None = None
    all_day: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


def recipient_of(account: FamilyAccount) -> str:
    """How notices name an adult."""
    return f"{PREFIX}{account.reference}"


def account_of(recipient: str) -> FamilyAccount | None:
    """The adult of a recipient; ``None`` when the account is gone."""
    reference = recipient.removeprefix(PREFIX)
    return FamilyAccount.objects.filter(reference=reference, closed_at=None).first()


def sync(child: Child, now: datetime | None = None, kinds: Collection[str] = (VISIT, BOOKING)) -> None:
    """Make what the child's adults are told of it what it should be; in the caller's transaction.

    ``kinds``: what may have changed; the rest is not looked at.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        held = _HELD.ask(child=child.pk)
        if not held:
            return
        current = _CURRENT.first(child=child.pk)
        wanted: dict[str, Wanted] = {}
        for kind in kinds:
            wanted |= {} if current is None else _MAKERS[kind](current, moment)
        present = {recipient_of(one.account): one.role for one in held if one.ended_at is None}
        for recipient, role in present.items():
            own = {"owner": "1"} if role == "owner" else {}  # a letter's address is the household's
            for key, one in wanted.items():
                plan(
                    recipient,
                    key,
                    kind=one.kind,
                    at=one.at,
                    until=one.until,
                    all_day=one.all_day,
                    params={**one.params, **own},
                    now=moment,
                )
        everybody = {recipient_of(one.account) for one in held}
        _end(everybody, child, {(recipient, key) for recipient in present for key in wanted}, kinds, moment)


def withdraw(child: Child, now: datetime | None = None) -> None:
    """Nobody is told of the child any more; before its row is deleted."""
    moment = now or timezone.now()
    with transaction.atomic():
        recipients = {recipient_of(one.account) for one in child.guardians.select_related("account")}
        _end(recipients, child, set(), (VISIT, BOOKING), moment)


def _end(
    recipients: Iterable[str],
    child: Child,
    keep: set[tuple[str, str]],
    kinds: Iterable[str],
    now: datetime,
) -> None:
    for kind in kinds:
        for recipient, key in standing(recipients, f"{kind}:{child.reference}:", now=now):
            if (recipient, key) not in keep:
                cancel(recipient, key, now=now)


def _visits(child: Child, now: datetime) -> dict[str, Wanted]:
    """Visits from today on that still have a dose to be given.

    Named by the first of its doses, so that a visit that moves stays the same entry in a calendar.
    """
    rules = in_use()
    today = timezone.localdate(now)
    found = {}
    for visit, open_shots in still_open(child):
        if visit.on < today:
            continue
        left = sorted((str(shot["vaccine"]), int(shot["dose"])) for shot in open_shots)
        vaccine, number = left[0]
        groups = rules.book.groups
        shots = {
            f"shot{at:02}": f"{code}:{dose}:{groups[code].title if code in groups else code}"
            for at, (code, dose) in enumerate(left)
        }
        found[f"{VISIT}:{child.reference}:{vaccine}.{number}"] = Wanted(
            VISIT, _midnight(visit), all_day=True, params={**_child(child), **shots}
        )
    return found


def _midnight(visit: PlannedVisit) -> datetime:
    return timezone.make_aware(datetime.combine(visit.on, time.min))


def _bookings(child: Child, now: datetime) -> dict[str, Wanted]:
    return {
        f"{BOOKING}:{child.reference}:{one.visit}": Wanted(
            BOOKING, one.slot.start, until=one.slot.end, params={**_child(child), **_offer(one)}
        )
        for one in _BOOKED.ask(child=child.reference, now=now)
    }


_HELD = KeptQuery(
    lambda: Guardian.objects.select_related("account").filter(child=Told("child", IntegerField()))
)
_CURRENT = KeptQuery(lambda: Child.objects.filter(pk=Told("child", IntegerField()), ended_at=None).order_by())
_CHILD = KeptQuery(lambda: Child.objects.filter(reference=Told("reference")).order_by())
_BOOKED = KeptQuery(
    lambda: Booking.objects.select_related("slot", "offer").filter(
        child_reference=Told("child"), state=State.BOOKED.value, slot__start__gt=Told("now", DateTimeField())
    )
)


_MAKERS = {VISIT: _visits, BOOKING: _bookings}


def _child(child: Child) -> dict[str, Any]:
    return {"child": child.reference, "name": child.name}


def _offer(booking: Booking) -> dict[str, Any]:
    """The offer in every language that it has: the text is made in the reader's, perhaps elsewhere."""
    offer, found = booking.offer, {"booking": booking.reference}
    for name in ("title", "place", "bring"):
        found[name] = plain(getattr(offer, name))
        for language, words in offer.words.items():
            if words.get(name):  # a value of a notice keeps no marks of readings: they stand behind the word
                found[f"{name}.{language}"] = without_ruby(words[name])
    return found


def booking_changed(booking: Booking, what: str, actor: str, now: datetime, **rest: Any) -> None:
    """A booking came, went or moved: keep the reminders, and tell at once what the office did."""
    if what == State.HELD.value:
        return
    child = _CHILD.first(reference=booking.child_reference)
    if child is None:
        return
    if what == "offered":
        tell(child, OFFERED, booking, now, at=booking.expires_at or now)
    elif what in TOLD and actor.startswith("staff:"):
        tell(child, TOLD[what], booking, now, at=booking.slot.start)
    sync(child, now, (BOOKING,))


def tell(child: Child, kind: str, booking: Booking, now: datetime, *, at: datetime) -> None:
    """A notice that leaves at once, to each adult of the child."""
    params = {**_child(child), **_offer(booking), "start": booking.slot.start.isoformat()}
    for one in child.guardians.filter(ended_at=None).select_related("account"):
        key = f"{kind}:{booking.reference}:{booking.sequence}"
        own = {"owner": "1"} if one.role == "owner" else {}
        plan(recipient_of(one.account), key, kind=kind, at=at, params={**params, **own}, now=now)


def language_chosen(account: FamilyAccount) -> None:
    """The account's language is the language of its notices."""
    set_language(recipient_of(account), account.language)


def account_deleted(account: FamilyAccount) -> None:
    """Forget everything that the adult was told."""
    forget(recipient_of(account))
