"""``yakuba models``: list, verify and add, without network and database."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yakuba.core.weights import store
from yakuba.core.weights.cli import models
from yakuba.core.weights.registry import render_registry

DATA = b"weights" * 1000
RIGHTS = ("--licence", "Apache-2.0", "--source", "training/ocr", "--trained-on", "合成した様式")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(models, list(arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "seal-1.onnx"
    path.write_bytes(DATA)
    return path


def add(file: Path, name: str = "seal-1", *more: str) -> Result:
    return run("add", str(file), "--name", name, *RIGHTS, *more)


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the operator's own models; test_store.py has the product's."""
    monkeypatch.setattr(store, "shipped", lambda: ())


def test_an_installation_without_models_says_so() -> None:
    assert "登録されたモデルはありません" in run("list").output
    assert run("verify").exit_code == 0


def test_an_added_model_is_copied_listed_and_verified(file: Path, home: Path) -> None:
    done = add(file, "seal-1", "--tier", "A", "--figure", "0.993", "--measured-on", "2026-11-22")
    assert done.exit_code == 0, done.output
    copy = home / "models" / "seal-1.onnx"
    assert copy.read_bytes() == DATA
    assert copy.stat().st_mode & 0o777 == 0o600
    row = run("list").output.splitlines()[1].split("\t")
    digest = hashlib.sha256(DATA).hexdigest()
    assert row[:7] == ["seal-1", digest, "7000", "Apache-2.0", "A", "0.993", "2026-11-22"]
    assert row[7:] == ["training/ocr", "合成した様式"]
    file.unlink()
    assert run("verify").exit_code == 0


def test_a_model_that_was_not_measured_says_so(file: Path) -> None:
    add(file)
    assert run("list").output.splitlines()[1].split("\t")[4:7] == ["未測定", "—", "—"]


def test_verify_names_each_model_that_differs_or_is_missing(file: Path, home: Path, tmp_path: Path) -> None:
    add(file)
    other = tmp_path / "other.bin"
    other.write_bytes(b"other")
    assert add(other, "other").exit_code == 0
    third = tmp_path / "third.bin"
    third.write_bytes(b"third")
    assert add(third, "third").exit_code == 0
    (home / "models" / "seal-1.onnx").write_bytes(DATA[:-1] + b"x")
    (home / "models" / "other.bin").unlink()
    done = run("verify")
    assert done.exit_code == 1
    assert "seal-1：" in done.output
    assert "中身が登録と違います" in done.output
    assert "other：" in done.output
    assert "third" not in done.output


def test_a_taken_name_and_a_taken_file_name_change_nothing(file: Path, home: Path, tmp_path: Path) -> None:
    add(file)
    before = (home / "models" / "models.toml").read_bytes()
    done = add(file)
    assert (done.exit_code, "2つ目" in done.output) == (2, True)
    (tmp_path / "x").mkdir()
    same_name = tmp_path / "x" / "seal-1.onnx"
    same_name.write_bytes(b"different")
    done = add(same_name, "seal-2")
    assert (done.exit_code, "2つの sha256" in done.output) == (2, True)
    assert (home / "models" / "models.toml").read_bytes() == before
    assert (home / "models" / "seal-1.onnx").read_bytes() == DATA
    assert sorted(path.name for path in (home / "models").iterdir()) == ["models.toml", "seal-1.onnx"]


def test_a_stray_file_of_that_name_is_not_overwritten(file: Path, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "seal-1.onnx").write_bytes(b"stray")
    done = add(file)
    assert (done.exit_code, "別の中身" in done.output) == (2, True)
    assert (home / "models" / "seal-1.onnx").read_bytes() == b"stray"


def test_a_wrong_hash_and_half_a_measurement_are_refused(file: Path, home: Path) -> None:
    done = add(file, "seal-1", "--sha256", "0" * 64)
    assert (done.exit_code, hashlib.sha256(DATA).hexdigest() in done.output) == (2, True)
    done = add(file, "seal-1", "--tier", "A")
    assert (done.exit_code, "3つそろえて" in done.output) == (2, True)
    assert add(file, "seal-1", "--sha256", hashlib.sha256(DATA).hexdigest().upper()).exit_code == 0


@pytest.mark.parametrize("data", [b"\xff\xfe", b"format = 1", b"= ="])
def test_a_broken_registry_is_named_and_ends_with_two(home: Path, data: bytes) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "models.toml").write_bytes(data)
    for command in ("list", "verify"):
        done = run(command)
        assert done.exit_code == 2
        assert str(home / "models" / "models.toml") in done.output


def test_names_of_the_product_can_not_be_taken(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(file)
    own = store.added()
    monkeypatch.setattr(store, "shipped", lambda: own)
    done = run("list")
    assert (done.exit_code, "製品の一覧" in done.output) == (2, True)
    (home / "models" / "models.toml").write_text(render_registry([]))
    done = add(file)
    assert (done.exit_code, "製品の一覧" in done.output) == (2, True)
