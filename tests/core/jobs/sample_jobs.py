"""Job kinds for the tests. ``params["folder"]`` is where a body leaves traces and waits for signs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from dbos import DBOS

from yakuba.core.jobs.registry import JobContext, JobError, job

VERSION = os.environ.get("SAMPLE_VERSION", "1")

if VERSION == "2":

    @DBOS.workflow()
    def workflow_that_only_version_2_has() -> None:
        """Changes what DBOS would derive its version from."""


def trace(folder: str, name: str, text: str = "") -> None:
    """Append a line that outlives the process."""
    with (Path(folder) / name).open("a") as stream:
        stream.write(text + "\n")


def wait_for(path: Path, seconds: float = 60.0) -> None:
    """Return as soon as the file exists."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(path.name)
        time.sleep(0.02)


@job("sample.add", label="足し算")
def add(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    context.progress(0.5, "足しています")
    return {"sum": sum(params["numbers"])}


@job("sample.gate", label="合図を待つ")
def gate(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Waits for the file ``go``, then writes one row and the job's end together."""
    from yakuba.core.people.models import Department

    folder = params["folder"]
    trace(folder, "started", f"{os.getpid()}")
    context.progress(0.3, "合図を待っています")
    wait_for(Path(folder) / "go")
    with context.finish() as result:
        count = Department.objects.filter(name=str(context.job_id)).count()
        Department.objects.create(code=f"{str(context.job_id)[:8]}-{count}", name=str(context.job_id))
        result |= {"version": VERSION, "attempt": context.attempt}
    return result


@job("sample.polite", label="取り消せる処理")
def polite(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    trace(params["folder"], "started", f"{os.getpid()}")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        context.progress(0.5, "繰り返しています")
        time.sleep(0.02)
    return {}


@job("sample.never", label="終わらない処理", timeout_s=1.0)
def never(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    trace(params["folder"], "started", f"{os.getpid()}")
    while True:
        time.sleep(60)


@job("sample.crash", label="突然止まる処理")
def crash(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    os._exit(9)


@job("sample.known", label="直せる誤り")
def known(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    raise JobError("『申込』シート 12行：生年月日がありません。入力してからやり直してください。")


@job("sample.broken", label="誤りのある処理")
def broken(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    raise RuntimeError("山田太郎 2020-02-30")
