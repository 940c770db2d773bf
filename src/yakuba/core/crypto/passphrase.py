"""Streams that a passphrase opens, away from the installation that wrote them.

Layout: a JSON line (kind, scrypt parameters, salt, check value), its SHA-256 in hex as a second line, then
frames. scrypt runs with N = 2^17, r = 8, p = 1 (OWASP Password Storage Cheat Sheet, 128 MiB, about half
a second).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from yakuba.core.crypto.errors import CryptoError, DamagedData, TruncatedData, WrongPassphrase
from yakuba.core.crypto.frames import read_frames, write_frames
from yakuba.core.crypto.sealing import derive

COST = 2**17
MAX_HEADER = 4096
MIN_LENGTH = 12


def check_passphrase(passphrase: str) -> str:
    """The passphrase, or ``CryptoError`` when it is shorter than 12 characters."""
    if len(passphrase) < MIN_LENGTH:
        raise CryptoError(
            f"パスフレーズ：{len(passphrase)}文字です。{MIN_LENGTH}文字以上にしてください。"
            "無作為に選んだ単語を4つ以上つなぐと、覚えやすく破られにくくなります。"
        )
    return passphrase


def _master(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _check(master: bytes, body: dict[str, Any]) -> str:
    return hmac.new(derive(master, b"check"), _line(body), hashlib.sha256).hexdigest()


def lock_stream(chunks: Iterable[bytes], sink: BinaryIO, passphrase: str, kind: str) -> None:
    """Encrypt the chunks onto ``sink``; ``kind`` names what it is, for example ``"yakuba.backup/1"``."""
    salt = secrets.token_bytes(16)
    master = _master(check_passphrase(passphrase), salt, COST)
    body: dict[str, Any] = {"format": kind, "kdf": "scrypt", "n": COST, "r": 8, "p": 1, "salt": salt.hex()}
    body["check"] = _check(master, body)
    header = _line(body)
    sink.write(header + hashlib.sha256(header).hexdigest().encode() + b"\n")
    write_frames(chunks, sink, derive(master, b"frames"), header)


def unlock_stream(source: BinaryIO, passphrase: str, kind: str) -> Iterator[bytes]:
    """What ``lock_stream`` was given, piece by piece.

    ``DamagedData`` when it is not such a stream or was altered, ``TruncatedData`` when it is cut off,
    ``WrongPassphrase`` when the passphrase (or, deliberately, the header) differs.
    """
    header = source.readline(MAX_HEADER)
    digest = source.readline(66)
    if not digest.endswith(b"\n") and not source.read(1) and _looks_like(header, kind):
        raise TruncatedData("途中で切れています。欠けていない写しを使ってください。")
    body = _parse_header(header, digest, kind)
    master = _master(passphrase, bytes.fromhex(body["salt"]), body["n"])
    check = body.pop("check")
    if not hmac.compare_digest(str(check), _check(master, body)):
        raise WrongPassphrase("パスフレーズが違います。作成したときのパスフレーズを使ってください。")
    yield from read_frames(source, derive(master, b"frames"), header)


def _looks_like(header: bytes, kind: str) -> bool:
    return header == b"" or kind.encode() in header or header.startswith(b'{"check"')


def _parse_header(header: bytes, digest: bytes, kind: str) -> dict[str, Any]:
    try:
        body = json.loads(header)
        known = isinstance(body, dict) and body.get("format") == kind
    except ValueError:
        known = False
    if not known:
        raise DamagedData(
            f"{kind} の形式ではないか、先頭が壊れています。指定したファイルを確かめてください。"
        )
    sound = (
        digest == hashlib.sha256(header).hexdigest().encode() + b"\n"
        and body.get("kdf") == "scrypt"
        # other costs are refused: a forged header must not make us spend gigabytes before it is checked
        and (body.get("n"), body.get("r"), body.get("p")) == (COST, 8, 1)
        and isinstance(body.get("check"), str)
        and isinstance(body.get("salt"), str)
    )
    if not sound:
        raise DamagedData("先頭部分が壊れているか、書き換えられています。別の写しを使ってください。")
    return dict(body)
