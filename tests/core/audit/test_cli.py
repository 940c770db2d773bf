"""``yakuba audit`` in one process (``test_writers`` runs it as a command on both databases)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from yakuba.core.audit import append_only
from yakuba.core.audit.cli import audit
from yakuba.core.audit.services import record

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_log_verifies_and_has_nothing_to_seal() -> None:
    assert "0行" in CliRunner().invoke(audit, ["verify"]).output
    assert "まだありません" in CliRunner().invoke(audit, ["seal"]).output


def test_a_log_is_verified_sealed_and_exported(home: Path, tmp_path: Path) -> None:
    entry = record("a.b", actor="system:x", target="𠮷", detail={"n": 1})
    assert CliRunner().invoke(audit, ["verify"]).exit_code == 0
    assert entry.entry_hash in CliRunner().invoke(audit, ["seal"]).output
    assert len(list((home / "audit-heads").glob("2*.json"))) == 1
    out = tmp_path / "out.jsonl"
    assert CliRunner().invoke(audit, ["export", "-o", str(out)]).exit_code == 0
    body = json.loads(out.read_text("utf-8"))
    assert (body["target"], body["entry_hash"], body["detail"]) == ("𠮷", entry.entry_hash, {"n": 1})
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["out.jsonl"]


def test_a_broken_log_ends_with_one_and_its_line() -> None:
    record("a", actor="x", target="t")
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET actor = 'y'")
    append_only.install(connection)
    done = CliRunner().invoke(audit, ["verify"])
    assert done.exit_code == 1
    assert "連番 1：" in done.output
    assert "[edited]" in done.output


def test_an_export_to_a_folder_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(audit, ["export", "-o", str(tmp_path / "no" / "x")]).exit_code == 2
