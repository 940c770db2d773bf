"""The model files of this installation: ``YAKUBA_HOME/models`` with its own ``models.toml``."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from yakuba.core.crypto.keyfile import replace_private, sync_folder
from yakuba.core.home import yakuba_home
from yakuba.core.weights.registry import BadRegistry, Model, parse_registry, render_registry

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ModelFault:
    """A model whose file is not what the registry says."""

    name: str
    reason: str


def models_folder() -> Path:
    """Where model files lie."""
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
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def check(model: Model) -> ModelFault | None:
    """What is wrong with the model's file, or ``None``."""
    path = models_folder() / model.file
    if not path.is_file():
        return ModelFault(model.name, f"{path} がありません。yakuba models add で入れてください")
    sha256, size = file_hash(path)
    if (sha256, size) != (model.sha256, model.size):
        return ModelFault(
            model.name,
            f"{path} の中身が登録と違います（登録 {model.sha256[:12]}・{model.size:,}バイト、"
            f"実際 {sha256[:12]}・{size:,}バイト）。正しいファイルを入れ直してください",
        )
    return None


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
