"""The office's copy of a family's booking follows what the family's side says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handbook.bookings.conftest import an_offer, soon
from yakuba.core.exchange.batch_file import Item
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Slot
from yakuba.handbook.services.bookings.crossing import take_booking

pytestmark = pytest.mark.django_db


def told(slot: Slot, child: str, sequence: int, state: State = State.BOOKED) -> Item:
    content: dict[str, Any] = {
        "child": child, "visit": "v1", "made_at": "2026-11-23T10:00:00+09:00", "expires_at": None,
        "sequence": sequence, "slot": slot.reference, "state": state.value,
    }  # fmt: skip
    return Item("handbook.booking", "put", "b1", content)


def standing() -> tuple[str, str, int, int]:
    copy = Booking.objects.get()
    return copy.child_reference, copy.state, copy.sequence, Slot.objects.get().used


def test_a_booking_that_went_on_to_the_registers_child_is_the_same_place() -> None:
    slot = soon(an_offer())
    take_booking(told(slot, "own-entry", 1))
    take_booking(told(slot, "registered", 2))
    assert standing() == ("registered", "booked", 2, 1)
    take_booking(told(slot, "own-entry", 1))  # a batch from before, once more
    assert standing() == ("registered", "booked", 2, 1)


def test_the_same_item_again_changes_nothing_and_a_cancellation_gives_the_place_back() -> None:
    slot = soon(an_offer())
    for _ in range(2):
        take_booking(told(slot, "c", 1))
    assert standing() == ("c", "booked", 1, 1)
    assert Booking.objects.get().events.count() == 1
    for _ in range(2):
        take_booking(told(slot, "c", 2, State.CANCELLED))
    assert standing() == ("c", "cancelled", 2, 0)
