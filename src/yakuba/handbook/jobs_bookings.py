"""The sweeper of bookings, by the clock: holds whose time is over, free places for those in line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from yakuba.core.jobs.clock import periodic
from yakuba.core.jobs.registry import JobContext, job
from yakuba.handbook.services.bookings.sweeping import anything_to_sweep, sweep

EVERY_S = 60


@job("handbook.sweep_bookings", label="予約の期限切れを処理する", timeout_s=600)
def run_sweep(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Each hold ends in a transaction of its own: a job that dies loses nothing and repeats nothing."""
    swept = asdict(sweep(timezone.now()))
    with context.finish() as result:
        result.update(swept)
    return swept


periodic("handbook.sweep_bookings", every_s=EVERY_S, due=lambda: anything_to_sweep(timezone.now()))
