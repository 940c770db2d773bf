"""Ask for an allocation, and keep its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.nursery.models import Allocation, ChildOutcome, ClassOutcome, Ledger
from yakuba.nursery.services.pins import approved_pins

BATCH = 500  # rows an INSERT


class TiesNeedSeed(ValueError):
    """The ledger has ties and no lottery seed was given."""


def request_allocation(ledger: Ledger, *, seed: int | None, by: Any, actor: object = None) -> Allocation:
    """Queue one run over a ledger, or return the one that is already waiting or running.

    ``TiesNeedSeed`` when ties are left and no seed is given.
    """
    if ledger.ties and seed is None:
        raise TiesNeedSeed(
            f"「{ledger}」：同点が {len(ledger.ties)}組あります。"
            "抽選の種を入力するか、台帳で優先順位を分けてください。"
        )
    with transaction.atomic():
        Ledger.objects.select_for_update().get(pk=ledger.pk)  # one request at a time for a ledger
        pins = approved_pins(ledger) or None
        going = ledger.allocations.filter(seed=seed, finished_at=None, job__state__in=ACTIVE_STATES).first()
        if going is not None and going.pins == pins:  # pressed twice
            return going
        allocation = Allocation.objects.create(ledger=ledger, seed=seed, pins=pins, requested_by=by)
        allocation.job = enqueue(
            "nursery.allocate",
            {"allocation": allocation.pk},
            by=by,
            key=f"nursery.allocate:{allocation.pk}",
            system="nursery",
        )
        allocation.save(update_fields=["job"])
        record(
            "nursery.allocation.request",
            actor=actor or by or "system:nursery",
            target=f"nursery.allocation:{allocation.pk}",
            detail={"ledger": ledger.pk, "seed": seed, "pins": len(pins or {})},
        )
    return allocation


def keep_outcome(
    allocation: Allocation,
    *,
    files: Mapping[str, tuple[str, bytes, str]],
    fields: Mapping[str, Any],
    class_rows: Iterable[ClassOutcome],
    child_rows: Iterable[ChildOutcome],
) -> None:
    """Write files, rows and figures of a finished run, in the caller's transaction.

    ``files``: field name → (file name, bytes, content type); ``fields``: columns of the allocation.
    """
    for field, (name, data, content_type) in files.items():
        stored = store(data, name=name, content_type=content_type, by=allocation.requested_by)
        setattr(allocation, field, stored)
    for field, value in fields.items():
        setattr(allocation, field, value)
    allocation.finished_at = timezone.now()
    allocation.save()
    ClassOutcome.objects.bulk_create(class_rows, batch_size=BATCH)
    ChildOutcome.objects.bulk_create(child_rows, batch_size=BATCH)
    record(
        "nursery.allocation.finish",
        actor="system:jobs",
        target=f"nursery.allocation:{allocation.pk}",
        detail={"status": allocation.status, **allocation.figures},
    )
