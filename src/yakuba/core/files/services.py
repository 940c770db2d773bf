"""Put files in, read them, check them."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings

from yakuba.core.crypto import CryptoError
from yakuba.core.files import vault
from yakuba.core.files.models import StoredFile

MIB = 1024 * 1024
DEFAULT_LIMIT_MIB = 200


class FileTooLarge(ValueError):
    """The file is larger than this installation takes."""


class FileDamaged(Exception):
    """The stored bytes are missing or differ from those that were put in."""


def size_limit() -> int:
    """The most bytes that one file may have (setting ``YAKUBA_FILE_LIMIT_MIB``)."""
    return int(getattr(settings, "YAKUBA_FILE_LIMIT_MIB", DEFAULT_LIMIT_MIB)) * MIB


def _amount(size: int) -> str:
    return f"{size // MIB:,} MiB" if size and size % MIB == 0 else f"{size:,} バイト"


def clean_name(name: str) -> str:
    """A file name without folders and control characters, at most 255 characters, the ending kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # format characters (Cf) go as well: a right-to-left override hides the true ending of a name
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    shown = shown.strip(" .")
    if not shown:
        return "file"
    if len(shown) <= 255:
        return shown
    stem, dot, ending = shown.rpartition(".")
    if not dot or len(ending) > 20:
        return shown[:255]
    return f"{stem[: 254 - len(ending)]}.{ending}"


def store(
    data: bytes | BinaryIO, *, name: str, content_type: str, by: Any, limit: int | None = None
) -> StoredFile:
    """Keep a file: sealed on the disk, one row in the caller's transaction.

    ``by`` is the user, or ``None`` for a programme. ``FileTooLarge`` above ``limit`` bytes (the
    installation's limit when ``None``). When the transaction is rolled back the bytes stay without a row;
    ``verify_all`` lists them.
    """
    most = size_limit() if limit is None else limit
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    shown = clean_name(name)
    try:
        sha256, size = vault.put(source, most)
    except vault.TooLarge:
        raise FileTooLarge(
            f"「{shown}」：上限の {_amount(most)} を超えています。上限以下のファイルにしてください。"
        ) from None
    return StoredFile.objects.create(
        sha256=sha256, name=shown, content_type=content_type[:100], size=size, created_by=by
    )


def open(stored: StoredFile) -> BinaryIO:
    """A reader of the file's bytes. ``FileDamaged`` when they are missing."""
    try:
        return vault.get(stored.sha256)
    except FileNotFoundError:
        raise FileDamaged(
            f"「{stored.name}」（{stored.sha256[:12]}）：中身がありません。バックアップから戻してください。"
        ) from None
    except CryptoError as error:
        raise FileDamaged(f"「{stored.name}」（{stored.sha256[:12]}）：{error}") from error


def read(stored: StoredFile) -> bytes:
    """The file's bytes, exactly as they were put in; ``FileDamaged`` otherwise."""
    try:
        with open(stored) as reader:
            data = reader.read()
    except CryptoError as error:
        raise FileDamaged(f"「{stored.name}」（{stored.sha256[:12]}）：{error}") from error
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise FileDamaged(
            f"「{stored.name}」（{stored.sha256[:12]}）：登録時と中身が違います。バックアップから戻してください。"
        )
    return data


@dataclass(frozen=True, slots=True)
class VaultReport:
    """What a check of every content found, as sorted SHA-256 names."""

    sound: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    orphan: tuple[str, ...]  # bytes without a row: left by a transaction that was rolled back

    @property
    def good(self) -> bool:
        """Whether every row has its bytes (orphans do no harm)."""
        return not self.damaged and not self.missing


def _sound(sha256: str) -> bool:
    digest = hashlib.sha256()
    try:
        with vault.get(sha256) as reader:
            while piece := reader.read(MIB):
                digest.update(piece)
    except CryptoError:
        return False
    return digest.hexdigest() == sha256


def verify_all() -> VaultReport:
    """Read every content and compare it with its hash and with the rows."""
    wanted = set(StoredFile.objects.values_list("sha256", flat=True).distinct())
    found = vault.all_contents()
    damaged = {sha256 for sha256 in found if not _sound(sha256)}
    return VaultReport(
        sound=len(found) - len(damaged),
        damaged=tuple(sorted(damaged)),
        missing=tuple(sorted(wanted - found)),
        orphan=tuple(sorted(found - wanted)),
    )
