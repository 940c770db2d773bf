"""Addresses are proven before they are used."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from benchmarks.core.smtp_sink import Sink

from tests.core.notify.conftest import NOW, VISIT, WHO, Clock
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import ContactPoint, Message
from yakuba.core.notify.services.contacts import ContactError, confirm, mail_of, remove, start
from yakuba.core.notify.services.planning import plan
from yakuba.core.notify.services.sending import send_due

pytestmark = pytest.mark.django_db
ADDRESS = "oya@example.jp"


def code_in(sink: Sink) -> str:
    """The code of the last mail."""
    got: Any = message_from_bytes(sink.mails[-1], policy=policy.default)
    assert got["Subject"] == "確認コードのお知らせ"
    found = re.search(r"\b(\d{6})\b", got.get_content())
    assert found is not None
    assert found.group(1) not in got["Subject"]
    return found.group(1)


def refused(act: Any) -> str:
    with pytest.raises(ContactError) as caught:
        act()
    return caught.value.code


def test_an_address_is_used_once_its_code_came_back(mail: Sink, clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=NOW + timedelta(days=20), now=NOW)
    start(WHO, f" {ADDRESS} ", now=NOW)
    assert not Message.objects.filter(event__key="visit:1", channel="mail").exists()
    send_due(clock=clock)
    contact = confirm(WHO, f" {code_in(mail)} ", now=clock.forward(minutes=3))
    assert (contact.address, contact.verified_at) == (ADDRESS, clock())
    assert Message.objects.filter(event__key="visit:1", channel="mail").count() == 2
    assert refused(lambda: confirm(WHO, "123456", now=clock())) == "no_code"


def test_the_code_itself_is_kept_nowhere_in_clear(mail: Sink, clock: Clock) -> None:
    from django.db import connection

    start(WHO, ADDRESS, now=NOW)
    send_due(clock=clock)
    number = code_in(mail)
    with connection.cursor() as cursor:
        for table in ("notify_contactpoint", "notify_event"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
            for line in cursor.fetchall():
                texts = [str(value) for value in line if isinstance(value, str)]
                assert not [text for text in texts if text == number or ADDRESS in text]


def test_a_wrong_code_is_counted_and_five_of_them_end_it(mail: Sink, clock: Clock) -> None:
    start(WHO, ADDRESS, now=NOW)
    send_due(clock=clock)
    right = code_in(mail)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    assert [refused(lambda: confirm(WHO, wrong, now=NOW)) for _ in range(6)] == ["wrong"] * 5 + ["locked"]
    assert refused(lambda: confirm(WHO, right, now=NOW)) == "locked"
    start(WHO, ADDRESS, now=NOW + timedelta(minutes=2))
    assert refused(lambda: confirm(WHO, wrong, now=NOW + timedelta(minutes=2))) == "wrong"


def test_a_code_lives_half_an_hour(mail: Sink, clock: Clock) -> None:
    start(WHO, ADDRESS, now=NOW)
    send_due(clock=clock)
    assert refused(lambda: confirm(WHO, code_in(mail), now=NOW + timedelta(minutes=31))) == "expired"
    assert refused(lambda: confirm("somebody", "123456", now=NOW)) == "no_code"


def test_codes_are_not_sent_one_after_another(mail: Sink) -> None:
    start(WHO, ADDRESS, now=NOW)
    assert refused(lambda: start(WHO, ADDRESS, now=NOW + timedelta(seconds=59))) == "too_soon"
    start(WHO, ADDRESS, now=NOW + timedelta(seconds=60))
    states = Message.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.CANCELLED, State.WAITING]


@pytest.mark.parametrize("address", ["", "x", "a@b@c.jp", "a@example.jp\nBcc: b@example.jp", "あ@example.jp"])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert refused(lambda: start(WHO, address, now=NOW)) == "bad_address"
    assert not ContactPoint.objects.exists()


def test_a_new_address_ends_the_old_one_at_once(mail: Sink, verified: Any) -> None:
    verified()
    plan(WHO, "visit:1", kind=VISIT, at=NOW + timedelta(days=20), now=NOW)
    start(WHO, ADDRESS, now=NOW)
    rows = Message.objects.filter(event__key="visit:1", channel="mail")
    assert {row.state for row in rows} == {State.CANCELLED}


def test_a_removed_address_is_forgotten(mail: Sink, verified: Any) -> None:
    verified()
    plan(WHO, "visit:1", kind=VISIT, at=NOW + timedelta(days=20), now=NOW)
    assert remove(WHO, now=NOW)
    assert not remove(WHO, now=NOW)
    assert mail_of(WHO) is None
    rows = Message.objects.filter(event__key="visit:1", channel="mail")
    assert {row.state for row in rows} == {State.CANCELLED}
