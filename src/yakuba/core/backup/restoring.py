"""Restore a backup onto an empty installation (without Django: nothing may be made before it is checked)."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from yakuba.core.backup import postgresql
from yakuba.core.backup.archive import read_archive
from yakuba.core.backup.errors import BackupError
from yakuba.core.backup.sqlite import check_sqlite
from yakuba.core.crypto import import_escrow
from yakuba.core.crypto.keyfile import sync_folder

DUMP = "postgresql.dump"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place."""

    made_at: str
    version: str
    parts: int
    models: tuple[str, ...] = ()  # whose files are not in the backup and have to be put back


def _require_empty_home(home: Path) -> None:
    if home.exists() and not home.is_dir():
        raise BackupError(f"{home} はフォルダーではありません。YAKUBA_HOME を確かめてください。")
    found = sorted(path.name for path in home.iterdir()) if home.exists() else []
    if found:
        shown = "、".join(found[:3]) + ("など" if len(found) > 3 else "")
        raise BackupError(
            f"{home} は空ではありません（{shown}があります）。バックアップは空の環境にだけ戻せます。"
            "YAKUBA_HOME に空のフォルダーを指定してください。"
        )


def _require_empty_database(params: dict[str, Any]) -> int:
    server, tables = postgresql.tables_in(params)
    if tables:
        raise BackupError(
            f"PostgreSQL のデータベース「{params['dbname']}」は空ではありません（{len(tables)}表あります）。"
            "空のデータベースを指定してください。"
        )
    return server


def _same_engine(manifest: dict[str, Any], url: str) -> None:
    made, here = manifest.get("database"), "postgresql" if url else "sqlite"
    if made != here:
        advice = (
            "YAKUBA_DATABASE_URL を指定してください"
            if made == "postgresql"
            else "YAKUBA_DATABASE_URL を空にしてください"
        )
        raise BackupError(f"このバックアップのデータベースは {made} ですが、ここは {here} です。{advice}。")


def _unpack(source: BinaryIO, passphrase: str, stage: Path) -> dict[str, Any]:
    def make(name: str) -> BinaryIO:
        # databases go to the top of the home, everything else where it was
        path = stage / (name.removeprefix("database/"))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    return read_archive(source, passphrase, make)


def _put_in_place(stage: Path, home: Path) -> None:
    if stage.parent != home:
        if home.exists():
            home.rmdir()
        stage.rename(home)
        sync_folder(home.parent)
        return
    # a home that is a mount point can't be replaced: move its parts in, the databases last
    for path in sorted(stage.iterdir(), key=lambda path: (path.suffix == ".sqlite3", path.name)):
        path.rename(home / path.name)
    stage.rmdir()
    sync_folder(home)


def restore(archive: Path, home: Path, passphrase: str, url: str = "") -> Restored:
    """Put a backup in place of an empty ``home`` (and of the empty PostgreSQL database at ``url``).

    Everything is unpacked beside the home and checked before anything is put in place. Raises
    ``BackupError`` and the errors of ``core.crypto``; then nothing was changed.
    """
    _require_empty_home(home)
    params: dict[str, Any] = {}
    server = 0
    if url:
        from psycopg.conninfo import conninfo_to_dict

        params = dict(conninfo_to_dict(url))
        server = _require_empty_database(params)
    where = home if home.exists() and os.path.ismount(home) else home.parent
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".yakuba-restore-", dir=where))
    try:
        with archive.open("rb") as source:
            manifest = _unpack(source, passphrase, stage)
        _same_engine(manifest, url)
        escrow = stage / "keys.escrow"
        import_escrow(escrow.read_bytes(), passphrase, stage)
        escrow.unlink()
        for path in stage.glob("*.sqlite3"):
            check_sqlite(path, path.name)
        if url:
            postgresql.restore(params, server, stage / DUMP)
            (stage / DUMP).unlink()
        _put_in_place(stage, home)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    models = tuple(str(model["name"]) for model in manifest.get("models", []))
    return Restored(str(manifest["made_at"]), str(manifest["version"]), len(manifest["parts"]), models)
