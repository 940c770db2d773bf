"""Taking records out: complete, structured, and silent where calendars lie open."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.bookings.conftest import a_slot, an_offer, soon
from tests.handbook.domain.test_fhir import faults
from tests.handbook.family.conftest import account, guard, signed_in
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Child, Dose, FamilyAccount, Measurement, PlannedVisit
from yakuba.handbook.services.bookings import holding
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of
from yakuba.handbook.services.families import plans
from yakuba.handbook.services.families.rules import in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(inside: Client, child: Child, parent: FamilyAccount, now: datetime) -> str:
    """The addresses of a child with something of everything."""
    assert child.birth is not None
    Dose.objects.create(
        child=child, reference="d-1", vaccine="PCV", product="PCV20", source="family", lot="AB1",
        given_on=child.birth + timedelta(days=65), clinic="汐浜こどもクリニック", recorded_at=now,
    )  # fmt: skip
    Dose.objects.create(
        child=child, reference="d-2", vaccine="BCG", given_on=child.birth, source="family", recorded_at=now,
        taken_back_at=now,
    )  # fmt: skip
    Measurement.objects.create(child=child, on=child.birth, weight_g=3050, height_mm=495, recorded_at=now)
    book = in_use()
    plans.adopt(child, book, plans.Asked(), plans.propose(child, book, plans.Asked(), now).mark, parent, now)
    return f"/handbook/children/{child.reference}/export/"


def test_the_plain_file_holds_everything_that_stands(inside: Client, child: Child, full: str) -> None:
    answer = inside.get(full + "data.json")
    assert answer["Content-Disposition"].startswith('attachment; filename="handbook-')
    found = json.loads(answer.content)
    assert found["format"] == "yakuba.handbook.child/1"
    assert found["child"]["name"] == "ひなた"
    (dose,) = found["doses"]
    assert (dose["vaccine"], dose["product"], dose["lot"], dose["within_rules"]) == (
        "PCV",
        "PCV20",
        "AB1",
        True,
    )
    assert found["measurements"][0]["weight_g"] == 3050
    assert len(found["planned_visits"]) == PlannedVisit.objects.count() > 0
    assert found["rulebook"]["signed_off"] is False
    assert {one["vaccine"] for one in found["forecasts"]} >= {"PCV", "BCG", "MR"}
    assert all(one["sources"] for one in found["forecasts"])


def test_the_fhir_bundle_has_the_structure_of_r4(inside: Client, full: str) -> None:
    answer = inside.get(full + "fhir.json")
    assert answer["Content-Type"].startswith("application/fhir+json")
    made = json.loads(answer.content)
    assert faults("Bundle", made) == []
    kinds = [one["resource"]["resourceType"] for one in made["entry"]]
    assert kinds.count("Immunization") == 1
    assert kinds.count("Observation") == 2
    for one in made["entry"]:
        assert faults(one["resource"]["resourceType"], one["resource"]) == []
    (following,) = [
        e["resource"] for e in made["entry"] if e["resource"]["resourceType"].endswith("Recommendation")
    ]
    assert all("not signed off" in one["description"] for one in following["recommendation"])


def test_the_calendar_names_neither_child_nor_vaccine(inside: Client, full: str) -> None:
    answer = inside.get(full + "visits.ics")
    text = answer.content.decode().replace("\r\n ", "")
    assert answer["Content-Type"].startswith("text/calendar")
    assert text.count("BEGIN:VEVENT") == PlannedVisit.objects.count()
    for word in ("ひなた", "PCV", "肺炎", "ワクチン", "接種"):
        assert word not in text
    first = PlannedVisit.objects.order_by("on").first()
    assert first is not None
    assert f"DTSTART;VALUE=DATE:{first.on:%Y%m%d}" in text


def test_the_same_visit_keeps_its_uid_when_the_plan_is_made_again(
    inside: Client, child: Child, parent: FamilyAccount, full: str, now: datetime
) -> None:
    def uids() -> set[str]:
        lines = inside.get(full + "visits.ics").content.decode().replace("\r\n ", "").splitlines()
        return {line for line in lines if line.startswith("UID:")}

    before = uids()
    # A second later, not minutes: a plan made after midnight may well be another.
    book, later = in_use(), now + timedelta(seconds=1)
    plans.adopt(
        child, book, plans.Asked(), plans.propose(child, book, plans.Asked(), later).mark, parent, later
    )
    assert uids() == before


def test_the_page_for_paper_has_doses_dates_and_figures(inside: Client, child: Child, full: str) -> None:
    page = inside.get(f"/handbook/children/{child.reference}/print/").content.decode()
    for word in ("汐浜こどもクリニック", "AB1", "49.5", "確認前の規則", "data-print"):
        assert word in page
    assert timezone.localdate().strftime("%-d日") in page


@pytest.fixture
def booked(child: Child, parent: FamilyAccount, now: datetime) -> Booking:
    """A class booked for the child; another place is only kept, a third was given back."""
    slot = soon(an_offer("BCGの集団接種", place="汐見保健センター", words={"en": {"title": "BCG day"}}))
    asker = Asker.family(parent)

    def held(at: int, state: State) -> Booking:
        start = slot.start + timedelta(days=at)
        other = a_slot(slot.offer, start=start, end=start + timedelta(hours=1), opens_at=slot.opens_at,
                       closes_at=start) if at else slot  # fmt: skip
        wish = Wish(other.pk, party_of(child), asker, fresh_reference(), fresh_reference())
        return holding.reserve(wish, state, now=now)

    held(1, State.HELD)
    holding.cancel(held(2, State.BOOKED).reference, asker=asker, now=now)
    return held(0, State.BOOKED)


def test_the_calendar_file_has_the_bookings_under_their_own_names(
    inside: Client, child: Child, booked: Booking
) -> None:
    text = inside.get(f"/handbook/children/{child.reference}/export/visits.ics").content.decode()
    text = text.replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 1
    assert f"UID:{booked.visit}@handbook-bookings" in text
    assert f"DTSTART:{booked.slot.start:%Y%m%dT%H%M%SZ}" in text
    assert "LOCATION:汐見保健センター" in text
    for word in ("ひなた", "BCG", "接種"):
        assert word not in text
    own = inside.get(f"/handbook/bookings/{booked.reference}/booking.ics").content.decode()
    assert f"UID:{booked.visit}@handbook-bookings" in own.replace("\r\n ", "")


def test_the_page_for_paper_has_the_bookings_with_day_time_and_place_for_readers_too(
    child: Child, booked: Booking
) -> None:
    reader = account("祖母")
    guard(reader, child, "reader")
    page = signed_in(reader).get(f"/handbook/children/{child.reference}/print/").content.decode()
    local = timezone.localtime(booked.slot.start)
    for word in (
        "BCGの集団接種",
        "汐見保健センター",
        f"{local.month}月{local.day}日",
        f"{local.hour}:{local:%M}〜",
    ):
        assert word in page
    assert page.count("BCGの集団接種") == 1
    count = signed_in(reader).get(f"/handbook/children/{child.reference}/export/").content.decode()
    assert "予約1件" in count


def test_in_easy_japanese_the_calendar_file_has_no_marks_of_readings(
    inside: Client, child: Child, full: str, booked: Booking
) -> None:
    inside.cookies["yakuba-language"] = "ja-x-easy"
    text = inside.get(full + "visits.ics").content.decode()
    assert "{" not in text
    assert "|" not in text
