"""People on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.core.people.conftest import GOOD
from tests.core.people.moves import DAY, STAFF, table
from yakuba.core.people.cli import people as command
from yakuba.core.people.models import Department, TransferBatch, User

pytestmark = pytest.mark.django_db


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
