"""What the office recorded (特例・状態) on the families' side: taken in once, counted, shown, taken out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import account, guard, months_ago, signed_in
from yakuba.core.exchange import Lane, sending
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.handbook.family.receivers import take_observation
from yakuba.handbook.models import Child, Observation
from yakuba.handbook.services.families.outlooks import view_of
from yakuba.handbook.services.families.rules import in_use

pytestmark = pytest.mark.django_db
KIND = "handbook.observation"


@pytest.fixture
def older(child: Child) -> Child:
    """The girl at fourteen months: Hepatitis B and BCG are over by law."""
    child.birth = months_ago(14)
    child.save()
    return child


def observed(**change: Any) -> dict[str, Any]:
    ended = timezone.localdate() - timedelta(days=30)
    content = {"child": "ref-hinata", "code": "LONG_ILLNESS", "on": ended.isoformat(), "taken_back": False}
    return {**content, **change}


def put(reference: str = "o-1", **change: Any) -> Item:
    return Item(KIND, "put", reference, observed(**change))


def hepb(child: Child) -> str:
    found = view_of(child, in_use(), timezone.localdate()).forecasts
    return next(one.status for one in found if one.vaccine == "HEPB")


def test_it_arrives_through_the_exchange_once_and_counts(older: Child) -> None:
    assert hepb(older) == "aged_out"
    for _ in range(2):
        sending.post(KIND, "o-1", observed())
        assert sending.send(Lane.RESIDENTS).held == 0
    kept = Observation.objects.get()
    assert (kept.child, kept.code, kept.source, kept.reference) == (older, "LONG_ILLNESS", "register", "o-1")
    assert hepb(older) == "overdue"


def test_taken_back_it_counts_no_more_and_may_come_back(older: Child) -> None:
    take_observation(put())
    take_observation(put(taken_back=True))
    kept = Observation.objects.get()
    first = kept.taken_back_at
    assert first is not None
    take_observation(put(taken_back=True))
    kept.refresh_from_db()
    assert kept.taken_back_at == first
    assert hepb(older) == "aged_out"
    take_observation(put())
    assert hepb(older) == "overdue"
    assert Observation.objects.count() == 1


def test_revoked_it_is_crossed_out_and_a_record_never_seen_is_nothing(older: Child) -> None:
    take_observation(put())
    for reference in ("o-1", "o-1", "o-2"):
        take_observation(Item(KIND, "revoke", reference, None))
    assert Observation.objects.get().taken_back_at is not None
    assert hepb(older) == "aged_out"


@pytest.mark.parametrize(
    "change", [{"on": "x"}, {"on": 7}, {"code": ""}, {"code": "X" * 41}, {"child": "nobody"}]
)
def test_what_can_not_be_read_refuses_the_batch(older: Child, change: dict[str, Any]) -> None:
    with pytest.raises(ExchangeError):
        take_observation(put(**change))
    with pytest.raises(ExchangeError, match="読めない"):
        take_observation(Item(KIND, "put", "o-1", {"child": "ref-hinata"}))
    assert not Observation.objects.exists()


def test_a_number_of_another_childs_record_is_refused(older: Child) -> None:
    Child.objects.create(reference="ref-2", birth=older.birth, from_register=True, created_at=timezone.now())
    take_observation(put())
    with pytest.raises(ExchangeError, match="別の子どもの記録"):
        take_observation(put(child="ref-2"))


def text(client: Client, child: Child, language: str) -> str:
    client.cookies["django_language"] = language
    page = client.get(f"/handbook/children/{child.reference}/", headers={"accept-language": language})
    assert page.status_code == 200
    return re.sub(r"<rt>[^<]*</rt>|<rp>[^<]*</rp>|<[^>]+>", "", page.content.decode())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", ("市区町村の記録", "長期療養の特例", "事由がなくなった日", "受けられる期間が延びています")),
        ("en", ("Recorded by the city office", "Special rule after a long", "the free period is longer")),
        ("ja-x-easy", ("役所の 記録", "長い 病気の 後の 特別な 決まり", "期間が 長いです")),
    ],
)
def test_the_page_says_what_is_recorded_and_what_it_changed(
    inside: Client, older: Child, language: str, said: tuple[str, ...]
) -> None:
    take_observation(put())
    shown = text(inside, older, language)
    for words in said:
        assert words in shown, words
    assert "S22" in shown


def test_who_only_looks_sees_the_dates_and_not_what_the_illness_is_called(
    inside: Client, older: Child
) -> None:
    take_observation(put())
    take_observation(put("o-2", code="HBIG_COURSE", on=None))
    grandmother = account("祖母")
    guard(grandmother, older, "reader")
    client = signed_in(grandmother)
    shown = text(client, older, "ja")
    assert "特例により" in shown
    assert "市区町村の記録" not in shown
    assert "長期療養" not in re.sub(r"<[^>]+>", "", shown)
    paper = client.get(f"/handbook/children/{older.reference}/print/").content.decode()
    assert "おたふくかぜ" in paper
    assert "長期療養" not in paper
    data = client.get(f"/handbook/children/{older.reference}/export/data.json").json()
    assert data["observations"] == []
    assert all("S22" not in one["sources"] for one in data["forecasts"])
    mine = inside.get(f"/handbook/children/{older.reference}/export/data.json").json()
    assert [one["legal_until"] for one in data["forecasts"]] == [
        one["legal_until"] for one in mine["forecasts"]
    ]


def test_the_export_has_it_and_a_code_of_a_newer_book_has_a_plain_name(inside: Client, older: Child) -> None:
    take_observation(put())
    take_observation(put("o-2", code="SCID", on=None))
    take_observation(put("o-3", code="SOMETHING_NEW", on=None))
    take_observation(put("o-4", code="VARICELLA_DISEASE", taken_back=True))
    data = inside.get(f"/handbook/children/{older.reference}/export/data.json").json()
    assert [(one["code"], one["source"]) for one in data["observations"]] == [
        ("LONG_ILLNESS", "register"),
        ("SCID", "register"),
        ("SOMETHING_NEW", "register"),
    ]
    shown = text(inside, older, "en")
    assert "Severe combined immunodeficiency" in shown
    assert "A record for your vaccinations" in shown
    assert "Had chickenpox" not in shown
