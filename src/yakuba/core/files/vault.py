"""The folder of sealed contents, ``YAKUBA_HOME/files/ab/cd/abcd…``, without the database.

A content is written to a temporary name, synced and renamed, so that a name always holds a whole
content. Contents are only ever added. Writing one that is already there replaces the file by an equal
one, which heals a damaged copy.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from yakuba.core.crypto import open_sealed, seal_stream
from yakuba.core.crypto.keyfile import sync_folder
from yakuba.core.home import yakuba_home

PURPOSE = "core.files"
PIECE = 256 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


class TooLarge(ValueError):
    """A content is longer than the limit; nothing was kept."""


def vault() -> Path:
    """The folder of this installation's contents."""
    folder = yakuba_home() / "files"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def place(sha256: str) -> Path:
    """Where the content with this hash lies."""
    if not _HASH.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
    return vault() / sha256[:2] / sha256[2:4] / sha256


def put(source: BinaryIO, limit: int) -> tuple[str, int]:
    """Seal the content of ``source`` into the vault; its SHA-256 and its size in bytes.

    ``TooLarge`` when it has more than ``limit`` bytes.
    """
    digest = hashlib.sha256()
    size = 0

    def pieces() -> Iterator[bytes]:
        nonlocal size
        while piece := source.read(PIECE):
            size += len(piece)
            if size > limit:
                raise TooLarge(limit)
            digest.update(piece)
            yield piece

    temporary = vault() / f".{secrets.token_hex(16)}.tmp"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as sink:
            seal_stream(pieces(), sink, PURPOSE)
            sink.flush()
            os.fsync(sink.fileno())
        path = place(digest.hexdigest())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return digest.hexdigest(), size


def get(sha256: str) -> BinaryIO:
    """A reader of the content; ``FileNotFoundError`` when it is missing. Reading checks each piece."""
    source = place(sha256).open("rb")
    try:
        return open_sealed(source, PURPOSE)
    except BaseException:
        source.close()
        raise


def all_contents() -> set[str]:
    """The hashes of every content in the vault."""
    return {path.name for path in vault().glob("??/??/*") if _HASH.fullmatch(path.name)}


def discard(sha256: str, *, written_before: float) -> bool:
    """Remove a content that nobody needs; False when it was written again since (seconds of the epoch).

    It is moved aside first, and back if it is newer: a file of the same content that is put in at this
    moment is never lost.
    """
    path = place(sha256)
    aside = path.with_name(f".{sha256}.{secrets.token_hex(4)}.old")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime >= written_before:
        aside.replace(path)
        return False
    aside.unlink()
    return True
