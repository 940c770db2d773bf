"""Jobs that begin by themselves: a kind is looked at every so often, and enqueued when it has work.

    @job("notify.send_due", label="通知を送る", system="")
    def run(context, params): ...

    periodic("notify.send_due", every_s=60, due=anything_due)

Every worker looks. The key of the job is its kind and the stretch of time, so that many workers make one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from yakuba.core.jobs.models import ACTIVE_STATES, Job
from yakuba.core.jobs.services import enqueue

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """One kind that begins by the clock."""

    kind: str
    every_s: int
    due: Callable[[], bool]


_periodic: dict[str, Periodic] = {}
_looked_at: dict[str, int] = {}  # kind → the last stretch in which this process looked


def periodic(kind: str, *, every_s: int, due: Callable[[], bool]) -> None:
    """Begin a kind of job by the clock, from the module that declares it. ``due``: a cheap look for work."""
    if every_s < 1:
        raise ValueError(f"{kind}: every {every_s} s is no stretch of time")
    _periodic[kind] = Periodic(kind, every_s, due)


def tick(now: datetime) -> list[Job]:
    """Enqueue what has work and does not run yet; each kind is looked at once a stretch."""
    begun = []
    for one in list(_periodic.values()):  # the first job declares the others
        stretch = int(now.timestamp()) // one.every_s
        if _looked_at.get(one.kind) == stretch:
            continue
        _looked_at[one.kind] = stretch
        try:
            if not one.due() or Job.objects.filter(kind=one.kind, state__in=ACTIVE_STATES).exists():
                continue
        except DatabaseError:
            raise
        except Exception as error:  # one kind's fault must not stop the worker
            logger.error("%s: looking for work failed: %s", one.kind, type(error).__name__)
            continue
        begun.append(enqueue(one.kind, {}, by=None, key=f"{one.kind}@{stretch}"))
    return begun
