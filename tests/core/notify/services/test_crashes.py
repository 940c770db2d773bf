"""Claims, senders that die or sleep, and what can be known of a mail afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from benchmarks.core.smtp_sink import Sink

from tests.core.notify.conftest import NOW, VISIT, WHO, Clock
from tests.core.notify.services.outbox import AT, LEASE, due, mails, row
from yakuba.core.exchange.models import ItemForStaff
from yakuba.core.notify import channels
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.mail.transports import Spool
from yakuba.core.notify.models import Delivery, InboxItem, Letter, Message
from yakuba.core.notify.registry import DAY
from yakuba.core.notify.services import claiming, sending
from yakuba.core.notify.services.planning import cancel, plan
from yakuba.core.notify.services.sending import anything_due, send_due

pytestmark = pytest.mark.django_db
# --- claims -------------------------------------------------------------------------------------------


def test_a_claimed_row_is_nobody_elses_until_its_lease_is_over() -> None:
    due()
    token, rows = claiming.claim(NOW, lease=LEASE)
    assert [one.event.key for one in rows] == ["visit:1"]
    assert claiming.claim(NOW + timedelta(minutes=4), lease=LEASE)[1] == []
    other, again = claiming.claim(NOW + LEASE, lease=LEASE)
    assert [one.pk for one in again] == [rows[0].pk]
    assert again[0].fence == 2
    assert not claiming.put_back(rows[0], token, State.WAITING, next_attempt=NOW)
    with pytest.raises(claiming.Lost):
        claiming.hand(rows[0], token, NOW)
    assert claiming.put_back(again[0], other, State.WAITING, next_attempt=NOW)


def test_a_sender_that_was_frozen_past_its_lease_delivers_nothing(clock: Clock) -> None:
    due()
    late = Clock()
    calls = iter([NOW, NOW, NOW])

    def thaw() -> datetime:
        """The clock of a sender that sleeps for an hour after its claim; another one sends meanwhile."""
        at = next(calls, None)
        if at is None:
            late.at = NOW + timedelta(hours=1)
            send_due(clock=late)
            return late.at
        return at

    counts = send_due(clock=thaw).counts
    assert InboxItem.objects.count() == 1
    assert counts["sent:in_app"] == 0


def test_what_a_slow_sender_did_not_reach_is_handed_back(clock: Clock) -> None:
    for number in range(4):
        due(f"visit:{number}")
    seen = iter([NOW] * 8)

    def slow() -> datetime:
        return next(seen, NOW + timedelta(minutes=10))

    send_due(clock=slow, at_once=4, go_on=iter([True] * 5 + [False] * 9).__next__)
    assert Message.objects.filter(state=State.SENDING).count() == 0
    left = Message.objects.filter(state=State.WAITING)
    assert 0 < left.count() < 4
    assert all(one.token == "" and one.attempts == 0 for one in left)


def test_letters_of_a_sender_that_died_before_handing_them_over_cross_with_the_next_one(
    clock: Clock, monkeypatch: Any
) -> None:
    due(names=("letter",))
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_hand_letters_over", lambda run: None)  # died there
        send_due(clock=clock)
    assert row("letter").state == State.SENT
    assert not Letter.objects.exists()
    assert anything_due(clock())  # or nobody would come before the next letter is due
    send_due(clock=clock)
    assert Letter.objects.count() == 1
    assert not anything_due(clock())


def test_the_resident_side_alone_leaves_letters_to_the_exchange(clock: Clock, settings: Any) -> None:
    settings.YAKUBA_FACE = "resident"
    due(names=("letter",))
    send_due(clock=clock)
    assert ItemForStaff.objects.filter(batch=None).count() == 1
    assert not anything_due(clock())


def test_an_event_that_moves_under_a_sender_is_not_told_with_its_old_date() -> None:
    due()
    token, rows = claiming.claim(NOW, lease=LEASE)
    plan(
        WHO, "visit:1", kind=VISIT, at=AT + timedelta(days=9), leads=[DAY], channel_names=("in_app",), now=NOW
    )
    with pytest.raises(claiming.Lost):
        claiming.hold_row(rows[0], token)
    assert row("in_app").state == State.WAITING


def test_an_event_that_moves_while_its_mail_is_handed_over_is_told_once_more(
    mail: Sink, verified: Any, clock: Clock
) -> None:
    verified()
    due(names=("mail",))
    token, rows = claiming.claim(NOW, lease=LEASE)
    (handed,) = [one for one in rows if one.channel == "mail"]
    claiming.hand(handed, token, NOW)
    plan(WHO, "visit:1", kind=VISIT, at=AT + timedelta(days=9), leads=[DAY], channel_names=("mail",), now=NOW)
    assert claiming.complete(handed, 1, "smtp:accepted", token, NOW)
    message = row()
    assert (message.state, message.revision) == (State.WAITING, 2)
    assert message.next_attempt == message.due == AT + timedelta(days=8)
    clock.at = message.due
    assert send_due(clock=clock).counts["sent:mail"] == 1
    assert sorted(Delivery.objects.filter(channel="mail").values_list("revision", flat=True)) == [1, 2]


def test_a_mail_that_left_while_its_event_was_cancelled_leaves_its_receipt(mail: Sink, verified: Any) -> None:
    verified()
    due(names=("mail",))
    token, rows = claiming.claim(NOW, lease=LEASE)
    (handed,) = [one for one in rows if one.channel == "mail"]
    claiming.hand(handed, token, NOW)
    cancel(WHO, "visit:1", now=NOW)
    assert claiming.complete(handed, 1, "smtp:accepted", token, NOW)
    assert row().state == State.CANCELLED
    assert Delivery.objects.filter(channel="mail").count() == 1
    plan(WHO, "visit:1", kind=VISIT, at=AT, leads=[60], channel_names=("mail",), now=NOW)
    assert not claiming.complete(handed, 1, "again", token, NOW)


# --- crashes between the server's answer and our note ---------------------------------------------------


def crashed_after_handing(sink: Sink, clock: Clock, *, arrived: bool) -> Message:
    """A sender that died while a mail was at the server's door."""
    due(names=("mail",))
    token, rows = claiming.claim(clock(), lease=LEASE)
    (handed,) = [one for one in rows if one.channel == "mail"]
    claiming.hand(handed, token, clock())
    if arrived:
        channel = channels.named("mail")
        from yakuba.core.notify.outgoing import outgoing
        from yakuba.core.notify.registry import kind_named

        known = kind_named(VISIT)
        assert channel is not None
        assert known is not None
        channel.deliver(outgoing(handed, known, language="ja"), clock())
        channel.close()
    clock.forward(minutes=6)
    return handed


