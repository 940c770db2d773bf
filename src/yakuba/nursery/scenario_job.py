"""The durable job of a scenario (試算)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.models import Scenario
from yakuba.nursery.services.scenarios import compute, keep


def scenario_page(finished: Job) -> str:
    """Where a finished scenario is seen."""
    return reverse("nursery:scenario", args=[finished.params["scenario"]])


@job("nursery.scenario", label="試算する", timeout_s=1800, shown=(BadInput,), url=scenario_page)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Allocate the changed market and tell it from the base; the base is only read."""
    scenario = Scenario.objects.select_related("base__ledger", "ledger__file").get(pk=params["scenario"])
    context.progress(0.1, "変更した定員・優先順位で割り当てています")
    side, found = compute(scenario)
    context.progress(0.8, "相違を記録しています")
    with context.finish() as outcome:
        keep(scenario, side, found)
        outcome.update({"scenario": scenario.pk, **found["counts"]})
    return outcome
