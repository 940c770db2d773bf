"""The durable job that makes a month's vouchers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.core.print.typesetting import MissingGlyphs
from yakuba.handbook.models import VoucherBatch
from yakuba.handbook.services.vouchers import NotPossible, keep, prepare


def batch_page(finished: Job) -> str:
    """Where the vouchers are handed out."""
    return reverse("handbook:voucher-batch", args=[finished.params["batch"]])


@job(
    "handbook.vouchers",
    label="予診票を作る",
    timeout_s=3600,
    shown=(NotPossible, MissingGlyphs),
    url=batch_page,
)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Plan, number, set; keep file and rows at once."""
    batch = VoucherBatch.objects.select_related("requested_by").get(pk=params["batch"])
    prepared = prepare(batch, context.progress)
    context.progress(0.95, "予診票を記録しています")
    with context.finish() as outcome:
        outcome.update(keep(batch, prepared))
    return outcome
