"""Active handling time (実作業時間) from the moments at which a person did something."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

IDLE_SECONDS = 30.0
"""A pause longer than this is idle: its first 30 seconds count as work, the rest does not."""


def counted(pause: float, idle: float = IDLE_SECONDS) -> float:
    """How much of a pause between two activities counts, in seconds.

    Up to ``idle`` all of it; beyond, the first ``idle`` seconds: the person was still reading when the last
    key was pressed, and counting that stretch makes the measured work longer, never the saving larger.
    A pause that is not positive (a repeated or late report) counts nothing.

    >>> [counted(pause) for pause in (12.0, 30.0, 31.0, 3600.0, -5.0)]
    [12.0, 30.0, 30.0, 30.0, 0.0]
    """
    return min(max(pause, 0.0), idle)


def active_seconds(moments: Iterable[float], idle: float = IDLE_SECONDS) -> float:
    """Seconds of active work between the first and the last moment (seconds on any one clock, any order).

    One moment alone, or none, is no time.

    >>> active_seconds([0, 10, 100, 110])
    50.0
    """
    return float(sum(counted(later - earlier, idle) for earlier, later in pairwise(sorted(moments))))
