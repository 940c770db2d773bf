"""Where tests keep their state, and on which database they run: settled before Django reads its settings.

``--database=postgresql`` starts a PostgreSQL of its own on a local socket in a temporary folder, and keeps
only the tests that use the database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.plugins.postgres import Server

_USES_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
_server: Server | None = None
_home: str | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database``: which database the tests run on."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="test database")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """A wrapper, because it has to come before the Django plugin loads the settings."""
    global _server, _home
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["YAKUBA_HOME"] = str(Path(os.environ["YAKUBA_HOME"]) / worker)
        _prepare(os.environ["YAKUBA_HOME"])
        return (yield)
    if not os.environ.get("YAKUBA_TEST_KEEP_HOME"):
        _home = tempfile.mkdtemp(prefix="yakuba-test-")
        os.environ["YAKUBA_HOME"] = _home
        _prepare(_home)
    if early_config.known_args_namespace.database == "postgresql":
        _server = Server.start()
        os.environ["YAKUBA_DATABASE_URL"] = _server.url
    else:
        os.environ.pop("YAKUBA_DATABASE_URL", None)
    return (yield)


def _prepare(home: str) -> None:
    """Where collected static files would lie: their server warns when the folder is missing."""
    Path(home, "static").mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what never touches the database."""
    if config.getoption("database") != "postgresql":
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & _USES_DATABASE) or item.get_closest_marker("django_db") is not None


def pytest_unconfigure() -> None:
    """Stop the server and remove the temporary folders."""
    global _server, _home
    if _server is not None:
        _server.stop()
        _server = None
    if _home is not None:
        shutil.rmtree(_home, ignore_errors=True)
        _home = None
