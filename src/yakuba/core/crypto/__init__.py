"""Sealing of data at rest: the key ring, sealed values and streams, passphrases and key escrow.

Nothing here is a cipher of our own: AES-256-GCM, HKDF-SHA256 and scrypt come from ``cryptography``.
"""

from __future__ import annotations

from yakuba.core.crypto.errors import CryptoError, DamagedData, TruncatedData, UnknownKey, WrongPassphrase
from yakuba.core.crypto.escrow import export_escrow, import_escrow
from yakuba.core.crypto.keyring import rotate
from yakuba.core.crypto.sealing import open_sealed, seal, seal_stream, unseal

__all__ = [
    "CryptoError",
    "DamagedData",
    "TruncatedData",
    "UnknownKey",
    "WrongPassphrase",
    "export_escrow",
    "import_escrow",
    "open_sealed",
    "rotate",
    "seal",
    "seal_stream",
    "unseal",
]
