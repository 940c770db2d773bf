"""By the clock, where both faces share a machine: what families wrote down reaches the staff side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.lanes import Lane
from yakuba.core.exchange.models import ItemForStaff
from yakuba.core.exchange.sending import send
from yakuba.core.jobs.clock import periodic
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.registry import JobContext, job

KIND = "exchange.fetch"
EVERY_S = 20
REST = timedelta(hours=1)  # after a batch that could not be taken: somebody has to look first


def anything_to_fetch() -> bool:
    """Whether something waits that nobody has to carry."""
    return settings.YAKUBA_FACE == "both" and ItemForStaff.objects.filter(batch=None).exists()


def due() -> bool:
    """Whether it is worth a try now."""
    if not anything_to_fetch():
        return False
    failed = Job.objects.filter(kind=KIND, state=JobState.FAILED, finished_at__gt=timezone.now() - REST)
    return not failed.exists()


@job(KIND, label="区民側からの受渡しを取り込む", system="", timeout_s=600, shown=(ExchangeError,))
def run_fetch(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """One batch, wholly or not at all; nothing waits any more when it was taken meanwhile."""
    with context.finish() as result:
        done = send(Lane.STAFF) if anything_to_fetch() else None
        result["items"] = done.batch.items if done and done.batch else 0
    return result


periodic(KIND, every_s=EVERY_S, due=due)
