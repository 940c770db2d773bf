"""The family entered a child itself, and then the letter came."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from tests.handbook.bookings.conftest import a_slot, a_wish, an_offer
from tests.handbook.family.conftest import account, guard, months_ago
from tests.handbook.family.test_reminders import standing
from yakuba.core.exchange.models import ItemForStaff
from yakuba.handbook.models import (
    Booking,
    Child,
    Dose,
    FamilyAccount,
    Guardian,
    Measurement,
    OpenBookings,
    Slot,
    WaitingEntry,
)
from yakuba.handbook.services import reminders
from yakuba.handbook.services.bookings import holding, waiting
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of
from yakuba.handbook.services.families import children, doses, joining, rules
from yakuba.handbook.services.families.errors import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(child: Child, parent: FamilyAccount, now: datetime) -> Child:
    """The same child as the family entered it, with a dose of its own and one that the office has too."""
    made = children.add(parent, "ひな", child.birth, None, "", now)
    for vaccine in ("HEPB", "PCV"):
        doses.record(made, doses.Entry(vaccine, "", _day(child)), rules.in_use(), parent, now)
    Measurement.objects.create(child=made, on=_day(child), weight_g=5000, recorded_at=now)
    Dose.objects.create(
        child=child,
        reference="office",
        vaccine="PCV",
        given_on=_day(child),
        source="register",
        recorded_at=now,
    )
    return made


def _day(child: Child) -> date:
    assert child.birth is not None
    return child.birth + timedelta(days=65)


def test_the_page_asks_and_puts_together(inside: Client, child: Child, own: Child) -> None:
    base = f"/handbook/children/{child.reference}/"
    assert "同じお子さんですか" in inside.get(base).content.decode()
    assert inside.post(base + "join/", {"other": own.reference})["Location"] == base + "?joined"
    assert list(Child.objects.all()) == [child]
    kept = child.doses.filter(taken_back_at=None)
    assert set(kept.values_list("vaccine", "source")) == {("HEPB", "family"), ("PCV", "register")}
    assert child.measurements.count() == 1
    assert ItemForStaff.objects.filter(kind="handbook.dose").count() == 1  # the office hears of the new one
    assert "同じお子さんですか" not in inside.get(base).content.decode()


def test_adults_of_both_stay(child: Child, own: Child, parent: FamilyAccount) -> None:
    father, grandmother = account("父"), account("祖母")
    guard(father, own, "editor")
    guard(father, child, "reader")
    guard(grandmother, own, "reader")
    joining.join(parent, child, own.reference)
    roles = dict(Guardian.objects.filter(child=child).values_list("account", "role"))
    assert roles == {parent.pk: "owner", father.pk: "editor", grandmother.pk: "reader"}


def test_a_closed_handbook_takes_nobody_over(child: Child, own: Child, parent: FamilyAccount) -> None:
    guard(account("父"), own, "editor")
    Child.objects.filter(pk=child.pk).update(sharing_closed=True)
    child.refresh_from_db()
    joining.join(parent, child, own.reference)
    assert Guardian.objects.filter(child=child).count() == 1


@pytest.mark.parametrize("change", ["date", "sex", "register", "role"])
def test_another_child_is_not_taken_for_this_one(
    child: Child, own: Child, parent: FamilyAccount, change: str
) -> None:
    if change == "date":
        Child.objects.filter(pk=own.pk).update(birth=months_ago(7))
    elif change == "sex":
        Child.objects.filter(pk=own.pk).update(sex="M")
    elif change == "register":
        Child.objects.filter(pk=own.pk).update(from_register=True)
    else:
        Guardian.objects.filter(child=own).update(role="editor")
    assert joining.twin_entries(parent, child) == []
    with pytest.raises(NotAllowed):
        joining.join(parent, child, own.reference)


def test_a_strangers_entry_is_out_of_reach(inside: Client, child: Child, now: datetime) -> None:
    theirs = children.add(account("他人"), "x", child.birth, None, "", now)
    assert (
        inside.post(f"/handbook/children/{child.reference}/join/", {"other": theirs.reference}).status_code
        == 404
    )
    assert Child.objects.filter(pk=theirs.pk).exists()


def test_a_pregnancy_is_found_by_its_due_date(home: object, parent: FamilyAccount, now: datetime) -> None:
    due = now.date() + timedelta(days=80)
    brought = Child.objects.create(reference="preg", due=due, from_register=True, created_at=now)
    guard(parent, brought)
    entered = children.add(parent, "", None, due, "", now)
    assert joining.twin_entries(parent, brought) == [entered]


def test_what_was_booked_for_the_familys_entry_goes_on_under_the_registers(
    child: Child, own: Child, parent: FamilyAccount, now: datetime
) -> None:
    asker = Asker.family(parent)
    class_, both, line = (
        a_slot(an_offer(most_open=2, residents_only=False), capacity=9, **_soon(now)) for _ in range(3)
    )
    for slot, who in ((class_, own), (both, own), (both, child)):
        holding.book(_wish(slot, who, asker), now=now)
    Slot.objects.filter(pk=line.pk).update(capacity=1)
    holding.book(a_wish(line, "other"), now=now)
    waiting.join(_wish(line, own, asker), now=now)
    joining.join(parent, child, own.reference)
    mine = Booking.objects.filter(child_reference=child.reference, state="booked")
    assert sorted(mine.values_list("slot", flat=True)) == sorted([class_.pk, both.pk])
    assert Slot.objects.get(pk=both.pk).used == 1  # the child has one there: the entry's own went back
    counts = dict(OpenBookings.objects.values_list("child_reference", "open").filter(offer=class_.offer))
    assert counts == {child.reference: 1}
    assert WaitingEntry.objects.get(slot=line).child_reference == child.reference
    told = standing(parent, reminders.BOOKING)
    assert {one.key.split(":")[1] for one in told} == {child.reference}
    assert len(told) == 2
    booked = mine.get(slot=class_)
    holding.cancel(booked.reference, asker=asker, now=now)
    assert OpenBookings.objects.get(child_reference=child.reference, offer=class_.offer).open == 0


def _soon(now: datetime) -> dict[str, datetime]:
    start = now.replace(microsecond=0) + timedelta(days=9)
    return {"start": start, "opens_at": start - timedelta(days=30), "closes_at": start - timedelta(hours=1)}


def _wish(slot: Slot, child: Child, asker: Asker) -> Wish:
    return Wish(slot.pk, party_of(child), asker, fresh_reference(), fresh_reference())
