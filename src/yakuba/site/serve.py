"""Run the portal: gunicorn in this process, and, when wanted, a job worker beside it."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from gunicorn.app.base import BaseApplication

RESTART_AFTER = 3.0  # seconds between the death of a worker and the next try
POLL = 0.2  # seconds between two looks at the processes
GARBAGE = 20_000  # objects made and not freed before the youngest are looked through (Python: 700)
STOP_WITHIN = 20.0  # seconds that a worker has to end its step


class Portal(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings; threads share one copy of the code and the static files' list."""

    def __init__(self, *, host: str, port: int, workers: int, threads: int) -> None:
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._wanted = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": 60,
            # Less than STOP_WITHIN: a portal that is killed would leave its workers behind.
            "graceful_timeout": 15,
            "keepalive": 5,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            "limit_request_line": 8_190,
            "limit_request_fields": 100,
            "forwarded_allow_ips": "",
            "errorlog": "-",
            "accesslog": None,
            "loglevel": "warning",
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108 - heartbeat file
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Our settings, as far as this gunicorn knows them."""
        for key, value in self._wanted.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Any:
        """The WSGI application, imported in the serving process."""
        from yakuba.site.wsgi import application

        _load_pages()
        return application


def _load_pages() -> None:
    """Import every page now, not in the first request, and have the garbage collector pass it over.

    What is loaded stays for the life of the process; looking through it again and again took a tenth of the
    processor time of a page (``bench_booking_pages``).
    """
    from django.urls import get_resolver

    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


class Together:
    """The portal and a job worker as two processes: a dead worker is started again, both stop together.

    They are children of a process that serves nothing, because gunicorn takes every child that ends for
    one of its own.
    """

    def __init__(self, portal: list[str], worker: list[str], *, restart_after: float = RESTART_AFTER) -> None:
        self._commands = {"portal": portal, "worker": worker}
        self._restart_after = restart_after
        self._stopping = threading.Event()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def stop(self, *_signal: Any) -> None:
        """End the portal, and with it everything; usable as a signal handler."""
        self._stopping.set()
        for process in list(self._running.values()):
            if process.poll() is None:
                process.terminate()

    def run(self) -> int:
        """Run until the portal ends or :meth:`stop`; the portal's exit status."""
        try:
            for name in self._commands:
                self._start(name)
            again = 0.0
            while self._running["portal"].poll() is None and not self._stopping.wait(POLL):
                if self._running["worker"].poll() is None:
                    again = 0.0
                elif again == 0.0:
                    again = time.monotonic() + self._restart_after
                    _say(f"処理の実行役が止まりました。{self._restart_after:g}秒後に始め直します。")
                elif time.monotonic() >= again:
                    self._start("worker")
            return self._running["portal"].poll() or 0
        finally:
            self.stop()
            for process in self._running.values():
                _end(process)

    def _start(self, name: str) -> None:
        self._running[name] = subprocess.Popen(self._commands[name])


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the operator's console


def run(*, host: str, port: int, workers: int, threads: int, with_worker: bool) -> None:
    """Serve until a signal ends it. Blocks; raises ``SystemExit`` as gunicorn does."""
    if not with_worker:
        Portal(host=host, port=port, workers=workers, threads=threads).run()
        return
    yakuba = [sys.executable, "-m", "yakuba"]
    portal = [*yakuba, "serve", "--host", host, "--port", str(port), "--quiet"]
    both = Together([*portal, "--workers", str(workers), "--threads", str(threads)], [*yakuba, "worker"])
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, both.stop)
    sys.exit(both.run())
