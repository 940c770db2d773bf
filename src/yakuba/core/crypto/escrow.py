"""Key escrow: every key of the installation, sealed under a passphrase that people keep elsewhere."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

from yakuba.core.crypto.errors import DamagedData
from yakuba.core.crypto.keyfile import replace_private
from yakuba.core.crypto.passphrase import lock_stream, unlock_stream
from yakuba.core.home import yakuba_home

KIND = "yakuba.escrow/1"


def export_escrow(passphrase: str, home: Path | None = None) -> bytes:
    """The files of ``YAKUBA_HOME/keys`` as one bundle that the passphrase opens."""
    folder = (home or yakuba_home()) / "keys"
    found = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    keys = {path.name: base64.b64encode(path.read_bytes()).decode() for path in found}
    sink = io.BytesIO()
    lock_stream([json.dumps(keys, sort_keys=True).encode()], sink, passphrase, KIND)
    return sink.getvalue()


def import_escrow(bundle: bytes, passphrase: str, home: Path | None = None) -> tuple[str, ...]:
    """Write the bundle's keys into ``home/keys``; the names written. Everything is checked first."""
    body = b"".join(unlock_stream(io.BytesIO(bundle), passphrase, KIND))
    keys = {name: base64.b64decode(text, validate=True) for name, text in json.loads(body).items()}
    for name in keys:
        if Path(name).name != name or name in ("", ".", ".."):
            raise DamagedData(f"鍵の名前「{name}」は使えません。作成元の環境を確かめてください。")
    folder = (home or yakuba_home()) / "keys"
    for name, key in keys.items():
        replace_private(folder / name, key)
    return tuple(sorted(keys))
