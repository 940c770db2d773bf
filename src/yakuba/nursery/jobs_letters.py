"""The durable job that prints the letters of a result."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.nursery.domain.letter_words import Unfilled
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.models import LetterBatch
from yakuba.nursery.printing import MissingGlyphs
from yakuba.nursery.services.letters import NotPossible, keep, prepare


def batch_page(finished: Job) -> str:
    """Where the letters are handed out."""
    return reverse("nursery:letter-batch", args=[finished.params["batch"]])


@job(
    "nursery.letters",
    label="通知を作る",
    timeout_s=1800,
    shown=(NotPossible, MissingGlyphs, Unfilled, BadInput),
    url=batch_page,
)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write, set and join every letter; keep files, list and codes at once."""
    batch = LetterBatch.objects.select_related(
        "allocation__ledger__file", "allocation__approval", "requested_by"
    ).get(pk=params["batch"])
    prepared = prepare(batch, context.progress)
    context.progress(0.95, "通知を記録しています")
    with context.finish() as outcome:
        outcome.update(keep(batch, prepared))
    return outcome
