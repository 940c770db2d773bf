"""Which algorithms are used, who implements them, and where keys come from."""

from __future__ import annotations

import ast
import base64
import random
import re
import secrets
from pathlib import Path

import pytest
from allauth.mfa.adapter import get_adapter
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yakuba.core import crypto
from yakuba.core.audit.keys import audit_key
from yakuba.core.crypto import sealing
from yakuba.core.crypto.keyring import KEY_BYTES, load_ring
from yakuba.core.people.signin.oidc import SIGNATURES
from yakuba.site.settings.secret import secret_key

SRC = Path(__file__).resolve().parents[3] / "src/yakuba"
REVIEWED = {"cryptography", "hashlib", "hmac", "secrets", "jwt", "ssl"}
HOME_MADE = {
    "Crypto", "Cryptodome", "bcrypt", "ecdsa", "nacl", "passlib", "pyaes", "rsa", "M2Crypto", "jose",
}  # fmt: skip
SEEDED = {  # drawings that must be repeatable, and protect nothing
    "effects/domain/", "effects/report.py", "nursery/", "site/demo/", "core/border/cli.py",
    "core/border/services/routing.py", "ocr/services/results.py",  # the type alone
}  # fmt: skip


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_cryptography_comes_from_reviewed_libraries_alone() -> None:
    used: set[str] = set()
    for path in SRC.rglob("*.py"):
        found = imports(path)
        used |= found
        assert not found & HOME_MADE, path
        if "random" in found:
            place = path.relative_to(SRC).as_posix()
            assert place.startswith(tuple(SEEDED)), f"{place} draws with a generator that a seed repeats"
    assert {"cryptography", "hashlib", "hmac", "secrets"} <= used & REVIEWED


def test_no_broken_or_unauthenticated_algorithm_is_named_in_the_code() -> None:
    broken = re.compile(r"\b(modes\.(ECB|CBC|OFB|CFB|CTR)|(?i:md5|arc4|rc4|3des|tripledes|blowfish))\b")
    for path in SRC.rglob("*.py"):
        assert not broken.search(path.read_text(encoding="utf-8")), path
        assert "sha1" not in path.read_text(encoding="utf-8").lower(), path


def test_a_value_is_sealed_by_aes_256_in_gcm() -> None:
    token = crypto.seal("𠮷田".encode(), "people.note")
    ring = load_ring()
    key = sealing.derive(ring.key(ring.current), b"YKv1people.note")
    assert len(key) * 8 == 256
    head, nonce, rest = token[:12], token[12:24], token[24:]
    assert AESGCM(key).decrypt(nonce, rest, head + b"people.note") == "𠮷田".encode()


def test_the_seed_of_a_second_factor_is_sealed_by_an_authenticated_cipher() -> None:
    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert base64.urlsafe_b64decode(sealed)[0] == 0x80, "Fernet: AES-128-CBC, then HMAC-SHA256"
    cipher = get_adapter()._cipher()
    assert all(isinstance(one, Fernet) for one in cipher._fernets)
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    with pytest.raises(InvalidToken):
        get_adapter().decrypt(changed)
    assert get_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_every_key_of_an_installation_is_drawn_by_the_systems_random_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    real = random.SystemRandom.randbytes
    monkeypatch.setattr(
        secrets, "token_bytes", lambda size=32: drawn.append(size) or real(random.SystemRandom(), size)
    )
    made = []
    for name in ("one", "other"):
        monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / name))
        random.seed(1)
        ring = load_ring()
        made.append((ring.key(ring.current), audit_key(), secret_key(tmp_path / name)))
        assert len(ring.key(ring.current)) == KEY_BYTES == 32
        assert len(audit_key()) >= 32
        assert len(secret_key(tmp_path / name)) >= 43, "256 bits as text"
    assert not {str(key) for key in made[0]} & {str(key) for key in made[1]}
    assert drawn.count(KEY_BYTES) >= 2


def test_only_public_key_signatures_of_a_provider_are_taken() -> None:
    assert {name[:2] for name in SIGNATURES} == {"RS", "PS", "ES", "Ed"}
    assert not [name for name in SIGNATURES if name.startswith(("HS", "none"))]
