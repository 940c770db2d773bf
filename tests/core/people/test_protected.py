"""Protected persons: who sees them, and what may leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.core.people.conftest import MakePerson
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import protected
from yakuba.core.people.approval import SamePerson, decide
from yakuba.core.people.models import Department, ProtectedPerson, ProtectedRelease, Role, User
from yakuba.core.people.services import PeopleError

pytestmark = pytest.mark.django_db
KIND = "nursery.child"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.YAKUBA_REQUIRE_TOTP = "none"  # type: ignore[attr-defined]


@pytest.fixture
def manager(person: MakePerson, guard: Department) -> User:
    return person("2001", guard, Role.APPROVER)


@pytest.fixture
def named(person: MakePerson, nursery: Department) -> User:
    return person("2002", nursery, Role.OFFICER)


@pytest.fixture
def stranger(person: MakePerson, nursery: Department) -> User:
    return person("2003", nursery, Role.APPROVER)


@pytest.fixture
def one(manager: User, named: User) -> ProtectedPerson:
    return protected.protect(KIND, "0417", officers=[named], by=manager)


def seen(user: User) -> set[str]:
    return protected.visible(user, KIND, ["0001", "0417", "0932"])


def test_only_named_officers_see_a_protected_subject(
    one: ProtectedPerson, named: User, stranger: User, manager: User, admin: User
) -> None:
    assert seen(named) == {"0001", "0417", "0932"}
    for user in (stranger, manager, admin):
        assert seen(user) == {"0001", "0932"}
    assert protected.visible(stranger, "nursery.family", ["0417"]) == {"0417"}, (
        "another kind is another subject"
    )


def test_each_view_by_a_named_officer_is_logged_and_nothing_else(
    one: ProtectedPerson, named: User, stranger: User
) -> None:
    seen(stranger)
    protected.visible(named, KIND, ["0001"])
    assert not AuditEntry.objects.filter(action="protected.viewed").exists()
    seen(named)
    line = AuditEntry.objects.get(action="protected.viewed")
    assert (line.actor, line.target) == (f"user:{named.pk}", f"protected:{one.pk}")
    assert "0417" not in str(list(AuditEntry.objects.values("detail", "target")))


def test_a_disabled_or_removed_officer_sees_it_no_more(
    one: ProtectedPerson, named: User, stranger: User, manager: User
) -> None:
    access = protected.name_officer(one, stranger, by=manager)
    assert "0417" in seen(stranger)
    protected.remove_officer(access, by=manager)
    assert "0417" not in seen(stranger)
    with pytest.raises(PeopleError, match="最後の担当者"):
        protected.remove_officer(one.officers.get(ended_at=None), by=manager)
    named.is_active = False
    assert "0417" not in seen(named)


def test_only_the_manager_registers_and_names(
    one: ProtectedPerson, named: User, stranger: User, admin: User
) -> None:
    for user in (named, stranger, admin):
        with pytest.raises(PeopleError, match="管理する権限"):
            protected.protect(KIND, "0999", officers=[named], by=user)
        with pytest.raises(PeopleError, match="管理する権限"):
            protected.name_officer(one, stranger, by=user)


def test_registering_says_what_is_missing(one: ProtectedPerson, manager: User, named: User) -> None:
    with pytest.raises(PeopleError, match="登録済み"):
        protected.protect(KIND, "0417", officers=[named], by=manager)
    with pytest.raises(PeopleError, match="担当者：空"):
        protected.protect(KIND, "0418", officers=[], by=manager)
    with pytest.raises(PeopleError, match="両方"):
        protected.protect(KIND, " ", officers=[named], by=manager)
    with pytest.raises(PeopleError, match="指定済み"):
        protected.name_officer(one, named, by=manager)
    assert not protected.is_protected(KIND, "0418")


def test_no_output_leaves_without_a_second_person_and_a_leave_is_used_once(
    one: ProtectedPerson, named: User, manager: User
) -> None:
    protected.require_release(KIND, "0001", "nursery.letter")
    with pytest.raises(protected.ReleaseRequired, match="許可を依頼"):
        protected.require_release(KIND, "0417", "nursery.letter", by=named)
    asked = protected.request_release(one, "nursery.letter", by=named, reason="内定の通知")
    with pytest.raises(protected.ReleaseRequired):
        protected.require_release(KIND, "0417", "nursery.letter", by=named)
    decide(asked, by=manager, approve=True)
    with pytest.raises(protected.ReleaseRequired):
        protected.require_release(KIND, "0417", "nursery.export", by=named)
    protected.require_release(KIND, "0417", "nursery.letter", by=named)
    with pytest.raises(protected.ReleaseRequired):
        protected.require_release(KIND, "0417", "nursery.letter", by=named)
    assert AuditEntry.objects.get(action="protected.released").detail == {
        "output": "nursery.letter",
        "approval": asked.pk,
    }


def test_a_refused_leave_a_stale_leave_and_a_stranger_do_not_pass(
    one: ProtectedPerson, named: User, manager: User, stranger: User
) -> None:
    refused = protected.request_release(one, "nursery.letter", by=named, reason="x")
    decide(refused, by=manager, approve=False, note="住所を伏せてください")
    assert not ProtectedRelease.objects.exists()
    given = protected.request_release(one, "nursery.letter", by=named, reason="y")
    decide(given, by=manager, approve=True)
    with pytest.raises(protected.ReleaseRequired, match="担当者が出力"):
        protected.require_release(KIND, "0417", "nursery.letter", by=stranger)
    ProtectedRelease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(protected.ReleaseRequired):
        protected.require_release(KIND, "0417", "nursery.letter", by=named)


def test_a_manager_who_is_also_named_cannot_release_alone(one: ProtectedPerson, manager: User) -> None:
    protected.name_officer(one, manager, by=manager)
    asked = protected.request_release(one, "nursery.letter", by=manager, reason="x")
    with pytest.raises(SamePerson):
        decide(asked, by=manager, approve=True)


def test_a_stranger_cannot_ask_for_an_output_or_an_end(one: ProtectedPerson, stranger: User) -> None:
    with pytest.raises(PeopleError, match="担当者です"):
        protected.request_release(one, "nursery.letter", by=stranger, reason="x")
    with pytest.raises(PeopleError, match="管理者です"):
        protected.request_end(one, by=stranger, reason="x")


def test_ending_needs_a_second_person_and_makes_the_subject_visible(
    one: ProtectedPerson, named: User, manager: User, stranger: User
) -> None:
    asked = protected.request_end(one, by=named, reason="申出による")
    assert protected.is_protected(KIND, "0417")
    decide(asked, by=manager, approve=True)
    assert not protected.is_protected(KIND, "0417")
    assert "0417" in seen(stranger)
    again = protected.protect(KIND, "0417", officers=[named], by=manager)
    assert again.pk != one.pk


def test_the_pages_are_for_managers_and_named_officers_alone(
    client: Client, one: ProtectedPerson, named: User, manager: User, stranger: User, admin: User
) -> None:
    for user in (stranger, admin):
        client.force_login(user, backend=BACKEND)
        assert client.get("/staff/people/protected/").status_code == 403
        assert client.get(f"/staff/people/protected/{one.pk}/").status_code == 404
        assert "支援措置" not in client.get("/staff/people/approvals/").content.decode()
    for user in (named, manager):
        client.force_login(user, backend=BACKEND)
        assert "0417" in client.get("/staff/people/protected/").content.decode()
        assert client.get(f"/staff/people/protected/{one.pk}/").status_code == 200
    assert AuditEntry.objects.filter(action="protected.list-viewed").count() == 2


def test_the_pages_do_what_the_functions_do(
    client: Client, one: ProtectedPerson, named: User, manager: User, stranger: User
) -> None:
    address = f"/staff/people/protected/{one.pk}/"
    client.force_login(manager, backend=BACKEND)
    form = {"subject_kind": KIND, "subject_id": "0500", "officers": "2002、2003"}
    assert client.post("/staff/people/protected/", form).status_code == 302
    assert protected.is_protected(KIND, "0500")
    assert "登録済み" in client.post("/staff/people/protected/", form).content.decode()
    assert (
        "登録されていません"
        in client.post("/staff/people/protected/", form | {"officers": "x"}).content.decode()
    )
    client.post(address, {"act": "name", "officer": "2003"})
    access = one.officers.get(user=stranger, ended_at=None)
    client.post(address, {"act": "name", "officer": "nobody"})
    client.post(address, {"act": "remove", "access": access.pk})
    assert not one.officers.filter(user=stranger, ended_at=None).exists()
    client.force_login(named, backend=BACKEND)
    assert client.post("/staff/people/protected/", form).status_code == 403
    assert client.post(address, {"act": "release", "output": "", "reason": ""}).status_code == 200
    client.post(address, {"act": "release", "output": "nursery.letter", "reason": "通知"})
    client.post(address, {"act": "end", "reason": "申出"})
    client.force_login(manager, backend=BACKEND)
    inbox = client.get("/staff/people/approvals/").content.decode()
    assert "支援措置の対象の出力" in inbox
    assert "支援措置の終了" in inbox
    waiting = client.get("/staff/people/approvals/").context["waiting"]
    for row in waiting:
        pk = row["approval"].pk
        page = client.get(f"/staff/people/approvals/{pk}/").content.decode()
        assert "承認すると" in page
        client.post(f"/staff/people/approvals/{pk}/", {"act": "approve"})
    assert ProtectedRelease.objects.count() == 1
    assert not protected.is_protected(KIND, "0417")
