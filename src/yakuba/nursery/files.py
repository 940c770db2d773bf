"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Writes beside the target, then renames over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """A new folder appears with all its files at once; in an existing one each file is replaced whole."""
    if folder.exists():
        for name, text in texts.items():
            write(folder / name, text)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
        staged = Path(temporary) / folder.name
        staged.mkdir()
        for name, text in texts.items():
            write(staged / name, text)
        os.replace(staged, folder)
