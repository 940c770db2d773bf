"""The key that both sides of an exchange hold: ``YAKUBA_HOME/keys/exchange.json`` (mode 0600).

The staff side makes it on first use. It reaches the resident side as a bundle under a passphrase
(``yakuba exchange key export`` and ``import``); escrow and backups carry it like every other key.
"""

from __future__ import annotations

import base64
import io
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from yakuba.core.crypto.errors import CryptoError
from yakuba.core.crypto.keyfile import make_once, replace_private
from yakuba.core.crypto.passphrase import lock_stream, unlock_stream
from yakuba.core.crypto.sealing import derive
from yakuba.core.exchange.errors import ExchangeError, NoSharedKey
from yakuba.core.home import yakuba_home

FORMAT = "yakuba.exchange-key/1"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SharedKey:
    """32 bytes and the id by which a file says which key it needs."""

    id: str
    key: bytes

    def for_use(self, use: str) -> bytes:
        """A 32-byte key for one use (HKDF-SHA256)."""
        return derive(self.key, f"yakuba.exchange:{use}".encode())

    def to_json(self) -> bytes:
        """As it is kept in the file."""
        body = {"format": FORMAT, "id": self.id, "key": base64.b64encode(self.key).decode()}
        return json.dumps(body, indent=1).encode()


def key_path() -> Path:
    """Where this installation's key of the exchange is kept."""
    return yakuba_home() / "keys" / "exchange.json"


def _parse(text: bytes, where: str) -> SharedKey:
    try:
        body = json.loads(text)
        found = SharedKey(str(body["id"]), base64.b64decode(body["key"], validate=True))
        good = body["format"] == FORMAT and len(found.key) == KEY_BYTES and bool(found.id)
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise ExchangeError(f"{where}：受渡しの鍵として読めません。職員側で書き出した鍵を使ってください。")
    return found


def _new() -> bytes:
    return SharedKey(secrets.token_hex(8), secrets.token_bytes(KEY_BYTES)).to_json()


def load_key(*, make: bool) -> SharedKey:
    """The key; made when there is none and ``make``, else ``NoSharedKey``."""
    path = key_path()
    if make:
        return _parse(make_once(path, _new), str(path))
    try:
        return _parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise NoSharedKey(
            "受渡しの鍵がありません。職員側で yakuba exchange key export を行い、"
            "できたファイルを yakuba exchange key import で読み込んでください。"
        ) from None


def export_key(passphrase: str) -> bytes:
    """The key as a bundle that the passphrase opens, for the resident side."""
    sink = io.BytesIO()
    lock_stream([load_key(make=True).to_json()], sink, passphrase, FORMAT)
    return sink.getvalue()


def import_key(bundle: bytes, passphrase: str, *, replace: bool = False) -> str:
    """Keep a bundle's key; its id. ``ExchangeError`` when another key is here and ``replace`` is false."""
    try:
        key = _parse(b"".join(unlock_stream(io.BytesIO(bundle), passphrase, FORMAT)), "鍵のファイル")
    except CryptoError as error:
        raise ExchangeError(f"鍵のファイル：{error}") from error
    path = key_path()
    if path.exists() and not replace and _parse(path.read_bytes(), str(path)) != key:
        raise ExchangeError(
            "別の受渡しの鍵がすでにあります。入れ替えると、前の鍵で公開した画面は開けなくなります。"
            "入れ替えるときは --replace を付けてください。"
        )
    replace_private(path, key.to_json())
    return key.id
