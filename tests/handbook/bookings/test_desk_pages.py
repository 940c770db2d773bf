"""What the desk can do on the pages, and what it can't."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.bookings.conftest import (
    DESK,
    OFFICE,
    a_room,
    a_wish,
    an_offer,
    registered,
    soon,
    text,
)
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import ProtectedPerson, User
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import (
    Booking,
    Child,
    OpeningRule,
    Resource,
    ServiceOffer,
    Slot,
)
from yakuba.handbook.services.bookings import holding, waiting
from yakuba.handbook.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db(transaction=True)
BORN = date(2025, 5, 1)


def test_the_calendar_shows_how_full_each_slot_is(desk: Client) -> None:
    slot = soon(an_offer("離乳食教室"), 1, days=1)
    holding.book(a_wish(slot, asker=OFFICE), now=timezone.now())
    day = timezone.localtime(slot.start).date()
    for view in ("week", "month"):
        page = text(desk.get(f"{DESK}?view={view}&day={day}"))
        assert "1／1" in page
        assert "満員" in page
    assert "この期間に枠はありません" in text(desk.get(f"{DESK}?day=2030-01-01"))
    assert desk.get(f"{DESK}?day=x&offer=y").status_code == 200


def test_a_call_is_booked_marked_and_cancelled(desk: Client, child: Child) -> None:
    registered(child, "4120")
    slot = soon(an_offer())
    page = f"{DESK}slots/{slot.pk}/"
    assert desk.post(f"{page}book/", {"number": "4120", "key": "a"}).status_code == 302
    assert desk.post(f"{page}book/", {"number": "4120", "key": "a"}).status_code == 302
    booking = Booking.objects.get()
    assert child.name in text(desk.get(page))
    desk.post(f"{DESK}booking/{booking.pk}/", {"act": "cancel"})
    booking.refresh_from_db()
    assert booking.state == "cancelled"
    actions = list(
        AuditEntry.objects.filter(action__startswith="handbook.booking").values_list("action", flat=True)
    )
    assert "handbook.booking.cancel" in actions
    desk.post(f"{page}book/", {"number": "4120", "key": "b"})
    again = Booking.objects.get(state="booked")
    Slot.objects.update(start=timezone.now() - timedelta(minutes=5))
    assert "来所なし" in text(desk.get(page))
    for state in (State.NO_SHOW, State.ATTENDED, State.BOOKED):
        desk.post(f"{DESK}booking/{again.pk}/", {"act": state.value})
        again.refresh_from_db()
        assert again.state == state


def test_wrong_numbers_and_full_slots_say_so(desk: Client, child: Child) -> None:
    registered(child, "4120")
    slot = soon(an_offer(), 1)
    page = f"{DESK}slots/{slot.pk}/"
    unknown = desk.post(f"{page}book/", {"number": "9", "key": "a"})
    assert (unknown.status_code, "台帳にありません" in text(unknown)) == (422, True)
    assert desk.post(f"{page}book/", {"number": "", "key": "a"}).status_code == 422
    holding.book(a_wish(slot, "other", asker=OFFICE), now=timezone.now())
    full = desk.post(f"{page}book/", {"number": "4120", "key": "b"})
    assert (full.status_code, "空きがありません" in text(full)) == (409, True)
    assert desk.post(f"{page}book/", {"number": "4120", "key": "c", "act": "wait"}).status_code == 302
    assert "空き待ち" in text(desk.get(page))
    twice = desk.post(f"{page}book/", {"number": "4120", "key": "d", "act": "book"})
    assert twice.status_code == 409


def test_an_offered_place_is_confirmed_on_the_telephone(desk: Client, child: Child) -> None:
    registered(child, "4120")
    slot = soon(an_offer(), 1)
    other = holding.book(a_wish(slot, "other", asker=OFFICE), now=timezone.now())
    waiting.join(a_wish(slot, child.reference), now=timezone.now())
    holding.cancel(other.reference, asker=OFFICE, now=timezone.now())
    offered = Booking.objects.get(state="held")
    desk.post(f"{DESK}booking/{offered.pk}/", {"act": "confirm"})
    offered.refresh_from_db()
    assert offered.state == "booked"
    desk.post(f"{DESK}booking/{other.pk}/", {"act": "attended"})  # cancelled: refused in words
    other.refresh_from_db()
    assert other.state == "cancelled"


def test_protected_children_are_counted_and_not_shown(desk: Client, officer: User, child: Child) -> None:
    registered(child, "4120")
    slot = soon(an_offer(), days=1)
    booking = holding.book(a_wish(slot, child.reference, asker=OFFICE), now=timezone.now())
    hide("4120", officer)
    day = timezone.localtime(slot.start).date()
    for path in (
        f"slots/{slot.pk}/",
        f"day/?day={day}",
        f"slots/{slot.pk}/cancel/",
        f"day/?day={day}&format=csv",
    ):
        page = text(desk.get(DESK + path))
        assert child.name not in page
        assert "4120" not in page
    assert "表示できない方が1人" in text(desk.get(f"{DESK}slots/{slot.pk}/"))
    assert desk.post(f"{DESK}booking/{booking.pk}/", {"act": "cancel"}).status_code == 404
    answer = desk.post(f"{DESK}slots/{slot.pk}/book/", {"number": "4120", "key": "a"})
    assert "台帳にありません" in text(answer)


def hide(number: str, officer: User) -> None:
    """Protect a child that the officer is not named for."""
    ProtectedPerson.objects.create(
        subject_kind=SUBJECT, subject_id=number, registered_by=officer, registered_at=timezone.now()
    )


def test_a_days_list_can_be_taken_out_without_formulas(desk: Client, child: Child) -> None:
    found = registered(child, "4120")
    found.name = "=1+1"
    found.save()
    slot = soon(an_offer(), days=1)
    holding.book(a_wish(slot, child.reference, asker=OFFICE), now=timezone.now())
    day = timezone.localtime(slot.start).date()
    assert "4120" in text(desk.get(f"{DESK}day/?day={day}"))
    rows = list(csv.reader(io.StringIO(text(desk.get(f"{DESK}day/?day={day}&format=csv")).lstrip("\ufeff"))))
    assert rows[1][3:5] == ["4120", "'=1+1"]


def test_calling_a_slot_off_asks_first_and_names_who_must_be_told(desk: Client, child: Child) -> None:
    registered(child, "4120")
    slot = soon(an_offer())
    holding.book(a_wish(slot, child.reference, asker=OFFICE), now=timezone.now())
    page = f"{DESK}slots/{slot.pk}/cancel/"
    assert child.name in text(desk.get(page))
    assert Slot.objects.get().cancelled_at is None
    desk.post(page)
    assert Booking.objects.get().state == "cancelled"
    assert "取り消されています" in text(desk.get(f"{DESK}slots/{slot.pk}/"))


def test_the_number_of_places_changes_but_not_below_the_bookings(desk: Client) -> None:
    slot = soon(an_offer())
    holding.book(a_wish(slot, asker=OFFICE), now=timezone.now())
    for asked, kept in (("5", 5), ("0", 5), ("x", 5), ("99999999999", 5), ("1", 1)):
        desk.post(f"{DESK}slots/{slot.pk}/capacity/", {"capacity": asked})
        assert Slot.objects.get().capacity == kept


def test_what_can_be_booked_is_registered_changed_and_closed(desk: Client) -> None:
    fields = {
        "kind": "class", "title": "離乳食教室", "title_en": "Weaning class",
        "bring_en": "Handbook", "place_easy": "ほけんセンター", "audience": "child",
        "age_from": "5か月",
        "age_until": "1歳6か月", "offer_minutes": "1440", "residents_only": "on",
    }  # fmt: skip
    answer = desk.post(f"{DESK}offers/new/", fields)
    offer = ServiceOffer.objects.get()
    assert answer["Location"].endswith(f"/offers/{offer.pk}/open/")
    assert (offer.age_from, offer.age_until, offer.words["en"]["title"]) == ("5m", "1y6m", "Weaning class")
    assert (offer.words["en"]["bring"], offer.words["ja-x-easy"]["place"]) == ("Handbook", "ほけんセンター")
    assert 'value="ほけんセンター"' in text(desk.get(f"{DESK}offers/{offer.pk}/"))
    assert 'value="1歳6か月"' in text(desk.get(f"{DESK}offers/{offer.pk}/"))
    for wrong in ({"age_from": "いつか"}, {"age_from": "2歳"}, {"title": ""}):
        assert desk.post(f"{DESK}offers/{offer.pk}/", {**fields, **wrong}).status_code == 422
    assert "5か月から1歳6か月になるまで" in text(desk.get(f"{DESK}offers/"))
    desk.post(f"{DESK}offers/{offer.pk}/close/")
    assert "（終了）" in text(desk.get(f"{DESK}offers/"))


RULE = {
    "first": "2027-02-01", "last": "2027-02-28", "weekdays": ["1", "3"], "begin": "13:00", "end": "14:00",
    "minutes": "30", "pause": "0", "capacity": "8", "channel": "both", "closed_days": "2027-02-09",
    "opens_days_before": "60", "closes_hours_before": "24",
}  # fmt: skip


def test_slots_are_shown_before_they_are_made(desk: Client) -> None:
    offer, room = an_offer(), a_room(12)
    page = f"{DESK}offers/{offer.pk}/open/"
    fields = {**RULE, "resources": [str(room.pk)]}
    shown = text(desk.post(page, {**fields, "act": "preview"}))
    # eight Tuesdays and Thursdays, without the 9th (closed), the 11th and the 23rd (holidays)
    assert "10枠を登録する" in shown
    assert "令和9年2月11日（木）（祝日）" in shown
    assert Slot.objects.count() == 0
    desk.post(page, {**fields, "act": "publish"})
    assert (Slot.objects.count(), OpeningRule.objects.count()) == (10, 1)
    assert Slot.objects.filter(shared=True).count() == 10
    again = text(desk.post(page, {**fields, "end": "15:00", "act": "preview"}))
    assert "10枠はすでにあるので作りません" in again
    other = text(desk.post(f"{DESK}offers/{an_offer().pk}/open/", {**fields, "act": "preview"}))
    assert "満員になることがあります" in other


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last": "2027-01-01"}, "最終日が初日より前です"),
        ({"minutes": "7"}, "5分きざみ"),
        ({"weekdays": []}, "曜日がありません"),
        ({"closed_days": "2月9日"}, "日付として読めません"),
        ({"capacity": "0"}, "定員は1以上"),
        ({"first": "2027-02-11", "last": "2027-02-11"}, "作る枠がありません"),
    ],
)
def test_a_rule_that_makes_nothing_says_why(desk: Client, wrong: dict[str, Any], said: str) -> None:
    answer = desk.post(f"{DESK}offers/{an_offer().pk}/open/", {**RULE, **wrong, "act": "publish"})
    assert answer.status_code == 422
    assert said in text(answer)
    assert Slot.objects.count() == 0


def test_rooms_are_registered(desk: Client) -> None:
    desk.post(f"{DESK}resources/new/", {"kind": "room", "name": "相談室", "most": "3"})
    room = Resource.objects.get()
    desk.post(f"{DESK}resources/{room.pk}/", {"kind": "room", "name": "相談室A", "most": "4"})
    assert "相談室A" in text(desk.get(f"{DESK}offers/"))
    assert desk.post(f"{DESK}resources/new/", {"kind": "room", "name": "", "most": "3"}).status_code == 422


def test_viewers_look_and_change_nothing(client: Client, viewer: User) -> None:
    client.force_login(viewer)
    slot = soon(an_offer())
    for path in ("", "day/", "offers/", f"slots/{slot.pk}/"):
        assert client.get(DESK + path).status_code == 200
    for path in (
        "offers/new/",
        f"offers/{slot.offer_id}/open/",
        "resources/new/",
        f"slots/{slot.pk}/cancel/",
    ):
        assert client.get(DESK + path).status_code == 403
    for path in (f"slots/{slot.pk}/book/", f"slots/{slot.pk}/capacity/", f"offers/{slot.offer_id}/close/"):
        assert client.post(DESK + path).status_code == 403
