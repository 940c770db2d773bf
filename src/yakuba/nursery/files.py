"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from yakuba.core import whole


def write(path: Path, text: str) -> None:
    """Writes UTF-8 text; as ``write_bytes``."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """As ``core.whole.write_bytes``, with the folders above the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.write_bytes(path, (data,))


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """A new folder appears with all its files at once; in an existing one the files are renamed into place
    after all of them were written, so that what can go wrong goes wrong before the first is replaced.
    """
    check_folder(folder, texts)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=".yakuba.", dir=folder if folder.exists() else folder.parent
    ) as t:
        staged = Path(t) / "staged"
        staged.mkdir()
        for name, text in texts.items():
            write(staged / name, text)
        if folder.exists():
            for name in texts:
                os.replace(staged / name, folder / name)
        else:
            os.replace(staged, folder)


def check_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """Raises ``OSError`` when files of these names could not be written into the folder."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    for name in names:
        check_file(folder / name)


def check_file(path: Path) -> None:
    """Raises ``OSError`` when nothing could be written at the path."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    above = next(parent for parent in path.parents if parent.exists())
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))
