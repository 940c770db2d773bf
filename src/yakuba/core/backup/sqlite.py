"""Copies of SQLite databases while they are in use (SQLite's online backup)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from yakuba.core.backup.errors import BackupError


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a live database in one file, checked by SQLite itself."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        check_sqlite(target, source.name)
    except sqlite3.Error as error:
        raise BackupError(f"{source}：写しを取れません（{error}）。") from None


def check_sqlite(path: Path, name: str) -> None:
    """``BackupError`` when the file is not a sound database."""
    try:
        with closing(sqlite3.connect(path)) as database:
            (result,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        result = str(error)
    if result != "ok":
        raise BackupError(f"{name}：データベースが壊れています（{result}）。別の写しを使ってください。")
