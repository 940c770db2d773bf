"""The durable jobs of this package."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.handbook import jobs_bookings, jobs_letters, jobs_vouchers
from yakuba.handbook.models import OutlookRun, RulebookReport
from yakuba.handbook.services import outlooks, rulebooks
from yakuba.handbook.services.population import everybody

__all__ = [
    "compare_rulebook",
    "jobs_bookings",
    "jobs_letters",
    "jobs_vouchers",
    "run_outlooks",
]  # found by the worker


def outlook_page(finished: Job) -> str:
    """Where the counts and lists are."""
    return reverse("handbook:cohorts")


@job("handbook.outlooks", label="接種状況を計算する", timeout_s=3600, url=outlook_page)
def run_outlooks(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Judge every child of the register, open tasks, keep counts and lists."""
    run = OutlookRun.objects.get(pk=params["run"])
    started = monotonic()

    def told(share: float) -> None:
        context.progress(0.95 * share, "接種の記録を規則と照らしています")

    counts, children = outlooks.compute(run, told)
    context.progress(0.97, "人数をまとめています")
    with context.finish() as outcome:
        outcome.update(outlooks.keep(run, counts, children, started))
    outlooks.drop_old()
    return outcome


def report_page(finished: Job) -> str:
    """Where the report is read."""
    return reverse("handbook:rulebook-report", args=[finished.params["report"]])


@job(
    "handbook.rulebook-report",
    label="規則の変更で変わる人を計算する",
    timeout_s=7200,
    shown=(rulebooks.NotReady,),
    url=report_page,
)
def compare_rulebook(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Look at every child under both rule books."""
    report = RulebookReport.objects.select_related("version").get(pk=params["report"])

    def told(share: float) -> None:
        context.progress(0.95 * share, "2つの規則で照らしています")

    effects, children = rulebooks.compare_register(report, everybody, told)
    context.progress(0.97, "変わる人をまとめています")
    with context.finish() as outcome:
        outcome.update(rulebooks.keep_report(report, effects, children))
    return outcome
