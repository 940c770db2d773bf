"""How long to wait before the next attempt: doubling, capped, with a jitter that is an argument."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
MOST_ATTEMPTS = 8  # then the reminder is given up and listed for the staff


def delay(attempt: int, jitter: float) -> timedelta:
    """The wait after attempt number ``attempt`` (from 1): half of it is fixed, half is spread by ``jitter``.

    ``jitter`` is in [0, 1). ``ValueError`` outside of the ranges.
    """
    if attempt < 1:
        raise ValueError(f"attempts count from 1, not {attempt}")
    if not 0.0 <= jitter < 1.0:
        raise ValueError(f"jitter is at least 0 and below 1, not {jitter}")
    whole = min(FIRST * (1 << min(attempt - 1, 32)), LONGEST)
    return whole * (0.5 + jitter / 2)


def jitter_of(name: str, attempt: int) -> float:
    """A jitter in [0, 1) that is always the same for one message and attempt."""
    digest = sha256(f"{name}:{attempt}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def spent(attempts: int) -> bool:
    """Whether a message has been tried often enough."""
    return attempts >= MOST_ATTEMPTS
