"""Staff import: a preview that writes nothing, then all or nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.core.people.moves import STAFF
from yakuba.core.people import staff_import
from yakuba.core.people.models import Department, User
from yakuba.core.people.services import PeopleError

pytestmark = pytest.mark.django_db


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
