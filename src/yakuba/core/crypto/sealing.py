"""Seal values and streams with the installation's key ring.

A purpose (for example ``"people.note"``) gets a key of its own by HKDF and is bound to the ciphertext, so
that a value sealed for one purpose is refused for another.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yakuba.core.crypto.errors import DamagedData
from yakuba.core.crypto.frames import read_exactly, read_frames, write_frames
from yakuba.core.crypto.keyring import ID_BYTES, load_ring

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

VALUE = b"YKv1"
STREAM = b"YKs1"
NONCE_BYTES = 12
SALT_BYTES = 32
MINIMUM = len(VALUE) + ID_BYTES + NONCE_BYTES + 16

_DAMAGED = "封をした値が壊れているか、別の用途のものです。バックアップから戻してください。"


def derive(key: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    """A 32-byte key for one use (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), 32, salt, info).derive(key)


@lru_cache(maxsize=64)
def _key_for(key: bytes, purpose: str) -> bytes:
    """The key of a purpose for values: computed once a process, which holds the ring as well."""
    return derive(key, VALUE + purpose.encode())


def seal(data: bytes, purpose: str) -> bytes:
    """Encrypt and authenticate a value of some kilobytes; the token holds the key's id."""
    ring = load_ring()
    head = VALUE + ring.current
    nonce = secrets.token_bytes(NONCE_BYTES)
    key = _key_for(ring.key(ring.current), purpose)
    return head + nonce + AESGCM(key).encrypt(nonce, data, head + purpose.encode())


def unseal(token: bytes, purpose: str) -> bytes:
    """The value that ``seal`` was given.

    ``DamagedData`` when the token was altered or sealed for another purpose; ``UnknownKey`` when its key
    is not in the ring.
    """
    token = bytes(token)
    if len(token) < MINIMUM or not token.startswith(VALUE):
        raise DamagedData(_DAMAGED)
    head, rest = token[: len(VALUE) + ID_BYTES], token[len(VALUE) + ID_BYTES :]
    key = _key_for(load_ring().key(head[len(VALUE) :]), purpose)
    try:
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + purpose.encode())
    except InvalidTag:
        raise DamagedData(_DAMAGED) from None


def seal_stream(chunks: Iterable[bytes], sink: BinaryIO, purpose: str) -> None:
    """Encrypt a long content piece by piece; memory stays below a megabyte."""
    ring = load_ring()
    head = STREAM + ring.current + secrets.token_bytes(SALT_BYTES)
    sink.write(head)
    key = derive(ring.key(ring.current), STREAM + purpose.encode(), head[-SALT_BYTES:])
    write_frames(chunks, sink, key, head + purpose.encode())


def open_sealed(source: BinaryIO, purpose: str) -> BinaryIO:
    """A reader of what ``seal_stream`` wrote; reading raises as ``read_frames`` does.

    The head is checked at once. Closing the reader closes ``source``.
    """
    head = read_exactly(source, len(STREAM) + ID_BYTES + SALT_BYTES)
    if not head.startswith(STREAM):
        raise DamagedData(_DAMAGED)
    master = load_ring().key(head[len(STREAM) : len(STREAM) + ID_BYTES])
    key = derive(master, STREAM + purpose.encode(), head[-SALT_BYTES:])
    return io.BufferedReader(_Pieces(read_frames(source, key, head + purpose.encode()), source))


class _Pieces(io.RawIOBase):
    """Decrypted pieces as a file object."""

    def __init__(self, pieces: Iterator[bytes], source: BinaryIO) -> None:
        super().__init__()
        self._pieces = pieces
        self._held = b""
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = piece
        taken, self._held = self._held[: len(view)], self._held[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        self._source.close()
        super().close()
