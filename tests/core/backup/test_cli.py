"""``yakuba backup`` and ``yakuba restore``: what they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from yakuba.core.backup.archive import write_archive
from yakuba.core.backup.cli import backup, restore
from yakuba.core.backup.errors import BackupError
from yakuba.core.backup.services import _models
from yakuba.core.crypto import export_escrow
from yakuba.core.weights.cli import models


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YAKUBA_BACKUP_PASSPHRASE", raising=False)
    monkeypatch.delenv("YAKUBA_DATABASE_URL", raising=False)


def test_a_passphrase_is_asked_for_before_anything_is_done(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for arguments in ([], ["--passphrase-file", str(empty)]):
        done = CliRunner().invoke(backup, ["-o", str(tmp_path / "out"), *arguments])
        assert done.exit_code == 2
        assert "パスフレーズがありません" in done.output
    assert not (tmp_path / "out").exists()


def test_a_passphrase_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"\xff\xfe\xff")
    done = CliRunner().invoke(restore, [str(tmp_path / "p"), "--passphrase-file", str(tmp_path / "p")])
    assert done.exit_code == 2
    assert "UTF-8" in done.output


def test_the_first_line_of_the_file_opens_the_backup(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p").write_text("汐見 correct horse\nnotes\n", encoding="utf-8")
    escrow = tmp_path / "escrow"
    escrow.write_bytes(export_escrow("汐見 correct horse", tmp_path / "none"))
    path = tmp_path / "one.backup"
    with path.open("wb") as sink:
        about = {"version": "1", "made_at": "2026-11-22", "database": "sqlite"}
        write_archive([("keys.escrow", escrow)], about, sink, "汐見 correct horse")
    done = CliRunner().invoke(restore, [str(path), "--passphrase-file", str(tmp_path / "p")])
    assert done.exit_code == 0, done.output
    assert home.is_dir()
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "second"))
    monkeypatch.setenv("YAKUBA_BACKUP_PASSPHRASE", "another passphrase")
    done = CliRunner().invoke(restore, [str(path)])
    assert done.exit_code == 2
    assert "パスフレーズが違います" in done.output
    assert not (tmp_path / "second").exists()


def test_the_models_in_use_are_named_in_the_backup_and_at_a_restore(tmp_path: Path, home: Path) -> None:
    rights = ["--licence", "Apache-2.0", "--source", "training/ocr", "--trained-on", "合成した様式"]
    for name in ("seal-1", "gone-1"):
        (tmp_path / f"{name}.onnx").write_bytes(name.encode() * 1000)
        added = CliRunner().invoke(models, ["add", str(tmp_path / f"{name}.onnx"), "--name", name, *rights])
        assert added.exit_code == 0, added.output
    (home / "models" / "gone-1.onnx").unlink()
    (listed,) = _models()
    assert (listed["name"], listed["file"], listed["size"]) == ("seal-1", "seal-1.onnx", 6000)
    assert len(listed["sha256"]) == 64

    escrow = tmp_path / "escrow"
    escrow.write_bytes(export_escrow("汐見 correct horse", tmp_path / "none"))
    (tmp_path / "p").write_text("汐見 correct horse", encoding="utf-8")
    path = tmp_path / "one.backup"
    with path.open("wb") as sink:
        about = {"version": "1", "made_at": "2026-11-22", "database": "sqlite", "models": [listed]}
        write_archive([("keys.escrow", escrow)], about, sink, "汐見 correct horse")
    restored = CliRunner().invoke(
        restore,
        [str(path), "--passphrase-file", str(tmp_path / "p")],
        env={"YAKUBA_HOME": str(tmp_path / "new")},
    )
    assert restored.exit_code == 0, restored.output
    assert "モデル seal-1 の本体は入っていません" in restored.output


def test_a_registry_that_can_not_be_read_stops_the_backup(home: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "models.toml").write_text("no registry", encoding="utf-8")
    with pytest.raises(BackupError, match=r"models\.toml"):
        _models()
