"""One asks, another decides."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connections, transaction

from tests.core.people.conftest import MakePerson
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import approval as primitive
from yakuba.core.people.approval import (
    AlreadyDecided,
    ApprovalError,
    NotAnApprover,
    SamePerson,
    decide,
    on_approved,
    request_approval,
    waiting_for,
    withdraw,
)
from yakuba.core.people.deputies import approvers_for, end_deputy, name_deputy
from yakuba.core.people.models import Approval, Assignment, Department, Deputy, Role, User
from yakuba.core.people.services import PeopleError

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(person: MakePerson, nursery: Department) -> User:
    return person("1001", nursery, Role.OFFICER)


@pytest.fixture
def approver(person: MakePerson, nursery: Department) -> User:
    return person("1002", nursery, Role.APPROVER)


@pytest.fixture
def helper(person: MakePerson, general: Department) -> User:
    return person("1003", general, Role.OFFICER)


@pytest.fixture
def asked(officer: User) -> Approval:
    return request_approval(
        "test.pin", "child:0417", {"pin": 1}, by=officer, reason="きょうだい", system="nursery"
    )


@pytest.fixture
def handled() -> Iterator[list[int]]:
    seen: list[int] = []

    def handler(approval: Approval) -> None:
        seen.append(approval.pk)

    primitive._handlers["test.pin"] = handler
    yield seen
    del primitive._handlers["test.pin"]


def stand_in(approver: User, deputy: User, today: date, days: int = 3) -> Deputy:
    return name_deputy(approver, deputy, starts_on=today, ends_on=today + timedelta(days=days), reason="出張")


def test_an_approver_of_the_system_approves_and_the_handler_runs_once(
    asked: Approval, approver: User, handled: list[int]
) -> None:
    decide(asked, by=approver, approve=True)
    assert asked.state == Approval.State.APPROVED
    assert (asked.decided_by, asked.on_behalf_of) == (approver, None)
    assert handled == [asked.pk]
    line = AuditEntry.objects.get(action="approval.approved")
    assert (line.actor, line.detail) == (f"user:{approver.pk}", {"kind": "test.pin", "for": "child:0417"})


def test_a_refusal_needs_a_note_and_runs_no_handler(
    asked: Approval, approver: User, handled: list[int]
) -> None:
    with pytest.raises(ApprovalError, match="付記：空です"):
        decide(asked, by=approver, approve=False, note="  ")
    decide(asked, by=approver, approve=False, note="理由を書いてください")
    assert asked.state == Approval.State.REFUSED
    assert handled == []


def test_nobody_decides_their_own_request(approver: User) -> None:
    own = request_approval("test.pin", "child:1", {}, by=approver, reason="x", system="nursery")
    with pytest.raises(SamePerson):
        decide(own, by=approver, approve=True)
    own.refresh_from_db()
    assert own.state == Approval.State.WAITING


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.ADMIN])
def test_other_roles_and_admins_do_not_approve_for_a_system(
    asked: Approval, person: MakePerson, nursery: Department, role: Role
) -> None:
    with pytest.raises(NotAnApprover):
        decide(asked, by=person("1500", nursery, role), approve=True)


def test_an_approver_of_another_system_does_not_approve(asked: Approval, person: MakePerson) -> None:
    other = Department.objects.create(code="300", name="道路課", systems=["roads"])
    with pytest.raises(NotAnApprover):
        decide(asked, by=person("1501", other, Role.APPROVER), approve=True)


def test_without_a_system_the_admins_decide(officer: User, approver: User, admin: User) -> None:
    asked = request_approval("test.setting", "site", {}, by=officer, reason="x")
    with pytest.raises(NotAnApprover):
        decide(asked, by=approver, approve=True)
    assert decide(asked, by=admin, approve=True).state == Approval.State.APPROVED


def test_an_approver_whose_assignment_ended_or_whose_account_stopped_does_not_approve(
    asked: Approval, approver: User, today: date
) -> None:
    User.objects.filter(pk=approver.pk).update(is_active=False)
    with pytest.raises(NotAnApprover):
        decide(asked, by=User.objects.get(pk=approver.pk), approve=True)
    User.objects.update(is_active=True)
    Assignment.objects.filter(user=approver).update(ends_on=today - timedelta(days=1))
    with pytest.raises(NotAnApprover):
        decide(asked, by=User.objects.get(pk=approver.pk), approve=True)


def test_a_request_is_decided_once(asked: Approval, approver: User, handled: list[int]) -> None:
    stale = Approval.objects.get(pk=asked.pk)
    decide(asked, by=approver, approve=True)
    with pytest.raises(AlreadyDecided, match="承認"):
        decide(stale, by=approver, approve=False, note="遅い")
    asked.refresh_from_db()
    assert asked.state == Approval.State.APPROVED
    assert handled == [asked.pk]


@pytest.mark.skipif(
    "sqlite" in settings.DATABASES["default"]["ENGINE"], reason="SQLite's test database has one handle"
)
@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_the_same_moment_leave_exactly_one(
    asked: Approval, approver: User, person: MakePerson, nursery: Department, handled: list[int]
) -> None:
    second = person("1009", nursery, Role.APPROVER)
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def run(user: User) -> None:
        mine = Approval.objects.get(pk=asked.pk)
        gate.wait(60)
        try:
            decide(mine, by=user, approve=True)
            outcomes.append("decided")
        except AlreadyDecided:
            outcomes.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(user,)) for user in (approver, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["decided", "late"]
    assert handled == [asked.pk]
    assert AuditEntry.objects.filter(action="approval.approved").count() == 1


def test_an_error_in_the_handler_undoes_the_decision(asked: Approval, approver: User) -> None:
    def broken(approval: Approval) -> None:
        raise RuntimeError("the seat is gone")

    primitive._handlers["test.pin"] = broken
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            decide(asked, by=approver, approve=True)
    finally:
        del primitive._handlers["test.pin"]
    assert Approval.objects.get(pk=asked.pk).state == Approval.State.WAITING
    assert not AuditEntry.objects.filter(action="approval.approved").exists()


def test_a_request_needs_a_reason_and_waits_only_once(asked: Approval, officer: User) -> None:
    with pytest.raises(ApprovalError, match="理由：空です"):
        request_approval("test.pin", "child:2", {}, by=officer, reason=" ", system="nursery")
    with pytest.raises(ApprovalError, match="承認待ち"):
        request_approval("test.pin", "child:0417", {"pin": 1}, by=officer, reason="x", system="nursery")
    other = request_approval("test.pin", "child:0417", {"pin": 2}, by=officer, reason="x", system="nursery")
    assert other.pk != asked.pk


def test_the_requester_can_withdraw_until_it_is_decided(
    asked: Approval, officer: User, approver: User
) -> None:
    with pytest.raises(ApprovalError, match="本人"):
        withdraw(asked, by=approver)
    withdraw(asked, by=officer)
    assert asked.state == Approval.State.WITHDRAWN
    with pytest.raises(AlreadyDecided):
        decide(asked, by=approver, approve=True)
    with pytest.raises(AlreadyDecided):
        withdraw(asked, by=officer)


def test_a_deputy_approves_in_the_approvers_name_and_both_are_written_down(
    asked: Approval, approver: User, helper: User, today: date
) -> None:
    stand_in(approver, helper, today)
    decide(asked, by=helper, approve=True)
    assert (asked.decided_by, asked.on_behalf_of) == (helper, approver)
    line = AuditEntry.objects.get(action="approval.approved")
    assert line.actor == f"user:{helper.pk}"
    assert line.detail["on_behalf_of"] == f"user:{approver.pk}"


def test_a_deputy_never_decides_what_the_approver_or_the_deputy_asked_for(
    approver: User, helper: User, officer: User, today: date
) -> None:
    stand_in(approver, helper, today)
    theirs = request_approval("test.pin", "child:3", {}, by=approver, reason="x", system="nursery")
    with pytest.raises(SamePerson, match="代わりを頼んだ本人"):
        decide(theirs, by=helper, approve=True)
    own = request_approval("test.pin", "child:4", {}, by=helper, reason="x", system="nursery")
    with pytest.raises(SamePerson):
        decide(own, by=helper, approve=True)


def test_a_deputy_of_two_decides_for_the_one_who_did_not_ask(
    approver: User, helper: User, person: MakePerson, nursery: Department, today: date
) -> None:
    other = person("1010", nursery, Role.APPROVER)
    stand_in(approver, helper, today)
    stand_in(other, helper, today)
    theirs = request_approval("test.pin", "child:5", {}, by=approver, reason="x", system="nursery")
    decide(theirs, by=helper, approve=True)
    assert theirs.on_behalf_of == other


@pytest.mark.parametrize(("offset", "may"), [(-1, False), (0, True), (3, True), (4, False)])
def test_a_deputys_power_begins_and_ends_with_its_days(
    approver: User, helper: User, today: date, offset: int, may: bool
) -> None:
    stand_in(approver, helper, today)
    assert approvers_for(helper, "nursery", on=today + timedelta(days=offset)) == ([approver] if may else [])


def test_a_deputys_power_ends_with_the_approvers_and_when_taken_back(
    approver: User, helper: User, today: date
) -> None:
    named = stand_in(approver, helper, today)
    Assignment.objects.filter(user=approver).update(ends_on=today - timedelta(days=1))
    assert approvers_for(helper, "nursery") == []
    Assignment.objects.filter(user=approver).update(ends_on=None)
    assert approvers_for(helper, "nursery") == [approver]
    with pytest.raises(PeopleError, match="指定した本人"):
        end_deputy(named, by=helper)
    end_deputy(named, by=approver)
    assert approvers_for(helper, "nursery") == []
    with pytest.raises(PeopleError, match="取消し済み"):
        end_deputy(named, by=approver)


def test_a_deputys_power_does_not_pass_on(
    approver: User, helper: User, person: MakePerson, today: date
) -> None:
    stand_in(approver, helper, today)
    third = person("1011")
    with pytest.raises(PeopleError, match="承認または管理"):
        stand_in(helper, third, today)
    Deputy.objects.create(
        approver=helper,
        deputy=third,
        starts_on=today,
        ends_on=today,
        reason="x",
        named_at="2026-01-01T00:00Z",
    )
    assert approvers_for(third, "nursery") == []


def test_what_is_wrong_with_a_deputy_is_said(approver: User, helper: User, today: date) -> None:
    day = timedelta(days=1)

    def name(deputy: User, start: date, end: date, reason: str = "休暇") -> None:
        name_deputy(approver, deputy, starts_on=start, ends_on=end, reason=reason)

    for deputy, start, end, reason, said in [
        (approver, today, today, "休暇", "自分は指定できません"),
        (helper, today, today - day, "休暇", "開始日より前"),
        (helper, today - 3 * day, today - day, "休暇", "過ぎています"),
        (helper, today, today + 366 * day, "休暇", "1年を超えて"),
        (helper, today, today, " ", "理由：空です"),
    ]:
        with pytest.raises(PeopleError, match=said):
            name(deputy, start, end, reason)
    name(helper, today, today + 365 * day)
    with pytest.raises(PeopleError, match="重なって"):
        name(helper, today + 3 * day, today + 4 * day)
    helper.is_active = False
    with pytest.raises(PeopleError, match="利用を止めている"):
        name(helper, today, today)


def test_the_inbox_holds_what_the_person_can_decide(
    asked: Approval, approver: User, helper: User, officer: User, admin: User, today: date
) -> None:
    assert waiting_for(approver) == [asked]
    assert waiting_for(officer) == waiting_for(helper) == waiting_for(admin) == []
    stand_in(approver, helper, today)
    assert waiting_for(helper) == [asked]
    decide(asked, by=approver, approve=True)
    assert waiting_for(approver) == []


def test_a_kind_has_one_handler() -> None:
    @on_approved("test.once")
    def first(approval: Approval) -> None: ...

    with pytest.raises(ValueError, match="already has a handler"):

        @on_approved("test.once")
        def second(approval: Approval) -> None: ...