@pytest.mark.parametrize("arrived", [True, False])
def test_a_mail_is_looked_up_in_the_servers_list_after_a_crash(
    arrived: bool, mail: Sink, verified: Any, clock: Clock, settings: Any
) -> None:
    settings.YAKUBA_MAIL_SENT_LOG = str(mail.log)
    verified()
    crashed_after_handing(mail, clock, arrived=arrived)
    assert send_due(clock=clock).counts["sent:mail"] == 1
    assert len(mail.mails) == 1
    assert row().state == State.SENT
    assert row().receipt == ("looked-up" if arrived else "smtp:accepted")


def test_without_a_list_a_mail_is_sent_again_under_the_same_name(
    mail: Sink, verified: Any, clock: Clock
) -> None:
    verified()
    crashed_after_handing(mail, clock, arrived=True)
    counts = send_due(clock=clock).counts
    assert (counts["again"], counts["sent:mail"]) == (1, 1)
    first, second = mails(mail)
    assert first["Message-ID"] == second["Message-ID"]


def test_or_the_staff_are_asked(mail: Sink, verified: Any, clock: Clock, settings: Any) -> None:
    settings.YAKUBA_MAIL_UNKNOWN = "ask"
    verified()
    crashed_after_handing(mail, clock, arrived=True)
    assert send_due(clock=clock).counts["asked"] == 1
    assert len(mail.mails) == 1
    assert (row().state, row().reason, row().handed_revision) == (State.GIVEN_UP, "unknown", 1)


