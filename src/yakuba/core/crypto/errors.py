"""What can be wrong with sealed data. Messages say what to do; they never hold the data."""

from __future__ import annotations


class CryptoError(Exception):
    """Sealed data can't be opened."""


class DamagedData(CryptoError):
    """The data, or what it was sealed for, differs from what was sealed."""


class TruncatedData(CryptoError):
    """The data ends before its last part."""


class UnknownKey(CryptoError):
    """The key that sealed the data is not in this installation's key ring."""


class WrongPassphrase(CryptoError):
    """The passphrase does not open the data."""
