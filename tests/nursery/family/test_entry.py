"""The way in: a code and a birth date, few tries, no hints."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from tests.nursery.family.conftest import birth, code_of
from yakuba.core import access_codes as codes
from yakuba.core import entry_limits
from yakuba.core.ui.resident_dates import day_of
from yakuba.nursery.family import entry
from yakuba.nursery.family.forms import years
from yakuba.nursery.models import EntryLimit, FamilyNotice, FamilySession
from yakuba.nursery.services.publication import Published

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


@pytest.fixture
def now(published: Published) -> datetime:
    return published.publication.published_at + timedelta(hours=1)


@pytest.mark.parametrize("how", ["plain", "grouped", "small", "spaced", "full"])
def test_the_code_opens_the_page_however_it_is_typed(now: datetime, how: str) -> None:
    code = code_of("h1")
    typed = {
        "plain": code,
        "grouped": codes.shown(code),
        "small": codes.shown(code).lower(),
        "spaced": " ".join(code),
        "full": "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    }[how]
    notice, secret = entry.enter(typed, birth(1), HERE, now)
    assert notice.reference == "ref-h1"
    opened = entry.current(secret, now)
    assert opened is not None
    assert (opened.reference, opened.openings, opened.opened_at) == ("ref-h1", 1, now)


def test_any_child_of_the_family_will_do_but_no_other_date(now: datetime) -> None:
    assert entry.enter(code_of("h7"), date(2023, 7, 7), HERE, now)[0].reference == "ref-h7"
    assert entry.enter(code_of("h7"), birth(7), HERE, now)[0].reference == "ref-h7"
    with pytest.raises(entry.Wrong):
        entry.enter(code_of("h7"), birth(8), HERE, now)
    with pytest.raises(entry.Wrong):
        entry.enter(code_of("h7"), None, HERE, now)


@pytest.mark.parametrize("typed", ["", "x", "A" * 16, "A" * 5000, code_of("nobody"), "\0", "𠮷" * 16])
def test_what_is_no_code_of_ours_is_simply_wrong(now: datetime, typed: str) -> None:
    with pytest.raises(entry.Wrong):
        entry.enter(typed, birth(1), HERE, now)


def test_a_code_is_locked_after_five_failures_from_anywhere_and_opens_half_an_hour_later(
    now: datetime,
) -> None:
    for at in range(4):
        with pytest.raises(entry.Wrong):
            entry.enter(code_of("h1"), birth(2), f"192.0.2.{at}", now)
    with pytest.raises(entry.Locked) as locked:
        entry.enter(code_of("h1"), birth(2), "192.0.2.9", now)
    assert locked.value.until == now + entry_limits.LOCK
    with pytest.raises(entry.Locked):
        entry.enter(code_of("h1"), birth(1), "198.51.100.1", now + entry_limits.LOCK - timedelta(seconds=1))
    assert (
        entry.enter(code_of("h1"), birth(1), "198.51.100.1", now + entry_limits.LOCK)[0].reference == "ref-h1"
    )


def test_a_code_that_does_not_exist_is_locked_in_the_same_way(now: datetime) -> None:
    for _ in range(4):
        with pytest.raises(entry.Wrong):
            entry.enter(code_of("nobody"), birth(2), HERE, now)
    with pytest.raises(entry.Locked):
        entry.enter(code_of("nobody"), birth(2), HERE, now)


def test_an_address_is_locked_after_twenty_failures_whatever_codes_it_tries(now: datetime) -> None:
    for at in range(19):
        with pytest.raises(entry.Wrong):
            entry.enter(code_of(f"guess {at}"), birth(1), HERE, now)
    with pytest.raises(entry.Locked):
        entry.enter("no code at all", birth(1), HERE, now)
    with pytest.raises(entry.Locked):
        entry.enter(code_of("h1"), birth(1), HERE, now)
    assert entry.enter(code_of("h1"), birth(1), "192.0.2.2", now)[0].reference == "ref-h1"


def test_a_right_entry_does_not_wash_an_address_clean(now: datetime) -> None:
    for at in range(19):
        with pytest.raises(entry.Wrong):
            entry.enter(code_of(f"guess {at}"), birth(1), HERE, now)
    entry.enter(code_of("h1"), birth(1), HERE, now)
    with pytest.raises(entry.Locked):
        entry.enter(code_of("guess"), birth(1), HERE, now)


def test_failures_long_ago_do_not_count(now: datetime) -> None:
    for at in range(12):
        with pytest.raises(entry.Wrong):
            entry.enter(code_of("h1"), birth(2), HERE, now + at * entry_limits.WINDOW / 3.5)


def test_one_page_takes_no_more_than_thirty_failures_ever_until_it_is_published_again(now: datetime) -> None:
    FamilyNotice.objects.filter(reference="ref-h1").update(failures=entry.MOST_EVER)
    with pytest.raises(entry.Locked) as locked:
        entry.enter(code_of("h1"), birth(1), HERE, now)
    assert locked.value.until is None


def test_networks_of_ipv6_count_as_one_address(now: datetime) -> None:
    assert (
        entry_limits.source_of("2001:db8::1") == entry_limits.source_of("2001:db8::ffff") == "2001:db8::/64"
    )
    assert entry_limits.source_of("2001:db8:0:1::1") != entry_limits.source_of("2001:db8::1")
    assert entry_limits.source_of("192.0.2.1") == "192.0.2.1"
    assert entry_limits.source_of("nowhere") == "unknown"


def test_neither_addresses_nor_codes_are_kept(now: datetime) -> None:
    with pytest.raises(entry.Wrong):
        entry.enter(code_of("h1"), birth(2), HERE, now)
    kept = " ".join(EntryLimit.objects.values_list("key", flat=True))
    assert HERE not in kept
    assert code_of("h1") not in kept


def test_a_page_whose_time_is_over_says_so_to_those_who_could_enter_alone(now: datetime) -> None:
    later = now + timedelta(days=40)
    with pytest.raises(entry.Gone) as gone:
        entry.enter(code_of("h1"), birth(1), HERE, later)
    assert not gone.value.revoked
    with pytest.raises(entry.Wrong):
        entry.enter(code_of("h1"), birth(2), HERE, later)


def test_a_session_ends_after_half_an_hour_without_use_and_after_twelve_in_any_case(now: datetime) -> None:
    _, secret = entry.enter(code_of("h1"), birth(1), HERE, now)
    at = now
    for _ in range(25):
        at += timedelta(minutes=29)
        alive = entry.current(secret, at) is not None
        assert alive == (at < now + entry.LONGEST)
        if not alive:
            break
    assert not FamilySession.objects.exists()
    _, secret = entry.enter(code_of("h1"), birth(1), HERE, now)
    assert entry.current(secret, now + timedelta(minutes=30)) is None


def test_leaving_ends_the_session_and_secrets_are_not_kept(now: datetime) -> None:
    _, secret = entry.enter(code_of("h1"), birth(1), HERE, now)
    assert secret not in str(list(FamilySession.objects.values_list("digest")))
    entry.leave(secret)
    assert entry.current(secret, now) is None
    assert entry.current("", now) is None


def test_years_are_offered_in_both_calendars() -> None:
    assert years(date(2027, 1, 20), "ja")[:2] == [(2027, "令和9年（2027年）"), (2026, "令和8年（2026年）")]
    assert years(date(2027, 1, 20), "en")[0] == (2027, "2027（令和9）")
    assert len(years(date(2027, 1, 20), "ja")) == 8


@pytest.mark.parametrize(
    ("year", "month", "day", "found"),
    [
        ("2025", "2", "3", date(2025, 2, 3)),
        ("2025", "2", "30", None),
        ("", "2", "3", None),
        ("２０２５", "2", "3", None),
        ("99999", "1", "1", None),
        ("0", "1", "1", None),
    ],
)
def test_only_real_dates_are_dates(year: str, month: str, day: str, found: date | None) -> None:
    assert day_of(year, month, day) == found


def give(client: Client, family: str, day: date) -> object:
    fields = {"code": codes.shown(code_of(family)), "year": day.year, "month": day.month, "day": day.day}
    return client.post("/nursery/result/", fields)
