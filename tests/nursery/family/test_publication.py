"""From an approved result to the families' pages, back again, and past nobody's protection."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.nursery.conftest import make_person
from tests.nursery.family.conftest import WORDS, birth, code_of
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.models import Batch, ItemForResidents, ItemForStaff
from yakuba.core.exchange.sending import Lane, send
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Department, Role, User
from yakuba.nursery.family import entry
from yakuba.nursery.family.digests import code_digest
from yakuba.nursery.family.receivers import take_notice, take_opened
from yakuba.nursery.models import Allocation, FamilyCode, FamilyNotice, PublishedNotice
from yakuba.nursery.services.publication import (
    OUTPUT,
    NotPublishable,
    Published,
    publish,
    revoke_all,
    revoke_one,
)
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db


def again(allocation: Allocation, by: User) -> Published:
    return publish(allocation, words=WORDS, expires_at=timezone.now() + timedelta(days=30), by=by)


def test_each_family_with_a_code_gets_a_page_of_its_own(published: Published) -> None:
    assert (published.families, published.without_code, published.without_birth, published.held) == (
        40,
        0,
        0,
        0,
    )
    assert FamilyNotice.objects.count() == 40
    payload = json.loads(FamilyNotice.objects.get(reference="ref-h7").payload or "")
    assert {child["number"] for child in payload["children"]} == {"8007", "8100"}
    assert payload["words"] == WORDS
    line = AuditEntry.objects.get(action="nursery.family.publish")
    assert line.detail == {"version": 1, "families": 40, "held": 0}


def test_no_page_holds_another_familys_number_or_name(published: Published) -> None:
    numbers = {f"{8000 + at}": f"h{at}" for at in range(40)} | {"8100": "h7"}
    names = {f"児童 {at}": f"h{at}" for at in range(40)}
    for notice in FamilyNotice.objects.all():
        found = json.loads(notice.payload or "")
        leaves = set(_texts(found))
        for text, family in {**numbers, **names}.items():
            assert (text in leaves) == (notice.reference == f"ref-{family}"), (notice.reference, text)
        assert not leaves & {f"h{at}" for at in range(40)}


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def test_a_result_that_nobody_approved_is_not_published(approved: Allocation, officer: User) -> None:
    approval = approved.approval
    assert approval is not None
    approval.state = "waiting"
    approval.save()
    with pytest.raises(NotPublishable, match="承認されていない"):
        again(approved, officer)
    assert not ItemForResidents.objects.exists()


def test_an_end_in_the_past_is_refused(approved: Allocation, officer: User) -> None:
    with pytest.raises(NotPublishable, match="公開の終わり"):
        publish(approved, words=WORDS, expires_at=timezone.now(), by=officer)


def test_a_family_without_a_code_or_a_birth_date_gets_no_page(
    approved: Allocation, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yakuba.nursery.services import family_pages

    FamilyCode.objects.filter(family_id="h3").delete()
    known = family_pages.birth_dates(approved)
    monkeypatch.setattr(
        family_pages, "birth_dates", lambda _: {c: d for c, d in known.items() if c != "8004"}
    )
    done = again(approved, officer)
    assert (done.families, done.without_code, done.without_birth) == (38, 1, 1)
    assert not FamilyNotice.objects.filter(reference__in=["ref-h3", "ref-h4"]).exists()


def test_publishing_again_replaces_the_page_under_the_same_code(published: Published, officer: User) -> None:
    allocation = published.publication.allocation
    second = publish(
        allocation, words={**WORDS, "phone": "0Y"}, expires_at=timezone.now() + timedelta(days=5), by=officer
    )
    assert second.publication.version == 2
    assert FamilyNotice.objects.count() == 40
    payload = json.loads(FamilyNotice.objects.get(reference="ref-h1").payload or "")
    assert (payload["version"], payload["words"]["phone"]) == (2, "0Y")


def test_a_page_whose_code_was_changed_is_closed_and_the_new_code_opens_one(
    published: Published, officer: User
) -> None:
    allocation = published.publication.allocation
    FamilyCode.objects.filter(family_id="h5").update(revoked_at=timezone.now())
    FamilyCode.objects.create(
        allocation=allocation, family_id="h5", reference="ref-h5-new", digest=code_digest(code_of("new"))
    )
    again(allocation, officer)
    assert FamilyNotice.objects.get(reference="ref-h5").revoked_at is not None
    assert FamilyNotice.objects.get(reference="ref-h5-new").revoked_at is None
    with pytest.raises(entry.Gone):
        entry.enter(code_of("h5"), birth(5), "192.0.2.1", timezone.now())
    assert entry.enter(code_of("new"), birth(5), "192.0.2.1", timezone.now())[0].reference == "ref-h5-new"


def test_revoking_closes_every_page_and_forgets_what_it_said(published: Published, officer: User) -> None:
    _, secret = entry.enter(code_of("h1"), birth(1), "192.0.2.1", timezone.now())
    assert revoke_all(published.publication, by=officer) == 40
    assert not FamilyNotice.objects.filter(revoked_at=None).exists()
    assert set(FamilyNotice.objects.values_list("payload", flat=True)) == {""}
    with pytest.raises(entry.Gone) as gone:
        entry.current(secret, timezone.now())
    assert gone.value.revoked
    assert revoke_all(published.publication, by=officer) == 0


def test_one_page_is_revoked_and_comes_back_with_the_next_version(
    published: Published, officer: User
) -> None:
    revoke_one(PublishedNotice.objects.get(family_id="h1"), by=officer)
    assert list(FamilyNotice.objects.exclude(revoked_at=None).values_list("reference", flat=True)) == [
        "ref-h1"
    ]
    again(published.publication.allocation, officer)
    assert not FamilyNotice.objects.exclude(revoked_at=None).exists()


@pytest.fixture
def guards(db: None) -> tuple[User, User]:
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    return make_person("3001", room, Role.APPROVER, "磯部 汀"), make_person(
        "3002", room, Role.APPROVER, "沖 浬"
    )


def test_a_protected_family_has_no_page_until_a_second_person_releases_it(
    approved: Allocation, officer: User, guards: tuple[User, User]
) -> None:
    shielded = protected.protect(SUBJECT, "8007", officers=[officer], by=guards[0])
    done = again(approved, officer)
    assert done.held == 1
    assert not FamilyNotice.objects.filter(reference="ref-h7").exists()
    with pytest.raises(entry.Wrong):
        entry.enter(code_of("h7"), birth(7), "192.0.2.1", timezone.now())
    for batch in Batch.objects.all():
        assert batch.items == 39
    decide(
        protected.request_release(shielded, OUTPUT, by=officer, reason="本人の希望"),
        by=guards[1],
        approve=True,
    )
    assert send(Lane.RESIDENTS, by=officer).held == 0
    assert FamilyNotice.objects.filter(reference="ref-h7").exists()
    assert AuditEntry.objects.filter(action="protected.released").count() == 1
    assert again(approved, officer).held == 1  # one release is for one page


def test_a_release_of_one_child_is_kept_while_its_sibling_still_waits_for_one(
    approved: Allocation, officer: User, guards: tuple[User, User]
) -> None:
    first = protected.protect(SUBJECT, "8007", officers=[officer], by=guards[0])
    second = protected.protect(SUBJECT, "8100", officers=[officer], by=guards[0])
    for shielded, held in ((first, 1), (second, 0)):
        decide(
            protected.request_release(shielded, OUTPUT, by=officer, reason="希望"), by=guards[1], approve=True
        )
        assert (again(approved, officer) if held else send(Lane.RESIDENTS)).held == held  # type: ignore[union-attr]
    assert FamilyNotice.objects.filter(reference="ref-h7").exists()


def test_the_first_opening_is_told_to_the_staff_side_once(published: Published) -> None:
    for _ in range(2):
        entry.enter(code_of("h1"), birth(1), "192.0.2.1", timezone.now())
    assert ItemForStaff.objects.count() == 1
    send(Lane.STAFF)
    opened = PublishedNotice.objects.exclude(opened_on=None)
    assert list(opened.values_list("family_id", flat=True)) == ["h1"]


@pytest.mark.parametrize(
    "content", [None, {}, {"payload": {"format": "x"}}, {"payload": []}, {"on": "never"}]
)
def test_what_can_not_be_read_is_refused_on_both_sides(db: None, content: object) -> None:
    for take in (take_notice, take_opened):
        with pytest.raises(ExchangeError):
            take(Item("kind", "put", "r", content))
    assert not FamilyNotice.objects.exists()


def test_what_the_residents_database_holds_is_not_readable_without_the_key(published: Published) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT payload, code_digest, birth_digests FROM nursery_familynotice")
        kept = json.dumps(cursor.fetchall())
    assert "児童" not in kept
    assert code_of("h1") not in kept
    assert birth(1).isoformat() not in kept


def test_a_resident_can_read_nothing_of_the_outbox(client: Client, published: Published) -> None:
    from yakuba.core.faces import Face
    from yakuba.site.faces import StaffTableRefused, answering

    with answering(Face.RESIDENT), pytest.raises(StaffTableRefused):
        ItemForResidents.objects.count()
