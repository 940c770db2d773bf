"""Staff and residents in two networks: two folders, two databases, a file between them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.core.installations import Installation, migrated

pytestmark = pytest.mark.workers

POST = """
from datetime import date, timedelta
from django.utils import timezone
from yakuba.core.exchange.sending import post, revoke
from yakuba.nursery.family.digests import birth_digest, code_digest
CODE = {code!r}
now = timezone.now()
payload = {{"format": "yakuba.nursery.family/1", "key_name": "指数", "siblings": None, "children": [],
            "version": 1, "words": {{"office": "保育課"}}}}
for reference in {references!r}:
    post("nursery.family_notice", reference, {{
        "code": code_digest(CODE), "births": [birth_digest(reference, date(2025, 5, 1))], "payload": payload,
        "published_at": now.isoformat(), "expires_at": (now + timedelta(days=9)).isoformat()}})
for reference in {revoked!r}:
    revoke("nursery.family_notice", reference)
"""
CODE = "2222222222222222"  # every sign of weight zero: the check holds
VISIT = """
from django.test import Client
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
client = Client()
answer = client.post("/nursery/result/", {"code": "2222-2222-2222-2222", "year": 2025, "month": 5, "day": 1})
page = client.get("/nursery/result/page/")
shown = "保育課" in page.content.decode()
print(answer.status_code, page.status_code, shown, client.get("/staff/").status_code)
"""


@pytest.fixture
def staff(tmp_path: Path) -> Installation:
    return ready(tmp_path / "staff", "staff")


@pytest.fixture
def residents(tmp_path: Path) -> Installation:
    return ready(tmp_path / "residents", "resident")


class Side(Installation):
    """An installation of one face."""

    __slots__ = ()

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "YAKUBA_FACE": "staff" if self.home.name == "staff" else "resident"}


def ready(home: Path, face: str) -> Installation:
    return migrated(Side(home), face)


def said(done: object) -> str:
    assert done.returncode == 0, done.stderr  # type: ignore[attr-defined]
    return str(done.stdout)  # type: ignore[attr-defined]


def refused(done: object) -> str:
    assert done.returncode != 0, done.stdout  # type: ignore[attr-defined]
    return str(done.stderr)  # type: ignore[attr-defined]


def test_pages_cross_between_two_networks_as_files(
    tmp_path: Path, staff: Installation, residents: Installation
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("波と風と橋と空と海と山と\n", "utf-8")
    first, second, third, key, back = (
        tmp_path / name for name in ("1.yex", "2.yex", "3.yex", "key", "back.yex")
    )

    staff.python(POST.format(code=CODE, references=["r-1", "r-2"], revoked=[]))
    assert "第1号（2件" in said(staff.yakuba("exchange", "export", "-o", str(first)))
    assert first.stat().st_mode & 0o777 == 0o600
    assert "書き出すものはありません" in said(staff.yakuba("exchange", "export", "-o", str(second)))
    assert not second.exists()

    assert "key import" in refused(residents.yakuba("exchange", "import", str(first)))
    said(staff.yakuba("exchange", "key", "export", "-o", str(key), "--passphrase-file", str(secret)))
    said(residents.yakuba("exchange", "key", "import", str(key), "--passphrase-file", str(secret)))

    data = first.read_bytes()
    for name, broken in (("cut", data[:-9]), ("changed", data[:-9] + b"x" * 9), ("none", b"hello")):
        bad = tmp_path / name
        bad.write_bytes(broken)
        assert refused(residents.yakuba("exchange", "import", str(bad)))
    assert rows(residents, "SELECT count(*) FROM nursery_familynotice") == [(0,)]

    staff.python(POST.format(code=CODE, references=["r-3"], revoked=[]))
    said(staff.yakuba("exchange", "export", "-o", str(second)))
    assert "第1号を取り込んでいません" in refused(residents.yakuba("exchange", "import", str(second)))
    assert "取り込みました" in said(residents.yakuba("exchange", "import", str(first)))
    assert "取込み済み" in said(residents.yakuba("exchange", "import", str(first)))
    said(residents.yakuba("exchange", "import", str(second)))
    assert rows(residents, "SELECT reference FROM nursery_familynotice ORDER BY 1") == [
        ("r-1",),
        ("r-2",),
        ("r-3",),
    ]

    assert residents.python(VISIT).split() == ["302", "200", "True", "404"]
    assert "第1号（1件" in said(residents.yakuba("exchange", "export", "-o", str(back)))
    assert "職員側から住民側へ" not in said(staff.yakuba("exchange", "import", str(back)))
    assert said(staff.yakuba("exchange", "list")).count("取込み済み") == 3
    assert "職員側" in refused(staff.yakuba("exchange", "import", str(first)))

    staff.python(POST.format(code=CODE, references=[], revoked=["r-1", "r-2", "r-3"]))
    said(staff.yakuba("exchange", "export", "-o", str(third)))
    third.unlink()  # the stick was lost
    assert "第3号（3件、うち取消し 3件）" in said(
        staff.yakuba("exchange", "export", "-o", str(third), "--again", "3")
    )
    said(residents.yakuba("exchange", "import", str(third)))
    assert residents.python(VISIT).split() == ["410", "302", "False", "404"]


def test_the_residents_database_has_no_staff_table(staff: Installation, residents: Installation) -> None:
    tables = {name for (name,) in rows(residents, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"exchange_batch", "exchange_itemforstaff", "nursery_familynotice", "nursery_entrylimit"} <= tables
    for name in (
        "exchange_itemforresidents",
        "exchange_dispatch",
        "nursery_publication",
        "nursery_familycode",
    ):
        assert name not in tables
        assert rows(staff, f"SELECT count(*) FROM {name}") == [(0,)]  # noqa: S608 - names of ours


def test_wrong_arguments_of_the_command_say_what_to_do(
    tmp_path: Path, staff: Installation, residents: Installation
) -> None:
    empty = tmp_path / "empty"
    empty.write_text("")
    assert "フォルダーがありません" in refused(
        staff.yakuba("exchange", "export", "-o", str(tmp_path / "no" / "f"))
    )
    assert "第9号は作っていません" in refused(
        staff.yakuba("exchange", "export", "-o", str(tmp_path / "f"), "--again", "9")
    )
    key = ("exchange", "key", "export", "-o", str(tmp_path / "k"), "--passphrase-file")
    assert "1行目にパスフレーズがありません" in refused(staff.yakuba(*key, str(empty)))
    secret = tmp_path / "secret"
    secret.write_text("波と風と橋と空と海と山と", "utf-8")
    assert "職員側の環境で" in refused(residents.yakuba(*key, str(secret)))
    assert "受渡しはまだありません" in said(staff.yakuba("exchange", "list"))


def rows(side: Installation, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(side.home / "yakuba.sqlite3") as database:
        return database.execute(sql).fetchall()
