"""Lists of times may be a moment old; what is booked never rests on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.bookings.conftest import HOME, a_wish, an_offer, chosen, soon, text, times_of
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Booking, Child, Slot
from yakuba.handbook.services.bookings import boards, holding

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings: Any, nothing_kept: None) -> None:
    """Lists live for an hour: longer than any test."""
    settings.YAKUBA_LISTS_KEPT_S = 3600.0
    for board in (boards._BOARDS, boards._SUMMARIES):
        board._kept.clear()


@pytest.mark.usefixtures("kept")
def test_a_kept_list_asks_only_for_what_is_the_familys_own(
    family: Client, child: Child, django_assert_num_queries: Any
) -> None:
    slot = soon(an_offer())
    page = times_of(child, slot)
    family.get(page)
    with django_assert_num_queries(3):  # session, child, own bookings
        assert 'name="hold"' in text(family.get(page))
    offers = f"{HOME}for/{child.reference}/"
    family.get(offers)
    with django_assert_num_queries(2):  # session, child
        family.get(offers)


@pytest.mark.usefixtures("kept")
def test_a_place_that_is_gone_since_is_refused_though_the_list_still_shows_it(
    family: Client, child: Child
) -> None:
    slot = soon(an_offer(), 1)
    page = times_of(child, slot)
    assert 'name="hold"' in text(family.get(page))
    Slot.objects.update(used=1)  # by another process
    assert 'name="hold"' in text(family.get(page))
    answer = chosen(family, child, slot)
    assert answer.status_code == 409
    assert not Booking.objects.exists()
    assert Slot.objects.get().used == 1


@pytest.mark.usefixtures("kept")
def test_the_familys_own_place_shows_at_once_in_a_kept_list(family: Client, child: Child) -> None:
    slot = soon(an_offer(), 5)
    family.cookies["yakuba-language"] = "en"
    page = times_of(child, slot)
    assert "Your booking" not in text(family.get(page))
    assert chosen(family, child, slot).status_code == 302
    assert "Your booking" in text(family.get(page))
    Booking.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Your booking" not in text(family.get(page))


@pytest.mark.usefixtures("kept")
def test_a_kept_list_serves_families_whose_children_differ(family: Client, child: Child) -> None:
    offer = an_offer(age_until="3y")
    page = times_of(child, soon(offer))
    assert 'name="hold"' in text(family.get(page))
    child.birth = timezone.localdate() - timedelta(days=4 * 366)
    child.save()
    assert 'name="hold"' not in text(family.get(page))


def test_places_of_holds_that_are_over_are_free_in_the_list(family: Client, child: Child) -> None:
    then = timezone.now() - timedelta(minutes=6)
    slot = soon(an_offer(), 1, opens_at=then)
    holding.reserve(a_wish(slot, "another"), State.HELD, now=then)
    assert Slot.objects.get().used == 1
    assert 'name="hold"' in text(family.get(times_of(child, slot)))
    assert Slot.objects.get().used == 0
