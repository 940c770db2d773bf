"""The key of the audit log: ``YAKUBA_HOME/keys/audit-key``, mode 0600, made once, never in the database."""

from __future__ import annotations

import secrets
from pathlib import Path

from yakuba.core.crypto.keyfile import make_once
from yakuba.core.home import yakuba_home


def key_path() -> Path:
    """Where the key is kept."""
    return yakuba_home() / "keys" / "audit-key"


def audit_key() -> bytes:
    """The key, made on first use."""
    return make_once(key_path(), lambda: secrets.token_hex(32).encode())


def existing_key() -> bytes | None:
    """The key, or ``None`` when there is none (checking must not make one)."""
    try:
        return key_path().read_bytes()
    except FileNotFoundError:
        return None
