"""The calendar behind a secret address, and the inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.core.notify.conftest import NOW, VISIT, WHO, Clock
from tests.core.notify.domain.ics_reader import Component, read
from yakuba.core.notify.models import CalendarFeed, Event
from yakuba.core.notify.registry import DAY
from yakuba.core.notify.services.calendar import calendar, feed, has_feed, make_feed, revoke_feed
from yakuba.core.notify.services.contacts import start
from yakuba.core.notify.services.inbox import notices, read_all, unread
from yakuba.core.notify.services.inbox import read as read_notice
from yakuba.core.notify.services.planning import cancel, plan
from yakuba.core.notify.services.preferences import set_language
from yakuba.core.notify.services.sending import send_due

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(days=20)
SECRET = {"child": "髙橋 あおい", "vaccine": "五種混合"}


def entries(data: bytes | None) -> list[Component]:
    assert data is not None
    return [one for one in read(data).components if one.name == "VEVENT"]


def test_uid_stays_and_sequence_rises_with_every_change() -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, params=SECRET, now=NOW)
    (first,) = entries(calendar(WHO, now=NOW))
    plan(WHO, "visit:1", kind=VISIT, at=AT + timedelta(days=1), params=SECRET, now=NOW + timedelta(hours=1))
    (second,) = entries(calendar(WHO, now=NOW))
    cancel(WHO, "visit:1", now=NOW + timedelta(hours=2))
    (third,) = entries(calendar(WHO, now=NOW))
    every = (first, second, third)
    assert len({one.one("UID").value for one in every}) == 1
    assert [one.one("SEQUENCE").value for one in every] == ["0", "1", "2"]
    assert [one.one("STATUS").value for one in every] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [one.one("DTSTART").moment for one in every] == [AT, *([AT + timedelta(days=1)] * 2)]
    assert third.one("LAST-MODIFIED").moment == NOW + timedelta(hours=2)


def test_a_calendar_says_when_and_no_more(settings: Any) -> None:
    settings.YAKUBA_PUBLIC_ADDRESS = "https://kosodate.example.jp/"
    plan(WHO, "visit:1", kind=VISIT, at=AT, params=SECRET, now=NOW)
    data = calendar(WHO, now=NOW)
    (entry,) = entries(data)
    assert entry.one("SUMMARY").text == "予定の日が近づいています"
    assert entry.one("URL").value == "https://kosodate.example.jp/"
    unfolded = data.replace(b"\r\n ", b"").decode()
    assert not [value for value in (*SECRET.values(), WHO, "visit:1") if value in unfolded]


def test_whole_days_and_ends() -> None:
    plan(WHO, "a", kind=VISIT, at=AT, until=AT + timedelta(hours=1), now=NOW)
    plan(WHO, "b", kind=VISIT, at=AT, all_day=True, now=NOW)
    timed, whole = entries(calendar(WHO, now=NOW))
    assert timed.one("DTEND").moment == AT + timedelta(hours=1)
    assert whole.one("DTSTART").moment == AT.date()


def test_old_dates_codes_and_other_peoples_dates_are_not_in_it() -> None:
    plan(WHO, "old", kind=VISIT, at=NOW - timedelta(days=91), now=NOW - timedelta(days=120))
    plan("somebody", "visit:1", kind=VISIT, at=AT, now=NOW)
    start(WHO, "a@example.jp", now=NOW)
    assert entries(calendar(WHO, now=NOW)) == []


def test_only_the_secret_opens_the_feed() -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, now=NOW)
    secret = make_feed(WHO, now=NOW)
    assert len(secret) >= 40
    assert secret not in str(CalendarFeed.objects.values())
    assert len(entries(feed(secret, now=NOW))) == 1
    assert feed("x" * 43, now=NOW) is None
    assert CalendarFeed.objects.get().read_at == NOW
    feed(secret, now=NOW + timedelta(hours=1))
    assert CalendarFeed.objects.get().read_at == NOW


def test_a_new_address_ends_the_earlier_one() -> None:
    first = make_feed(WHO, now=NOW)
    second = make_feed(WHO, now=NOW)
    assert feed(first, now=NOW) is None
    assert feed(second, now=NOW) is not None
    assert has_feed(WHO)
    assert revoke_feed(WHO, now=NOW)
    assert not revoke_feed(WHO, now=NOW)
    assert not has_feed(WHO)
    assert feed(second, now=NOW) is None


def test_the_address_answers_without_a_sign_in(client: Client) -> None:
    today = timezone.now()  # the address answers by the clock of the server
    plan(WHO, "visit:1", kind=VISIT, at=today + timedelta(days=20), now=today)
    secret = make_feed(WHO, now=today)
    found = client.get(f"/calendar/{secret}.ics")
    assert found.status_code == 200
    assert found["Content-Type"] == "text/calendar; charset=utf-8"
    assert found["Cache-Control"] == "private, no-store"
    assert found["X-Robots-Tag"] == "noindex"
    assert len(entries(found.content)) == 1
    revoke_feed(WHO, now=today)
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    assert client.get("/calendar/short.ics").status_code == 404
    assert client.post(f"/calendar/{secret}.ics").status_code == 405


def test_the_inbox_reads_in_the_readers_language(clock: Clock) -> None:
    plan(WHO, "visit:1", kind=VISIT, at=AT, params=SECRET, leads=[DAY], now=NOW)
    clock.at = AT - timedelta(hours=20)
    send_due(clock=clock)
    assert unread(WHO) == 1
    (shown,) = notices(WHO, "ja")
    assert shown.text.subject == "予定の日が近づいています"
    assert shown.text.paragraphs[0] == "髙橋 あおい: 五種混合"
    assert shown.unread
    assert notices(WHO, "en")[0].text.subject == "A date is coming up"
    assert notices("somebody", "ja") == []
    assert read_notice("somebody", shown.pk, "ja", now=clock()) is None
    opened = read_notice(WHO, shown.pk, "ja", now=clock())
    assert opened is not None
    assert not opened.unread
    assert unread(WHO) == 0
    assert read_all(WHO, now=clock()) == 0
    cancel(WHO, "visit:1", now=clock())
    assert notices(WHO, "ja")[0].withdrawn


def test_a_notice_of_a_kind_that_went_away_stays_readable(clock: Clock) -> None:
    set_language(WHO, "en")
    plan(WHO, "visit:1", kind=VISIT, at=AT, leads=[DAY], all_day=True, now=NOW)
    clock.at = AT - timedelta(hours=20)
    send_due(clock=clock)
    from yakuba.core.notify.models import InboxItem

    InboxItem.objects.update(kind="example.gone")
    assert notices(WHO, "en")[0].text.paragraphs == ()
    Event.objects.all().delete()
    assert notices(WHO, "en") == []
