"""Where batches stand, and what people do with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from yakuba.core.audit.services import record
from yakuba.core.border.services.tasks import SIMULATED_WORD
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.services import cancel
from yakuba.ocr.models import Batch, BatchState, FieldValue, Page, PageState, ValueState
from yakuba.ocr.services.intake import queue_reading

OPEN_VALUES = (ValueState.WAITING, ValueState.ONCE, ValueState.DIFFERS, ValueState.ESCALATED)
STUCK_PAGES = (PageState.UNSORTABLE, PageState.REFUSED, PageState.RESCAN)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one batch: pages, then fields."""

    pages: int = 0
    unread: int = 0
    stuck: int = 0  # pages that were not read and wait for a person
    open: int = 0  # fields that wait for a person
    passed: int = 0  # fields that passed under a certificate
    done: int = 0


def with_figures(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches with ``page_count``, ``unread_count`` and ``stuck_count`` for tables."""
    return rows.annotate(
        page_count=Count("pages"),
        unread_count=Count("pages", filter=Q(pages__state=PageState.WAITING)),
        stuck_count=Count("pages", filter=Q(pages__state__in=STUCK_PAGES)),
    )


def open_counts(batches: Iterable[Batch]) -> dict[int, int]:
    """Fields that wait for a person, by batch; a query of its own, because joins multiply counts."""
    keys = [one.pk for one in batches]
    rows = FieldValue.objects.filter(page__batch__in=keys, state__in=OPEN_VALUES)
    found = rows.order_by().values("page__batch").annotate(n=Count("pk"))
    return {row["page__batch"]: row["n"] for row in found}


def figures_of(batch: Batch) -> Figures:
    """The counts of one batch."""
    pages = dict(batch.pages.order_by().values_list("state").annotate(Count("pk")))
    rows = FieldValue.objects.filter(page__batch=batch).order_by()
    values = dict(rows.values_list("state").annotate(Count("pk")))
    return Figures(
        pages=sum(pages.values()),
        unread=pages.get(PageState.WAITING, 0),
        stuck=sum(pages.get(state, 0) for state in STUCK_PAGES),
        open=sum(values.get(state, 0) for state in OPEN_VALUES),
        passed=values.get(ValueState.AUTO, 0),
        done=values.get(ValueState.DONE, 0) + values.get(ValueState.ILLEGIBLE, 0),
    )


def passed_by_simulation(batch: Batch) -> int:
    """Fields that a certificate on simulated labels let pass: a demo's, never a town's."""
    passed = FieldValue.objects.filter(page__batch=batch, state=ValueState.AUTO)
    return passed.filter(decided_because__contains=SIMULATED_WORD).count()


def settle(batch: Batch) -> BatchState:
    """Work out where the batch stands and keep it; call inside the transaction of what changed it."""
    found = figures_of(batch)
    if found.unread:
        state = BatchState.READING
    elif found.stuck or found.open:
        state = BatchState.CHECKING
    else:
        state = BatchState.DONE
    if batch.state != state:
        batch.state = state
        batch.save(update_fields=["state"])
    return state


def is_stopped(batch: Batch, unread: int) -> bool:
    """Pages wait but no job reads them: it failed, was cancelled or is gone."""
    return unread > 0 and (batch.job is None or batch.job.is_final)


def resume(batch: Batch, *, by: Any) -> None:
    """Go on reading where the last job stopped; pages that were read stay as they are."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        job = None if locked.job_id is None else Job.objects.filter(pk=locked.job_id).first()
        if job is not None and not job.is_final:
            return  # pressed twice
        queue_reading(locked, by=by)
        record("ocr.batch.resume", actor=by, target=f"ocr.batch:{locked.pk}")


def remove_page(page: Page, *, by: Any) -> None:
    """Take a page that could not be read out of its batch (a cover sheet, a sheet of another form)."""
    with transaction.atomic():
        locked = Page.objects.select_for_update().select_related("batch").get(pk=page.pk)
        if locked.state not in STUCK_PAGES:
            raise ValueError("読めたページと読取り待ちのページは、束から除けません。")
        record(
            "ocr.page.remove",
            actor=by,
            target=f"ocr.batch:{locked.batch_id}",
            detail={"page": locked.pk, "number": locked.number},
        )
        batch = locked.batch
        locked.delete()
        settle(batch)


def delete(batch: Batch, *, by: Any) -> None:
    """Delete a batch with its pages, readings and checks; a running job is stopped.

    The files themselves go when nothing points at them any more (保存期間).
    """
    with transaction.atomic():
        locked = Batch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
        if locked.job is not None and locked.job.state in (JobState.QUEUED, JobState.RUNNING):
            cancel(locked.job, by)
        figures = figures_of(locked)
        record(
            "ocr.batch.delete",
            actor=by,
            target=f"ocr.batch:{locked.pk}",
            detail={"pages": figures.pages, "open": figures.open, "done": figures.done},
        )
        locked.delete()
