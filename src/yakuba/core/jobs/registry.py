"""The kinds of job, and what a running job sees of the world.

    @job("nursery.allocate", label="割り当てる", timeout_s=1800)
    def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
        context.progress(0.4, "2歳児クラスを割り当てています")
        with context.finish() as result:          # one transaction: the rows and the job's end
            result["placed"] = save(...)
        return result

A body may run again from its start after its worker was killed (at least once); what it writes inside
``context.finish()`` is written exactly once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from yakuba.core.jobs.models import Job

PROGRESS_EVERY_S = 0.5  # a progress row is written at most this often


class JobCancelled(Exception):
    """A person asked to stop this job; let it rise out of the body."""


class JobLost(Exception):
    """Another worker has taken this job over, or it has ended; let it rise out of the body."""


class JobError(Exception):
    """The job can't be done, for a reason that staff can read and act upon (Japanese text)."""


Body = Callable[["JobContext", dict[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One registered kind of job."""

    name: str
    label: str
    system: str
    run: Body
    timeout_s: float  # for one attempt
    max_attempts: int  # how often a worker may die under it
    shown: tuple[type[Exception], ...]  # errors whose text is written for staff
    url: Callable[[Job], str] | None  # where the finished job's result is seen


_kinds: dict[str, Kind] = {}
_discovered = False


def job(
    name: str,
    *,
    label: str,
    system: str | None = None,
    timeout_s: float = 3600.0,
    max_attempts: int = 5,
    shown: tuple[type[Exception], ...] = (),
    url: Callable[[Job], str] | None = None,
) -> Callable[[Body], Body]:
    """Register a job body.

    ``system`` is the key under which the job is visible; by default the part of ``name`` before the dot.
    ``shown`` lists exceptions whose message is fit for staff; :class:`JobError` always is.
    """

    def register(run: Body) -> Body:
        _kinds[name] = Kind(
            name=name,
            label=label,
            system=name.split(".")[0] if system is None else system,
            run=run,
            timeout_s=timeout_s,
            max_attempts=max_attempts,
            shown=(JobError, *shown),
            url=url,
        )
        return run

    return register


def load_kinds() -> dict[str, Kind]:
    """Every kind that the installed apps declare in their ``jobs`` modules."""
    global _discovered
    if not _discovered:
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("jobs")
        _discovered = True
    return _kinds


def kind_named(name: str) -> Kind | None:
    """A kind, or ``None`` when this version of the product has none of that name."""
    return load_kinds().get(name)


class JobContext:
    """What a running body may ask and say."""

    def __init__(self, job_id: UUID, token: str, attempt: int) -> None:
        self.job_id = job_id
        self.attempt = attempt  # 1 for the first try; more after a worker died
        self._token = token
        self._written_at = float("-inf")
        self._written_message = ""

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far the job is (0 to 1) and what it does now.

        Call it often, and outside of transactions: the fraction is written at most twice a second, the
        message whenever it changes (so change it per stage, not per row). Raises :class:`JobCancelled` or
        :class:`JobLost` when the body must stop.
        """
        from yakuba.core.jobs import transitions

        now = time.monotonic()
        same_message = message in ("", self._written_message)
        if same_message and now - self._written_at < PROGRESS_EVERY_S:
            return
        transitions.write_progress(self.job_id, self._token, min(max(fraction, 0.0), 1.0), message)
        self._written_at = now
        self._written_message = message or self._written_message

    @property
    def cancelled(self) -> bool:
        """Whether the body should stop: somebody asked for it, or the job is no longer this worker's."""
        from yakuba.core.jobs import transitions

        return not transitions.may_go_on(self.job_id, self._token)

    @contextmanager
    def finish(self) -> Iterator[dict[str, Any]]:
        """Write the outcome and end the job in one transaction.

        Yields the dict that becomes the job's result. Leaving the block normally marks the job done
        together with every row written inside; an exception undoes both. Keep the block short.
        """
        from django.db import transaction

        from yakuba.core.jobs import transitions

        result: dict[str, Any] = {}
        with transaction.atomic():
            transitions.hold(self.job_id, self._token)
            yield result
            if not transitions.complete(self.job_id, self._token, result):
                raise JobLost(str(self.job_id))
