"""The model files of this installation and where they lie.

Three places, in this order: with the product (``yakuba/<system>/weights``), with the Python environment
(``<prefix>/share/yakuba/models``, filled by ``make setup``), and ``YAKUBA_HOME/models`` with the operator's
own ``models.toml``. Which file is good is decided by its hash alone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

import yakuba
from yakuba.core.crypto.keyfile import replace_private, sync_folder
from yakuba.core.home import yakuba_home
from yakuba.core.weights.registry import BadRegistry, Model, parse_registry, render_registry

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ModelFault:
    """A model whose file is not what the registry says."""

    name: str
    reason: str


class MissingModel(Exception):
    """A model that is needed and is not there as registered; the message says what to do."""


def models_folder() -> Path:
    """Where the operator's model files lie; made on first use."""
    folder = yakuba_home() / "models"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def shipped() -> tuple[Model, ...]:
    """The models that the product itself names."""
    return parse_registry(files(__package__).joinpath("models.toml").read_text("utf-8"), "models.toml")


def added() -> tuple[Model, ...]:
    """The models that this installation's operator added."""
    path = models_folder() / "models.toml"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError:
        raise BadRegistry([f"{path}：UTF-8 として読めません。UTF-8 で保存してください。"]) from None
    return parse_registry(text, str(path))


def all_models() -> tuple[Model, ...]:
    """Shipped and added models; a name that is in both is a fault."""
    own, more = shipped(), added()
    both = sorted({model.name for model in own} & {model.name for model in more})
    if both:
        path = models_folder() / "models.toml"
        raise BadRegistry(
            f"{path}『name』：「{name}」は製品の一覧にもあります。消してください。" for name in both
        )
    return own + more


def file_hash(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of a file."""
    with path.open("rb") as stream:
        return stream_hash(stream)


def stream_hash(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of what is left of a stream."""
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def environment_folder() -> Path:
    """Where ``make setup`` and the container put the models of other makers."""
    return Path(sys.prefix) / "share" / "yakuba" / "models"


def _places(file: str) -> Iterator[Path]:
    """Where a model file may lie, in the order in which it is looked for."""
    for folder in sorted(Path(yakuba.__file__).parent.glob("*/weights")):
        yield folder / file
    yield environment_folder() / file
    yield models_folder() / file


_good: dict[
    tuple[str, str], tuple[int, int]
] = {}  # (path, sha256) -> (time of change in ns, size) when hashed


def _is_good(path: Path, model: Model) -> bool:
    """Hashed once a process, and again when the file changes."""
    state = path.stat()
    seen = (state.st_mtime_ns, state.st_size)
    if state.st_size != model.size:
        return False
    if _good.get((str(path), model.sha256)) != seen:
        if file_hash(path)[0] != model.sha256:
            return False
        _good[str(path), model.sha256] = seen
    return True


def find(name: str) -> Path:
    """The file of a registered model, its hash checked.

    ``MissingModel`` when no model has the name, or no file with its hash lies in any place.
    """
    model = next((model for model in all_models() if model.name == name), None)
    if model is None:
        raise MissingModel(
            f"モデル「{name}」は登録されていません。yakuba models list で名前を確かめてください。"
        )
    for path in _places(model.file):
        if path.is_file() and _is_good(path, model):
            return path
    raise MissingModel(f"モデル「{name}」：{_fault(model).reason}。")


def check(model: Model) -> ModelFault | None:
    """What is wrong with the model's file, or ``None``. Every byte is read again."""
    for path in _places(model.file):
        if path.is_file() and file_hash(path) == (model.sha256, model.size):
            return None
    return _fault(model)


def _fault(model: Model) -> ModelFault:
    for path in _places(model.file):
        if path.is_file():
            sha256, size = file_hash(path)
            return ModelFault(
                model.name,
                f"{path} の中身が登録と違います（登録 {model.sha256[:12]}・{model.size:,}バイト、"
                f"実際 {sha256[:12]}・{size:,}バイト）。正しいファイルを入れ直してください",
            )
    how = "yakuba models unpack で配布ファイルから" if _is_shipped(model) else "yakuba models add で"
    return ModelFault(model.name, f"{models_folder() / model.file} がありません。{how}入れてください")


def _is_shipped(model: Model) -> bool:
    return any(model == other for other in shipped())


def add(model: Model, source: Path) -> Path:
    """Copy ``source`` in and register it; the file's place. Nothing is registered when the copy fails.

    ``BadRegistry`` when the name or the file name is taken, or the fields are not as they must be.
    """
    before = added()
    text = render_registry([*before, model])
    parse_registry(text, "models.toml")
    if any(model.name == other.name for other in shipped()):
        raise BadRegistry([f"『name』：「{model.name}」は製品の一覧にあります。別の名前にしてください。"])
    target = models_folder() / model.file
    if target.exists() and file_hash(target)[0] != model.sha256:
        raise BadRegistry([f"『file』：{target} には別の中身があります。別のファイル名にしてください。"])
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        with source.open("rb") as reader, temporary.open("xb") as writer:
            temporary.chmod(0o600)
            shutil.copyfileobj(reader, writer, PIECE)
            writer.flush()
            os.fsync(writer.fileno())
        if file_hash(temporary)[0] != model.sha256:
            raise BadRegistry([f"{source}：写す間に中身が変わりました。もう一度行ってください。"])
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    replace_private(models_folder() / "models.toml", text.encode())
    return target
