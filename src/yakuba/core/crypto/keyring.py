"""The key ring of an installation: ``YAKUBA_HOME/keys/ring.json`` (mode 0600).

New data is sealed with the current key. Older keys stay, so that what they sealed can still be read.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yakuba.core.crypto.errors import CryptoError, UnknownKey
from yakuba.core.crypto.keyfile import make_once, replace_private
from yakuba.core.home import yakuba_home

FORMAT = "yakuba.keyring/1"
KEY_BYTES = 32
ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys of 32 bytes by their 8-byte ids; ``current`` seals new data."""

    current: bytes
    keys: dict[bytes, bytes]

    def key(self, key_id: bytes) -> bytes:
        """The key with this id, or ``UnknownKey``."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise UnknownKey(
                f"鍵 {key_id.hex()} がこの環境の鍵束にありません。その鍵を使っていた環境のバックアップから"
                "鍵を戻してください。"
            ) from None

    def with_new_key(self) -> KeyRing:
        """The same ring with one more key, which becomes the current one."""
        key_id = secrets.token_bytes(ID_BYTES)
        return KeyRing(key_id, {**self.keys, key_id: secrets.token_bytes(KEY_BYTES)})

    def to_json(self) -> bytes:
        """The ring as it is kept in the file."""
        keys = {key_id.hex(): base64.b64encode(key).decode() for key_id, key in self.keys.items()}
        return json.dumps({"format": FORMAT, "current": self.current.hex(), "keys": keys}, indent=1).encode()


def parse_ring(text: bytes, where: str = "ring.json") -> KeyRing:
    """Read a ring; ``CryptoError`` naming ``where`` when it is not one."""
    try:
        body = json.loads(text)
        keys = {
            bytes.fromhex(key_id): base64.b64decode(key, validate=True)
            for key_id, key in body["keys"].items()
        }
        ring = KeyRing(bytes.fromhex(body["current"]), keys)
        good = (
            body["format"] == FORMAT
            and ring.current in keys
            and all(len(key_id) == ID_BYTES and len(key) == KEY_BYTES for key_id, key in keys.items())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise CryptoError(f"{where}：鍵束として読めません。バックアップから鍵を戻してください。")
    return ring


def ring_path() -> Path:
    """Where this installation's ring is kept."""
    return yakuba_home() / "keys" / "ring.json"


def load_ring() -> KeyRing:
    """This installation's ring, made on first use; read again whenever the file is another one."""
    path = ring_path()
    try:
        about = path.stat()
    except FileNotFoundError:
        return _read(path)
    return _ring_of(path, about.st_ino, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=1)
def _ring_of(path: Path, *_state: int) -> KeyRing:
    return _read(path)


def _read(path: Path) -> KeyRing:
    return parse_ring(make_once(path, lambda: KeyRing(b"", {}).with_new_key().to_json()), str(path))


def rotate() -> str:
    """Add a key and make it the current one; returns its id. Older data stays readable."""
    ring = load_ring().with_new_key()
    replace_private(ring_path(), ring.to_json())
    return ring.current.hex()
