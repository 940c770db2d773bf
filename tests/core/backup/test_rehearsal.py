"""The rehearsal: a living installation is saved and put back on an empty machine, byte for byte."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.installations import Installation, Postgres
from tests.plugins import templates

pytestmark = pytest.mark.workers

PASSPHRASE = "汐見 correct horse battery"

POPULATE = """
from datetime import date
from django.db import connection
from yakuba.core import crypto
from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.home import yakuba_home
from yakuba.core.people.models import Assignment, Department, User
user = User.objects.create_user("1001", name="𠮷田 髙子", password="a long enough password")
department = Department.objects.create(code="10", name="保育課", systems=["nursery"])
Assignment.objects.create(user=user, department=department, role="approver", starts_on=date(2026, 4, 1))
for number in range(12):
    data = f"中身{number}".encode() * 9999
    stored = store(data, name=f"台帳{number}.csv", content_type="text/csv", by=user)
    record("files.store", actor=user, target=f"file:{stored.pk}", detail={"bytes": stored.size})
(yakuba_home() / "sealed").write_bytes(crypto.seal("葛󠄀".encode(), "test"))
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA dbos")
        cursor.execute("CREATE TABLE dbos.workflow_status (id text PRIMARY KEY, status text)")
        cursor.execute("INSERT INTO dbos.workflow_status VALUES ('w1', 'PENDING')")
"""

DUMP = """
import hashlib, json
from django.db import connection
from yakuba.core.files.models import StoredFile
from yakuba.core.files.services import read, verify_all
tables = {}
names = [t for t in connection.introspection.table_names() if t != "django_session"]
with connection.cursor() as cursor:
    if connection.vendor == "postgresql":
        names.append('dbos"."workflow_status')
    for name in names:
        cursor.execute(f'SELECT * FROM "{name}"')
        rows = sorted(repr(row) for row in cursor.fetchall())
        tables[name] = [len(rows), hashlib.sha256("\\n".join(rows).encode()).hexdigest()]
files = {f.name: hashlib.sha256(read(f)).hexdigest() for f in StoredFile.objects.all()}
print(json.dumps({"tables": tables, "files": files, "vault": verify_all().good}))
"""


def state(installation: Installation) -> dict[str, dict[str, object]]:
    result: dict[str, dict[str, object]] = json.loads(installation.python(DUMP))
    return result


def tree(home: Path) -> dict[str, str]:
    """Hashes of everything that is kept as files: sealed contents, keys and the running head."""
    found = [path for part in ("files", "keys", "audit-heads") for path in sorted((home / part).rglob("*"))]
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.is_file() and path.name != ".lock" and not path.name.startswith("20")  # the day's head
    }


def empty_one(installation: Installation, tmp_path: Path, request: pytest.FixtureRequest) -> Installation:
    other = replace(installation, home=tmp_path / "machine-2" / "home")
    if installation.url:
        postgres: Postgres = request.getfixturevalue("postgres")
        other = replace(other, url=postgres.database())
    return other


def test_everything_comes_back_on_an_empty_machine(
    installation: Installation, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    installation.python(POPULATE)
    with closing(sqlite3.connect(installation.home / "jobs.sqlite3")) as jobs:
        jobs.execute("PRAGMA journal_mode=WAL")
        jobs.execute("CREATE TABLE workflow_status (id TEXT PRIMARY KEY, status TEXT)")
        jobs.execute("INSERT INTO workflow_status VALUES ('w1', 'PENDING')")
        jobs.commit()  # still open while the backup runs: the row is in the WAL alone
        before, kept = state(installation), tree(installation.home)
        folder = tmp_path / "backups"
        done = installation.yakuba("backup", "-o", str(folder), YAKUBA_BACKUP_PASSPHRASE=PASSPHRASE)
        assert done.returncode == 0, done.stderr
    (archive,) = folder.iterdir()
    assert archive.stat().st_mode & 0o777 == 0o600
    for secret in ("𠮷田", "台帳", "PENDING", "SQLite format", "audit-key"):
        assert secret.encode() not in archive.read_bytes()
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")

    other = empty_one(installation, tmp_path, request)
    done = other.yakuba("restore", str(archive), "--passphrase-file", str(file))
    assert done.returncode == 0, done.stderr

    assert tree(other.home) == kept
    after = state(other)
    assert after == before
    assert after["vault"] is True
    assert len(after["files"]) == 12
    assert after["tables"]["audit_auditentry"][0] == 12  # type: ignore[index]
    with closing(sqlite3.connect(other.home / "jobs.sqlite3")) as jobs:
        assert jobs.execute("SELECT * FROM workflow_status").fetchall() == [("w1", "PENDING")]
    verified = other.yakuba("audit", "verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    # life goes on: the same keys seal new lines, and the chain stays whole
    other.python("from yakuba.core.audit.services import record; record('a', actor='system:x', target='t')")
    assert other.yakuba("audit", "verify").returncode == 0
    again = other.yakuba("restore", str(archive), "--passphrase-file", str(file))
    assert again.returncode == 2
    assert "空ではありません" in again.stderr
    leftover = [path.name for path in other.home.parent.iterdir()]
    assert leftover == ["home"]


def test_a_postgresql_backup_is_refused_where_it_does_not_belong(postgres: Postgres, tmp_path: Path) -> None:
    made = Installation(tmp_path / "a", templates.postgresql())
    secret = {"YAKUBA_BACKUP_PASSPHRASE": PASSPHRASE}
    assert made.yakuba("backup", "-o", str(tmp_path / "out"), **secret).returncode == 0
    (archive,) = (tmp_path / "out").iterdir()
    without = Installation(tmp_path / "b").yakuba("restore", str(archive), **secret)
    assert without.returncode == 2
    assert "postgresql ですが、ここは sqlite" in without.stderr
    full = replace(made, home=tmp_path / "b").yakuba("restore", str(archive), **secret)
    assert full.returncode == 2
    assert "空のデータベースを指定してください" in full.stderr
    assert not (tmp_path / "b").exists()
