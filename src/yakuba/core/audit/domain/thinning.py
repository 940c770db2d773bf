"""Write down that something happens without letting whoever causes it fill the log."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

WINDOW = 60.0  # seconds
MOST_IN_A_WINDOW = 60  # lines of all kinds together


@dataclass(slots=True)
class Thinner:
    """Admits one event of a kind a window, and ``most`` of all kinds; counts the others.

    >>> thinner = Thinner()
    >>> [thinner.admit("a", at) for at in (0.0, 1.0, 2.0, 61.0)]
    [0, None, None, 2]
    """

    window: float = WINDOW
    most: int = MOST_IN_A_WINDOW
    _since: float = float("-inf")
    _admitted: set[Hashable] = field(default_factory=set)
    _left_out: int = 0
    _lock: Lock = field(default_factory=Lock)

    def admit(self, kind: Hashable, at: float) -> int | None:
        """How many events were left out since the last admitted one; ``None`` to leave this one out.

        ``at`` is in seconds on any clock that does not go back.
        """
        with self._lock:
            if at - self._since >= self.window:
                self._since = at
                self._admitted.clear()
            if kind in self._admitted or len(self._admitted) >= self.most:
                self._left_out += 1
                return None
            self._admitted.add(kind)
            left_out, self._left_out = self._left_out, 0
            return left_out
