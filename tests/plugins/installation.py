"""Where tests keep their state, and on which database they run: settled before Django reads its settings.

``--database=postgresql`` starts a PostgreSQL of its own on a local socket in a temporary folder, and keeps
only the tests that use the database.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.plugins import templates

_USES_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
_folders: list[str] = []  # that go away with the run
_ahead: list[subprocess.Popen[bytes]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database``: which database the tests run on."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="test database")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """A wrapper, because it has to come before the Django plugin loads the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["YAKUBA_HOME"] = str(Path(os.environ["YAKUBA_HOME"]) / worker)
        _prepare(os.environ["YAKUBA_HOME"])
        return (yield)
    if not os.environ.get("YAKUBA_TEST_KEEP_HOME"):
        os.environ["YAKUBA_HOME"] = _folder("yakuba-test-")
        _prepare(os.environ["YAKUBA_HOME"])
    if not os.environ.get("YAKUBA_TEST_TEMPLATES"):
        os.environ["YAKUBA_TEST_TEMPLATES"] = _folder("yakuba-templates-")
    os.environ["YAKUBA_TEST_RUN"] = str(os.getpid())
    atexit.register(templates.stop)
    if early_config.known_args_namespace.database == "postgresql":
        os.environ["YAKUBA_DATABASE_URL"] = templates.postgresql_server().url
    else:
        os.environ.pop("YAKUBA_DATABASE_URL", None)
    return (yield)


def _prepare(home: str) -> None:
    """Where collected static files would lie: their server warns when the folder is missing."""
    Path(home, "static").mkdir(parents=True, exist_ok=True)


def _folder(prefix: str) -> str:
    _folders.append(tempfile.mkdtemp(prefix=prefix))
    return _folders[-1]


def pytest_configure(config: pytest.Config) -> None:
    """Migrate while the workers still collect."""
    if getattr(config.option, "numprocesses", None) and not os.environ.get("PYTEST_XDIST_WORKER"):
        command = [sys.executable, "-m", "tests.plugins.templates", config.getoption("database")]
        quiet = subprocess.DEVNULL  # what goes wrong is said again to the worker that asks
        _ahead.append(subprocess.Popen(command, cwd=config.rootpath, stdout=quiet, stderr=quiet))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is slow begins first; on PostgreSQL, what never touches the database is left out."""
    for item in items:
        _marked_in_its_own_file(item)
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, "story" not in item.path.parts))
    if config.getoption("database") == "postgresql":
        kept = [item for item in items if _uses_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
        items[:] = kept


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: nobody looks through it for garbage again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _marked_in_its_own_file(item: pytest.Item) -> None:
    """``tools/test.sh`` finds the tests with a browser or workers by the words of their files."""
    for name in ("browser", "workers"):
        if item.get_closest_marker(name) and f"mark.{name}" not in item.path.read_text("utf-8"):
            raise pytest.UsageError(f"{item.path}: write pytest.mark.{name} in this file")


def _uses_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & _USES_DATABASE) or item.get_closest_marker("django_db") is not None


def pytest_unconfigure() -> None:
    """Stop the server and remove the temporary folders."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    while _ahead:
        _ahead.pop().wait()
    templates.stop()
    atexit.unregister(templates.stop)
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)
