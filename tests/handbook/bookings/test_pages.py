"""What families can do on the pages, and what they can't."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.bookings.conftest import (
    HOME,
    OFFICE,
    a_family,
    a_room,
    a_wish,
    an_offer,
    chosen,
    signed_in,
    soon,
    text,
    times_of,
)
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import (
    Booking,
    Child,
    Slot,
    WaitingEntry,
)
from yakuba.handbook.services.bookings import holding

pytestmark = pytest.mark.django_db(transaction=True)
BORN = date(2025, 5, 1)


def test_a_family_finds_a_time_holds_it_and_confirms_it(family: Client, child: Child) -> None:
    slot = soon(an_offer("離乳食教室"))
    assert "離乳食教室" in text(family.get(f"{HOME}for/{child.reference}/"))
    assert slot.reference in text(family.get(times_of(child, slot)))
    answer = chosen(family, child, slot)
    page = family.get(answer["Location"])
    assert "まで確保しています" in text(page)
    assert page["Cache-Control"] == "no-store, private"
    booking = Booking.objects.get()
    assert family.post(f"{HOME}{booking.reference}/confirm/").status_code == 302
    booking.refresh_from_db()
    assert (booking.state, booking.account) == ("booked", child.guardians.get().account)
    assert "離乳食教室" in text(family.get(HOME))


def test_the_list_of_times_is_one_form_and_asks_the_database_as_often_for_one_time_as_for_many(
    family: Client, child: Child, django_assert_num_queries: Any
) -> None:
    offer = an_offer("離乳食教室")
    first = soon(offer)
    for number in range(1, 40):
        soon(offer, days=11 + number)
    page = times_of(child, first)
    family.get(page)
    with django_assert_num_queries(6):  # session, child, offer, holds that are over, times, own bookings
        shown = text(family.get(page))
    assert shown.count('name="csrfmiddlewaretoken"') == shown.count("<form") == 1
    assert shown.count('name="hold"') == Slot.objects.count() == 40
    with django_assert_num_queries(4):  # session, child, offers, times
        family.get(f"{HOME}for/{child.reference}/")


def test_only_the_button_of_a_time_holds_it(family: Client, child: Child) -> None:
    slot = soon(an_offer())
    assert family.post(f"{times_of(child, slot)}hold/", {"key": "k"}).status_code == 404
    assert family.post(f"{times_of(child, slot)}hold/", {"key": "k", "hold": "other"}).status_code == 404
    assert not Booking.objects.exists()


def test_pressing_twice_is_one_booking(family: Client, child: Child) -> None:
    slot = soon(an_offer(), 1)
    first, second = (chosen(family, child, slot)["Location"] for _ in range(2))
    assert first == second
    assert Slot.objects.get().used == 1


def test_the_same_time_in_another_tab_is_the_hold_that_there_is(family: Client, child: Child) -> None:
    slot = soon(an_offer(), 1)
    first = chosen(family, child, slot)["Location"]
    assert chosen(family, child, slot, key="another tab")["Location"] == first
    assert Booking.objects.count() == 1
    family.post(f"{first}confirm/")
    answer = chosen(family, child, slot, key="a third tab")
    assert answer.status_code == 409
    assert "この時間は、すでに予約しています" in text(answer)


@pytest.mark.parametrize("rules", [{"once": True}, {"most_open": 1}, {}])
def test_going_back_and_choosing_another_time_gives_the_first_one_back(
    family: Client, child: Child, rules: dict[str, Any]
) -> None:
    offer = an_offer("1歳6か月児健診", **rules)
    first, second = soon(offer, 1), soon(offer, 1, days=11)
    chosen(family, child, first, key="one")
    answer = chosen(family, child, second, key="two")
    assert answer.status_code == 302
    used = {slot.pk: slot.used for slot in Slot.objects.all()}
    assert used == {first.pk: 0, second.pk: 1}
    family.post(f"{answer['Location']}confirm/")
    # A booking that was confirmed is not given up by looking at other times.
    third = chosen(family, child, first, key="three")
    assert third.status_code == (409 if rules else 302)
    assert Booking.objects.get(slot=second).state == "booked"


def test_what_was_kept_stays_when_the_other_time_is_full(family: Client, child: Child) -> None:
    offer = an_offer()
    kept, full = soon(offer, 1), soon(offer, 1, days=11)
    holding.book(a_wish(full, "somebody"), now=timezone.now())
    chosen(family, child, kept, key="one")
    assert chosen(family, child, full, key="two").status_code == 409
    assert Booking.objects.get(slot=kept).state == "held"


def test_a_place_offered_from_the_line_stays_while_another_is_looked_at(family: Client, child: Child) -> None:
    offer = an_offer()
    full, other = soon(offer, 1), soon(offer, 1, days=11)
    taken = holding.book(a_wish(full, "somebody"), now=timezone.now())
    chosen(family, child, full, act="wait")
    holding.cancel(taken.reference, asker=OFFICE, now=timezone.now())
    offered = Booking.objects.get(slot=full, child_reference=child.reference)
    chosen(family, child, other, key="two")
    offered.refresh_from_db()
    assert offered.state == State.HELD.value


def test_what_is_not_for_the_child_says_why_and_cannot_be_held(family: Client, child: Child) -> None:
    late = soon(an_offer("赤ちゃん教室", age_until="12m"))
    page = text(family.get(f"{HOME}for/{child.reference}/"))
    assert "ほかのものが予約できない理由" in page
    assert "対象の年齢を過ぎています" in page
    answer = chosen(family, child, late)
    assert answer.status_code == 409
    assert "対象の年齢を過ぎています" in text(answer)


def test_a_full_time_leads_to_the_waiting_list_and_its_offer_to_a_booking(
    family: Client, child: Child
) -> None:
    slot = soon(an_offer(), 1)
    other = holding.book(a_wish(slot, "other", asker=OFFICE), now=timezone.now())
    assert "空き待ちに申し込む" in text(family.get(times_of(child, slot)))
    joined = chosen(family, child, slot, act="wait")
    assert "空き待ちに申し込みました" in text(family.get(joined["Location"]))
    page = text(family.get(HOME))
    assert "空き待ちをやめる" in page
    assert "空き待ちに申し込みました" not in page
    holding.cancel(other.reference, asker=OFFICE, now=timezone.now())
    mine = Booking.objects.get(child_reference=child.reference)
    assert "空きが出ました" in text(family.get(f"{HOME}{mine.reference}/"))
    family.post(f"{HOME}{mine.reference}/confirm/")
    assert WaitingEntry.objects.get().state == "taken"


def test_a_time_whose_room_is_full_leads_to_the_waiting_list_too(family: Client, child: Child) -> None:
    room, advice = a_room(1), an_offer("相談")
    slot = soon(advice, 1, rooms=(room,))
    half = timedelta(minutes=30)
    other = soon(advice, 1, start=slot.start + half, end=slot.end + half, rooms=(room,))
    holding.book(a_wish(other, "other", asker=OFFICE), now=timezone.now())
    page = text(family.get(times_of(child, slot)))
    assert page.count("空き待ちに申し込む") >= 2
    assert "空きのある枠" not in text(family.get(f"{HOME}for/{child.reference}/"))
    assert chosen(family, child, slot, act="wait").status_code == 302


def test_a_family_leaves_the_line(family: Client, child: Child) -> None:
    slot = soon(an_offer(), 1)
    holding.book(a_wish(slot, "other", asker=OFFICE), now=timezone.now())
    chosen(family, child, slot, act="wait")
    entry = WaitingEntry.objects.get()
    for _ in range(2):
        assert family.post(f"{HOME}line/{entry.reference}/leave/").status_code == 302
    entry.refresh_from_db()
    assert entry.state == "left"


def test_a_family_moves_and_cancels(family: Client, child: Child) -> None:
    offer = an_offer(once=True)
    old, new, full = soon(offer), soon(offer, days=12), soon(offer, 1, days=14)
    holding.book(a_wish(full, "other", asker=OFFICE), now=timezone.now())
    chosen(family, child, old)
    booking = Booking.objects.get(child_reference=child.reference)
    family.post(f"{HOME}{booking.reference}/confirm/")
    page = text(family.get(f"{times_of(child, new)}?move={booking.reference}"))
    assert "予約はそのままです" in page
    refused = chosen(family, child, full, move=booking.reference, key="full")
    assert "満員" in text(refused)
    answer = chosen(family, child, new, move=booking.reference, key="new")
    moved = Booking.objects.get(slot=new)
    assert answer["Location"] == f"{HOME}{moved.reference}/"
    family.post(f"{HOME}{moved.reference}/cancel/")
    assert set(Slot.objects.exclude(pk=full.pk).values_list("used", flat=True)) == {0}
    assert "取消し" in text(family.get(f"{HOME}{moved.reference}/"))


def test_the_calendar_file_names_neither_child_nor_offer(family: Client, child: Child) -> None:
    slot = soon(an_offer("1歳6か月児健診", place="保健センター"))
    chosen(family, child, slot)
    booking = Booking.objects.get()
    answer = family.get(f"{HOME}{booking.reference}/booking.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert child.name not in text(answer)
    assert "健診" not in text(answer)
    assert f"UID:{booking.visit}@" in text(answer)


def test_a_hold_that_is_over_cannot_be_confirmed(family: Client, child: Child) -> None:
    chosen(family, child, soon(an_offer()))
    Booking.objects.update(expires_at=timezone.now())
    booking = Booking.objects.get()
    assert "時間切れ" in text(family.get(f"{HOME}{booking.reference}/"))
    answer = family.post(f"{HOME}{booking.reference}/confirm/")
    assert answer.status_code == 409
    assert "確保の時間が過ぎました" in text(answer)
    assert Slot.objects.get().used == 0


def test_what_is_another_familys_does_not_exist(family: Client, child: Child) -> None:
    slot = soon(an_offer(), 1)
    chosen(family, child, slot)
    booking = Booking.objects.get()
    other_account, (other,) = a_family(BORN)
    stranger = signed_in(other_account)
    for path in ("", "confirm/", "cancel/", "booking.ics"):
        ask = stranger.post if path in ("confirm/", "cancel/") else stranger.get
        assert ask(f"{HOME}{booking.reference}/{path}").status_code == 404
    assert stranger.get(f"{HOME}for/{child.reference}/").status_code == 404
    assert chosen(stranger, child, slot).status_code == 404
    assert chosen(stranger, other, slot, move=booking.reference, key="x").status_code == 404
    holding.cancel(booking.reference, asker=OFFICE, now=timezone.now())
    holding.book(a_wish(slot, "third", asker=OFFICE), now=timezone.now())
    chosen(family, child, slot, act="wait", key="w")
    assert stranger.post(f"{HOME}line/{WaitingEntry.objects.get().reference}/leave/").status_code == 404


def test_a_reader_books_nothing(child: Child, family: Client) -> None:
    child.guardians.update(role="reader")
    assert family.get(f"{HOME}for/{child.reference}/").status_code == 404


def test_nobody_sees_anything_without_signing_in(client: Client, child: Child) -> None:
    slot = soon(an_offer())
    for path in (HOME, times_of(child, slot), f"{HOME}x/"):
        assert client.get(path).status_code == 302
    assert client.post(f"{HOME}x/confirm/").status_code == 302


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_every_page_in_every_language(language: str) -> None:
    account, (child,) = a_family(date.today() - timedelta(days=500))  # noqa: DTZ011 - an age, to the day
    family = signed_in(account, language)
    offer = an_offer("教室", words={"en": {"title": "Weaning class"}, "ja-x-easy": {"title": "ごはんの教室"}})
    slot = soon(offer)
    chosen(family, child, slot)
    booking = Booking.objects.get()
    for path in (HOME, f"{HOME}for/{child.reference}/", times_of(child, slot), f"{HOME}{booking.reference}/"):
        page = text(family.get(path))
        assert f'lang="{language}"' in page
        assert {"ja": "教室", "en": "Weaning class", "ja-x-easy": "ごはんの教室"}[language] in page
        assert not re.search(r"&lt;ruby|%\(|\{[^{}|]+\|", page)
