"""A few requests at work at once in each server process; the others wait their turn.

Threads that compute share one interpreter. Sixteen at once get a sixteenth of it each, and the one that holds
the database's write lock holds it sixteen times as long while the others queue for it. A request therefore
computes only while it has one of a few turns. Whoever waits for something slow beside it, a password hash or
the rest of an upload, gives the turn back until then (``away``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """``most`` turns. A thread has one or none."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._mine = threading.local()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Wait for a turn and keep it; a thread that has one goes on."""
        if getattr(self._mine, "has", False):
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let others work meanwhile; afterwards wait for a turn again. Without a turn nothing happens."""
        if not getattr(self._mine, "has", False):
            yield
            return
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def _take(self) -> None:
        self._free.acquire()
        self._mine.has = True

    def _give_back(self) -> None:
        self._mine.has = False
        self._free.release()


REQUESTS = Turns(3)  # of this process
