"""Write a backup of this installation (Django is running)."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from yakuba import __version__
from yakuba.core.audit.services import record, seal_head
from yakuba.core.backup import postgresql
from yakuba.core.backup.archive import Part, read_archive, write_archive
from yakuba.core.backup.errors import BackupError
from yakuba.core.backup.rotation import to_keep
from yakuba.core.backup.sqlite import copy_sqlite
from yakuba.core.crypto import export_escrow
from yakuba.core.crypto.keyfile import sync_folder
from yakuba.core.crypto.passphrase import check_passphrase
from yakuba.core.home import yakuba_home
from yakuba.core.weights.registry import BadRegistry
from yakuba.core.weights.store import all_models

MAIN = "yakuba.sqlite3"  # the main database's name inside of the archive
DUMP = "postgresql.dump"
_NAME = re.compile(r"yakuba-(\d{8}T\d{6}Z)\.backup")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written, read back and checked."""

    path: Path
    size: int
    parts: int
    removed: tuple[str, ...]


def backup_time(path: Path) -> datetime | None:
    """When the backup with this file name was made; ``None`` for other files."""
    found = _NAME.fullmatch(path.name)
    return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC) if found else None


def _copy_databases(home: Path, stage: Path) -> Iterator[Part]:
    """The main database, then the job engine's: its state may be newer than the job rows, never older."""
    main = stage / "main"
    name = MAIN
    if connection.vendor == "postgresql":
        params = connection.get_connection_params()
        name = DUMP
        postgresql.dump(_plain(params), postgresql.tables_in(_plain(params))[0], main)
    else:
        copy_sqlite(Path(str(connection.settings_dict["NAME"])), main)
    yield f"database/{name}", main
    for number, path in enumerate(sorted(home.glob("*.sqlite3"))):
        if path.name != MAIN:
            copy = stage / f"other-{number}"
            copy_sqlite(path, copy)
            yield f"database/{path.name}", copy


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    """Connection parameters without Django's own objects."""
    return {key: value for key, value in params.items() if isinstance(value, str | int) and value != ""}


def _parts(home: Path, stage: Path, passphrase: str) -> list[Part]:
    """Everything to save. The order matters while the installation is in use:

    sealed heads first (the log copied after them is at least as long), then the databases, then files
    (only ever added, so every row finds its file), then the keys.
    """
    parts: list[Part] = []
    for path in sorted((home / "audit-heads").glob("*.json")):
        copy = stage / f"head-{path.name}"
        copy.write_bytes(path.read_bytes())
        parts.append((f"audit-heads/{path.name}", copy))
    parts += _copy_databases(home, stage)
    for path in sorted((home / "files").glob("??/??/*")):
        parts.append((path.relative_to(home).as_posix(), path))
    registry = home / "models" / "models.toml"
    if registry.is_file():
        parts.append(("models/models.toml", registry))
    escrow = stage / "keys"
    escrow.write_bytes(export_escrow(passphrase, home))
    parts.append(("keys.escrow", escrow))
    return parts


def _models() -> list[dict[str, Any]]:
    """The model files in use, by name: they are not saved, and a restore says which are to be put back."""
    try:
        known = all_models()
    except BadRegistry as error:
        raise BackupError(str(error)) from error
    folder = yakuba_home() / "models"
    return [
        {"name": model.name, "file": model.file, "sha256": model.sha256, "size": model.size}
        for model in known
        if (folder / model.file).is_file()
    ]


def create(folder: Path, passphrase: str, *, keep: int | None = None, now: datetime | None = None) -> Backup:
    """Write ``yakuba-<UTC time>.backup`` into ``folder``, check it, then remove what rotation does not keep.

    Nothing is removed unless the new backup could be read back whole.
    """
    check_passphrase(passphrase)
    home = yakuba_home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = (now or timezone.now()).astimezone(UTC)
    path = folder / f"yakuba-{stamp.strftime(_STAMP)}.backup"
    if path.exists():
        raise BackupError(f"{path} はもうあります。1秒おいてから、もう一度行ってください。")
    seal_head()
    about = {
        "version": __version__,
        "made_at": stamp.isoformat(),
        "database": connection.vendor,
        "models": _models(),
    }
    temporary = folder / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        # plain copies of the databases lie here for a moment: in the home, which only its owner reads
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=home) as stage:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as sink:
                write_archive(_parts(home, Path(stage), passphrase), about, sink, passphrase)
                sink.flush()
                os.fsync(sink.fileno())
        with temporary.open("rb") as source:
            manifest = read_archive(source, passphrase)
        temporary.replace(path)
        sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    removed = rotate(folder, keep)
    size, count = path.stat().st_size, len(manifest["parts"])
    record("backup.create", actor="system:backup", target=path.name, detail={"bytes": size, "parts": count})
    return Backup(path, size, count, removed)


def rotate(folder: Path, keep: int | None) -> tuple[str, ...]:
    """Delete the backups in ``folder`` that rotation does not keep; their names."""
    times = {path: stamp for path in folder.iterdir() if (stamp := backup_time(path)) is not None}
    kept = to_keep(times.values(), keep)
    removed = sorted(path for path, stamp in times.items() if stamp not in kept)
    for path in removed:
        path.unlink()
    return tuple(path.name for path in removed)
