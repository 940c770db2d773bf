"""Families and bookings of the demo: no page of the handbook is empty, however often it is loaded."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from yakuba.core.notify.models import InboxItem
from yakuba.core.people.models import User
from yakuba.handbook.domain.bookings.eligibility import age_window
from yakuba.handbook.models import (
    Booking,
    Child,
    FamilyAccount,
    RegisteredChild,
    ServiceOffer,
    Slot,
    StaffTask,
    WaitingEntry,
)
from yakuba.handbook.rulebooks.load import builtin
from yakuba.handbook.services import births
from yakuba.handbook.services.families.entry import sign_in
from yakuba.site.demo import load
from yakuba.site.demo.city import make_city
from yakuba.site.demo.handbook_families import (
    BABY,
    DELIVERED,
    EXPECTED,
    FAMILIES,
    NEWBORN,
    THREE,
    TODDLER,
    with_families,
)
from yakuba.site.demo.handbook_life import run_life
from yakuba.site.demo.handbook_offers import OFFERS, PLACES, ROOMS
from yakuba.site.demo.handbook_run import activate, take

ON = date(2026, 11, 23)


def test_every_offer_has_words_in_every_language_and_a_rule_that_can_be_read() -> None:
    checks = {one.id for one in builtin("jp").health_checks}
    for one in OFFERS:
        assert set(one.words) == set(PLACES) == {"en", "ja-x-easy"}
        assert all(all(texts) for texts in one.words.values()), one.key
        age_window(one.rules.get("age_from", ""), one.rules.get("age_until", ""))
        assert one.rules.get("health_check") in {None, *checks}
        begin, end, minutes, _ = one.hours
        assert begin < end
        assert minutes % 5 == 0
        assert one.capacity <= ROOMS[one.room][2]


def test_the_families_stand_in_the_register_once_and_are_of_the_ages_that_offers_ask_for() -> None:
    made = with_families(ON)
    numbers = [one.number for one in made.children] + [one[0] for one in made.pregnancies]
    assert len(numbers) == len(set(numbers))
    assert {TODDLER, BABY, THREE, EXPECTED, DELIVERED} == {
        number for one in FAMILIES for number in one.children
    }
    born = {one.number: one.birth for one in made.children}
    assert timedelta(548) < ON - born[TODDLER] < timedelta(700)
    assert timedelta(3 * 366) < ON - born[THREE] < timedelta(4 * 365)
    assert with_families(ON).doses_csv() == made.doses_csv()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_loading_twice_gives_full_calendars_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path))
    load.load_people(make_city(1, nurseries=12))
    officer = User.objects.get(username="21001")
    activate(officer)
    take(officer, with_families(timezone.localdate(), 120))
    said = run_life(officer, load.PASSWORD)
    figures = (Booking.objects.count(), Slot.objects.count(), FamilyAccount.objects.count())
    assert run_life(officer, load.PASSWORD) == said
    assert (Booking.objects.count(), Slot.objects.count(), FamilyAccount.objects.count()) == figures
    assert ServiceOffer.objects.count() == len(OFFERS)

    assert InboxItem.objects.exists()  # what the office booked for a family by telephone
    full = Slot.objects.get(waiting__gt=0)
    assert full.used == full.capacity
    assert WaitingEntry.objects.filter(slot=full, account__isnull=False, state="waiting").count() == 1
    states = set(Booking.objects.values_list("state", flat=True))
    assert states == {"booked", "attended", "no_show"}
    for family in FAMILIES:
        account = sign_in(family.login, load.PASSWORD, "127.0.0.1", timezone.now())
        assert account.language == family.language
        children = Child.objects.filter(guardians__account=account)
        assert children.count() == len(family.children)
        mine = Booking.objects.filter(account=account, state="booked", slot__start__gt=timezone.now())
        assert mine.exists()
        planned = [one for one in children if one.planned_visits.exists()]
        assert len(planned) == len(family.planned)
        measured = sum(one.measurements.count() for one in children)
        assert measured == len(family.measures)
    question = StaffTask.objects.get(child__number=NEWBORN)  # a pregnancy that can be handed over
    pregnancy = RegisteredChild.objects.get(number=DELIVERED)
    assert question.detail["pregnancy"] == pregnancy.pk
    found = births.propose(pregnancy, question.child)
    assert (found.how, found.doses, found.code) == ("taken_over", 1, True)
    (observed,) = Child.objects.filter(observations__code="LONG_ILLNESS", observations__taken_back_at=None)
    assert RegisteredChild.objects.get(reference=observed.reference).number == THREE
    # The families keep the rules: nothing of theirs waits for a person.
    assert not StaffTask.objects.filter(child__number__in=[TODDLER, BABY, THREE]).exists()
