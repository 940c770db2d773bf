"""Dated transfers (人事異動): previewed, confirmed, undone before their day."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.core.people.conftest import MakePerson
from tests.core.people.moves import DAY, table
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import staff_import, transfers
from yakuba.core.people.models import Assignment, Department, Role, TransferBatch, User
from yakuba.core.people.permissions import allowed
from yakuba.core.people.services import PeopleError

pytestmark = pytest.mark.django_db


def test_permissions_follow_the_day_by_themselves(
    officer: User, admin: User, roads: Department, today: date
) -> None:
    day = today + 10 * DAY
    data = table("1001,300,承認")
    plan = transfers.make_plan(data, day)
    (move,) = plan.moves
    assert (move.before, move.after) == (("保育課・担当",), ("道路課・承認",))
    assert move.change.lost == (("nursery", "officer"),)
    assert move.change.gained == (("roads", "approver"),)
    assert Assignment.objects.filter(user=officer).count() == 1, "a preview writes nothing"
    transfers.confirm(data, day, digest=plan.digest, title="4月異動", by=admin)
    assert allowed(officer, "nursery", Role.OFFICER, on=day - DAY)
    assert not allowed(officer, "roads", Role.VIEWER, on=day - DAY)
    assert not allowed(officer, "nursery", Role.VIEWER, on=day)
    assert allowed(officer, "roads", Role.APPROVER, on=day)


def test_a_transfer_is_undone_before_its_day_and_not_from_it_on(
    officer: User, admin: User, roads: Department, today: date
) -> None:
    Assignment.objects.filter(user=officer).update(ends_on=today + 90 * DAY)
    before = list(Assignment.objects.order_by("pk").values())
    data = table("1001,300,担当")
    day = today + DAY
    plan = transfers.make_plan(data, day)
    batch = transfers.confirm(data, day, digest=plan.digest, title="", by=admin)
    assert transfers.can_undo(batch, today=today)
    assert not transfers.can_undo(batch, today=day)
    transfers.undo(batch, by=admin)
    assert list(Assignment.objects.order_by("pk").values()) == before
    with pytest.raises(PeopleError, match="取消し済み"):
        transfers.undo(TransferBatch.objects.get(), by=admin)
    assert AuditEntry.objects.get(action="people.transfer-undone").target == f"transfer:{batch.pk}"


def test_two_rows_are_two_posts_an_empty_row_leaves_and_the_same_post_stays(
    officer: User, admin: User, person: MakePerson, nursery: Department, roads: Department, today: date
) -> None:
    leaving = person("1002", nursery, Role.VIEWER)
    person("1003", nursery, Role.VIEWER)
    data = table("1001,210,担当", "1001,300,閲覧", "1002,,", "1003,210,閲覧")
    day = today + 3 * DAY
    plan = transfers.make_plan(data, day)
    assert plan.unchanged == 1
    assert [(move.username, move.change.gained, move.change.lost) for move in plan.moves] == [
        ("1001", (("roads", "viewer"),), ()),
        ("1002", (), (("nursery", "viewer"),)),
    ]
    transfers.confirm(data, day, digest=plan.digest, title="x", by=admin)
    assert allowed(officer, "nursery", Role.OFFICER, on=day)
    assert allowed(officer, "roads", Role.VIEWER, on=day)
    assert not allowed(leaving, "nursery", Role.VIEWER, on=day)


def test_what_is_wrong_with_a_transfer_is_said(
    officer: User, admin: User, roads: Department, today: date
) -> None:
    def said(data: bytes, day: date) -> str:
        return "".join(str(fault) for fault in transfers.make_plan(data, day).faults)

    later = today + 5 * DAY
    assert "明日以後" in said(table("1001,300,担当"), today)
    assert "登録されている職員番号" in said(table("7777,300,担当"), later)
    assert "「千葉 奈緒」です" in said(
        table("1001,300,担当,別人", header="職員番号,課コード,権限,氏名"), later
    )
    assert "課の一覧" in said(table("1001,999,担当"), later)
    assert "両方入れるか" in said(table("1001,300,"), later)
    assert "どれか" in said(table("1001,300,部長"), later)
    assert "同じ配属が2行" in said(table("1001,300,担当", "1001,300,担当"), later)
    assert "片方に" in said(table("1001,300,担当", "1001,,"), later)
    assert "管理の権限を持つ職員がいなく" in said(table("9001,,"), later)
    assert said(table("9001,,", "1001,300,管理"), later) == ""
    assert "シフトJIS" in said(b"\x81", later)


def test_a_person_with_a_registered_transfer_cannot_be_moved_again_before_it_is_undone(
    officer: User, admin: User, roads: Department, today: date
) -> None:
    data = table("1001,300,担当")
    plan = transfers.make_plan(data, today + 9 * DAY)
    transfers.confirm(data, today + 9 * DAY, digest=plan.digest, title="x", by=admin)
    assert "取り消してください" in str(transfers.make_plan(data, today + 5 * DAY).faults[0])
    after = table("1001,210,担当")
    second = transfers.make_plan(after, today + 20 * DAY)
    transfers.confirm(after, today + 20 * DAY, digest=second.digest, title="y", by=admin)
    first, last = TransferBatch.objects.order_by("pk")
    with pytest.raises(PeopleError, match="先にそちら"):
        transfers.undo(first, by=admin)
    transfers.undo(last, by=admin)
    transfers.undo(first, by=admin)
    assert Assignment.objects.get(user=officer).ends_on is None


def test_a_confirmation_is_for_what_was_shown(
    officer: User, admin: User, roads: Department, today: date
) -> None:
    data = table("1001,300,担当")
    day = today + DAY
    with pytest.raises(staff_import.PlanChanged):
        transfers.confirm(data, day, digest="0", title="x", by=admin)
    same = table("1001,210,担当")
    with pytest.raises(PeopleError, match="変わる人がいません"):
        transfers.confirm(same, day, digest=transfers.make_plan(same, day).digest, title="x", by=admin)
    with pytest.raises(PeopleError, match="誤りがある"):
        transfers.confirm(table("7,300,担当"), day, digest="0", title="x", by=admin)
    assert not TransferBatch.objects.exists()


def test_the_transfer_pages_preview_confirm_and_undo(
    admin_client: Client, officer: User, roads: Department, today: date
) -> None:
    day = (today + 30 * DAY).isoformat()
    upload = SimpleUploadedFile("t.csv", table("1001,300,承認"))
    page = admin_client.post(
        "/staff/people/transfers/", {"title": "4月異動", "effective_on": day, "file": upload}
    )
    text = page.content.decode()
    assert "roadsの承認" in text
    assert "保育所利用調整の担当" in text
    values = {
        "packed": page.context["packed"],
        "digest": page.context["plan"].digest,
        "title": "4月異動",
        "effective_on": day,
    }
    assert (
        "変わりました"
        in admin_client.post("/staff/people/transfers/confirm/", values | {"digest": "0"}).content.decode()
    )
    assert admin_client.post("/staff/people/transfers/confirm/", values | {"packed": "x"}).status_code == 302
    assert not TransferBatch.objects.exists()
    admin_client.post("/staff/people/transfers/confirm/", values)
    batch = TransferBatch.objects.get()
    assert "発令待ち" in admin_client.get("/staff/people/transfers/").content.decode()
    assert "予定" in admin_client.get(f"/staff/people/{officer.pk}/").content.decode()
    admin_client.post(f"/staff/people/transfers/{batch.pk}/undo/")
    assert Assignment.objects.filter(user=officer).count() == 1
    again = admin_client.post(f"/staff/people/transfers/{batch.pk}/undo/", follow=True)
    assert "取り消せません" in again.content.decode()
    form = {"department": roads.pk, "role": "viewer", "effective_on": day}
    shown = admin_client.post(f"/staff/people/{officer.pk}/transfer/", form).content.decode()
    assert "roadsの閲覧" in shown
