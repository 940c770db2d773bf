"""The archive: compressed parts one after another inside one encrypted stream, the manifest last.

A part is a 4-byte length, a JSON head ``{"name", "size"}`` and its bytes. The manifest (name, size and
SHA-256 of every part) closes the archive, so parts are read once and hashed while they are written.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from yakuba.core.backup.errors import BackupError
from yakuba.core.crypto.passphrase import lock_stream, unlock_stream

KIND = "yakuba.backup/1"
MANIFEST = "manifest.json"
PIECE = 256 * 1024
LONGEST_HEAD = 64 * 1024
_LENGTH = struct.Struct(">I")

Part = tuple[str, Path]  # name in the archive (with "/"), the file that holds its bytes


def _head(name: str, size: int) -> bytes:
    head = json.dumps({"name": name, "size": size}).encode()
    return _LENGTH.pack(len(head)) + head


def _plain(parts: Iterable[Part], about: dict[str, Any]) -> Iterator[bytes]:
    listed = []
    for name, path in parts:
        digest, done = hashlib.sha256(), 0
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            yield _head(name, size)
            while done < size and (piece := stream.read(min(PIECE, size - done))):
                digest.update(piece)
                done += len(piece)
                yield piece
        if done != size:
            raise BackupError(f"{path}：読んでいる間に短くなりました。もう一度行ってください。")
        listed.append({"name": name, "size": size, "sha256": digest.hexdigest()})
    manifest = json.dumps({**about, "parts": listed}, indent=1).encode()
    yield _head(MANIFEST, len(manifest)) + manifest


def _compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def write_archive(parts: Iterable[Part], about: dict[str, Any], sink: BinaryIO, passphrase: str) -> None:
    """Write the parts, read one at a time, encrypted under the passphrase."""
    lock_stream(_compressed(_plain(parts, about)), sink, passphrase, KIND)


class _Reader:
    """Decompressed bytes by exact amounts."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._unpacker = zlib.decompressobj()
        self._held = b""

    def _more(self) -> bool:
        """Decompress at most one piece more, so that no input can fill the memory."""
        data = self._unpacker.unconsumed_tail or next(self._chunks, None)
        try:
            if data is None:
                self._held += self._unpacker.flush()
                return bool(self._held)
            self._held += self._unpacker.decompress(data, PIECE)
        except zlib.error:
            raise BackupError("バックアップの中身を展開できません。別の写しを使ってください。") from None
        return True

    def take(self, most: int) -> bytes:
        """Between 1 and ``most`` bytes; empty at the end."""
        while not self._held and self._more():
            pass
        taken, self._held = self._held[:most], self._held[most:]
        return taken

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.take(size - len(data))
            if not piece:
                raise BackupError("バックアップの目録が途中で切れています。別の写しを使ってください。")
            data += piece
        return data


def safe_name(name: str) -> bool:
    """Whether a part's name stays inside of the folder it is unpacked into."""
    path = PurePosixPath(name)
    parts = path.parts
    return (
        bool(parts)
        and not path.is_absolute()
        and ".." not in parts
        and "\\" not in name
        and str(path) == name
    )


def read_archive(
    source: BinaryIO, passphrase: str, make: Callable[[str], BinaryIO] | None = None
) -> dict[str, Any]:
    """Read the whole archive, check every part against the manifest and return the manifest.

    ``make(name)`` opens the file to which a part goes; ``None`` only checks. Raises the errors of
    ``unlock_stream``, or ``BackupError`` when parts and manifest differ.
    """
    reader = _Reader(unlock_stream(source, passphrase, KIND))
    found: list[dict[str, Any]] = []
    while True:
        (length,) = _LENGTH.unpack(reader.exactly(_LENGTH.size))
        if length > LONGEST_HEAD:
            raise BackupError("バックアップの目録が読めません。別の写しを使ってください。")
        head = json.loads(reader.exactly(length))
        name, size = str(head["name"]), int(head["size"])
        if name == MANIFEST:
            manifest: dict[str, Any] = json.loads(reader.exactly(size))
            break
        if not safe_name(name):
            raise BackupError(f"バックアップの中の名前「{name}」は使えません。作成元を確かめてください。")
        found.append({"name": name, "size": size, "sha256": _part(reader, size, make and make(name))})
    if reader.take(1):
        raise BackupError("バックアップの目録のあとに余分な中身があります。別の写しを使ってください。")
    _compare(found, manifest.get("parts", []))
    return manifest


def _part(reader: _Reader, size: int, sink: BinaryIO | None) -> str:
    digest, left = hashlib.sha256(), size
    try:
        while left:
            piece = reader.take(min(PIECE, left))
            if not piece:
                raise BackupError("バックアップの中身が途中で切れています。別の写しを使ってください。")
            digest.update(piece)
            left -= len(piece)
            if sink is not None:
                sink.write(piece)
    finally:
        if sink is not None:
            sink.close()
    return digest.hexdigest()


def _compare(found: list[dict[str, Any]], listed: list[dict[str, Any]]) -> None:
    for part, wanted in zip(found, listed, strict=False):
        if part != wanted:
            raise BackupError(f"「{part['name']}」が目録と違います。別の写しを使ってください。")
    if len(found) != len(listed):
        raise BackupError(f"目録は {len(listed)}件、中身は {len(found)}件です。別の写しを使ってください。")
