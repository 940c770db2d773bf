"""Offers in easy Japanese: the staff's own words with their readings, else the Japanese ones."""

from __future__ import annotations

import pytest

from tests.handbook.bookings.conftest import HOME, a_family, an_offer, chosen, signed_in, soon, text, times_of
from yakuba.core.notify.models import InboxItem
from yakuba.core.notify.services.sending import send_due
from yakuba.handbook.models import Booking, Child
from yakuba.handbook.services.bookings import holding
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of

pytestmark = pytest.mark.django_db
RUBY = "<ruby>離乳食<rp>（</rp><rt>りにゅうしょく</rt><rp>）</rp></ruby>のクラス"


@pytest.mark.parametrize(
    ("language", "shown"), [("ja-x-easy", RUBY), ("ja", "離乳食教室"), ("en", "離乳食教室")]
)
def test_every_page_of_an_offer_shows_readings_to_readers_of_easy_japanese_alone(
    child: Child, language: str, shown: str
) -> None:
    words = {"ja-x-easy": {"title": "{離乳食|りにゅうしょく}のクラス", "place": ""}}
    slot = soon(an_offer(place="{汐見|しおみ}センター", words=words))
    family = signed_in(child.guardians.get().account, language)
    chosen(family, child, slot)
    booking = Booking.objects.get()
    for path in (HOME, f"{HOME}for/{child.reference}/", times_of(child, slot), f"{HOME}{booking.reference}/"):
        page = text(family.get(path))
        assert shown in page, path
        assert "離乳食|" not in page, path
    place = "<ruby>汐見<rp>（</rp><rt>しおみ</rt><rp>）</rp></ruby>センター"
    assert (place if language == "ja-x-easy" else "汐見センター") in page
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "<ruby>" not in title
    file = text(family.get(f"{HOME}{booking.reference}/booking.ics"))
    assert "LOCATION:汐見センター" in file


def test_the_waiting_list_is_named_in_the_readers_language(child: Child) -> None:
    offer = an_offer(words={"en": {"title": "Weaning class"}})
    slot = soon(offer, 1)
    chosen(signed_in((other := a_family(child.birth)[1][0]).guardians.get().account), other, slot)
    family = signed_in(child.guardians.get().account, "en")
    chosen(family, child, slot, "wait")
    page = text(family.get(HOME))
    assert "Weaning class" in page
    assert "離乳食教室" not in page


def test_a_notice_keeps_the_reading_behind_the_word(child: Child) -> None:
    from django.utils import timezone

    adult = child.guardians.get().account
    slot = soon(an_offer(words={"ja-x-easy": {"title": "{離乳食|りにゅうしょく}のクラス"}}))
    wish = Wish(slot.pk, party_of(child), Asker.counter(1), fresh_reference(), fresh_reference())
    holding.book(wish, now=timezone.now())
    send_due()
    item = InboxItem.objects.get()
    page = text(signed_in(adult, "ja-x-easy").get(f"/handbook/notices/{item.pk}/"))
    assert "離乳食（りにゅうしょく）のクラス" in page
