"""Passphrases and key escrow."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest

from yakuba.core import crypto
from yakuba.core.crypto.escrow import KIND
from yakuba.core.crypto.passphrase import lock_stream, unlock_stream

PASSPHRASE = "しおみ correct horse 電池"


def locked(data: bytes = b"abc") -> bytes:
    sink = io.BytesIO()
    lock_stream([data], sink, PASSPHRASE, "test/1")
    return sink.getvalue()


def unlocked(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(unlock_stream(io.BytesIO(data), passphrase, "test/1"))


def test_keys_come_back_on_another_installation(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = crypto.seal("保護".encode(), "a")
    (home / "keys" / "audit-key").write_bytes(b"\x00\xff")
    bundle = crypto.export_escrow(PASSPHRASE)
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "other"))
    assert crypto.import_escrow(bundle, PASSPHRASE) == ("audit-key", "ring.json")
    assert crypto.unseal(token, "a") == "保護".encode()
    assert (tmp_path / "other" / "keys" / "audit-key").read_bytes() == b"\x00\xff"
    assert (tmp_path / "other" / "keys" / "audit-key").stat().st_mode & 0o777 == 0o600


def test_an_installation_without_keys_has_an_empty_escrow(tmp_path: Path) -> None:
    assert crypto.import_escrow(crypto.export_escrow(PASSPHRASE, tmp_path), PASSPHRASE, tmp_path) == ()


def test_a_wrong_passphrase_is_told_apart_from_damage_and_from_a_cut() -> None:
    token = locked()
    assert unlocked(token) == b"abc"
    with pytest.raises(crypto.WrongPassphrase):
        unlocked(token, PASSPHRASE + "x")
    with pytest.raises(crypto.DamagedData):
        unlocked(token[:-1] + bytes([token[-1] ^ 1]))
    for size in (0, 30, token.index(b"\n") + 1, token.index(b"\n") + 20, len(token) - 1):
        with pytest.raises(crypto.TruncatedData):
            unlocked(token[:size])


def test_a_damaged_header_is_called_damage() -> None:
    token = locked()
    with pytest.raises(crypto.DamagedData):
        unlocked(b"PK" + token)
    with pytest.raises(crypto.DamagedData):
        unlocked(token.replace(b'"r":8', b'"r":9'))
    with pytest.raises(crypto.DamagedData):
        unlocked(b"{}\n" + token)


def test_a_forged_cost_is_refused_before_it_is_spent() -> None:
    header, _, rest = locked().split(b"\n", 2)
    forged = json.dumps({**json.loads(header), "n": 2**30}).encode() + b"\n"
    digest = hashlib.sha256(forged).hexdigest().encode()
    with pytest.raises(crypto.DamagedData):
        unlocked(forged + digest + b"\n" + rest)


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(crypto.CryptoError, match="11文字"):
        crypto.export_escrow("a" * 11)


def test_a_bundle_can_not_write_outside_the_key_folder(tmp_path: Path) -> None:
    sink = io.BytesIO()
    body = json.dumps({"good": "", "../evil": base64.b64encode(b"x").decode()}).encode()
    lock_stream([body], sink, PASSPHRASE, KIND)
    with pytest.raises(crypto.DamagedData, match="evil"):
        crypto.import_escrow(sink.getvalue(), PASSPHRASE, tmp_path)
    assert list(tmp_path.iterdir()) == []