def test_a_list_that_can_not_be_read_settles_nothing(
    mail: Sink, verified: Any, clock: Clock, settings: Any, tmp_path: Path
) -> None:
    settings.YAKUBA_MAIL_SENT_LOG = str(tmp_path / "missing" / "log")
    settings.YAKUBA_MAIL_UNKNOWN = "ask"
    verified()
    crashed_after_handing(mail, clock, arrived=True)
    assert send_due(clock=clock).counts["asked"] == 1


def test_a_line_that_breaks_before_the_answer_leaves_the_row_claimed(
    mail: Sink, verified: Any, clock: Clock, settings: Any
) -> None:
    settings.YAKUBA_MAIL_SENT_LOG = str(mail.log)
    mail.silent = True
    verified()
    due(names=("mail",))
    assert send_due(clock=clock).counts["unknown"] == 1
    assert row().state == State.SENDING
    mail.silent = False
    assert not send_due(clock=clock).counts
    clock.forward(minutes=6)
    assert send_due(clock=clock).counts == {"sent:mail": 1}
    assert len(mail.mails) == 1


def test_an_unknown_mail_of_an_event_that_moved_waits_for_its_new_time(
    mail: Sink, verified: Any, clock: Clock, settings: Any
) -> None:
    settings.YAKUBA_MAIL_SENT_LOG = str(mail.log)
    verified()
    crashed_after_handing(mail, clock, arrived=False)
    plan(WHO, "visit:1", kind=VISIT, at=AT + timedelta(days=9), leads=[DAY], channel_names=("mail",), now=NOW)
    assert send_due(clock=clock).counts["moved"] == 1
    assert (row().state, row().revision, row().next_attempt) == (State.WAITING, 2, AT + timedelta(days=8))


# --- the spool folder -----------------------------------------------------------------------------------


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.YAKUBA_MAIL_FROM = "oshirase@shiomi.example.jp"
    settings.YAKUBA_MAIL_SPOOL = str(tmp_path / "spool")
    return tmp_path / "spool"


def test_a_spooled_mail_is_one_whole_file(spool: Path, verified: Any, clock: Clock) -> None:
    verified()
    due(names=("mail",))
    send_due(clock=clock)
    (file,) = (spool / "new").iterdir()
    assert file.name == f"{row().uid}.1.eml"
    assert file.read_bytes().startswith(b"Content-Type: text/plain")
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")
    assert list((spool / "tmp").iterdir()) == []


@pytest.mark.parametrize("taken", [True, False])
def test_a_spooled_mail_is_found_after_a_crash(
    taken: bool, spool: Path, verified: Any, clock: Clock, sink: Sink
) -> None:
    verified()
    crashed_after_handing(sink, clock, arrived=True)
    if taken:
        (file,) = (spool / "new").iterdir()
        file.rename(spool / "taken" / file.name)
    assert send_due(clock=clock).counts["sent:mail"] == 1
    assert len(list(spool.glob("*/*.eml"))) == 1
    assert row().receipt == "looked-up"


def test_a_mail_that_the_relay_took_is_not_spooled_twice(spool: Path) -> None:
    from django.core.mail import EmailMessage as Mail

    transport = Spool(spool)
    transport.deliver(Mail("s", "b", "a@b.jp", ["c@d.jp"]), "k")
    (spool / "new" / "k.eml").rename(spool / "taken" / "k.eml")
    transport.deliver(Mail("s", "b", "a@b.jp", ["c@d.jp"]), "k")
    assert list((spool / "new").iterdir()) == []
    assert transport.seen("<k>", "k") is True
    assert transport.seen("<l>", "l") is False


def test_a_folder_that_can_not_be_written_is_tried_again(
    settings: Any, tmp_path: Path, verified: Any, clock: Clock
) -> None:
    (tmp_path / "file").write_text("")
    settings.YAKUBA_MAIL_FROM = "a@b.jp"
    settings.YAKUBA_MAIL_SPOOL = str(tmp_path / "file")
    verified()
    due(names=("mail",))
    assert send_due(clock=clock).counts["failed"] == 1
    assert row().reason == "unreachable"
