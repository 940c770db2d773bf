"""What each request does, and what the database keeps when somebody works past the services."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from tests.handbook.bookings.conftest import (
    FAMILIES,
    NOW,
    OFFICE,
    STARTS,
    a_room,
    a_slot,
    a_wish,
    an_offer,
)
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.services import enqueue
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.handbook.cli_bookings import sweep_bookings
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, BookingEvent, OpenBookings, ResourceStep, Slot, WaitingEntry
from yakuba.handbook.models.bookings import HistoryKept
from yakuba.handbook.services.bookings import errors, holding, moving, slots, waiting
from yakuba.handbook.services.bookings.signals import booking_changed
from yakuba.handbook.services.bookings.sweeping import anything_to_sweep, sweep

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=6)


def used(slot: Slot) -> int:
    return Slot.objects.get(pk=slot.pk).used


def words_of(booking: Booking) -> list[str]:
    return list(BookingEvent.objects.filter(booking=booking).values_list("what", flat=True))


def test_a_hold_takes_the_place_and_a_confirmed_one_keeps_it() -> None:
    slot = a_slot(an_offer(), 1)
    held = holding.hold(a_wish(slot), now=NOW)
    assert (held.state, held.expires_at, used(slot)) == ("held", NOW + timedelta(minutes=5), 1)
    with pytest.raises(errors.Full):
        holding.hold(a_wish(slot, "c2"), now=NOW)
    booked = holding.confirm(held.reference, asker=FAMILIES, now=NOW)
    assert (booked.state, used(slot), words_of(booked)) == ("booked", 1, ["held", "booked"])
    assert holding.confirm(held.reference, asker=FAMILIES, now=LATER).state == "booked"


def test_a_hold_that_is_over_gives_way_to_the_next_who_asks() -> None:
    slot = a_slot(an_offer(), 1)
    held = holding.hold(a_wish(slot), now=NOW)
    taken = holding.hold(a_wish(slot, "c2"), now=NOW + timedelta(minutes=5))
    assert (taken.state, used(slot)) == ("held", 1)
    with pytest.raises(errors.HoldExpired):
        holding.confirm(held.reference, asker=FAMILIES, now=LATER)
    assert Booking.objects.get(pk=held.pk).state == "expired"


def test_confirming_too_late_frees_the_place() -> None:
    slot = a_slot(an_offer(), 1)
    held = holding.hold(a_wish(slot), now=NOW)
    with pytest.raises(errors.HoldExpired):
        holding.confirm(held.reference, asker=FAMILIES, now=LATER)
    assert used(slot) == 0


@pytest.mark.parametrize("marked", [State.ATTENDED, State.NO_SHOW])
def test_confirming_again_does_not_take_back_what_the_counter_marked(marked: State) -> None:
    booked = holding.book(a_wish(a_slot(an_offer(), 1)), now=NOW)
    holding.mark(booked.reference, marked, asker=OFFICE, now=LATER)
    with pytest.raises(errors.NotPossible):
        holding.confirm(booked.reference, asker=FAMILIES, now=LATER)
    assert Booking.objects.get(pk=booked.pk).state == marked


def test_the_same_key_is_one_booking_and_one_answer() -> None:
    slot = a_slot(an_offer(), 1)
    first = holding.hold(a_wish(slot, key="k"), now=NOW)
    again = holding.hold(a_wish(slot, key="k"), now=NOW)
    assert (first.pk, used(slot)) == (again.pk, 1)
    with pytest.raises(errors.KeyReused):
        holding.hold(a_wish(slot, "c2", key="k"), now=NOW)
    other = holding.book(a_wish(a_slot(an_offer(), 1), "c2", key="k", asker=OFFICE), now=NOW)
    assert other.pk != first.pk  # another's key is another key


def test_a_child_has_one_place_in_a_slot_and_one_of_what_is_once() -> None:
    once = an_offer("健診", once=True)
    first, second = a_slot(once), a_slot(once, at=4)
    holding.book(a_wish(first, asker=OFFICE), now=NOW)
    with pytest.raises(errors.AlreadyBooked) as same:
        holding.book(a_wish(first, asker=OFFICE), now=NOW)
    with pytest.raises(errors.AlreadyBooked) as other:
        holding.book(a_wish(second, asker=OFFICE), now=NOW)
    assert (same.value.once, other.value.once) == (False, True)
    assert (used(first), used(second)) == (1, 0)


def test_open_bookings_are_limited_and_counted_down_when_one_is_over() -> None:
    care = an_offer("一時預かり", most_open=1)
    first, second = a_slot(care), a_slot(care, at=4)
    booking = holding.book(a_wish(first, asker=OFFICE), now=NOW)
    with pytest.raises(errors.TooMany):
        holding.book(a_wish(second, asker=OFFICE), now=NOW)
    holding.mark(booking.reference, State.ATTENDED, asker=OFFICE, now=NOW)
    holding.book(a_wish(second, asker=OFFICE), now=NOW)
    assert OpenBookings.objects.get().open == 1


def test_slots_that_overlap_share_the_room() -> None:
    room, advice = a_room(2), an_offer("相談")
    first, second, third = (a_slot(advice, 2, at, rooms=(room,)) for at in (0, 1, 2))
    booking = holding.book(a_wish(first, "c1", asker=OFFICE), now=NOW)
    holding.book(a_wish(second, "c2", asker=OFFICE), now=NOW)
    with pytest.raises(errors.Full):
        holding.book(a_wish(first, "c3", asker=OFFICE), now=NOW)
    holding.book(a_wish(third, "c3", asker=OFFICE), now=NOW)  # begins when the first has ended
    holding.cancel(booking.reference, asker=OFFICE, now=NOW)
    holding.book(a_wish(first, "c4", asker=OFFICE), now=NOW)
    assert max(ResourceStep.objects.values_list("used", flat=True)) == 2


def test_a_hold_in_an_overlapping_slot_gives_way_when_it_is_over() -> None:
    room, advice = a_room(1), an_offer("相談")
    first, second = (a_slot(advice, 1, at, rooms=(room,)) for at in (0, 1))
    holding.hold(a_wish(first), now=NOW)
    with pytest.raises(errors.Full):
        holding.hold(a_wish(second, "c2"), now=NOW)
    assert holding.hold(a_wish(second, "c2"), now=LATER).state == "held"


def test_who_finds_the_room_full_may_wait_and_is_offered_the_place() -> None:
    room, advice = a_room(1), an_offer("相談")
    first, second = (a_slot(advice, 1, at, rooms=(room,)) for at in (0, 1))
    booking = holding.book(a_wish(first, asker=OFFICE), now=NOW)
    entry = waiting.join(a_wish(second, "c2"), now=NOW)
    assert not anything_to_sweep(NOW)
    holding.cancel(booking.reference, asker=OFFICE, now=NOW)
    assert anything_to_sweep(NOW)
    assert sweep(NOW).offered == 1
    entry.refresh_from_db()
    assert entry.state == "offered"


def test_moving_takes_the_new_place_or_leaves_everything() -> None:
    offer = an_offer(once=True)
    old, new, full = a_slot(offer), a_slot(offer, at=4), a_slot(offer, 1, at=8)
    holding.book(a_wish(full, "c2", asker=OFFICE), now=NOW)
    booking = holding.book(a_wish(old, asker=OFFICE), now=NOW)
    with pytest.raises(errors.Full):
        moving.move(booking.reference, a_wish(full), now=NOW)
    assert (used(old), Booking.objects.get(pk=booking.pk).state) == (1, "booked")
    moved = moving.move(booking.reference, a_wish(new, key="m"), now=NOW)
    assert (used(old), used(new), moved.state, moved.moved_from_id) == (0, 1, "booked", booking.pk)
    assert (moved.visit, moved.sequence) == (booking.visit, 2)
    assert moving.move(booking.reference, a_wish(new, key="m"), now=NOW).pk == moved.pk
    assert words_of(booking) == ["booked", "moved_away"]


def test_nothing_is_moved_to_another_offer_or_by_another_child() -> None:
    booking = holding.book(a_wish(a_slot(an_offer()), asker=OFFICE), now=NOW)
    with pytest.raises(errors.NotPossible):
        moving.move(booking.reference, a_wish(a_slot(an_offer("別"))), now=NOW)
    with pytest.raises(errors.NotPossible):
        moving.move(booking.reference, a_wish(a_slot(booking.offer, at=4), "c2"), now=NOW)


def test_a_free_place_is_offered_to_the_first_in_line_and_to_nobody_else() -> None:
    slot = a_slot(an_offer(offer_minutes=60), 1)
    booking = holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    first, second = (waiting.join(a_wish(slot, child), now=NOW) for child in ("c2", "c3"))
    assert Slot.objects.get(pk=slot.pk).waiting == 2
    holding.cancel(booking.reference, asker=FAMILIES, now=NOW)
    first.refresh_from_db()
    assert (first.state, first.booking.state, used(slot)) == ("offered", "held", 1)
    assert first.booking.expires_at == NOW + timedelta(minutes=60)
    with pytest.raises(errors.Full):
        holding.book(a_wish(slot, "c4", asker=OFFICE), now=NOW)
    over = NOW + timedelta(minutes=60)
    assert sweep(over).expired == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("lapsed", "offered")
    holding.confirm(second.booking.reference, asker=FAMILIES, now=over)
    second.refresh_from_db()
    assert (second.state, used(slot)) == ("taken", 1)


def test_a_place_stays_kept_for_the_line_when_the_offer_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    slot = a_slot(an_offer(), 1)
    booking = holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    entry = waiting.join(a_wish(slot, "c2"), now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(waiting, "promote", lambda *_: 1 / 0)  # the machine stops after the first commit
        holding.cancel(booking.reference, asker=FAMILIES, now=NOW)
    assert used(slot) == 0
    with pytest.raises(errors.Full):
        holding.hold(a_wish(slot, "c3"), now=NOW)
    assert sweep(NOW).offered == 1
    entry.refresh_from_db()
    assert entry.state == "offered"


def test_who_stands_in_line_is_not_put_there_twice_and_may_leave() -> None:
    slot = a_slot(an_offer(), 1)
    with pytest.raises(errors.PlaceFree):
        waiting.join(a_wish(slot, "c2"), now=NOW)
    holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    entry = waiting.join(a_wish(slot, "c2"), now=NOW)
    assert waiting.join(a_wish(slot, "c2"), now=NOW).pk == entry.pk
    assert Slot.objects.get(pk=slot.pk).waiting == 1
    with pytest.raises(errors.AlreadyBooked):
        waiting.join(a_wish(slot), now=NOW)
    for _ in range(2):
        assert waiting.leave(entry.reference, asker=FAMILIES, now=NOW).state == "left"
    assert Slot.objects.get(pk=slot.pk).waiting == 0


def test_one_in_line_who_has_the_place_elsewhere_by_then_is_passed_over() -> None:
    care = an_offer(most_open=1)
    slot = a_slot(care, 1)
    booking = holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    busy, next_one = (waiting.join(a_wish(slot, child), now=NOW) for child in ("c2", "c3"))
    holding.book(a_wish(a_slot(care, at=4), "c2", asker=OFFICE), now=NOW)
    holding.cancel(booking.reference, asker=OFFICE, now=NOW)
    busy.refresh_from_db()
    next_one.refresh_from_db()
    assert (busy.state, next_one.state) == ("lapsed", "offered")


def test_lines_of_past_slots_end() -> None:
    slot = a_slot(an_offer(), 1)
    holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    waiting.join(a_wish(slot, "c2"), now=NOW)
    assert sweep(STARTS).lines_ended == 1
    assert (Slot.objects.get(pk=slot.pk).waiting, WaitingEntry.objects.get().state) == (0, "lapsed")


@pytest.mark.parametrize(
    ("change", "asker", "now", "why"),
    [
        ({"opens_at": NOW + timedelta(hours=1)}, FAMILIES, NOW, "not_yet"),
        ({"closes_at": NOW}, FAMILIES, NOW, "over"),
        ({"channel": "counter"}, FAMILIES, NOW, "channel"),
        ({"channel": "family"}, OFFICE, NOW, "channel"),
        ({"cancelled_at": NOW}, OFFICE, NOW, "cancelled"),
        ({}, OFFICE, STARTS + timedelta(hours=1), "over"),
    ],
)
def test_a_slot_says_why_it_takes_no_booking(change: dict[str, Any], asker: Any, now: Any, why: str) -> None:
    slot = a_slot(an_offer(), **change)
    with pytest.raises(errors.Closed) as refused:
        holding.book(a_wish(slot, asker=asker), now=now)
    assert refused.value.why == why
    assert refused.value.for_staff()
    assert refused.value.for_resident()


def test_the_counter_may_book_before_families_and_after_them() -> None:
    slot = a_slot(an_offer(), opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=2))
    assert holding.book(a_wish(slot, asker=OFFICE), now=NOW).state == "booked"
    assert holding.book(a_wish(slot, "c2", asker=OFFICE), now=STARTS).state == "booked"


def test_age_is_judged_on_the_day_of_the_slot() -> None:
    check = an_offer("1歳6か月児健診", age_until="", health_check="KENSHIN_1Y6M")
    slot = a_slot(check)  # 8 December 2026
    assert holding.book(a_wish(slot, "old enough", birth=date(2025, 6, 8)), now=NOW).state == "booked"
    for birth, reason in ((date(2025, 6, 9), "too_young"), (date(2024, 12, 8), "too_old")):
        with pytest.raises(errors.NotEligible) as refused:
            holding.book(a_wish(slot, "other", birth=birth), now=NOW)
        assert refused.value.reason == reason


def test_a_slot_that_is_called_off_cancels_its_bookings_and_its_line(officer: User) -> None:
    slot = a_slot(an_offer(), 1)
    booking = holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    entry = waiting.join(a_wish(slot, "c2"), now=NOW)
    told = slots.cancel_slot(slot, by=officer, now=NOW)
    entry.refresh_from_db()
    assert [one.pk for one in told] == [booking.pk]
    assert (Booking.objects.get().state, entry.state, used(slot)) == ("cancelled", "lapsed", 0)
    assert slots.cancel_slot(slot, by=officer, now=NOW) == []
    assert AuditEntry.objects.filter(action="handbook.booking.slot_cancel").count() == 1


def test_marks_can_be_put_right() -> None:
    slot = a_slot(an_offer())
    booking = holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    for state in (State.NO_SHOW, State.ATTENDED, State.BOOKED):
        assert holding.mark(booking.reference, state, asker=OFFICE, now=NOW).state == state
    assert used(slot) == 1
    holding.cancel(booking.reference, asker=OFFICE, now=NOW)
    with pytest.raises(errors.NotPossible):
        holding.mark(booking.reference, State.ATTENDED, asker=OFFICE, now=NOW)


def test_families_neither_cancel_nor_move_what_has_begun() -> None:
    offer = an_offer()
    booking = holding.book(a_wish(a_slot(offer), asker=OFFICE), now=NOW)
    later = a_slot(offer, at=100)
    with pytest.raises(errors.NotPossible):
        holding.cancel(booking.reference, asker=FAMILIES, now=STARTS)
    with pytest.raises(errors.NotPossible):
        moving.move(booking.reference, a_wish(later), now=STARTS)


def test_a_listener_that_fails_undoes_the_booking() -> None:
    slot = a_slot(an_offer())

    def fail(**_: Any) -> None:
        raise RuntimeError("no outbox")

    booking_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            holding.book(a_wish(slot, asker=OFFICE), now=NOW)
    finally:
        booking_changed.disconnect(fail)
    assert (used(slot), Booking.objects.count()) == (0, 0)


def test_listeners_hear_each_change_once() -> None:
    heard: list[str] = []

    def hear(booking: Booking, what: str, **_: Any) -> None:
        heard.append(what)

    booking_changed.connect(hear)
    try:
        held = holding.hold(a_wish(a_slot(an_offer())), now=NOW)
        holding.confirm(held.reference, asker=FAMILIES, now=NOW)
        holding.confirm(held.reference, asker=FAMILIES, now=NOW)
        holding.cancel(held.reference, asker=FAMILIES, now=NOW)
    finally:
        booking_changed.disconnect(hear)
    assert heard == ["held", "booked", "cancelled"]


def test_the_database_itself_refuses_what_the_services_never_ask() -> None:
    slot = a_slot(an_offer(), 1, rooms=(a_room(1),))
    booking = holding.book(a_wish(slot, asker=OFFICE, key="k"), now=NOW)
    refused = [
        lambda: Slot.objects.update(used=F("used") + 1),
        lambda: Slot.objects.update(used=-1),
        lambda: ResourceStep.objects.update(used=F("used") + 1),
        lambda: copy_of(booking, key="other", reference="x"),  # the child twice in the slot
        lambda: copy_of(booking, child_reference="c9", reference="x"),  # the key twice
        lambda: Booking.objects.update(state="held", expires_at=None),
    ]
    for attempt in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def copy_of(booking: Booking, **changes: Any) -> None:
    names = [field.attname for field in Booking._meta.concrete_fields if not field.primary_key]
    Booking.objects.create(**{**{name: getattr(booking, name) for name in names}, **changes})


def test_history_is_added_to_and_never_changed() -> None:
    holding.book(a_wish(a_slot(an_offer()), asker=OFFICE), now=NOW)
    event = BookingEvent.objects.get()
    with pytest.raises(HistoryKept):
        event.save()
    with pytest.raises(HistoryKept):
        BookingEvent.objects.update(what="x")
    with pytest.raises(HistoryKept):
        BookingEvent.objects.bulk_update([event], ["what"])


def test_a_confirmed_booking_is_synced_to_the_disk() -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL's own synchronous_commit
    held = holding.hold(a_wish(a_slot(an_offer())), now=NOW)
    levels = []
    for act in (lambda: None, lambda: holding.confirm(held.reference, asker=FAMILIES, now=NOW)):
        act()
        with connection.cursor() as cursor:
            levels.append(cursor.execute("PRAGMA synchronous").fetchone()[0])
    assert levels == [1, 2]  # NORMAL, FULL


def test_the_worker_sweeps_by_the_clock_when_there_is_something_to_sweep() -> None:
    assert not anything_to_sweep(LATER)
    slot = a_slot(an_offer(), 1)
    holding.hold(a_wish(slot), now=NOW)
    assert not anything_to_sweep(NOW)
    assert anything_to_sweep(LATER)
    enqueue("handbook.sweep_bookings", {}, by=None)
    Booking.objects.update(expires_at=timezone.now())
    (job,) = run_pending()
    assert (job.state, job.result) == ("done", {"expired": 1, "offered": 0, "lines_ended": 0})
    assert used(slot) == 0


def test_the_command_sweeps_where_there_is_no_worker() -> None:
    holding.hold(a_wish(a_slot(an_offer(), 1)), now=NOW)
    Booking.objects.update(expires_at=timezone.now())
    done = CliRunner().invoke(sweep_bookings)
    assert (done.exit_code, json.loads(done.output)["expired"]) == (0, 1)
