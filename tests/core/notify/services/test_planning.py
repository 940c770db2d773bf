"""Events become rows, once each."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.core.notify.conftest import NOW, VISIT, WHO, Clock
from yakuba.core.exchange.models import ItemForStaff
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import Delivery, Event, InboxItem, Message
from yakuba.core.notify.registry import DAY, HOUR
from yakuba.core.notify.services.planning import cancel, forget, plan, replan
from yakuba.core.notify.services.preferences import BadChoice, choose, language_of, set_language
from yakuba.core.notify.services.sending import send_due

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(days=20)


def rows(key: str = "visit:1") -> dict[tuple[str, int], tuple[str, int, datetime]]:
    """Channel and lead time → state, revision, due."""
    found = Message.objects.filter(event__key=key)
    return {(row.channel, row.lead): (row.state, row.revision, row.due) for row in found}


def states(key: str = "visit:1") -> dict[tuple[str, int], str]:
    return {name: state for name, (state, _, _) in rows(key).items()}


def test_a_row_for_each_channel_and_lead_time(mail: Any, verified: Any) -> None:
    verified()
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert rows() == {
        (channel, lead): (State.WAITING, 1, AT - timedelta(minutes=lead))
        for channel in ("in_app", "mail")
        for lead in (7 * DAY, DAY)
    }
    assert all(row.next_attempt == row.due for row in Message.objects.all())


def test_planning_again_changes_nothing(mail: Any, verified: Any) -> None:
    verified()
    first = plan(WHO, "visit:1", kind=VISIT, at=AT, params={"child": "青"}, now=NOW)
    before, changed = rows(), first.changed_at
    again = plan(WHO, "visit:1", kind=VISIT, at=AT, params={"child": "青"}, now=NOW + timedelta(hours=1))
    assert (again.pk, again.sequence, again.changed_at) == (first.pk, 0, changed)
    assert rows() == before


def test_without_a_proven_address_there_is_no_mail(mail: Any, verified: Any) -> None:
    contact = verified()
    contact.verified_at = None
    contact.save()
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert {channel for channel, _ in rows()} == {"in_app"}


def test_without_a_mail_server_there_is_no_mail(verified: Any) -> None:
    verified()
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert {channel for channel, _ in rows()} == {"in_app"}


def test_a_moved_event_moves_its_rows_and_raises_its_sequence() -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    later = AT + timedelta(days=3)
    event = plan(WHO, "visit:1", kind=VISIT, at=later, now=NOW)
    assert event.sequence == 1
    assert rows() == {
        ("in_app", lead): (State.WAITING, 1, later - timedelta(minutes=lead)) for lead in (7 * DAY, DAY)
    }


def test_an_event_that_moves_after_its_reminder_is_told_once_more(clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    clock.at = AT - timedelta(days=6)
    send_due(clock=clock)
    assert states() == {("in_app", 7 * DAY): State.SENT, ("in_app", DAY): State.WAITING}
    later = AT + timedelta(days=10)
    plan(WHO, "visit:1", kind=VISIT, at=later, now=clock())
    assert rows()["in_app", 7 * DAY] == (State.WAITING, 2, later - timedelta(days=7))
    assert rows()["in_app", DAY] == (State.WAITING, 1, later - timedelta(days=1))
    assert InboxItem.objects.get().withdrawn_at == clock()
    clock.at = later - timedelta(hours=1)
    send_due(clock=clock)
    assert sorted(Delivery.objects.values_list("message__lead", "revision")) == [
        (DAY, 1), (7 * DAY, 1), (7 * DAY, 2),
    ]  # fmt: skip
    assert InboxItem.objects.filter(withdrawn_at=None).count() == 2


def test_an_event_that_moves_nearer_drops_what_has_no_time_left(clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    plan(WHO, "visit:1", kind=VISIT, at=NOW + timedelta(days=3), now=NOW)
    assert states() == {("in_app", 7 * DAY): State.CANCELLED, ("in_app", DAY): State.WAITING}
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert set(states().values()) == {State.WAITING}


def test_a_reminder_that_left_stays_sent_when_only_the_words_change(clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    clock.at = AT - timedelta(days=6)
    send_due(clock=clock)
    event = plan(WHO, "visit:1", kind=VISIT, at=AT, params={"place": "x"}, now=clock())
    assert event.sequence == 1
    assert states()["in_app", 7 * DAY] == State.SENT
    assert InboxItem.objects.get().withdrawn_at is None


def test_at_short_notice_one_reminder_leaves_at_once_and_only_once(clock: Clock) -> None:
    soon = NOW + timedelta(hours=5)
    plan(WHO, "visit:1", kind=VISIT, at=soon, now=NOW)
    assert rows() == {("in_app", DAY): (State.WAITING, 1, NOW)}
    plan(WHO, "visit:1", kind=VISIT, at=soon, now=clock.forward(minutes=20))
    assert rows() == {("in_app", DAY): (State.WAITING, 1, NOW)}
    send_due(clock=clock)
    plan(WHO, "visit:1", kind=VISIT, at=soon, now=clock.forward(minutes=20))
    send_due(clock=clock)
    assert InboxItem.objects.count() == 1


def test_a_cancelled_event_is_told_to_nobody(clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert cancel(WHO, "visit:1", now=clock.forward(hours=1))
    assert not cancel(WHO, "visit:1", now=clock())
    assert not cancel(WHO, "visit:2", now=clock())
    event = Event.objects.get()
    assert (event.sequence, event.cancelled_at) == (1, clock())
    assert set(states().values()) == {State.CANCELLED}
    clock.at = AT - timedelta(hours=1)
    assert not send_due(clock=clock).counts
    assert not InboxItem.objects.exists()


def test_a_cancelled_event_comes_back_when_it_is_planned_again() -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    cancel(WHO, "visit:1", now=NOW)
    event = plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert (event.sequence, event.cancelled_at) == (2, None)
    assert set(states().values()) == {State.WAITING}


def test_a_withdrawn_notice_is_marked_in_the_inbox_and_taken_off_paper(clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, channel_names=("letter",), now=NOW)
    clock.at = AT - timedelta(days=6)
    assert send_due(clock=clock).counts == {"sent:in_app": 1, "sent:letter": 1}
    cancel(WHO, "visit:1", now=clock())
    assert InboxItem.objects.get().withdrawn_at == clock()
    waiting = ItemForStaff.objects.get(batch=None)
    assert waiting.content == '{"withdrawn": true}'
    assert states()["in_app", 7 * DAY] == State.SENT  # what was sent stays told


def test_a_choice_of_the_person_changes_what_is_ahead(mail: Any, verified: Any, clock: Clock) -> None:
    verified()
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    choose(WHO, VISIT, channel_names=["in_app"], leads=[2 * HOUR, DAY], now=NOW)
    assert states() == {
        ("in_app", 7 * DAY): State.CANCELLED,
        ("in_app", DAY): State.WAITING,
        ("in_app", 2 * HOUR): State.WAITING,
        ("mail", 7 * DAY): State.CANCELLED,
        ("mail", DAY): State.CANCELLED,
    }
    choose(WHO, VISIT, channel_names=None, leads=None, now=NOW)
    assert states()["mail", DAY] == State.WAITING
    assert states()["in_app", 2 * HOUR] == State.CANCELLED


def test_a_general_choice_holds_for_kinds_without_their_own() -> None:
    choose(WHO, "", channel_names=["letter"], leads=[3 * DAY], now=NOW)
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    assert set(states()) == {("in_app", 3 * DAY), ("letter", 3 * DAY)}
    choose(WHO, VISIT, channel_names=["in_app"], leads=None, now=NOW)
    assert {name for name, state in states().items() if state == State.WAITING} == {("in_app", 3 * DAY)}


@pytest.mark.parametrize(
    ("kind", "names", "leads"),
    [("example.none", [], []), (VISIT, ["pigeon"], []), (VISIT, [], [-5]), ("notify.code", [], [])],
)
def test_a_choice_that_is_not_offered_is_refused(kind: str, names: list[str], leads: list[int]) -> None:
    with pytest.raises(BadChoice):
        choose(WHO, kind, channel_names=names, leads=leads)


def test_the_language_is_kept() -> None:
    assert language_of(WHO) == "ja"
    set_language(WHO, "en")
    assert language_of(WHO) == "en"
    with pytest.raises(BadChoice):
        set_language(WHO, "xx")


def test_the_systems_word_overrules_the_persons() -> None:
    choose(WHO, VISIT, channel_names=["letter"], leads=[DAY])
    plan(WHO, "visit:1", kind=VISIT, at=AT, leads=[3 * DAY], channel_names=["in_app"], now=NOW)
    assert set(states()) == {("in_app", 3 * DAY)}
    assert replan(WHO, now=NOW) == 1
    assert set(states()) == {("in_app", 3 * DAY)}


def test_unknown_kinds_and_naive_dates_are_refused() -> None:
    with pytest.raises(KeyError, match=r"example\.none"):
        plan(WHO, "x", kind="example.none", at=AT, now=NOW)
    with pytest.raises(ValueError, match="time zone"):
        plan(WHO, "x", kind=VISIT, at=datetime(2027, 1, 1), now=NOW)  # noqa: DTZ001
    assert not Event.objects.exists()


def test_everything_about_a_recipient_can_be_forgotten(verified: Any, clock: Clock) -> None:
    verified()
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    plan("example.family:8", "visit:1", kind=VISIT, at=AT, now=NOW)
    clock.at = AT - timedelta(hours=1)
    send_due(clock=clock)
    assert forget(WHO) == 1
    assert {event.recipient for event in Event.objects.all()} == {"example.family:8"}
    assert {item.recipient for item in InboxItem.objects.all()} == {"example.family:8"}


def test_the_database_itself_allows_one_row_each() -> None:
    event = plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(event=event, channel="in_app", lead=DAY, due=AT, next_attempt=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(event=event, channel="mail", lead=1, due=AT, next_attempt=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(event=event, channel="mail", lead=2, due=AT, next_attempt=AT, token="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(recipient=WHO, key="visit:1", kind=VISIT, at=AT)


@pytest.mark.django_db(transaction=True)
def test_many_who_plan_the_same_at_once_make_it_once() -> None:
    errors: list[BaseException] = []
    gate = threading.Barrier(6)

    def work(number: int) -> None:
        try:
            gate.wait()
            plan(WHO, "visit:1", kind=VISIT, at=AT + timedelta(days=number % 2), now=NOW)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    event = Event.objects.get()
    assert Message.objects.count() == 2
    assert {row.due + timedelta(minutes=row.lead) for row in Message.objects.all()} == {event.at}
