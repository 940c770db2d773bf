"""The durable job that computes what a pin (固定) would change."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.nursery.models import PinPreview
from yakuba.nursery.services.pin_previews import JOB, compute, keep


def preview_page(finished: Job) -> str:
    """Where the consequences are seen."""
    return reverse("nursery:pin-preview", args=[finished.params["preview"]])


@job(JOB, label="固定の影響を確かめる", timeout_s=1800, url=preview_page)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Allocate with the pin and tell it from the result; neither result nor pins are touched."""
    row = PinPreview.objects.select_related("allocation__ledger").get(pk=params["preview"])
    found = compute(row, context.progress)
    context.progress(0.95, "影響を記録しています")
    with context.finish() as outcome:
        keep(row, found)
        outcome.update({"preview": row.pk, "possible": not found.problem})
    return outcome
