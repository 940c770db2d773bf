"""What is due leaves once; what can't leave waits, is held or is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from benchmarks.core.smtp_sink import Sink
from django.db import connection

from tests.core.notify.conftest import NOW, VISIT, WHO, Clock
from tests.core.notify.services.outbox import AT, due, mails, row, visit
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.notify.domain.schedule import JST
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import ContactPoint, Delivery, Event, InboxItem, Letter, Message
from yakuba.core.notify.paper.channel import take_letter
from yakuba.core.notify.registry import DAY, SEND, Drop, Hold, Request, Verdict, gate, kind
from yakuba.core.notify.services import claiming
from yakuba.core.notify.services.planning import cancel, plan
from yakuba.core.notify.services.preferences import set_language
from yakuba.core.notify.services.sending import anything_due, send_due

pytestmark = pytest.mark.django_db


def test_a_due_reminder_is_in_the_inbox_once(clock: Clock) -> None:
    due()
    assert anything_due(NOW)
    assert send_due(clock=clock).counts == {"sent:in_app": 1}
    assert not anything_due(NOW + timedelta(days=9))
    assert not send_due(clock=clock).counts
    item, delivery, message = InboxItem.objects.get(), Delivery.objects.get(), row("in_app")
    assert (item.recipient, item.kind, item.at, item.delivered_at) == (WHO, VISIT, AT, NOW)
    assert (message.state, message.sent_at, message.token, message.next_attempt) == (
        State.SENT,
        NOW,
        "",
        None,
    )
    assert message.receipt == delivery.receipt == f"inbox:{item.pk}"


def test_nothing_leaves_before_its_time(clock: Clock) -> None:
    visit(leads=[60], now=NOW)
    assert not send_due(clock=clock).counts


def test_a_mail_leaves_with_a_neutral_subject(mail: Sink, verified: Any, clock: Clock, settings: Any) -> None:
    settings.YAKUBA_PUBLIC_ADDRESS = "https://kosodate.example.jp/"
    verified()
    due(names=("mail",))
    assert send_due(clock=clock).counts == {"sent:in_app": 1, "sent:mail": 1}
    (got,) = mails(mail)
    message = row()
    assert got["Message-ID"] == f"<{message.uid}.1@shiomi.example.jp>"
    assert (got["To"], got["From"]) == ("a@example.jp", "oshirase@shiomi.example.jp")
    assert got["Auto-Submitted"] == "auto-generated"
    text = got.get_content()
    for secret in ("髙橋", "五種混合"):
        assert secret not in got["Subject"]
        assert secret not in text
    assert "令和8年11月24日" in text
    assert "https://kosodate.example.jp/" in text
    assert message.receipt == "smtp:accepted"


def test_many_mails_go_over_one_connection(mail: Sink, verified: Any, clock: Clock) -> None:
    verified()
    for number in range(7):
        due(f"visit:{number}", names=("mail",))
    assert send_due(clock=clock, at_once=3).counts == {"sent:in_app": 7, "sent:mail": 7}
    assert len({got["Message-ID"] for got in mails(mail)}) == 7


def test_a_mail_in_the_recipients_language(mail: Sink, verified: Any, clock: Clock) -> None:
    verified()
    set_language(WHO, "en")
    due(names=("mail",))
    send_due(clock=clock)
    (got,) = mails(mail)
    assert got["Subject"] == "A date is coming up"
    assert "Tuesday 24 November 2026, 10:00" in got.get_content()


def test_what_falls_into_the_quiet_hours_waits(mail: Sink, verified: Any, clock: Clock) -> None:
    verified()
    due(names=("mail",))
    clock.at = datetime(2026, 11, 23, 23, 0, tzinfo=JST)
    assert send_due(clock=clock).counts == {"quiet": 2}
    message = row()
    assert message.next_attempt == datetime(2026, 11, 24, 8, 0, tzinfo=JST)
    assert (message.state, message.attempts, message.token) == (State.WAITING, 0, "")
    clock.at = message.next_attempt
    assert send_due(clock=clock).counts == {"sent:in_app": 1, "sent:mail": 1}


def test_a_reminder_of_what_is_over_is_not_sent(clock: Clock) -> None:
    due()
    clock.at = AT
    assert send_due(clock=clock).counts == {"cancelled": 1}
    assert row("in_app").reason == "too_late"


def test_a_server_that_is_away_is_tried_again_and_then_given_up(
    mail: Sink, verified: Any, clock: Clock, settings: Any
) -> None:
    settings.YAKUBA_MAIL_PORT = 1  # nobody listens there
    verified()
    plan(
        WHO,
        "v",
        kind=VISIT,
        at=NOW + timedelta(days=30),
        leads=[30 * DAY - 1],
        channel_names=("mail",),
        now=NOW,
    )
    clock.forward(minutes=2)
    waits = []
    for attempt in range(1, 9):
        counts = send_due(clock=clock).counts
        message = row()
        assert message.attempts == attempt
        assert message.reason == "unreachable"
        if message.next_attempt is not None:
            assert counts["failed"] == 1
            assert message.state == State.FAILED
            waits.append(message.next_attempt - clock())
            clock.at = message.next_attempt
    assert row().state == State.GIVEN_UP
    assert waits[0] <= timedelta(minutes=1)
    assert waits[:5] == sorted(set(waits[:5]))


def test_an_address_that_is_refused_for_good_is_given_up_and_remembered(
    mail: Sink, verified: Any, clock: Clock
) -> None:
    mail.refuse["a@example.jp"] = 550
    verified()
    due(names=("mail",))
    assert send_due(clock=clock).counts["given_up"] == 1
    assert (row().state, row().reason) == (State.GIVEN_UP, "refused")
    assert ContactPoint.objects.get().bounced_at == NOW
    due("visit:2", names=("mail",))
    assert not Message.objects.filter(channel="mail", event__key="visit:2").exists()


def test_an_address_that_is_refused_for_now_is_tried_again(mail: Sink, verified: Any, clock: Clock) -> None:
    mail.refuse["a@example.jp"] = 450
    verified()
    due(names=("mail",))
    assert send_due(clock=clock).counts["failed"] == 1
    assert (row().state, row().reason) == (State.FAILED, "later")
    mail.refuse.clear()
    clock.forward(minutes=2)
    assert send_due(clock=clock).counts == {"sent:mail": 1}


def test_an_address_that_was_taken_away_is_not_written_to(mail: Sink, verified: Any, clock: Clock) -> None:
    contact = verified()
    due(names=("mail",))
    contact.delete()
    send_due(clock=clock)
    assert (row().state, row().reason) == (State.GIVEN_UP, "no_address")
    assert mail.mails == []


class Gate:
    """Answers what it was told, and remembers what it was asked."""

    def __init__(self, *answers: Verdict) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Verdict:
        self.asked.append(request)
        return self.answers.pop(0)


def test_a_gate_holds_a_notice_back_until_it_lets_it_go(clock: Clock) -> None:
    ask = Gate(Hold("example.not_signed_off"), SEND)
    gate(VISIT)(ask)
    due()
    assert send_due(clock=clock).counts == {"held": 1}
    message = row("in_app")
    assert (message.state, message.reason) == (State.HELD, "example.not_signed_off")
    assert message.next_attempt == NOW + timedelta(hours=1)
    clock.at = message.next_attempt
    assert send_due(clock=clock).counts == {"sent:in_app": 1}
    assert [(one.act, one.recipient, one.event, one.channel, one.again) for one in ask.asked] == [
        ("send", WHO, "visit:1", "in_app", False)
    ] * 2
    assert ask.asked[0].params["child"] == "髙橋 﨑"


def test_a_gate_can_stop_a_notice_for_good(clock: Clock) -> None:
    gate(VISIT)(Gate(Drop("example.gone")))
    due()
    assert send_due(clock=clock).counts == {"cancelled": 1}
    assert row("in_app").reason == "example.gone"


def test_a_gate_is_told_when_it_let_the_same_notice_go_before(
    mail: Sink, verified: Any, clock: Clock
) -> None:
    ask = Gate(SEND, SEND, SEND)
    gate(VISIT)(ask)
    mail.refuse["a@example.jp"] = 450
    verified()
    due(names=("mail",))
    send_due(clock=clock)
    clock.forward(minutes=2)
    send_due(clock=clock)
    assert [one.again for one in ask.asked if one.channel == "mail"] == [False, True]


def test_a_held_notice_ends_with_its_event(clock: Clock) -> None:
    gate(VISIT)(lambda request: Hold("x"))
    due()
    clock.at = AT - timedelta(minutes=20)
    send_due(clock=clock)
    assert row("in_app").next_attempt == AT
    clock.at = AT
    send_due(clock=clock)
    assert (row("in_app").state, row("in_app").reason) == (State.CANCELLED, "too_late")


def test_a_fault_in_one_notice_leaves_the_others_alone(clock: Clock, caplog: Any) -> None:
    def broken(values: Any) -> Any:
        raise ZeroDivisionError("髙橋")

    def fault(request: Request) -> Verdict:
        if request.event == "visit:1":
            broken({})
        return SEND

    gate(VISIT)(fault)
    due("visit:1")
    due("visit:2")
    assert send_due(clock=clock).counts == {"failed": 1, "sent:in_app": 1}
    assert Message.objects.get(event__key="visit:1").attempts == 1
    assert "髙橋" not in caplog.text


def test_a_kind_of_another_version_is_held(clock: Clock) -> None:
    due()
    Event.objects.update(kind="example.later")
    assert send_due(clock=clock).counts == {"held": 1}
    assert row("in_app").reason == "unknown_kind"


def test_mail_that_was_switched_off_is_held(mail: Sink, verified: Any, clock: Clock, settings: Any) -> None:
    verified()
    due(names=("mail",))
    settings.YAKUBA_MAIL_HOST = ""
    assert send_due(clock=clock).counts == {"sent:in_app": 1, "held": 1}
    assert row().reason == "channel_off"


def test_a_letter_reaches_the_staffs_side_in_the_same_run(clock: Clock) -> None:
    due(names=("letter",))
    assert send_due(clock=clock).counts == {"sent:in_app": 1, "sent:letter": 1}
    letter = Letter.objects.get()
    assert letter.reference == f"{row('letter').uid}.1"
    assert (letter.recipient, letter.kind, letter.at, letter.state) == (WHO, VISIT, AT, "waiting")
    assert "髙橋 﨑" in (letter.params or "")
    cancel(WHO, "visit:1", now=NOW)
    from yakuba.core.exchange.lanes import Lane
    from yakuba.core.exchange.sending import send

    send(Lane.STAFF)
    letter.refresh_from_db()
    assert (letter.state, letter.params) == ("withdrawn", "")


def test_a_letter_that_is_taken_twice_is_kept_once() -> None:
    content = {"recipient": WHO, "kind": VISIT, "language": "ja", "params": {}, "at": AT.isoformat()}
    for _ in range(2):
        take_letter(Item("notify.letter", "put", "r.1", content))
    assert Letter.objects.count() == 1
    with pytest.raises(ExchangeError, match="同じ版"):
        take_letter(Item("notify.letter", "put", "r.2", {"kind": VISIT}))


def test_an_urgent_kind_leaves_at_night(clock: Clock) -> None:
    from yakuba.core.notify.domain.subjects import Subject

    kind("example.code", label="x", subject=Subject.CODE, leads=(0,), urgent=True)(lambda values: ["x"])
    clock.at = datetime(2026, 11, 23, 23, 0, tzinfo=JST)
    plan(WHO, "c", kind="example.code", at=clock() + timedelta(minutes=30), now=clock())
    assert send_due(clock=clock).counts == {"sent:in_app": 1}


def test_claims_skip_what_others_hold_where_the_database_can() -> None:
    due()
    if connection.vendor == "postgresql":
        assert connection.features.has_select_for_update_skip_locked
    assert claiming.claim(NOW - timedelta(days=1))[1] == []
