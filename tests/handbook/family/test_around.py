"""What a family meets on the way: bookings beside the plan, its own language on a new device."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.handbook.bookings.conftest import a_slot, an_offer
from tests.handbook.family.conftest import PASSWORD, account, guard, signed_in
from yakuba.core.notify.services.sending import send_due
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Child, FamilyAccount
from yakuba.handbook.services.bookings import holding
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of

pytestmark = pytest.mark.django_db


def booked(child: Child, adult: FamilyAccount, *, held: bool = False, title: str = "離乳食教室") -> Booking:
    now = timezone.now()
    start = now.replace(microsecond=0) + timedelta(days=9)
    more = {"opens_at": now - timedelta(days=9), "closes_at": start - timedelta(hours=1)}
    slot = a_slot(an_offer(title), start=start, end=start + timedelta(hours=1), **more)
    wish = Wish(slot.pk, party_of(child), Asker.family(adult), fresh_reference(), fresh_reference())
    return (holding.hold if held else holding.book)(wish, now=now)


def test_a_booking_stands_on_the_plan_page_and_in_the_month(
    inside: Client, child: Child, parent: FamilyAccount
) -> None:
    booking = booked(child, parent)
    day = timezone.localdate(booking.slot.start)
    page = inside.get(f"/handbook/children/{child.reference}/").content.decode()
    assert f'href="/handbook/bookings/{booking.reference}/"' in page
    assert "離乳食教室" in page
    month = inside.get(f"/handbook/children/{child.reference}/month/{day.year}/{day.month}/").content.decode()
    assert f"{timezone.localtime(booking.slot.start):%-H:%M} 離乳食教室" in month
    assert f'id="d{day:%Y%m%d}"' in month


def test_cancelled_expired_and_other_peoples_bookings_do_not_stand_there(
    inside: Client, child: Child, parent: FamilyAccount
) -> None:
    gone = booked(child, parent)
    holding.cancel(gone.reference, asker=Asker.family(parent), now=timezone.now())
    late = booked(child, parent, held=True, title="育児相談")
    Booking.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    page = inside.get(f"/handbook/children/{child.reference}/").content.decode()
    assert "離乳食教室" not in page
    assert "育児相談" not in page


def test_who_only_reads_sees_the_booking_without_a_way_into_it(child: Child, parent: FamilyAccount) -> None:
    booking = booked(child, parent)
    reader = account("おばあちゃん")
    guard(reader, child, "reader")
    web = signed_in(reader)
    page = web.get(f"/handbook/children/{child.reference}/").content.decode()
    assert "離乳食教室" in page
    assert booking.reference not in page
    assert web.get(f"/handbook/bookings/{booking.reference}/").status_code == 404


def test_a_visit_that_was_kept_stays_in_the_month(
    inside: Client, child: Child, parent: FamilyAccount
) -> None:
    booking = booked(child, parent)
    Booking.objects.filter(pk=booking.pk).update(state=State.ATTENDED.value)
    day = timezone.localdate(booking.slot.start)
    assert "離乳食教室" not in inside.get(f"/handbook/children/{child.reference}/").content.decode()
    month = inside.get(f"/handbook/children/{child.reference}/month/{day.year}/{day.month}/").content.decode()
    assert "離乳食教室" in month


def test_unread_notices_are_told_on_every_page_but_their_own(
    inside: Client, child: Child, parent: FamilyAccount
) -> None:
    page = f"/handbook/children/{child.reference}/"
    assert "読んでいないお知らせ" not in inside.get(page).content.decode()
    booking = booked(child, parent)
    send_due(clock=lambda: timezone.localtime(booking.slot.start - timedelta(days=6)).replace(hour=10))
    unread = inside.get(page).content.decode()
    assert "読んでいないお知らせが1件あります" in unread
    inbox = inside.get("/handbook/notices/").content.decode()
    assert "読んでいないお知らせ" not in inbox
    inside.post("/handbook/notices/read")
    assert "読んでいないお知らせ" not in inside.get(page).content.decode()


@pytest.mark.parametrize(("chosen", "wanted"), [("", "en"), ("ja-x-easy", "ja-x-easy")])
def test_a_new_device_speaks_the_familys_language_unless_another_was_chosen(
    parent: FamilyAccount, chosen: str, wanted: str
) -> None:
    parent.language = "en"
    parent.save(update_fields=["language"])
    web = Client()
    if chosen:
        web.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
    name = f"parent{parent.pk}"
    answer = web.post("/handbook/", {"login": name, "password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    assert f'<html lang="{wanted}"' in answer.content.decode()
