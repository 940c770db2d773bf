"""Commands with wrong arguments: one clear message, a status that is not 0, no traceback, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from yakuba.cli import main
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import User

pytestmark = pytest.mark.django_db

WRONG = {
    "people add": "Missing argument",
    "people add 一": "半角の英数字",
    "people add ab --role officer": "両方付けるか両方省いて",
    "people add ab --role boss --department 210": "'boss' is not one of",
    "people add ab --role officer --department 999": "「999」はありません",
    "people reset-code 9": "登録されていません",
    "people import {missing}": "does not exist",
    "people import {noise} --yes": "何も書き込んでいません",
    "people transfer {text} --on 2026-13-01 --by 1": "2026-13-01",
    "people transfer {text} --on 2026-12-01 --by zzz": "管理の権限を持っていません",
    "people nonsense": "No such command",
    "audit verify extra": "unexpected extra argument",
    "audit export": "Missing option",
    "audit export -o {missing}/x.jsonl": "フォルダーがありません",
    "backup": "Missing option",
    "restore": "Missing argument",
    "restore {missing}": "does not exist",
    "restore {text}": "パスフレーズがありません",
    "models verify nosuch": "unexpected extra argument",
    "models add": "Missing argument",
    "models add {missing}": "does not exist",
    "tokens issue": "No such command",
    "tokens add x --scope bad": "「bad」はありません",
    "tokens revoke 99": "番号 99 のトークンはありません",
    "border certify {missing} --target 0.005 --confidence 0.95 -o {out}": "does not exist",
    "border certify {text} --target 0.005 --confidence 0.95 -o {out}": "見出し行",
    "border certify {text} --target 5 --confidence 0.95 -o {out}": "0より大きく1より小さい",
    "effects import {missing}": "does not exist",
    "effects import {text}": "memo.txt",
    "effects import {noise}": "noise.bin",
    "demo ledger": "Missing option",
    "demo ledger -o {out} --children 0": "0 is not in the range",
    "demo entries 給与 1 --by 1 2": "YAKUBA_DEMO=1",
    "demo audits 給与 1": "Missing argument",
    "ocr watch {missing}": "does not exist",
    "ocr read {noise} -o {out}": "Missing option",
    "nursery allocate {missing} -o {out}": "ファイルがありません",
    "nursery allocate {noise} -o {out}": "noise.bin",
    "nursery verify {missing} {missing}": "missing",
    "worker --queue-concurrency none": "none",
    "serve --port none": "none",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_argument_is_told_and_nothing_is_written(words: str, tmp_path: Path) -> None:
    text, noise, out = tmp_path / "memo.txt", tmp_path / "noise.bin", tmp_path / "out"
    text.write_text("メモ\n", encoding="utf-8")
    noise.write_bytes(bytes(range(256)))
    places = {"missing": tmp_path / "missing", "text": text, "noise": noise, "out": out}
    done = CliRunner().invoke(main, words.format(**places).split())
    assert done.exit_code in (1, 2), done.output
    assert isinstance(done.exception, SystemExit), done.exception
    assert WRONG[words] in done.output
    assert "Traceback" not in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["memo.txt", "noise.bin"]
    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()
