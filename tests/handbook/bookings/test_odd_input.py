"""Characters and numbers that no database takes, in addresses and forms: refused, never an error."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.handbook.bookings.conftest import DESK, HOME, an_offer, registered, soon, times_of
from yakuba.handbook.models import Booking, Child, RegisteredChild

pytestmark = pytest.mark.django_db
NUL = "a\x00b"
FINE = {200, 302, 400, 404, 409, 422}


def test_a_room_number_that_no_database_holds_is_refused(desk: Client) -> None:
    fields = {
        "first": "2026-12-01", "last": "2026-12-31", "weekdays": "1", "begin": "13:00", "end": "14:00",
        "minutes": "30", "pause": "0", "capacity": "2", "channel": "both", "opens_days_before": "60",
        "closes_hours_before": "24", "act": "look",
    }  # fmt: skip
    offer = an_offer()
    for rooms in ("9" * 20, "-" + "9" * 20, "x", NUL):
        answer = desk.post(f"{DESK}offers/{offer.pk}/open/", {**fields, "resources": rooms})
        assert answer.status_code == 422


def test_nul_in_what_families_send_is_no_error(family: Client, child: Child) -> None:
    slot = soon(an_offer())
    place = times_of(child, slot)
    for fields in (
        {"hold": NUL, "key": "k"},
        {"wait": NUL, "key": "k"},
        {"hold": slot.reference, "key": NUL},
        {"hold": slot.reference, "key": "k", "move": NUL},
    ):
        assert family.post(f"{place}hold/", fields).status_code in FINE
    assert family.get(place, {"move": NUL}).status_code in FINE
    base = f"/handbook/children/{child.reference}/"
    assert family.get(base, {"back": NUL}).status_code in FINE
    for path, fields in (
        (f"{base}join/", {"other": NUL}),
        (f"{base}details/", {"name": NUL, "birth": "2026-04-01", "sex": "F"}),
        (f"{base}doses/add/", {"vaccine": NUL, "given_on": "2026-06-01"}),
        (f"{base}doses/add/", {"vaccine": "BCG", "given_on": "2026-06-01", "lot": NUL, "clinic": NUL}),
        (f"{base}growth/", {"on": NUL, "weight": NUL}),
        ("/handbook/children/add/", {"name": NUL, "birth": "2026-04-01"}),
        ("/handbook/account/name/", {"name": NUL, "language": "ja"}),
        ("/handbook/account/name/", {"name": "a", "language": NUL}),
        ("/handbook/notices/choices/save", {"lead": "1440", "language": NUL}),
        ("/handbook/notices/choices/mail", {"act": "", "address": f"{NUL}@example.jp"}),
        ("/handbook/invitation/", {"code": NUL}),
        ("/handbook/code/", {"code": NUL, "year": NUL, "month": NUL, "day": NUL}),
        ("/handbook/", {"login": NUL, "password": NUL}),
    ):
        assert family.post(path, fields).status_code in {*FINE, 429}, (path, fields)
    assert family.get(HOME).status_code == 200


def test_nul_in_what_staff_look_for_is_no_error(desk: Client, child: Child) -> None:
    RegisteredChild.objects.create(number="1", reference=child.reference, name="a", birth=child.birth)
    slot = soon(an_offer())
    root = "/staff/handbook/"
    for path, names in (
        ("children/", ("q", "state", "sort", "page")),
        ("tasks/", ("q", "kind", "state", "sort", "page")),
        ("cohorts/", ("vaccine", "district")),
        ("imports/", ("q", "sort")),
        ("bookings/", ("day", "view", "offer")),
        ("bookings/day/", ("day", "format")),
    ):
        for name in names:
            assert desk.get(root + path, {name: NUL}).status_code in FINE, (path, name)
    for fields in ({"number": NUL, "key": NUL, "act": "book"}, {"number": "1", "key": NUL, "act": NUL}):
        assert desk.post(f"{DESK}slots/{slot.pk}/book/", fields).status_code in FINE


@pytest.mark.parametrize("view", ["week", "month"])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "x"])
def test_a_day_at_the_end_of_the_calendar_shows_today(desk: Client, view: str, day: str) -> None:
    for path in (DESK, f"{DESK}day/"):
        assert desk.get(path, {"view": view, "day": day}).status_code == 200


@pytest.mark.parametrize("offer", ["²", "９", "9" * 30, "-1", NUL])
def test_an_offer_that_is_no_key_is_no_error(desk: Client, offer: str) -> None:
    assert desk.get(DESK, {"offer": offer}).status_code == 200


def test_a_number_in_full_width_digits_is_found(desk: Client, child: Child) -> None:
    registered(child, "4120")
    slot = soon(an_offer())
    answer = desk.post(f"{DESK}slots/{slot.pk}/book/", {"number": "４１２０", "key": "a"})
    assert answer.status_code == 302
    assert Booking.objects.get().child_reference == child.reference
