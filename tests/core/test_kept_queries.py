"""A query built once answers as the query set does, whatever it is asked, from any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import DateTimeField, IntegerField
from django.test.utils import CaptureQueriesContext

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.models import Booking, FamilyAccount, FamilySession, ServiceOffer, Slot

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def session(number: int) -> FamilySession:
    account = FamilyAccount.objects.create(reference=f"a{number}", name=f"親{number}", created_at=NOW)
    return FamilySession.objects.create(
        account=account, digest=f"d{number}", started_at=NOW, seen_at=NOW + timedelta(hours=number)
    )


@pytest.fixture
def sessions() -> list[FamilySession]:
    return [session(number) for number in range(3)]


def by_digest() -> KeptQuery[FamilySession]:
    return KeptQuery(
        lambda: FamilySession.objects.select_related("account").filter(digest=Told("digest"), kept=False)
    )


def test_it_answers_with_instances_and_what_they_belong_to(sessions: list[FamilySession]) -> None:
    kept = by_digest()
    for one in sessions:
        with CaptureQueriesContext(connection) as sent:
            [found] = kept.ask(digest=one.digest)
            assert (found, found.account.name, found.seen_at) == (one, one.account.name, one.seen_at)
        assert len(sent) == 1
    assert kept.ask(digest="nobody's") == []
    assert kept.first(digest="nobody's") is None


def test_rows_are_read_anew_each_time_and_can_be_saved(sessions: list[FamilySession]) -> None:
    kept = by_digest()
    [found] = kept.ask(digest="d1")
    found.device = "別の端末"
    found.save()
    assert kept.ask(digest="d1")[0].device == "別の端末"
    FamilySession.objects.filter(digest="d1").delete()
    assert kept.ask(digest="d1") == []


def test_moments_and_tuples_are_what_the_query_set_gives(sessions: list[FamilySession]) -> None:
    plain = FamilySession.objects.order_by("pk").values_list("digest", "seen_at")
    kept = KeptQuery(lambda: plain.filter(seen_at__gte=Told("since", DateTimeField())))
    flat = KeptQuery(
        lambda: FamilySession.objects.values_list("pk", flat=True).filter(
            pk__gt=Told("after", IntegerField())
        )
    )
    for hours in range(4):
        since = NOW + timedelta(hours=hours)
        assert kept.ask(since=since) == list(plain.filter(seen_at__gte=since))
    keys = sorted(one.pk for one in sessions)
    assert sorted(flat.ask(after=keys[0])) == keys[1:]


def test_a_value_may_stand_in_several_places() -> None:
    offer = ServiceOffer.objects.create(reference="o", kind="class", title="教室")
    for number in range(4):
        start = NOW + timedelta(days=number)
        Slot.objects.create(
            reference=f"s{number}", offer=offer, start=start, end=start + timedelta(hours=1), capacity=1,
            opens_at=NOW, closes_at=start,
        )  # fmt: skip
    moment = Told("now", DateTimeField())
    kept = KeptQuery(lambda: Slot.objects.filter(start__lt=moment, offer__slots__end__gt=moment).distinct())
    now = NOW + timedelta(days=1, minutes=1)
    assert {one.reference for one in kept.ask(now=now)} == {"s0", "s1"}


@pytest.mark.parametrize("values", [{"digest": "d0", "kept": True}, {"account": 1, "digest": "d0"}])
def test_a_value_that_nothing_asks_for_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="digest"):
        by_digest().ask(**values)


def test_a_value_that_is_not_told_is_refused() -> None:
    with pytest.raises(KeyError, match="digest"):
        by_digest().ask()


def test_a_hostile_value_is_a_value(sessions: list[FamilySession]) -> None:
    assert by_digest().ask(digest="d0' OR '1'='1") == []
    assert FamilySession.objects.count() == len(sessions)


@pytest.mark.django_db(transaction=True)
def test_threads_ask_the_same_query_over_their_own_connections() -> None:
    made = [session(number) for number in range(8)]
    kept = by_digest()

    def ask(number: int) -> str:
        try:
            return kept.ask(digest=f"d{number % 8}")[0].account.reference
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(48))) == [f"a{number % 8}" for number in range(48)]
    assert len(made) == FamilySession.objects.count()


def test_order_and_limit_of_the_query_set_are_kept(sessions: list[FamilySession]) -> None:
    newest = FamilySession.objects.filter(account__reference__startswith="a").order_by("-seen_at")[:2]
    assert [one.digest for one in KeptQuery(lambda: newest).ask()] == ["d2", "d1"]
    waiting = KeptQuery(lambda: Booking.objects.filter(child_reference=Told("child")).order_by("-pk"))
    assert waiting.ask(child="nobody's") == []
