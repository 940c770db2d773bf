"""Office and families in two networks: slots go out as a file, bookings come back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.core.installations import Installation
from tests.nursery.family.test_two_installations import ready, said

pytestmark = [pytest.mark.workers, pytest.mark.slow]

OPEN = """
from datetime import date, time, timedelta
from django.utils import timezone
from yakuba.core.people.models import User
from yakuba.handbook.models import OpeningRule, Resource, ServiceOffer
from yakuba.handbook.services.bookings import crossing, slots
by = User.objects.create_user("1", None, name="係")
room = Resource.objects.create(reference="room", kind="room", name="相談室", most=1)
offer = ServiceOffer.objects.create(reference="offer", kind="advice", title="育児相談", age_until="3y")
crossing.post_offer(offer)
day = date(timezone.localdate().year + 1, 2, 1)  # the first Tuesday of the next February is no holiday
day += timedelta(days=(1 - day.weekday()) % 7)
rule = OpeningRule(offer=offer, first=day, last=day, weekdays=[1], begin=time(13),
    end=time(14), minutes=30, capacity=2, channel="family", opens_days_before=420, resources=[room.pk])
print(slots.publish(rule, by=by, now=timezone.now()))
try:
    rule.channel = "both"
    slots.publish(rule, by=by, now=timezone.now())
except slots.BadRule as error:
    print(error)
"""
BOOK = """
from datetime import timedelta
from django.utils import timezone
from yakuba.handbook.domain.bookings.eligibility import Candidate
from yakuba.handbook.models import Slot
from yakuba.handbook.services.bookings import errors, holding
from yakuba.handbook.services.bookings.parties import FAMILY, Asker, Party, Wish
first, second = Slot.objects.order_by("start")
asker = Asker("family:a", FAMILY)
def wish(slot, child):
    who = Candidate(timezone.localdate() - timedelta(days=500), resident=True)
    return Wish(slot.pk, Party(child, who), asker, child + str(slot.pk), f"{child}-{slot.pk}")
for slot, child in ((first, "c1"), (first, "c2"), (second, "c2")):
    try:
        held = holding.hold(wish(slot, child), now=timezone.now())
        print(holding.confirm(held.reference, asker=asker, now=timezone.now()).state)
    except errors.Full as full:
        print(full.code)
"""
ACT = """
from django.utils import timezone
from yakuba.core.people.models import User
from yakuba.handbook.models import Booking, Slot
from yakuba.handbook.services.bookings import desk, slots
by = User.objects.get()
first, second = Slot.objects.order_by("start")
desk.cancel(Booking.objects.select_related("slot").get(slot=first), by=by, now=timezone.now())
print(len(slots.cancel_slot(second, by=by, now=timezone.now())))
"""
STATES = """
SELECT s.used, b.child_reference, b.state FROM handbook_slot s JOIN handbook_booking b ON b.slot_id = s.id
"""


def cross(source: Installation, target: Installation, file: Path) -> None:
    said(source.yakuba("exchange", "export", "-o", str(file)))
    said(target.yakuba("exchange", "import", str(file)))


def rows(side: Installation) -> list[tuple[object, ...]]:
    with sqlite3.connect(side.home / "yakuba.sqlite3") as database:
        return database.execute(STATES + " ORDER BY s.start, b.id").fetchall()


def test_slots_go_out_and_bookings_come_back(tmp_path: Path) -> None:
    staff, residents = ready(tmp_path / "staff", "staff"), ready(tmp_path / "residents", "resident")
    secret, key = tmp_path / "passphrase", tmp_path / "key"
    secret.write_text("波と風と橋と空と海と山と\n", "utf-8")
    made = staff.python(OPEN)
    assert made.split("\n")[0] == "2"
    assert "「家庭だけ」か「窓口だけ」" in made
    said(staff.yakuba("exchange", "key", "export", "-o", str(key), "--passphrase-file", str(secret)))
    said(residents.yakuba("exchange", "key", "import", str(key), "--passphrase-file", str(secret)))
    cross(staff, residents, tmp_path / "1.yex")
    assert residents.python(BOOK).split() == ["booked", "full", "booked"]  # the room holds one
    cross(residents, staff, tmp_path / "back.yex")
    assert rows(staff) == [(1, "c1", "booked"), (1, "c2", "booked")]
    assert staff.python(ACT).split() == ["1"]
    cross(staff, residents, tmp_path / "2.yex")
    assert rows(residents) == [(0, "c1", "cancelled"), (0, "c2", "cancelled")]
    cross(residents, staff, tmp_path / "back2.yex")
    assert rows(staff) == [(0, "c1", "cancelled"), (0, "c2", "cancelled")]
