"""Answers that many people ask for at once, kept for a moment.

A process keeps them by itself: what another process writes is seen when the moment is over. So only what is
judged again before anything rests on it may be read this way, such as a list of free times.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.conf import settings

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MOST = 256  # answers that are kept


class Briefly(Generic[Key, Value]):
    """``make(key)``, at most ``YAKUBA_LISTS_KEPT_S`` seconds old. One thread makes it, the others wait."""

    def __init__(self, make: Callable[[Key], Value], clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._clock = make, clock
        self._kept: dict[Key, tuple[float, Value]] = {}
        self._guard = threading.Lock()
        self._makers: dict[Key, threading.Lock] = {}

    def get(self, key: Key) -> Value:
        """The answer; its holder must not change it."""
        age = settings.YAKUBA_LISTS_KEPT_S
        if age <= 0:
            return self._make(key)
        if (found := self._fresh(key, age)) is not None:
            return found[1]
        with self._guard:
            maker = self._makers.setdefault(key, threading.Lock())
        with maker:
            if (found := self._fresh(key, age)) is not None:
                return found[1]
            begun = self._clock()
            value = self._make(key)
            with self._guard:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                    self._makers.clear()
                self._kept[key] = (begun, value)
        return value

    def _fresh(self, key: Key, age: float) -> tuple[float, Value] | None:
        found = self._kept.get(key)
        return found if found is not None and self._clock() - found[0] < age else None
