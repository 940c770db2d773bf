"""The consequences of a pin (固定の影響), computed by a job, shown, and only then sent to an approver.

A preview says what it was computed from (``basis``). When a pin, a decision of the round or its result has
changed since, it is stale: it can't be asked for, and is computed again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.jobs.services import enqueue
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.models import Allocation, Decision, Ledger, Pin, PinPreview, SelectionRound
from yakuba.nursery.services.pins import PinError, Progress, ask_with, current_pins, preview

JOB = "nursery.pin-preview"


class StalePreview(PinError):
    """Something that the preview rests on has changed since it was computed."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A difference document, or the reason why there can be no such pin."""

    basis: str
    consequences: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def basis_of(allocation: Allocation) -> str:
    """A digest of the ledger's pins, the round's decisions and adopted result, and the newest run."""
    ledger = allocation.ledger
    same = Q(ledger=ledger)
    facts: dict[str, Any] = {
        "allocation": allocation.pk,
        "pins": [(pin.pk, pin.approved_at is not None) for pin in current_pins(ledger)],
    }
    selection = SelectionRound.objects.filter(applications__scorings__ledger=ledger).first()
    if selection is not None:
        made = Decision.objects.filter(selection=selection, withdrawn_at=None).order_by("pk")
        facts |= {"adopted": selection.adopted_id, "decisions": list(made.values_list("pk", flat=True))}
        same |= Q(ledger__scoring__applications__selection=selection)
    finished = Allocation.objects.filter(same, finished_at__isnull=False)
    facts["newest"] = finished.aggregate(newest=Max("pk"))["newest"]
    return sha256(json.dumps(facts).encode()).hexdigest()


def is_stale(row: PinPreview) -> bool:
    """Whether a computed preview no longer says what the pin would change."""
    return row.basis != basis_of(row.allocation)


@transaction.atomic
def request_preview(
    allocation: Allocation, *, child: str, class_id: Seat, reason: str, by: Any
) -> PinPreview:
    """Queue a preview. The same pin by the same person again is the one that runs or still holds good."""
    Ledger.objects.select_for_update().get(pk=allocation.ledger_id)  # one request at a time for a ledger
    mine = PinPreview.objects.filter(
        allocation=allocation, child_id=child, class_id=class_id or "", requested_by=by, pin=None
    )
    now = basis_of(allocation)
    for earlier in mine.select_related("job"):
        if _holds_good(earlier, now):
            if earlier.reason != reason:
                earlier.reason = reason
                earlier.save(update_fields=["reason"])
            return earlier
    row = PinPreview.objects.create(
        allocation=allocation, child_id=child, class_id=class_id or "", reason=reason, requested_by=by
    )
    row.job = enqueue(JOB, {"preview": row.pk}, by=by, key=f"{JOB}:{row.pk}", system="nursery")
    row.save(update_fields=["job"])
    record(
        "nursery.pin.preview",
        actor=by,
        target=f"nursery.pin-preview:{row.pk}",
        detail={"ledger": allocation.ledger_id, "allocation": allocation.pk},
    )
    return row


def _holds_good(row: PinPreview, now: str) -> bool:
    if row.finished_at is None:
        return row.job is not None and not row.job.is_final
    return row.basis == now


def compute(row: PinPreview, say: Progress) -> Computed:
    """The work of the job. A pin that can't be is an answer too, not a failure: its text may name a child,
    which the list of jobs must not."""
    basis = basis_of(row.allocation)  # before anything is read, so that a change meanwhile makes it stale
    try:
        found = preview(row.allocation, row.child_id, row.class_id or None, say)
    except PinError as error:
        return Computed(basis, problem=str(error))
    return Computed(basis, found)


def keep(row: PinPreview, found: Computed) -> None:
    """Write what was computed, in the caller's transaction. The reason may have been changed meanwhile."""
    row.basis, row.consequences, row.problem = found.basis, dict(found.consequences), found.problem
    row.finished_at = timezone.now()
    row.save(update_fields=["basis", "consequences", "problem", "finished_at"])


@transaction.atomic
def ask(row: PinPreview, *, by: Any) -> Pin:
    """Ask for the pin with the consequences that were shown; asked again, it is the same pin.

    Raises ``StalePreview`` when they no longer hold, ``PinError`` when it can't be asked for.
    """
    Ledger.objects.select_for_update().get(pk=row.allocation.ledger_id)
    locked = PinPreview.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.pin is not None:
        return locked.pin
    if locked.finished_at is None or locked.problem:
        raise PinError("影響をまだ確かめていません。影響を確かめてから依頼してください。")
    if is_stale(locked):
        raise StalePreview(
            "影響を確かめたあとに、固定、職員の判断、割当のどれかが変わりました。承認は依頼していません。"
        )
    locked.pin = ask_with(
        locked.allocation,
        locked.consequences,
        child=locked.child_id,
        class_id=locked.class_id or None,
        reason=locked.reason,
        by=by,
    )
    locked.save(update_fields=["pin"])
    return locked.pin
