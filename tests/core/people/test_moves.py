"""Staff import and dated transfers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.core.people.conftest import GOOD, MakePerson
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import staff_import, transfers
from yakuba.core.people.cli import people as command
from yakuba.core.people.models import Assignment, Department, Role, TransferBatch, User
from yakuba.core.people.permissions import allowed
from yakuba.core.people.services import PeopleError

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
STAFF = "職員番号,氏名,フリガナ,課コード,権限,開始日\r\n"


@pytest.fixture
def roads(db: None) -> Department:
    return Department.objects.create(code="300", name="道路課", systems=["roads"])


@pytest.fixture
def officer(person: MakePerson, nursery: Department) -> User:
    return person("1001", nursery, Role.OFFICER, name="千葉 奈緒")


def table(*rows: str, header: str = "職員番号,課コード,権限") -> bytes:
    return "\n".join([header, *rows]).encode()


# import


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_of_any_common_encoding_is_previewed_and_then_imported(
    officer: User, admin: User, nursery: Department, encoding: str
) -> None:
    rows = (
        "1001,千葉 奈緒子,チバ ナオコ,,,\r\n1002,髙橋 栞,タカハシ,210,承認,2026/4/1\r\n9001,中井 光,,,,\r\n"
    )
    data = (STAFF + rows).encode(encoding)
    plan = staff_import.make_plan(data)
    assert plan.counts == {"added": 1, "changed": 1, "unchanged": 1, "faults": 0}
    assert plan.of("changed")[0].changes[0] == ("氏名", "千葉 奈緒", "千葉 奈緒子")
    assert not User.objects.filter(username="1002").exists(), "a preview writes nothing"
    staff_import.apply_plan(data, digest=plan.digest, by=admin)
    added = User.objects.get(username="1002")
    assert (added.name, added.kana, added.has_usable_password()) == ("髙橋 栞", "タカハシ", False)
    assert added.assignments.get().starts_on == date(2026, 4, 1)
    assert User.objects.get(username="1001").name == "千葉 奈緒子"
    again = staff_import.make_plan(data)
    assert again.counts == {"added": 0, "changed": 0, "unchanged": 3, "faults": 0}


def test_every_fault_names_row_column_value_and_what_is_expected(officer: User, nursery: Department) -> None:
    data = (
        STAFF + "１００２,吉田,,210,承認,\r\n"
        "1003,,,210,承認,\r\n"
        "1004,山,,999,承認,\r\n"
        "1005,川,,210,部長,\r\n"
        "1006,谷,,210,,\r\n"
        "1007,森,,210,担当,2026-02-30\r\n"
        "1001,千葉 奈緒,,210,承認,\r\n"
        "1008,岸,,,,\r\n"
        "1008,岸,,,,\r\n"
    ).encode()
    plan = staff_import.make_plan(data)
    found = [(fault.row, fault.column, fault.found) for fault in plan.faults]
    assert found == [
        (2, "職員番号", "１００２"),
        (3, "氏名", ""),
        (4, "課コード", "999"),
        (5, "権限", "部長"),
        (6, "権限", ""),
        (7, "開始日", "2026-02-30"),
        (8, "課コード", "210"),
        (10, "職員番号", "1008"),
    ]
    assert "人事異動" in plan.faults[6].expected
    assert (
        str(plan.faults[3])
        == "5行「権限」：「部長」は使えません。閲覧、担当、承認、管理のどれかにしてください。"
    )


def test_one_fault_stops_the_whole_import(admin: User, nursery: Department) -> None:
    data = (STAFF + "1002,浜田,,,,\r\n1003,,,,,\r\n").encode()
    with pytest.raises(PeopleError, match="1か所に誤り"):
        staff_import.apply_plan(data, digest=staff_import.make_plan(data).digest, by=admin)
    assert User.objects.count() == 1


def test_a_register_that_changed_after_the_preview_is_noticed(admin: User, officer: User) -> None:
    data = (STAFF + "1001,千葉 奈緒子,,,,\r\n").encode()
    digest = staff_import.make_plan(data).digest
    User.objects.filter(pk=officer.pk).update(name="千葉 菜緒")
    with pytest.raises(staff_import.PlanChanged):
        staff_import.apply_plan(data, digest=digest, by=admin)
    assert User.objects.get(pk=officer.pk).name == "千葉 菜緒"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "見出し"),
        (b"\x81", "シフトJIS"),
        ("職員番号,氏名".encode(), "2行目から"),
        ("職員番号".encode(), "「氏名」の列"),
        ("職員番号,氏名,電話".encode(), "使える見出し"),
        ("職員番号,氏名,氏名".encode(), "同じ見出し"),
        ('職員番号,氏名\n1,"あ'.encode(), "作り直して"),
        ("職員番号,氏名\n1,あ,x".encode(), "列は2個まで"),
        (b"x" * (1024 * 1024 + 1), "1メガバイト"),
        (("職員番号,氏名\n" + "1,あ\n" * 5001).encode(), "5,000行以内"),
    ],
)
def test_a_file_that_is_no_such_table_is_explained(data: bytes, said: str) -> None:
    plan = staff_import.make_plan(data)
    assert plan.lines == []
    assert said in "".join(fault.expected for fault in plan.faults)


def test_the_import_pages_preview_confirm_and_refuse_a_changed_value(
    admin_client: Client, admin: User, nursery: Department
) -> None:
    upload = SimpleUploadedFile("s.csv", (STAFF + "1002,浜田 栞,,210,承認,\r\n").encode())
    page = admin_client.post("/staff/people/import/", {"file": upload})
    assert "浜田 栞" in page.content.decode()
    assert not User.objects.filter(username="1002").exists()
    values = {"packed": page.context["packed"], "digest": page.context["plan"].digest}
    forged = admin_client.post("/staff/people/import/confirm/", values | {"packed": values["packed"] + "x"})
    assert forged["Location"] == "/staff/people/import/"
    stale = admin_client.post("/staff/people/import/confirm/", values | {"digest": "0" * 64})
    assert "変わりました" in stale.content.decode()
    assert not User.objects.filter(username="1002").exists()
    assert admin_client.post("/staff/people/import/confirm/", values)["Location"] == "/staff/people/"
    assert User.objects.filter(username="1002").exists()
    bad = SimpleUploadedFile("s.csv", (STAFF + "1003,,,,,\r\n").encode())
    assert (
        "1か所に誤りがあります" in admin_client.post("/staff/people/import/", {"file": bad}).content.decode()
    )
    assert (
        admin_client.get("/staff/people/template/staff.csv")
        .content.decode("utf-8-sig")
        .startswith("職員番号,")
    )


# transfers


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


# the command line


def run(*arguments: str, text: str = "") -> Any:
    return CliRunner().invoke(command, arguments, input=text)


def test_the_first_admin_of_an_empty_database_is_made_from_the_command_line(
    client: Client, settings: Any
) -> None:
    settings.YAKUBA_REQUIRE_TOTP = "none"
    assert (
        run("add", "9001", "--admin", "--name", "中井 光", "--password-stdin", text=GOOD + "\n").exit_code
        == 0
    )
    assert client.post("/staff/login/", {"login": "9001", "password": GOOD})["Location"] == "/staff/"
    assert client.get("/staff/people/").status_code == 200


def test_the_command_line_refuses_what_the_pages_refuse(nursery: Department) -> None:
    weak = run("add", "9001", "--admin", "--password-stdin", text="short\n")
    assert weak.exit_code == 2
    assert "12文字以上" in weak.output
    assert "999" in run("add", "1", "--role", "viewer", "--department", "999").output
    assert "両方" in run("add", "1", "--role", "viewer").output
    assert "半角" in run("add", "あ").output
    assert not User.objects.exists()
    assert "再設定コード" in run("add", "1", "--role", "viewer", "--department", "210").output
    assert "登録済み" in run("add", "1").output
    assert "再設定コード" in run("reset-code", "1").output
    assert "登録されていません" in run("reset-code", "2").output
    User.objects.update(is_active=False)
    assert "利用を再開" in run("reset-code", "1").output
    assert run("list").output == "1\t1\t停止\t—\n"


def test_import_and_transfer_from_the_command_line(
    tmp_path: Path, admin: User, nursery: Department, roads: Department, today: date
) -> None:
    file = tmp_path / "s.csv"
    file.write_bytes((STAFF + "1002,浜田 栞,,210,承認,\r\n").encode("cp932"))
    assert run("import", str(file), text="n\n").exit_code == 1
    assert not User.objects.filter(username="1002").exists()
    assert run("import", str(file), "--yes").exit_code == 0
    assert "浜田 栞\t有効\t保育課・承認" in run("list").output
    moves = tmp_path / "t.csv"
    moves.write_bytes(table("1002,300,担当"))
    day = (today + DAY).isoformat()
    assert "管理の権限" in run("transfer", str(moves), "--on", day, "--by", "1002", "--yes").output
    shown = run("transfer", str(moves), "--on", day, "--by", "9001", text="y\n")
    assert "保育課・承認 → 道路課・担当" in shown.output
    assert TransferBatch.objects.count() == 1
    file.write_bytes((STAFF + "1003,,,,,\r\n").encode())
    refused = run("import", str(file))
    assert refused.exit_code == 2
    assert "2行「氏名」" in refused.output
    moves.write_bytes(table("7777,300,担当"))
    assert "2行「職員番号」" in run("transfer", str(moves), "--on", day, "--by", "9001").output
