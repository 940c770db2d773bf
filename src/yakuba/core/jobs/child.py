"""A job's body runs in a process of its own, so that it can be stopped whatever it does.

The process comes from a fork server that has Django loaded and no threads or connections. It dies with
its worker: the worker holds the other end of a pipe, and the pipe's end is the worker's end.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any
from uuid import UUID

from yakuba.core.setup import start_django

ORPHANED = 70  # exit code of a body whose worker has died
CANCEL_GRACE_S = 10.0  # how long a body may take to notice that it was cancelled
LOOK_EVERY_S = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What the new process must know."""

    kind: str
    job_id: UUID
    token: str
    attempt: int
    params: dict[str, Any]
    modules: tuple[str, ...]  # modules with job kinds besides the installed apps' own


class Children:
    """Starts bodies and watches over them until they end."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self.modules = tuple(modules)
        self.stop_at: float | None = None  # monotonic time from which bodies are stopped and handed back
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["yakuba.core.jobs.preload", *modules])
        multiprocessing.forkserver.ensure_running()

    def run(self, claim: Any) -> str:
        """Run one attempt to its end; returns how it went, in one word for the queue's own record."""
        from yakuba.core.jobs.models import Job

        params = Job.objects.values_list("params", flat=True).get(pk=claim.job_id)
        order = Order(claim.kind.name, claim.job_id, claim.token, claim.attempt, params, self.modules)
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=main, args=(order, theirs), name=f"job-{claim.job_id}")
        process.start()
        theirs.close()
        try:
            return self._watch(process, claim)
        finally:
            process.kill()
            process.join()
            ours.close()

    def _watch(self, process: ForkServerProcess, claim: Any) -> str:
        from yakuba.core.jobs import transitions

        started = time.monotonic()
        cancel_seen: float | None = None
        while True:
            process.join(LOOK_EVERY_S)
            now = time.monotonic()
            if not process.is_alive():
                return _ended(process.exitcode, claim)
            if now - started > claim.kind.timeout_s:
                _kill(process)
                transitions.fail(claim.job_id, claim.token, _timeout_text(claim.kind.timeout_s))
                return "timeout"
            if self.stop_at is not None and now > self.stop_at:
                _kill(process)
                transitions.hand_back(claim.job_id, claim.token)
                return "handed back"
            if transitions.may_go_on(claim.job_id, claim.token):
                continue
            cancel_seen = cancel_seen or now
            if now - cancel_seen > CANCEL_GRACE_S:
                _kill(process)
                transitions.cancelled(claim.job_id, claim.token)
                return "cancelled"


def main(order: Order, pipe: Connection) -> None:
    """The body's process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the worker, which then decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_worker, args=(pipe,), daemon=True).start()
    start_django()
    for module in order.modules:
        importlib.import_module(module)
    from django.db import close_old_connections, connections

    from yakuba.core.jobs.execution import perform
    from yakuba.core.jobs.registry import kind_named

    kind = kind_named(order.kind)
    assert kind is not None, "the worker has claimed a job of this kind"  # noqa: S101
    close_old_connections()
    try:
        perform(kind, order.job_id, order.token, order.attempt, order.params)
    finally:
        connections.close_all()


def _die_with_worker(pipe: Connection) -> None:
    try:
        pipe.recv_bytes()
    except (EOFError, OSError):
        os._exit(ORPHANED)


def _kill(process: ForkServerProcess) -> None:
    """After this the body writes nothing any more."""
    process.kill()
    process.join()


def _ended(exit_code: int | None, claim: Any) -> str:
    from yakuba.core.jobs import transitions

    if exit_code == 0 and not transitions.still_held(claim.job_id, claim.token):
        return "ended"
    error = (
        "処理の途中で、処理の本体が突然止まりました。メモリー不足のことがあります。"
        "対象を減らすか、管理者に知らせてください。"
    )
    transitions.fail(claim.job_id, claim.token, error, f"exit code {exit_code}")
    return "crashed"


def _timeout_text(seconds: float) -> str:
    length = f"{seconds / 60:.0f}分" if seconds >= 60 else f"{seconds:g}秒"
    return f"{length}たっても終わらないため、打ち切りました。対象を減らすか、管理者に知らせてください。"
