"""Plans and bookings become notices: once an adult, moved and ended with what they are about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from tests.handbook.bookings.conftest import OFFICE, a_slot, an_offer, staff
from tests.handbook.family.conftest import account, guard, months_ago, registered, signed_in
from tests.handbook.family.test_plans import adopted
from yakuba.core.notify.models import Event, InboxItem, Message
from yakuba.core.notify.registry import Request, addressee, ask, recipient_words
from yakuba.core.notify.services.sending import send_due
from yakuba.core.notify.wording import text_of
from yakuba.core.people.models import Role, User
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.models import Child, FamilyAccount, PublishedRulebook, RegisteredChild, Slot
from yakuba.handbook.services import reminders
from yakuba.handbook.services.bookings import holding, moving, slots, waiting
from yakuba.handbook.services.bookings.parties import Asker, Wish, fresh_reference, party_of
from yakuba.handbook.services.families import accounts, children, doses, joining, plans, sharing
from yakuba.handbook.services.families.rules import in_use

pytestmark = pytest.mark.django_db


def standing(adult: FamilyAccount, kind: str) -> list[Event]:
    """Events of an adult that stand, in order of time."""
    rows = Event.objects.filter(recipient=reminders.recipient_of(adult), kind=kind, cancelled_at=None)
    return list(rows.order_by("at"))


def wish(slot: Slot, child: Child, asker: Asker) -> Wish:
    return Wish(slot.pk, party_of(child), asker, fresh_reference(), fresh_reference())


def soon(**more: Any) -> Slot:
    """A slot in nine days, open for everybody."""
    start = timezone.now().replace(microsecond=0) + timedelta(days=9)
    more = {"opens_at": start - timedelta(days=30), "closes_at": start - timedelta(hours=1), **more}
    return a_slot(an_offer("離乳食教室", words={"en": {"title": "Weaning class"}}), start=start, **more)


def sign_rulebook(name: str = "佐々木 文") -> None:
    """The shipped book, published with a sign-off of today."""
    from importlib import resources

    content = (resources.files("yakuba.handbook") / "rulebooks/jp/2026.yaml").read_text(encoding="utf-8")
    PublishedRulebook.objects.create(
        sha256="s" * 64,
        content=content,
        signed_name=name,
        signed_on=timezone.localdate(),
        published_at=timezone.now(),
    )


@pytest.fixture
def officer(db: None) -> User:
    return staff(Role.OFFICER, "31001")


@pytest.fixture
def planned(child: Child, parent: FamilyAccount, now: datetime) -> Child:
    adopted(child, parent, now)
    return child


def test_every_visit_of_an_adopted_plan_is_one_notice_an_adult(
    planned: Child, parent: FamilyAccount, now: datetime
) -> None:
    days = [one.on for one in planned.planned_visits.order_by("on")]
    assert days
    found = standing(parent, reminders.VISIT)
    assert [timezone.localtime(one.at).date() for one in found] == days
    assert all(one.all_day for one in found)
    before = Message.objects.count()
    reminders.sync(planned, now)
    assert Message.objects.count() == before
    assert {one.sequence for one in standing(parent, reminders.VISIT)} == {0}


def test_a_visit_that_moves_stays_the_same_entry_and_a_plan_taken_back_ends_it(
    planned: Child, parent: FamilyAccount, now: datetime
) -> None:
    before = {one.key: one for one in standing(parent, reminders.VISIT)}
    first = planned.planned_visits.order_by("on")[0].on
    adopted(planned, parent, now, plans.Asked(plans.Blocked(first, first + timedelta(days=20))))
    after = {one.key: one for one in standing(parent, reminders.VISIT)}
    moved = [key for key in before.keys() & after.keys() if before[key].at != after[key].at]
    assert moved
    assert all(after[key].uid == before[key].uid and after[key].sequence == 1 for key in moved)
    plans.undo(planned, now)
    assert {one.key: one.at for one in standing(parent, reminders.VISIT)} == {
        key: one.at for key, one in before.items()
    }
    plans.undo(planned, now)
    assert standing(parent, reminders.VISIT) == []


def test_who_joins_is_told_of_what_is_planned_and_who_leaves_is_not(
    planned: Child, parent: FamilyAccount, now: datetime
) -> None:
    other = account("父")
    _, code = sharing.invite(planned, "reader", parent, now)
    sharing.accept(code, "192.0.2.1", now, account=other)
    assert len(standing(other, reminders.VISIT)) == len(standing(parent, reminders.VISIT)) > 0
    sharing.end(planned, planned.guardians.get(account=other).pk, parent, now)
    assert standing(other, reminders.VISIT) == []
    assert standing(parent, reminders.VISIT)


def test_a_visit_whose_doses_are_all_written_down_is_over(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    today = timezone.localdate(now)
    shots = [{"vaccine": "BCG", "dose": 1}]
    child.planned_visits.create(on=today + timedelta(days=3), shots=shots, fixed=False, planned_at=now)
    reminders.sync(child, now)
    assert len(standing(parent, reminders.VISIT)) == 1
    dose = doses.record(child, doses.Entry("BCG", "", today), in_use(), parent, now)
    assert standing(parent, reminders.VISIT) == []
    doses.take_back(dose, now)
    assert len(standing(parent, reminders.VISIT)) == 1


def test_nothing_leaves_from_a_rule_book_that_nobody_confirmed(
    planned: Child, parent: FamilyAccount, now: datetime
) -> None:
    due = Message.objects.order_by("due")[0].due
    send_due(clock=lambda: due)
    assert not InboxItem.objects.exists()
    assert set(Message.objects.filter(due__lte=due).values_list("reason", flat=True)) == {
        "handbook.not_signed_off"
    }
    sign_rulebook()
    send_due(clock=lambda: due + timedelta(hours=1))
    assert InboxItem.objects.get().recipient == reminders.recipient_of(parent)


def test_what_is_in_the_inbox_names_child_and_doses_and_the_subject_neither(
    planned: Child, parent: FamilyAccount, now: datetime
) -> None:
    sign_rulebook()
    due = Message.objects.order_by("due")[0].due
    send_due(clock=lambda: due)
    inside = signed_in(parent)
    page = inside.get("/handbook/notices/").content.decode()
    assert page.count("/handbook/notices/") > 1
    item = InboxItem.objects.get()
    notice = inside.get(f"/handbook/notices/{item.pk}/").content.decode()
    assert "ひなたさんの接種の予定日は" in notice
    assert "1回目" in notice or "2回目" in notice
    stranger = signed_in(account("他人"))
    assert stranger.get(f"/handbook/notices/{item.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "B型肝炎"), ("en", "Hepatitis B, dose 1; Rotavirus, dose 1"), ("ja-x-easy", "{注射|ちゅうしゃ}")],
)
def test_the_text_is_in_the_readers_language(language: str, words: str) -> None:
    from yakuba.core.notify.registry import kind_named

    kind = kind_named(reminders.VISIT)
    assert kind is not None
    params = {"name": "ひなた", "shot00": "HEPB:1:B型肝炎", "shot01": "ROTA:1:ロタウイルス"}
    text = text_of(kind, params, timezone.now(), language, all_day=True)
    assert words in " ".join(text.paragraphs)
    with override(language):
        assert "ひなた" not in text.subject
        assert all(one not in text.subject for one in ("HEPB", "B型肝炎", "Hepatitis"))


def test_a_protected_child_is_held_back_and_a_stranger_is_told_nothing(
    planned: Child, parent: FamilyAccount
) -> None:
    sign_rulebook()
    event = standing(parent, reminders.VISIT)[0]

    def verdict(recipient: str) -> str:
        request = Request(
            "send", recipient, event.key, event.kind, "mail", event.at, {"child": planned.reference}
        )
        return getattr(ask(request), "reason", "sent")

    assert verdict(event.recipient) == "sent"
    assert verdict(reminders.recipient_of(account("他人"))) == "handbook.not_theirs"
    Child.objects.filter(pk=planned.pk).update(sharing_closed=True)
    assert verdict(event.recipient) == "handbook.protected"
    Child.objects.filter(pk=planned.pk).update(ended_at=timezone.now())
    assert verdict(event.recipient) == "handbook.gone"


def test_a_booking_is_one_notice_that_moves_and_ends_with_it(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    slot, asker = soon(), Asker.family(parent)
    held = holding.reserve(wish(slot, child, asker), State.HELD, now=now)
    assert standing(parent, reminders.BOOKING) == []
    holding.confirm(held.reference, asker=asker, now=now)
    (event,) = standing(parent, reminders.BOOKING)
    assert (event.at, event.until) == (slot.start, slot.end)
    later = a_slot(
        slot.offer, start=slot.start + timedelta(days=1), end=slot.end + timedelta(days=1),
        opens_at=slot.opens_at, closes_at=slot.start,
    )  # fmt: skip
    moved = moving.move(held.reference, wish(later, child, asker), now=now)
    (again,) = standing(parent, reminders.BOOKING)
    assert (again.pk, again.at, again.sequence) == (event.pk, later.start, event.sequence + 2)
    holding.cancel(moved.reference, asker=asker, now=now)
    assert standing(parent, reminders.BOOKING) == []
    told = Event.objects.filter(kind__in=[reminders.BOOKED, reminders.MOVED, reminders.CANCELLED])
    assert not told.exists()  # what the family did itself it knows


def test_what_the_counter_books_and_calls_off_is_told_at_once_to_every_adult(
    child: Child, parent: FamilyAccount, officer: User, now: datetime
) -> None:
    other = account("父")
    guard(other, child, "reader")
    slot = soon()
    holding.book(wish(slot, child, OFFICE), now=now)
    assert [len(standing(one, reminders.BOOKED)) for one in (parent, other)] == [1, 1]
    assert [len(standing(one, reminders.BOOKING)) for one in (parent, other)] == [1, 1]
    slots.cancel_slot(slot, by=officer, now=now)
    assert [len(standing(one, reminders.BOOKING)) for one in (parent, other)] == [0, 0]
    run = send_due(clock=lambda: now)
    assert run.counts["sent:in_app"] == 4  # booked and cancelled, twice
    item = InboxItem.objects.filter(recipient=reminders.recipient_of(parent)).latest("pk")
    page = signed_in(parent).get(f"/handbook/notices/{item.pk}/").content.decode()
    assert "離乳食教室" in page


def test_a_place_offered_to_who_waits_is_told_and_only_while_it_is_kept(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    sibling, asker = registered("sibling", months_ago(8)), Asker.family(parent)
    guard(parent, sibling)
    slot = soon(capacity=1)
    booked = holding.book(wish(slot, sibling, asker), now=now)
    entry = waiting.join(wish(slot, child, asker), now=now)
    holding.cancel(booked.reference, asker=asker, now=now)
    waiting.promote(slot.pk, now)
    entry.refresh_from_db()
    assert entry.state == "offered"
    assert entry.booking is not None
    (offered,) = standing(parent, reminders.OFFERED)
    assert offered.at == entry.booking.expires_at
    holding.confirm(entry.booking.reference, asker=asker, now=now)
    send_due(clock=lambda: now)
    assert set(offered.messages.values_list("reason", flat=True)) == {"handbook.over"}


def test_the_account_takes_its_notices_and_its_language_along(
    planned: Child, parent: FamilyAccount, now: datetime
) -> None:
    from yakuba.core.notify.services.preferences import language_of

    accounts.rename(parent, "母", "en")
    assert language_of(reminders.recipient_of(parent)) == "en"
    recipient = reminders.recipient_of(parent)
    assert Event.objects.filter(recipient=recipient).exists()
    accounts.delete_account(parent, now)
    assert not Event.objects.filter(recipient=recipient).exists()


def test_a_child_put_together_with_the_registers_is_told_of_once(
    parent: FamilyAccount, child: Child, now: datetime
) -> None:
    own = children.add(parent, "ひな", child.birth, None, "", now)
    adopted(own, parent, now)
    assert standing(parent, reminders.VISIT)
    joining.join(parent, child, own.reference)
    assert standing(parent, reminders.VISIT)
    assert all(child.reference in one.key for one in standing(parent, reminders.VISIT))


def test_a_letter_goes_to_the_household_of_the_register_alone(
    child: Child, parent: FamilyAccount, officer: User
) -> None:
    there = RegisteredChild.objects.create(
        number="10001", reference=child.reference, name="汐見 ひなた", birth=child.birth,
        guardian="汐見 文", postal_code="100-0001", address="汐見区波町1-2-3",
    )  # fmt: skip
    recipient = reminders.recipient_of(parent)
    params = {"child": child.reference}
    found = addressee(recipient, {**params, "owner": "1"})
    assert found is not None
    assert found.lines == ("〒100-0001", "汐見区波町1-2-3", "汐見 文　様")
    assert addressee(recipient, params) is None  # somebody who was invited
    assert recipient_words(recipient, officer) == "汐見 ひなた（10001）の家庭"
    RegisteredChild.objects.filter(pk=there.pk).update(flagged=True)
    assert addressee(recipient, {**params, "owner": "1"}) is None
    assert recipient_words(recipient, officer) == ""


def test_nobody_reads_notices_without_signing_in(client: Client) -> None:
    for path in ("", "choices/", "dates.ics", "1/"):
        answer = client.get(f"/handbook/notices/{path}")
        assert answer.status_code == 302
        assert "/handbook/" in answer.headers["Location"]


def told(adult: FamilyAccount, kind: str) -> InboxItem:
    """The latest of a kind in the inbox of an adult."""
    return InboxItem.objects.filter(recipient=reminders.recipient_of(adult), kind=kind).latest("pk")


def test_a_notice_about_a_booking_leads_to_it_and_after_a_move_to_where_it_is_now(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    slot = soon()
    booked = holding.book(wish(slot, child, OFFICE), now=now)
    send_due(clock=lambda: now)
    item, inside = told(parent, reminders.BOOKED), signed_in(parent)
    link = f'href="/handbook/notices/{item.pk}/about"'
    assert link in inside.get("/handbook/notices/").content.decode()
    assert InboxItem.objects.get(pk=item.pk).read_at is None
    answer = inside.get(f"/handbook/notices/{item.pk}/about")
    assert answer.headers["Location"] == f"/handbook/bookings/{booked.reference}/"
    assert inside.get(answer.headers["Location"]).status_code == 200
    assert InboxItem.objects.get(pk=item.pk).read_at is not None
    later = a_slot(
        slot.offer, start=slot.start + timedelta(days=1), end=slot.end + timedelta(days=1),
        opens_at=slot.opens_at, closes_at=slot.start,
    )  # fmt: skip
    moved = moving.move(booked.reference, wish(later, child, OFFICE), now=now)
    answer = inside.get(f"/handbook/notices/{item.pk}/about")
    assert answer.headers["Location"] == f"/handbook/bookings/{moved.reference}/"


def test_who_only_reads_is_led_to_the_plan_a_stranger_nowhere_and_who_left_to_the_notice(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    reader = account("祖母")
    held = guard(reader, child, "reader")
    holding.book(wish(soon(), child, OFFICE), now=now)
    send_due(clock=lambda: now)
    item = told(reader, reminders.BOOKED)
    about = f"/handbook/notices/{item.pk}/about"
    inside = signed_in(reader)
    assert inside.get(about).headers["Location"] == f"/handbook/children/{child.reference}/"
    assert signed_in(account("他人")).get(about).status_code == 404
    held.ended_at = now
    held.save()
    assert inside.get(about).headers["Location"] == f"/handbook/notices/{item.pk}/"


def test_a_reminder_of_a_planned_visit_leads_to_the_plan_and_other_notices_nowhere(
    planned: Child, parent: FamilyAccount
) -> None:
    sign_rulebook()
    due = Message.objects.order_by("due")[0].due
    send_due(clock=lambda: due)
    item, inside = told(parent, reminders.VISIT), signed_in(parent)
    answer = inside.get(f"/handbook/notices/{item.pk}/about")
    assert answer.headers["Location"] == f"/handbook/children/{planned.reference}/"
    InboxItem.objects.filter(pk=item.pk).update(kind="handbook.unknown")
    assert inside.get(f"/handbook/notices/{item.pk}/about").status_code == 404
    assert "/about" not in inside.get("/handbook/notices/").content.decode()


def test_the_mail_about_a_booking_carries_no_address_of_its_own(
    child: Child, parent: FamilyAccount, now: datetime, settings: Any
) -> None:
    from yakuba.core.notify.mail.compose import compose
    from yakuba.core.notify.outgoing import outgoing
    from yakuba.core.notify.registry import kind_named

    settings.YAKUBA_PUBLIC_ADDRESS = "https://handbook.example.jp/"
    booked = holding.book(wish(soon(), child, OFFICE), now=now)
    message = Message.objects.filter(event__kind=reminders.BOOKED)[0]
    kind = kind_named(reminders.BOOKED)
    assert kind is not None
    body = str(compose(outgoing(message, kind, language="ja"), "a@example.jp").body)
    assert "https://handbook.example.jp/" in body
    assert booked.reference not in body
    assert child.reference not in body
    assert "about" not in body
