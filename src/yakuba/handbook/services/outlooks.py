"""Cohorts and overdue lists (未接種者): one run of the engine over the register, kept for the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.handbook.domain.japan import school_year
from yakuba.handbook.domain.outlook import DUE, OVERDUE
from yakuba.handbook.models import OutlookCount, OutlookRow, OutlookRun, RegisteredChild
from yakuba.handbook.services import books, tasks
from yakuba.handbook.services.looking import Look, look
from yakuba.handbook.services.population import everybody

AT_ONCE = 1000
KEPT = 2  # finished runs whose rows stay


def cohort(child: RegisteredChild) -> int:
    """The school year of birth, named by its April: a birth on 04-01 counts with the year before."""
    day = child.birth or child.due
    if day is None:
        return 0
    return school_year(date.fromordinal(day.toordinal() - 1))


def current() -> OutlookRun | None:
    """The newest finished run."""
    return OutlookRun.objects.filter(finished_at__isnull=False).order_by("-finished_at", "-pk").first()


def is_fresh(run: OutlookRun | None) -> bool:
    """Whether a run speaks of today and of the rule book in force."""
    return run is not None and run.on == timezone.localdate() and run.rulebook == books.active().book.sha256


def running() -> OutlookRun | None:
    """A run that is under way."""
    rows = OutlookRun.objects.filter(finished_at=None, job__state__in=ACTIVE_STATES)
    return rows.select_related("job").first()


def request_run(*, by: Any) -> OutlookRun:
    """Queue a run for today; one that is under way is that run."""
    today, book = timezone.localdate(), books.active().book.sha256
    with transaction.atomic():
        under_way = OutlookRun.objects.filter(
            finished_at=None, on=today, rulebook=book, job__state__in=ACTIVE_STATES
        ).first()
        if under_way is not None:
            return under_way
        run = OutlookRun.objects.create(on=today, rulebook=book, requested_by=by)
        run.job = enqueue("handbook.outlooks", {"run": run.pk}, by=by, key=f"handbook.outlooks:{run.pk}")
        run.save(update_fields=["job"])
        record(
            "handbook.outlook.request",
            actor=by or "system:handbook",
            target=f"handbook.outlook:{run.pk}",
        )
    return run


def compute(run: OutlookRun, progress: Callable[[float], None]) -> tuple[Counter[tuple[Any, ...]], int]:
    """Judge every child; rows go in as they come (the run is not shown before it is finished).

    Tasks for staff are opened on the way. Returns the counts and how many children there are.
    """
    book = books.active().book
    OutlookRow.objects.filter(run=run).delete()  # of an attempt whose worker died
    counts: Counter[tuple[Any, ...]] = Counter()
    waiting: list[OutlookRow] = []
    children = 0
    with_tasks = set(RegisteredChild.objects.filter(tasks__isnull=False).values_list("pk", flat=True))
    for child, doses, observations in everybody(progress):
        children += 1
        found = look(child, doses, observations, book, run.on)
        if child.pk in with_tasks or tasks.wanted_of(found):
            tasks.sync(child, found)
        waiting += _rows(run, child, found, counts)
        if len(waiting) >= AT_ONCE:
            OutlookRow.objects.bulk_create(waiting)
            waiting = []
    OutlookRow.objects.bulk_create(waiting)
    return counts, children


def _rows(
    run: OutlookRun, child: RegisteredChild, found: Look, counts: Counter[tuple[Any, ...]]
) -> list[OutlookRow]:
    year = cohort(child)
    rows = []
    for one in found.forecasts:
        counts[one.vaccine, year, child.district, one.status] += 1
        if one.status in (DUE, OVERDUE):
            rows.append(
                OutlookRow(
                    run=run,
                    child=child,
                    vaccine=one.vaccine,
                    dose=one.dose,
                    label=one.label,
                    status=one.status,
                    school_year=year,
                    legal_until=one.legal_until,
                    recommended_until=one.recommended_until,
                    overdue_on=one.overdue_on,
                )
            )
    return rows


def keep(run: OutlookRun, counts: Counter[tuple[Any, ...]], children: int, started: float) -> dict[str, Any]:
    """Counts and the end of the run, in the caller's transaction; rows of older runs go."""
    OutlookCount.objects.filter(run=run).delete()
    OutlookCount.objects.bulk_create(
        [
            OutlookCount(
                run=run, vaccine=vaccine, school_year=year, district=district, status=status, children=number
            )
            for (vaccine, year, district, status), number in sorted(counts.items())
        ],
        batch_size=AT_ONCE,
    )
    run.children, run.finished_at = children, timezone.now()
    run.seconds = monotonic() - started
    run.save(update_fields=["children", "finished_at", "seconds"])
    record(
        "handbook.outlook.finish",
        actor="system:jobs",
        target=f"handbook.outlook:{run.pk}",
        detail={"children": children},
    )
    return {"children": children, "seconds": round(run.seconds, 1)}


def drop_old() -> None:
    """Runs before the newest ones go with their rows; nobody looks at them."""
    kept = OutlookRun.objects.filter(finished_at__isnull=False).order_by("-finished_at", "-pk")
    keys = list(kept.values_list("pk", flat=True)[:KEPT])
    OutlookRun.objects.filter(finished_at__isnull=False).exclude(pk__in=keys).delete()
