"""An authenticated stream: pieces that can't be altered, swapped, dropped or cut off unnoticed.

Each frame is a 4-byte length (top bit: this is the last frame) and an AES-256-GCM ciphertext of at most
64 KiB. The nonce is the frame's number and the last-frame bit, as in the STREAM construction (Hoang,
Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), so the key must be used for one stream only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yakuba.core.crypto.errors import DamagedData, TruncatedData

PIECE = 64 * 1024
TAG = 16
_LAST = 1 << 31
_LENGTH = struct.Struct(">I")

_TRUNCATED = "途中で切れています。欠けていない写しを使ってください。"
_DAMAGED = "内容が壊れているか、書き換えられています。別の写しを使ってください。"


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of exactly 64 KiB, the last one shorter (perhaps empty)."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    yield bytes(held)


def write_frames(chunks: Iterable[bytes], sink: BinaryIO, key: bytes, context: bytes) -> None:
    """Encrypt the chunks onto ``sink``. ``context`` (for example the header) is bound to every frame."""
    cipher = AESGCM(key)
    number = 0
    held: bytes | None = None
    for piece in _pieces(chunks):
        if held is not None:
            _write(sink, cipher, number, held, last=False, context=context)
            number += 1
        held = piece
    _write(sink, cipher, number, held or b"", last=True, context=context)


def _write(sink: BinaryIO, cipher: AESGCM, number: int, piece: bytes, *, last: bool, context: bytes) -> None:
    sealed = cipher.encrypt(_nonce(number, last), piece, context)
    sink.write(_LENGTH.pack(len(sealed) | (_LAST if last else 0)))
    sink.write(sealed)


def read_exactly(source: BinaryIO, size: int) -> bytes:
    """``size`` bytes, or ``TruncatedData``."""
    data = source.read(size)
    if len(data) != size:
        raise TruncatedData(_TRUNCATED)
    return data


def read_frames(source: BinaryIO, key: bytes, context: bytes) -> Iterator[bytes]:
    """Decrypt frame by frame; each piece that comes out is authentic.

    Raises ``TruncatedData`` when the stream ends before its last frame and ``DamagedData`` when anything
    differs from what was written, bytes after the last frame included.
    """
    cipher = AESGCM(key)
    number = 0
    last = False
    while not last:
        (word,) = _LENGTH.unpack(read_exactly(source, _LENGTH.size))
        last, size = bool(word & _LAST), word & ~_LAST
        if not TAG <= size <= PIECE + TAG:
            raise DamagedData(_DAMAGED)
        sealed = read_exactly(source, size)
        try:
            piece = cipher.decrypt(_nonce(number, last), sealed, context)
        except InvalidTag:
            raise DamagedData(_DAMAGED) from None
        yield piece
        number += 1
    if source.read(1):
        raise DamagedData(_DAMAGED)
