"""Migrated databases, made once for all workers of a run and copied for whoever wants one of its own.

``YAKUBA_TEST_TEMPLATES`` names their folder, which may outlive a run: the parts of ``make test`` share it.
PostgreSQL's template lies on the server of the run, which starts when something asks for it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.plugins.postgres import Server

SRC = Path(__file__).parents[2] / "src"
_TEMPLATE = "yakuba_template"


def sqlite(face: str = "") -> Path:
    """The file of a migrated, empty SQLite database of one face, or of both; to be copied, never opened."""
    made = _folder() / f"{face or 'both'}.sqlite3"
    with _alone(made.name):
        if not made.exists():
            home = _folder() / f"home-{made.name}"
            shutil.rmtree(home, ignore_errors=True)
            migrate(home, face=face)
            if left := sorted(path.name for path in home.glob("yakuba.sqlite3-*")):
                raise RuntimeError(f"migrate left {left}: the file alone is not the whole database")
            (home / "yakuba.sqlite3").rename(made)
            shutil.rmtree(home)
    return made


def postgresql(name: str = "") -> str:
    """The URL of a new, migrated and empty database on the run's server; without a name, one of its own."""
    server = postgresql_server()
    with _alone("postgresql-template"):
        mark = _of_this_run("postgresql-template")
        if not mark.exists():
            empty = postgresql_database(_TEMPLATE)
            home = _of_this_run("postgresql-home")
            migrate(home, url=empty)
            shutil.rmtree(home)
            mark.touch()
    return _create(server, name or f"y{uuid.uuid4().hex}", _TEMPLATE)


def postgresql_database(name: str = "") -> str:
    """The URL of a new database without any table on the run's server."""
    return _create(postgresql_server(), name or f"y{uuid.uuid4().hex}", "template0")


def postgresql_server() -> Server:
    """The server of this run. Started by whoever asks first; ``stop`` of the run's first process ends it."""
    kept = _of_this_run("postgresql.json")
    with _alone("postgresql-server"):
        if not kept.exists():
            kept.write_text(Server.start().to_json(), encoding="utf-8")
        return Server.from_json(kept.read_text(encoding="utf-8"))


def stop() -> None:
    """Stop what this run has started."""
    kept = _of_this_run("postgresql.json")
    if kept.exists():
        Server.from_json(kept.read_text(encoding="utf-8")).stop()
        kept.unlink()


def migrate(home: Path, *, url: str = "", face: str = "") -> None:
    """``yakuba migrate`` as an operator runs it; ``RuntimeError`` with its own words when it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("YAKUBA_", "DJANGO_"))}
    own = {"YAKUBA_HOME": str(home), "YAKUBA_DATABASE_URL": url, "PYTHONPATH": str(SRC), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "yakuba", "migrate"],
        env={**kept, **own, **({"YAKUBA_FACE": face} if face else {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migrate failed ({done.returncode}): {done.stderr[-2000:]}")


def _folder() -> Path:
    return Path(os.environ["YAKUBA_TEST_TEMPLATES"])


def _of_this_run(name: str) -> Path:
    return _folder() / f"{os.environ['YAKUBA_TEST_RUN']}-{name}"


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process at a time makes a thing; the others wait for it."""
    with (_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(server: Server, name: str, template: str) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(words.format(sql.Identifier(name), sql.Identifier(template)))
    return server.url_of(name)


if __name__ == "__main__":  # made ahead, while the workers still collect
    if sys.argv[1:] == ["postgresql"]:
        postgresql()
    else:
        sqlite()
