"""The worker process: a lease, a sweeper, and DBOS underneath."""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from yakuba.core.jobs import clock, durable, leases
from yakuba.core.jobs.child import Children
from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.jobs.registry import load_kinds
from yakuba.core.jobs.services import nudge_file, sweep
from yakuba.core.jobs.transitions import Claim

LEASE_LOST = 75  # exit code: start me again (EX_TEMPFAIL)
SWEEP_EVERY_S = 1.0
LOOK_FOR_NUDGE_EVERY_S = 0.1
RECOVER_EVERY_S = 2.0

logger = logging.getLogger(__name__)


class Worker:
    """One worker process. ``run()`` returns when it was asked to stop, or when ``once`` is fulfilled."""

    def __init__(
        self,
        executor_id: str,
        *,
        concurrency: int = 1,
        lease_s: float = 60.0,
        grace_s: float = 20.0,
        modules: Sequence[str] = (),
        once: bool = False,
    ) -> None:
        self.executor_id = executor_id
        self.concurrency = concurrency
        self.lease_s = lease_s
        self.grace_s = grace_s
        self.modules = modules
        self.once = once
        self._stop = threading.Event()
        self._closed = threading.Event()
        self._recover_at = 0.0

    def run(self) -> None:
        """Work until stopped. Raises ``LeaseHeld`` when the executor id is in use."""
        for module in self.modules:
            importlib.import_module(module)
        load_kinds()
        self._lease = leases.acquire(self.executor_id, self.lease_s)
        heart = threading.Thread(target=self._beat, name="lease", daemon=True)
        heart.start()
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        try:
            self._children = Children(self.modules)
            with _one_at_a_time():
                durable.launch(self._lease.incarnation, self._run_claim, concurrency=self.concurrency)
            self._work()
            self._close()
        finally:
            self._closed.set()
            heart.join()
            leases.release(self._lease)

    def _work(self) -> None:
        while not self._stop.is_set():
            seen = _nudged_at()
            try:
                close_old_connections()
                self._tend()
            except DatabaseError:
                logger.exception("the database did not answer; trying again")
            until = time.monotonic() + SWEEP_EVERY_S
            while time.monotonic() < until and _nudged_at() == seen:
                if self._stop.wait(LOOK_FOR_NUDGE_EVERY_S):
                    break

    def _tend(self) -> None:
        clock.tick(timezone.now())
        sweep(durable.hand_over)
        if time.monotonic() >= self._recover_at:
            durable.recover()
            durable.repair()
            self._recover_at = time.monotonic() + RECOVER_EVERY_S
        if self.once and not Job.objects.filter(state__in=ACTIVE_STATES).exists():
            self._stop.set()

    def _close(self) -> None:
        """Let running bodies end for ``grace_s``, hand the rest back, then leave."""
        self._children.stop_at = time.monotonic() + self.grace_s
        durable.close(wait_s=int(self.grace_s) + 5)

    def _run_claim(self, claim: Claim) -> str:
        outcome = self._children.run(claim)
        # Without the lease the workflow may be another worker's by now: leave its record alone.
        if not leases.beat(self._lease):
            _die_without_lease()
        return outcome

    def _beat(self) -> None:
        failing_since: float | None = None
        while not self._closed.wait(self.lease_s / 5):
            try:
                alive = leases.beat(self._lease)
                failing_since = None
            except DatabaseError:
                failing_since = failing_since or time.monotonic()
                alive = time.monotonic() - failing_since < self.lease_s
            if not alive:
                _die_without_lease()
        connections.close_all()

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop.set()


def _die_without_lease() -> None:
    """Stop this instant, and the bodies with it: others may already do this worker's work."""
    logger.error("the lease was lost (machine suspended, or database unreachable); leaving")
    os._exit(LEASE_LOST)


def _nudged_at() -> int:
    try:
        return nudge_file().stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Workers of one machine create or upgrade the queue's tables one after the other."""
    with (settings.HOME / "jobs.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
