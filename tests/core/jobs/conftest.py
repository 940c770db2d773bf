"""Installations of their own for tests that start worker processes.

A test gets a ``Town``: a fresh database (SQLite file or PostgreSQL database) that this process and the
workers share, a folder for the traces of its jobs, and the means to start, kill and freeze workers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler

from tests.core.jobs import sample_jobs  # noqa: F401 - registers the kinds in this process
from tests.plugins import templates
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.services import enqueue
from yakuba.core.people.models import Department
from yakuba.site.settings.database import database_settings

ROOT = Path(__file__).parents[3]
DEADLINE_S = 120.0  # a busy machine is slow, not wrong


class Town:
    """An installation with its workers."""

    def __init__(self, home: Path, folder: Path, environment: dict[str, str]) -> None:
        self.home = home
        self.folder = folder
        self.workers: list[subprocess.Popen[str]] = []
        self._environment = {**os.environ, **environment, "YAKUBA_HOME": str(home)}

    def enqueue(self, kind: str, **params: Any) -> Job:
        return enqueue(kind, {"folder": str(self.folder), **params}, by=None)

    def start_worker(
        self, name: str, *options: str, lease: float = 2.0, version: str = "1"
    ) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "yakuba", "worker", "--executor-id", name]
        command += ["--lease-seconds", str(lease), "--import", "tests.core.jobs.sample_jobs", *options]
        worker = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**self._environment, "SAMPLE_VERSION": version, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.workers.append(worker)
        return worker

    def allow(self) -> None:
        """Give the gate jobs their sign."""
        (self.folder / "go").touch()

    def traces(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().split() if path.exists() else []

    def until(self, reached: Callable[[], Any], what: str) -> Any:
        """Wait for something that another process does; fails with the workers' output."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if value := reached():
                return value
            time.sleep(0.03)
        pytest.fail(f"not within {DEADLINE_S:.0f} s: {what}\n{self._output()}")

    def fresh(self, job: Job) -> Job:
        job.refresh_from_db()
        return job

    def ended(self, job: Job) -> Job:
        """The job as it ended."""
        self.until(lambda: self.fresh(job).is_final, f"{job.kind} ends")
        return job

    def says(self, job: Job, message: str) -> None:
        self.until(lambda: self.fresh(job).message == message, f"{job.kind} says {message}")

    def started(self, times: int = 1) -> None:
        self.until(lambda: len(self.traces("started")) >= times, f"{times} starts")

    def rows_of(self, job: Job) -> int:
        """How often the job's side effect happened."""
        return Department.objects.filter(name=str(job.pk)).count()

    def signal_group(self, worker: subprocess.Popen[str], number: signal.Signals) -> None:
        """To the worker and the processes of its jobs."""
        os.killpg(worker.pid, number)

    def _output(self) -> str:
        for worker in self.workers:
            self._kill(worker)
        return "\n".join(worker.communicate()[0] for worker in self.workers)

    def close(self) -> None:
        for worker in self.workers:
            self._kill(worker)
            worker.wait()
            if worker.stdout is not None:
                worker.stdout.close()

    def _kill(self, worker: subprocess.Popen[str]) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.signal_group(worker, signal.SIGKILL)


def _connect(monkeypatch: pytest.MonkeyPatch, home: Path, url: str) -> Any:
    monkeypatch.setenv("YAKUBA_DATABASE_URL", url)
    return ConnectionHandler(database_settings(home))["default"]


@pytest.fixture(params=["sqlite"])
def town(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    django_db_blocker: Any,
) -> Iterator[Town]:
    """On SQLite; a test that is parametrized with ``both_databases`` runs on PostgreSQL as well."""
    home, folder = tmp_path / "home", tmp_path / "traces"
    home.mkdir()
    folder.mkdir()
    url = ""
    if request.param == "postgresql":
        url = templates.postgresql()
    else:
        shutil.copyfile(templates.sqlite(), home / "yakuba.sqlite3")
    settings.HOME = home
    town = Town(home, folder, {"YAKUBA_DATABASE_URL": url})
    with django_db_blocker.unblock():
        usual = connections["default"]
        connections["default"] = _connect(monkeypatch, home, url)
        try:
            yield town
        finally:
            town.close()
            connections["default"].close()
            connections["default"] = usual
