"""Opening a result to its families as a job: ask for it, and keep what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.nursery.models import Allocation, PublicationRun
from yakuba.nursery.services.family_pages import FamilyPage
from yakuba.nursery.services.publication import NotPublishable, check, open_pages

JOB = "nursery.publish"


@transaction.atomic
def request_publication(
    allocation: Allocation, *, words: Mapping[str, Any], expires_at: datetime, by: Any
) -> PublicationRun:
    """Queue the opening of a result, or of its next version.

    The same once more while it runs (a double click) is that run; something else meanwhile is refused, so
    that nobody waits for one text and gets another. Raises ``NotPublishable``.
    """
    found = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
    check(found, expires_at)
    kept = json.loads(json.dumps(dict(words)))  # as it is read again
    going = found.publication_runs.filter(finished_at=None, job__state__in=ACTIVE_STATES).first()
    if going is not None:
        if going.settings == kept and going.expires_at == expires_at:
            return going
        raise NotPublishable(
            "別の内容で公開しているところです。終わるのを待つか、その処理を取り消してから公開してください。"
        )
    run = PublicationRun.objects.create(
        allocation=found, settings=kept, expires_at=expires_at, requested_by=by
    )
    run.job = enqueue(JOB, {"run": run.pk}, by=by, key=f"{JOB}:{run.pk}", system="nursery")
    run.save(update_fields=["job"])
    record(
        "nursery.family.request",
        actor=by,
        target=f"nursery.publication-run:{run.pk}",
        detail={"allocation": found.pk},
    )
    return run


def keep(run: PublicationRun, pages: Sequence[FamilyPage]) -> dict[str, int]:
    """Open the written pages, in the caller's transaction. Returns the counts. ``NotPublishable``."""
    done = open_pages(run.allocation, pages, run.settings, run.expires_at, run.requested_by)
    run.version = done.publication.version
    run.figures = {
        "families": done.families,
        "without_code": done.without_code,
        "without_birth": done.without_birth,
        "held": done.held,
    }
    run.finished_at = timezone.now()
    run.save(update_fields=["version", "figures", "finished_at"])
    return {"version": done.publication.version, "families": done.families}
