"""Bookings of a child's two entries become one child's: nothing twice, and every counter adds up."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from tests.handbook.bookings.conftest import a_family, a_room, a_slot, an_offer, signed_in, soon, text
from yakuba.handbook.domain.bookings.states import CONSUMING, ONCE, OPEN, State
from yakuba.handbook.models import (
    Booking,
    BookingEvent,
    Child,
    FamilyAccount,
    Guardian,
    OpenBookings,
    ResourceStep,
    Slot,
    SlotStep,
    WaitingEntry,
)
from yakuba.handbook.services.bookings import errors, holding, waiting
from yakuba.handbook.services.bookings.joining import bring_along
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def brought(db: None) -> Child:
    """A child of the register."""
    return a_family(timezone.localdate() - timedelta(days=500))[1][0]


@pytest.fixture
def own(brought: Child) -> Child:
    """The same child as its family entered it before."""
    made = Child.objects.create(
        reference="own", name="ひな", birth=brought.birth, from_register=False, created_at=timezone.now()
    )
    Guardian.objects.create(account=adult_of(brought), child=made, role="owner", since=timezone.now())
    return made


def adult_of(child: Child) -> FamilyAccount:
    return child.guardians.get().account


def next_to(slot: Slot, days: int = 1, **more: Any) -> Slot:
    start = slot.start + timedelta(days=days)
    times = {"start": start, "end": start + timedelta(hours=1), "opens_at": slot.opens_at, "closes_at": start}
    return a_slot(slot.offer, **{**times, **more})


def place(slot: Slot, child: Child, state: State = State.BOOKED) -> Booking:
    asker = Asker(f"family:{child.reference}", "family")
    wish = Wish(slot.pk, party_of(child), asker, fresh_reference(), fresh_reference())
    return holding.reserve(wish, state, now=timezone.now())


def queue(slot: Slot, child: Child) -> WaitingEntry:
    wish = Wish(slot.pk, party_of(child), Asker("family:x", "family"), fresh_reference(), fresh_reference())
    return waiting.join(wish, now=timezone.now())


def bring(own: Child, brought: Child) -> list[Booking]:
    with transaction.atomic():
        found = bring_along(
            own.reference, brought.reference, asker=Asker("family:a", "family"), now=timezone.now()
        )
    counters_add_up()
    return found


def counters_add_up() -> None:
    taken = [state.value for state in CONSUMING]
    for slot in Slot.objects.all():
        assert slot.used == Booking.objects.filter(slot=slot, state__in=taken).count()
        assert slot.waiting == WaitingEntry.objects.filter(slot=slot, state="waiting").count()
    for step in ResourceStep.objects.all():
        covering = SlotStep.objects.filter(step=step).values("slot")
        assert step.used == (Slot.objects.filter(pk__in=covering).aggregate(all=Sum("used"))["all"] or 0)
    open_states = [state.value for state in OPEN]
    for row in Booking.objects.filter(limited=True, state__in=open_states):
        count = Booking.objects.filter(
            child_reference=row.child_reference, offer=row.offer_id, limited=True, state__in=open_states
        ).count()
        kept = OpenBookings.objects.get(child_reference=row.child_reference, offer=row.offer_id)
        assert kept.open == count
    assert not OpenBookings.objects.filter(open__gt=0, child_reference="own").exists()


def state_of(one: Booking) -> tuple[str, str]:
    one.refresh_from_db()
    return one.child_reference, one.state


def test_what_only_the_own_entry_has_moves_with_its_history(own: Child, brought: Child) -> None:
    slot = soon(an_offer(residents_only=False, most_open=2))
    booked, given = place(slot, own), place(next_to(slot), own)
    holding.cancel(given.reference, asker=Asker("family:own", "family"), now=timezone.now())
    assert bring(own, brought) == []
    assert state_of(booked) == (brought.reference, "booked")
    assert state_of(given) == (brought.reference, "cancelled")
    events = BookingEvent.objects.filter(booking=booked)
    assert list(events.values_list("what", flat=True)) == ["booked", "joined"]
    holding.cancel(booked.reference, asker=Asker("family:a", "family"), now=timezone.now())
    counters_add_up()


def test_the_same_slot_twice_leaves_the_registers_place_and_gives_the_other_to_who_waits(
    own: Child, brought: Child
) -> None:
    slot = soon(an_offer(residents_only=False), 2)
    theirs, ours = place(slot, brought), place(slot, own)
    other = a_family(brought.birth or timezone.localdate())[1][0]
    entry = queue(slot, other)
    assert [one.pk for one in bring(own, brought)] == [ours.pk]
    assert (state_of(theirs)[1], state_of(ours)) == ("booked", (brought.reference, "cancelled"))
    entry.refresh_from_db()
    assert entry.state == "offered"
    counters_add_up()


def test_what_is_offered_once_is_kept_once_and_a_hold_gives_way_to_a_booking(
    own: Child, brought: Child
) -> None:
    first = soon(an_offer(residents_only=False, once=True))
    held, booked = place(first, brought, State.HELD), place(next_to(first), own)
    assert [one.pk for one in bring(own, brought)] == [held.pk]
    assert state_of(booked) == (brought.reference, "booked")
    second = soon(an_offer("健診", residents_only=False, once=True), days=12)
    ours, theirs = place(second, own), place(next_to(second), brought)
    assert [one.pk for one in bring(own, brought)] == [ours.pk]
    assert state_of(theirs)[1] == "booked"


def test_a_visit_that_was_made_is_kept_beside_the_registers_booking(own: Child, brought: Child) -> None:
    slot = soon(an_offer(residents_only=False, once=True))
    ours, theirs = place(slot, own), place(next_to(slot), brought)
    desk = Asker("staff:1", "counter")
    holding.mark(ours.reference, State.ATTENDED, asker=desk, now=timezone.now())
    assert bring(own, brought) == []
    assert state_of(ours) == (brought.reference, "attended")
    assert state_of(theirs) == (brought.reference, "booked")


def test_no_more_bookings_stay_open_than_the_offer_allows(own: Child, brought: Child) -> None:
    slot = soon(an_offer(residents_only=False, most_open=2))
    theirs = place(slot, brought)
    early, late = place(next_to(slot, 1), own), place(next_to(slot, 2), own)
    assert [one.pk for one in bring(own, brought)] == [late.pk]
    assert [state_of(one)[1] for one in (theirs, early, late)] == ["booked", "booked", "cancelled"]
    with pytest.raises(errors.TooMany):
        place(next_to(slot, 3), brought)
    holding.cancel(early.reference, asker=Asker("family:a", "family"), now=timezone.now())
    place(next_to(slot, 4), brought)
    counters_add_up()


def test_a_hold_that_is_over_is_no_booking(own: Child, brought: Child) -> None:
    slot = soon(an_offer(residents_only=False))
    over, booked = place(slot, brought, State.HELD), place(slot, own)
    Booking.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert bring(own, brought) == []
    assert (state_of(over)[1], state_of(booked)) == ("expired", (brought.reference, "booked"))


def test_one_place_in_a_line_stays_the_better_one_and_none_beside_a_booking(
    own: Child, brought: Child
) -> None:
    strangers = a_family(*[brought.birth or timezone.localdate()] * 2)[1]
    slot = soon(an_offer(residents_only=False), 1)
    place(slot, strangers[0])
    better, worse = queue(slot, own), queue(slot, brought)
    other = next_to(slot, capacity=1)
    mine = place(other, own)
    needless = queue(other, brought)
    assert bring(own, brought) == []
    for entry, state in ((better, "waiting"), (worse, "left"), (needless, "left")):
        entry.refresh_from_db()
        assert (entry.child_reference, entry.state) == (brought.reference, state)
    assert state_of(mine) == (brought.reference, "booked")


def test_an_offered_place_moves_and_can_be_confirmed(own: Child, brought: Child) -> None:
    stranger = a_family(brought.birth or timezone.localdate())[1][0]
    slot = soon(an_offer(residents_only=False), 1)
    booked = place(slot, stranger)
    entry = queue(slot, own)
    holding.cancel(booked.reference, asker=Asker("family:s", "family"), now=timezone.now())
    assert bring(own, brought) == []
    entry.refresh_from_db()
    assert entry.booking is not None
    assert (entry.child_reference, entry.state) == (brought.reference, "offered")
    holding.confirm(entry.booking.reference, asker=Asker("family:a", "family"), now=timezone.now())
    entry.refresh_from_db()
    assert entry.state == "taken"
    counters_add_up()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_both_have_the_counters_add_up_and_no_limit_is_broken(
    own: Child, brought: Child, seed: int
) -> None:
    chance = random.Random(seed)
    room = a_room(3)
    offers = [
        an_offer(
            f"{n}", residents_only=False, once=chance.random() < 0.5, most_open=chance.choice([None, 1, 2])
        )
        for n in range(3)
    ]
    slots = [
        soon(offer, days=20 + 3 * n + day, rooms=(room,)) for n, offer in enumerate(offers) for day in (1, 2)
    ]
    for _ in range(20):
        slot, child = chance.choice(slots), chance.choice([own, brought])
        try:
            made = place(slot, child, chance.choice([State.HELD, State.BOOKED]))
        except errors.BookingRefused:
            continue
        wanted = chance.choice([None, None, State.CANCELLED, State.ATTENDED, State.NO_SHOW])
        if wanted is not None and made.state == "booked":
            desk = Asker("staff:1", "counter")
            holding.mark(made.reference, wanted, asker=desk, now=timezone.now())
    given_back = bring(own, brought)
    left = Booking.objects.filter(child_reference="own")
    assert not left.filter(state__in=[one.value for one in OPEN]).exists()
    rows = Booking.objects.filter(child_reference=brought.reference)
    assert {one.pk for one in given_back} <= set(rows.filter(state="cancelled").values_list("pk", flat=True))
    for offer in offers:
        mine = rows.filter(offer=offer)
        if offer.most_open is not None:
            assert mine.filter(state__in=[one.value for one in OPEN]).count() <= offer.most_open
        if offer.once:
            assert mine.filter(once=True, state__in=[one.value for one in ONCE]).count() <= 1


def test_the_page_says_what_was_given_back(own: Child, brought: Child) -> None:
    slot = soon(an_offer("離乳食教室", residents_only=False))
    place(slot, brought)
    place(slot, own)
    family = signed_in(adult_of(brought))
    base = f"/handbook/children/{brought.reference}/"
    answer = family.post(f"{base}join/", {"other": own.reference})
    page = text(family.get(answer["Location"]))
    assert "次の予約は取り消しました" in page
    assert page.count("離乳食教室") == 2  # the booking that stays and the one given back
    counters_add_up()
    stranger = a_family(brought.birth or timezone.localdate())[1][0]
    foreign = place(slot, stranger)
    assert "次の予約は取り消しました" not in text(family.get(f"{base}?joined&back={foreign.reference}"))
