"""``yakuba serve`` as an operator starts it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.plugins import templates
from yakuba.site.cli import serve
from yakuba.site.serve import Together

pytestmark = pytest.mark.workers


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(what: str, limit: float, true: object) -> None:
    """Wait for a condition of another process; fail with its name when it doesn't come."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return
        time.sleep(0.05)
    pytest.fail(f"did not happen within {limit} s: {what}")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    home = tmp_path_factory.mktemp("home")
    surroundings = {**os.environ, "YAKUBA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    yakuba = [sys.executable, "-m", "yakuba"]
    shutil.copyfile(templates.sqlite(), home / "yakuba.sqlite3")
    port = free_port()
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*yakuba, "serve", "--port", str(port)], env=surroundings, stdout=log, stderr=log
        )
    origin = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{origin}/api/v1/health", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    until("the portal answers", 60, answers)
    yield origin, process
    process.terminate()
    process.wait(120)


def fetch(address: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(address, timeout=60) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers), refused.read()


def test_it_serves_pages_and_static_files_without_any_preparation(
    portal: tuple[str, subprocess.Popen[bytes]],
) -> None:
    origin, _ = portal
    assert fetch(f"{origin}/")[0] == 200
    status, headers, body = fetch(f"{origin}/static/yakuba/base.css")
    assert status == 200
    assert headers["Content-Type"].startswith("text/css")
    assert b".topbar" in body
    assert fetch(f"{origin}/static/../settings/secret.py")[0] == 404


def test_it_speaks_to_no_other_machine(portal: tuple[str, subprocess.Popen[bytes]]) -> None:
    """Every connection of the serving processes, as the kernel lists them, ends on this machine."""
    origin, process = portal
    for address in ("/", "/staff/", "/staff/login/", "/nowhere/", "/api/v1/openapi.json"):
        fetch(origin + address)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    sockets = set()
    for pid in [str(process.pid), *children]:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(handle)
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
    remote = []
    for table, loopback in (("tcp", ("0100007F", "00000000")), ("udp", ("0100007F", "00000000"))):
        for line in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in sockets and fields[2].split(":")[0] not in loopback:
                remote.append(fields[2])
    assert sockets
    assert remote == []


def test_a_taken_port_is_named_at_once() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(serve, ["--port", str(port)])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}" in result.output
    assert "--port" in result.output


def test_a_worker_that_dies_is_started_again_and_stops_with_the_portal(tmp_path: Path) -> None:
    def noting(name: str) -> list[str]:
        log = str(tmp_path / name)
        return [
            sys.executable,
            "-c",
            f"import os, time; open({log!r}, 'a').write(str(os.getpid()) + ' '); time.sleep(60)",
        ]

    def pids(name: str) -> list[int]:
        log = tmp_path / name
        return [int(one) for one in log.read_text().split()] if log.exists() else []

    together = Together(noting("portal"), noting("worker"), restart_after=0.05)
    ended: list[int] = []
    running = threading.Thread(target=lambda: ended.append(together.run()))
    running.start()
    until("both have started", 20, lambda: pids("portal") and len(pids("worker")) == 1)
    os.kill(pids("worker")[0], signal.SIGKILL)
    until("the worker was started again", 20, lambda: len(pids("worker")) == 2)
    os.kill(pids("portal")[0], signal.SIGKILL)
    running.join(30)
    assert not running.is_alive()
    assert ended == [-signal.SIGKILL]
    assert len(pids("portal")) == 1
    for pid in (pids("worker")[1], pids("portal")[0]):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_with_a_worker_both_stop_together(tmp_path: Path) -> None:
    surroundings = {**os.environ, "YAKUBA_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    port = free_port()
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "yakuba", "serve", "--port", str(port), "--with-worker"],
            env=surroundings,
            stdout=log,
            stderr=log,
        )

    def listening() -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until("the portal listens", 60, listening)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert children
    finally:
        process.terminate()
        process.wait(60)
    assert not listening()
    assert f"http://127.0.0.1:{port}/staff/" in (tmp_path / "serve.log").read_text()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
