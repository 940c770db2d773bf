"""Who may see and do what on the pages of the allocation."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import TITLE, signed_in
from tests.nursery.ledger.helpers import book, grids
from tests.nursery.pages.hostile import ADDRESSES, NEW, send
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, Ledger

pytestmark = pytest.mark.django_db

POSTS = ("allocate", "ask-approval")


def test_who_may_do_what(result: Allocation, viewer: User, approver: User, admin: User) -> None:
    look = [reverse("nursery:home"), reverse("nursery:allocation", args=[result.pk])]
    work = [
        NEW,
        reverse("nursery:export", args=[result.pk]),
        reverse("nursery:file", args=[result.pk, "result"]),
    ]
    work += [reverse("nursery:print", args=[result.pk, "classes"])]
    work += [reverse("nursery:child-print", args=[result.pk, "7001"])]
    for user, may_look, may_work in ((viewer, 200, 403), (admin, 403, 403), (approver, 200, 200)):
        client = signed_in(user)
        assert {client.get(page).status_code for page in look} == {may_look}
        assert {client.get(page).status_code for page in work} == {may_work}, user.name
    for user in (viewer, admin):
        client = signed_in(user)
        for name, pk in zip(POSTS, (result.ledger_id, result.pk), strict=True):
            assert client.post(reverse(f"nursery:{name}", args=[pk])).status_code == 403
        assert send(client, "台帳.xlsx", book(grids())).status_code == 403
    assert Ledger.objects.count() == Allocation.objects.count() == 1


def test_a_viewer_sees_no_export_and_gets_none(viewer: User, result: Allocation) -> None:
    client = signed_in(viewer)
    page = reverse("nursery:children", args=[result.pk])
    shown = client.get(page)
    assert "CSVに書き出す" not in shown.content.decode()
    assert client.get(page, {"export": "csv"})["Content-Type"].startswith("text/html")


def test_nobody_gets_in_without_signing_in(client: Client, result: Allocation) -> None:
    for address in ADDRESSES:
        answer = client.get(f"/staff/nursery/{address.format(result.pk)}")
        assert answer.status_code == 302
        assert answer.url.startswith("/staff/login/")
    answer = send(client, "台帳.xlsx", book(grids()))
    assert (answer.status_code, Ledger.objects.count()) == (302, 1)


def test_a_form_from_another_site_is_refused(officer: User, ledger: Ledger) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    for page in (NEW, reverse("nursery:allocate", args=[ledger.pk])):
        answer = client.post(page, {"title": TITLE})
        assert answer.status_code == 403
        assert "操作の確認の印が合いませんでした" in answer.content.decode()
    assert not Allocation.objects.exists()


def test_pages_that_change_something_refuse_get_and_the_others_refuse_post(
    web: Client, result: Allocation
) -> None:
    assert web.get(reverse("nursery:allocate", args=[result.ledger_id])).status_code == 405
    assert web.get(reverse("nursery:ask-approval", args=[result.pk])).status_code == 405
    assert web.post(reverse("nursery:allocation", args=[result.pk])).status_code == 405
