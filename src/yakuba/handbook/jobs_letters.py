"""The durable job that prints registration letters."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.core.print.typesetting import MissingGlyphs
from yakuba.handbook.models import EntryBatch
from yakuba.handbook.services.entry_letters import NotPossible, keep, prepare


def batch_page(finished: Job) -> str:
    """Where the letters are handed out."""
    return reverse("handbook:entry-batch", args=[finished.params["batch"]])


@job(
    "handbook.entry-letters",
    label="登録コードの通知を作る",
    timeout_s=1800,
    shown=(NotPossible, MissingGlyphs),
    url=batch_page,
)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Draw codes, set the letters, keep file and codes at once."""
    batch = EntryBatch.objects.select_related("requested_by").get(pk=params["batch"])
    prepared = prepare(batch, context.progress)
    context.progress(0.95, "通知を記録しています")
    with context.finish() as outcome:
        outcome.update(keep(batch, prepared))
    return outcome
