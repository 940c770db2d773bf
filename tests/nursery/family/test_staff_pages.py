"""The officer's page: open a result to its families, see who has read, close it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.nursery.conftest import make_person, signed_in
from tests.nursery.family.conftest import WORDS, birth, code_of
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Department, Role, User
from yakuba.nursery.family import entry
from yakuba.nursery.models import Allocation, FamilyNotice, PublishedNotice
from yakuba.nursery.services import codes
from yakuba.nursery.services.publication import OUTPUT, Published
from yakuba.nursery.services.visibility import SUBJECT

pytestmark = pytest.mark.django_db


def form(**more: Any) -> dict[str, Any]:
    last = timezone.localdate() + timedelta(days=60)
    return {**WORDS, "expires_on": last.isoformat(), **more}


def address(allocation: Allocation, name: str = "families") -> str:
    return reverse(f"nursery:{name}", args=[allocation.pk])


def test_an_officer_opens_the_pages_and_sees_who_has_read(web: Client, approved: Allocation) -> None:
    page = address(approved)
    assert "40世帯に公開する" in web.get(page).content.decode()
    assert web.post(page, form())["Location"] == page
    assert not FamilyNotice.objects.exists()
    run_pending()
    assert "40世帯に公開しました" in web.get(page).content.decode()
    entry.enter(code_of("h1"), birth(1), "192.0.2.1", timezone.now())
    web.post(address(approved, "families-refresh"))
    shown = web.get(page).content.decode()
    assert "<dt>見た世帯</dt><dd>1世帯</dd>" in shown
    assert PublishedNotice.objects.get(family_id="h1").opened_on == timezone.now().date()


def test_viewers_and_others_do_not_get_in(approved: Allocation, viewer: User, admin: User) -> None:
    for user in (viewer, admin):
        for name in ("families", "families-close"):
            assert signed_in(user).get(address(approved, name)).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"expires_on": "2020-01-01"}, "範囲の外"),
        ({"expires_on": "2099-01-01"}, "範囲の外"),
        ({"opens": "8時半"}, "8:30 の形"),
        ({"phone": ""}, "電話番号がありません"),
        ({"starts_on": "x"}, "日付ではありません"),
        ({"stage": "0"}, "1"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_opens_nothing(
    web: Client, approved: Allocation, wrong: dict[str, str], told: str
) -> None:
    answer = web.post(address(approved), form(**wrong))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not FamilyNotice.objects.exists()


def test_an_unapproved_result_is_not_opened(web: Client, approved: Allocation) -> None:
    assert approved.approval is not None
    approved.approval.state = "waiting"
    approved.approval.save()
    assert "まだ承認されていません" in web.get(address(approved)).content.decode()
    answer = web.post(address(approved), form())
    assert answer.status_code == 422
    assert not FamilyNotice.objects.exists()


def test_closing_asks_first_and_is_recorded(web: Client, published: Published) -> None:
    allocation = published.publication.allocation
    assert "40世帯の画面が、すぐに閉じます" in web.get(address(allocation, "families-close")).content.decode()
    assert FamilyNotice.objects.filter(revoked_at=None).count() == 40
    web.post(address(allocation, "families-close"))
    assert not FamilyNotice.objects.filter(revoked_at=None).exists()
    assert AuditEntry.objects.get(action="nursery.family.revoke").detail == {"families": 40}


def test_one_family_is_closed_alone(web: Client, published: Published) -> None:
    notice = PublishedNotice.objects.get(family_id="h1")
    page = reverse("nursery:family-revoke", args=[notice.pk])
    assert "世帯 h1 の画面が閉じます" in web.get(page).content.decode()
    web.post(page)
    assert FamilyNotice.objects.exclude(revoked_at=None).get().reference == "ref-h1"
    assert AuditEntry.objects.filter(action="nursery.family.revoke-one").count() == 1


def test_a_new_letter_with_a_new_code_moves_the_page(published: Published, officer: User) -> None:
    drawn = codes.issue(published.publication.allocation, ["h1"], by=officer)
    with pytest.raises(entry.Gone):
        entry.enter(code_of("h1"), birth(1), "192.0.2.1", timezone.now())
    assert entry.enter(drawn["h1"], birth(1), "192.0.2.1", timezone.now())[0].revoked_at is None
    assert codes.revoke(published.publication.allocation, "h1", by=officer)
    with pytest.raises(entry.Gone):
        entry.enter(drawn["h1"], birth(1), "192.0.2.1", timezone.now())
    assert FamilyNotice.objects.filter(revoked_at=None).count() == 39


def test_codes_of_a_result_that_is_not_open_change_nothing(approved: Allocation, officer: User) -> None:
    codes.issue(approved, ["h1"], by=officer)
    assert not FamilyNotice.objects.exists()


def test_a_protected_family_is_on_no_list_but_its_officers(
    web: Client, approved: Allocation, officer: User, colleague: User
) -> None:
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    asks, gives = (
        make_person(n, room, Role.APPROVER, name) for n, name in (("3001", "磯部"), ("3002", "沖"))
    )
    shielded = protected.protect(SUBJECT, "8007", officers=[officer], by=asks)
    web.post(address(approved), form())
    run_pending()
    mine = web.get(address(approved), {"q": "h7"}).content.decode()
    assert "許可待ち" in mine
    others = signed_in(colleague)
    for query in ("", "h7"):
        page = others.get(address(approved), {"q": query}).content.decode()
        assert ">h7<" not in page
    notice = PublishedNotice.objects.get(family_id="h7")
    assert others.get(reverse("nursery:family-revoke", args=[notice.pk])).status_code == 404
    decide(protected.request_release(shielded, OUTPUT, by=officer, reason="希望"), by=gives, approve=True)
    web.post(address(approved, "families-refresh"))
    assert FamilyNotice.objects.filter(reference="ref-h7").exists()


def test_a_run_without_a_result_has_no_such_page(web: Client, approved: Allocation) -> None:
    Allocation.objects.filter(pk=approved.pk).update(finished_at=None)
    assert web.get(address(approved)).status_code == 404
