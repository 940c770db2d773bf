"""Any order of requests gives what the plain model gives, and the counters always add up."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.handbook.bookings.conftest import FAMILIES, NOW, OFFICE, a_room, a_slot, a_wish, an_offer, staff
from tests.handbook.bookings.oracle import Oracle, Place, Refused
from yakuba.core.people.models import Role, User
from yakuba.handbook.domain.bookings.states import CONSUMING, State
from yakuba.handbook.models import (
    Booking,
    BookingEvent,
    OpenBookings,
    Resource,
    ResourceStep,
    ServiceOffer,
    Slot,
    SlotStep,
    WaitingEntry,
)
from yakuba.handbook.services.bookings import holding, moving, slots, waiting
from yakuba.handbook.services.bookings.errors import BookingRefused
from yakuba.handbook.services.bookings.sweeping import sweep

CHILDREN = st.sampled_from(["c1", "c2", "c3", "c4"])
SLOTS = st.integers(0, 6)
WAIT = timedelta(minutes=60)


class Bookings(RuleBasedStateMachine):
    """The services beside the model."""

    def __init__(self) -> None:
        super().__init__()
        clear()
        self.now = NOW
        self.names: dict[str, str] = {}  # the model's name of each booking: its reference
        self.asked: list[tuple[str, int, str, str]] = []
        self.number = 0
        room = a_room(2)
        plain = an_offer("教室", offer_minutes=60)
        once = an_offer("健診", once=True, offer_minutes=60)
        few = an_offer("預かり", most_open=1, offer_minutes=60)
        shared = an_offer("相談", offer_minutes=60)
        self.slots = [
            a_slot(plain, 1), a_slot(plain, 2, 2), a_slot(once, 1), a_slot(once, 1, 2),
            a_slot(few, 1, 4), a_slot(shared, 2, 0, rooms=(room,)), a_slot(shared, 2, 1, rooms=(room,)),
        ]  # fmt: skip
        self.model = Oracle(
            slots={
                at: Place(one.capacity, one.start, one.end, one.offer.title, {"r": 2} if at > 4 else {})
                for at, one in enumerate(self.slots)
            },
            once={"健診"},
            most_open={"預かり": 1},
            offer_for=WAIT,
        )

    def key(self) -> str:
        self.number += 1
        return f"k{self.number}"

    def same(self, expected: Any, real: Any) -> None:
        """Run both; both refuse with one code, or both answer with one booking."""
        name, refused = answer_of(expected, Refused)
        booking, really = answer_of(real, BookingRefused)
        assert (really and really.code) == (refused and refused.args[0])
        if name is not None and not refused:
            assert self.names.setdefault(name, booking.reference) == booking.reference
        for entry in self.model.line:
            if entry.held and entry.held not in self.names:
                offered = WaitingEntry.objects.filter(
                    slot=self.slots[entry.slot], child_reference=entry.child, booking__isnull=False
                )
                reference = offered.latest("pk").booking.reference
                self.names[entry.held] = reference

    @rule(slot=SLOTS, child=CHILDREN, state=st.sampled_from(["held", "booked"]))
    def reserve(self, slot: int, child: str, state: str) -> None:
        key = self.key()
        self.asked.append((key, slot, child, state))
        self._reserve(key, slot, child, state)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        self._reserve(*data.draw(st.sampled_from(self.asked)))

    def _reserve(self, key: str, slot: int, child: str, state: str) -> None:
        wish = a_wish(self.slots[slot], child, key=key)
        self.same(
            lambda: self.model.reserve(slot, child, state, key, self.now),
            lambda: holding.reserve(wish, State(state), now=self.now),
        )

    @precondition(lambda self: self.names)
    @rule(data=st.data(), act=st.sampled_from(["confirm", "cancel", "attended", "no_show", "booked"]))
    def change(self, data: st.DataObject, act: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.names)))
        reference = self.names[name]
        if act == "confirm":
            self.same(
                lambda: self.model.confirm(name, self.now),
                lambda: holding.confirm(reference, asker=FAMILIES, now=self.now),
            )
        elif act == "cancel":
            self.same(
                lambda: self.model.cancel(name, self.now),
                lambda: holding.cancel(reference, asker=OFFICE, now=self.now),
            )
        elif not (act == "booked" and self.model.bookings[name].state == "held"):
            self.same(
                lambda: self.model.mark(name, act),
                lambda: holding.mark(reference, State(act), asker=OFFICE, now=self.now),
            )

    @precondition(lambda self: self.names)
    @rule(data=st.data(), slot=SLOTS)
    def move(self, data: st.DataObject, slot: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.names)))
        key = self.key()
        wish = a_wish(self.slots[slot], self.model.bookings[name].child, key=key)
        self.same(
            lambda: self.model.move(name, slot, key, self.now),
            lambda: moving.move(self.names[name], wish, now=self.now),
        )

    @rule(slot=SLOTS, child=CHILDREN)
    def join(self, slot: int, child: str) -> None:
        wish = a_wish(self.slots[slot], child)
        self.same(lambda: self.model.join(slot, child), lambda: waiting.join(wish, now=self.now))

    @precondition(lambda self: any(one.state == "waiting" for one in self.model.line))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        standing = [one for one in self.model.line if one.state == "waiting"]
        one = data.draw(st.sampled_from(standing))
        entry = WaitingEntry.objects.get(
            slot=self.slots[one.slot], child_reference=one.child, state="waiting"
        )
        one.state = "left"
        waiting.leave(entry.reference, asker=FAMILIES, now=self.now)

    @rule(minutes=st.sampled_from([1, 4, 6, 61]))
    def tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        self.same(lambda: self.model.sweep(self.now), lambda: sweep(self.now))

    @rule(slot=SLOTS, sure=st.integers(0, 4))
    def cancel_slot(self, slot: int, sure: int) -> None:
        if sure == 0:
            self.model.cancel_slot(slot, self.now)
            slots.cancel_slot(self.slots[slot], by=User.objects.get(), now=self.now)

    @invariant()
    def equal(self) -> None:
        rows = {one.reference: one for one in Booking.objects.all()}
        assert set(self.names.values()) == set(rows)
        for name, reference in self.names.items():
            assert rows[reference].state == self.model.bookings[name].state, name
        stored = {one.pk: one for one in Slot.objects.all()}
        for at, slot in enumerate(self.slots):
            assert stored[slot.pk].used == self.model.used(at)
            assert stored[slot.pk].waiting == len(self.model.waiting(at))

    @invariant()
    def counters_add_up(self) -> None:
        taken = Counter(Booking.objects.filter(state__in=CONSUMING).values_list("slot", flat=True))
        steps: Counter[int] = Counter()
        for step, slot in SlotStep.objects.values_list("step", "slot"):
            steps[step] += taken[slot]
        assert all(one.used == steps[one.pk] <= one.most for one in ResourceStep.objects.all())
        mine = Booking.objects.filter(limited=True, state__in=["held", "booked"])
        open_now = Counter(mine.values_list("child_reference", flat=True))
        assert all(one.open == open_now[one.child_reference] for one in OpenBookings.objects.all())


def answer_of(ask: Any, refusal: type[Exception]) -> tuple[Any, Any]:
    """The answer, or why there is none."""
    try:
        return ask(), None
    except refusal as refused:
        return None, refused


def clear() -> None:
    for model in (
        WaitingEntry, BookingEvent, Booking, SlotStep, ResourceStep, OpenBookings, Slot, ServiceOffer,
        Resource,
    ):  # fmt: skip
        model.objects.all().delete()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_any_order_of_requests_is_answered_as_the_model_answers() -> None:
    staff(Role.OFFICER, "31001")
    chosen = settings(
        max_examples=int(os.environ.get("EXAMPLES", "12")),
        stateful_step_count=25,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    run_state_machine_as_test(Bookings, settings=chosen)
