"""For the tests of other packages: run what is queued, here and now."""

from __future__ import annotations

from yakuba.core.jobs import transitions
from yakuba.core.jobs.execution import perform
from yakuba.core.jobs.models import Job, JobState


def run_pending() -> list[Job]:
    """Run every queued job in this process, oldest first, and return them as they ended.

    The same claim, body and ending as in a worker; only the queue and the process of its own are left out
    (so no timeout). Jobs that a body enqueues run too.
    """
    ended = []
    while (job := Job.objects.filter(state=JobState.QUEUED).order_by("created_at").first()) is not None:
        claim = transitions.claim(job.pk, job.workflow_id)
        if claim is not None:
            perform(claim.kind, claim.job_id, claim.token, claim.attempt, job.params)
        job.refresh_from_db()
        ended.append(job)
    return ended
