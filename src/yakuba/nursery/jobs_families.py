"""The durable job that opens a result to its families."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.nursery.models import PublicationRun
from yakuba.nursery.services.family_pages import write_pages
from yakuba.nursery.services.publication import NotPublishable, check
from yakuba.nursery.services.publication_runs import JOB, keep


def families_page(finished: Job) -> str:
    """Where the officer sees which families have a page."""
    return reverse(
        "nursery:families", args=[PublicationRun.objects.get(pk=finished.params["run"]).allocation_id]
    )


@job(JOB, label="家庭に公開する", timeout_s=1800, shown=(NotPublishable,), url=families_page)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write every family's page; then open all of them, and what they replace ends, at one stroke."""
    row = PublicationRun.objects.select_related(
        "allocation__ledger", "allocation__approval", "requested_by"
    ).get(pk=params["run"])
    check(row.allocation, row.expires_at)
    pages = write_pages(row.allocation, say=lambda share, text: context.progress(0.75 * share, text))
    context.progress(0.8, "ページを公開しています")
    with context.finish() as outcome:
        outcome.update(keep(row, pages))
    return outcome
