"""One chain, whoever writes: several processes at once, on both databases, through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.installations import Installation

pytestmark = pytest.mark.workers

WRITE = """
import sys
from django.db import transaction
from yakuba.core.audit.services import record
for number in range(20):
    with transaction.atomic():
        record("job.enqueue", actor="system:{who}", target=f"job:{{number}}", detail={{"n": number}})
        if number % 5 == 4:
            transaction.set_rollback(True)
"""


def test_writers_at_the_same_time_make_exactly_one_chain(installation: Installation, tmp_path: Path) -> None:
    writers = [installation.start(WRITE.format(who=who)) for who in range(4)]
    for writer in writers:
        _, errors = writer.communicate(timeout=180)
        assert writer.returncode == 0, errors
    done = installation.yakuba("audit", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert "64行" in done.stdout  # 4 writers × 16 committed lines
    out = tmp_path / "out.jsonl"
    assert installation.yakuba("audit", "export", "-o", str(out)).returncode == 0
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["sequence"] for line in lines] == list(range(1, 65))
    for who in range(4):
        mine = [line["detail"]["n"] for line in lines if line["actor"] == f"system:{who}"]
        assert mine == [n for n in range(20) if n % 5 != 4]
    latest = json.loads((installation.home / "audit-heads" / "latest.json").read_text())
    assert latest["sequence"] == 64


TAMPER = """
from django.db import connection
from yakuba.core.audit import append_only
from yakuba.core.audit.services import record, seal_head
for number in range(10):
    record("a.b", actor="system:x", target=f"t:{{number}}", detail={{"n": number}})
append_only.remove(connection)
with connection.cursor() as cursor:
    cursor.execute({sql!r})
"""


@pytest.mark.parametrize(
    ("sql", "sequence", "flaw"),
    [
        ("UPDATE audit_auditentry SET target = 't:x' WHERE sequence = 4", 4, "edited"),
        ("DELETE FROM audit_auditentry WHERE sequence = 7", 7, "missing"),
        ("DELETE FROM audit_auditentry WHERE sequence > 8", 9, "truncated"),
        ("DELETE FROM audit_auditentry", 1, "truncated"),
    ],
)
def test_the_command_names_the_first_bad_line_and_why(
    installation: Installation, sql: str, sequence: int, flaw: str
) -> None:
    installation.python(TAMPER.format(sql=sql))
    done = installation.yakuba("audit", "verify")
    assert done.returncode == 1
    assert f"連番 {sequence}：" in done.stderr
    assert f"[{flaw}]" in done.stderr
    assert done.stdout == ""


def test_bad_usage_ends_with_two_and_writes_nothing(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    assert installation.yakuba("audit", "verify", "--nonsense").returncode == 2
    done = installation.yakuba("audit", "export", "-o", str(tmp_path / "none" / "x.jsonl"))
    assert done.returncode == 2
    assert "フォルダーがありません" in done.stderr
    assert not (tmp_path / "none").exists()


def test_an_installation_without_a_database_has_nothing_to_report(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    done = installation.yakuba("audit", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "home" / "keys" / "audit-key").exists()
