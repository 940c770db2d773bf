"""Whole installations in processes of their own, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.plugins import templates

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
            timeout=300,
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
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        return out


class Postgres:
    """A running server that makes databases."""

    def database(self) -> str:
        """The URL of a new, empty database."""
        return templates.postgresql_database()


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """The server of this run."""
    return Postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """A migrated installation."""
    made = Installation(tmp_path / "installation")
    if request.param == "postgresql":
        return replace(made, url=templates.postgresql())
    return migrated(made)


def migrated(installation: Installation, face: str = "") -> Installation:
    """The same with its SQLite database as ``yakuba migrate`` leaves it."""
    installation.home.mkdir(parents=True)
    shutil.copyfile(templates.sqlite(face), installation.home / "yakuba.sqlite3")
    return installation
