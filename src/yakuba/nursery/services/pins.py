"""Pins (固定): consequences first, then a second person, then the next run of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.approval import (
    ApprovalError,
    consequences,
    on_approved,
    place,
    request_approval,
    withdraw,
)
from yakuba.core.people.models import Approval
from yakuba.nursery.domain.market import BadInput, Seat
from yakuba.nursery.domain.pins import check
from yakuba.nursery.domain.what_if import document
from yakuba.nursery.models import Allocation, Ledger, Pin
from yakuba.nursery.services.bases import Base, base_of, run_again

KIND = "nursery.pin"

Progress = Callable[[float, str], None]  # a share from 0 to 1, and what is done now


class PinError(ValueError):
    """The pin can't be asked for or removed; the message says why and what to do."""


def current_pins(ledger: Ledger) -> list[Pin]:
    """Pins of a ledger that are not removed, refused or withdrawn."""
    rows = ledger.pins.filter(removed_at=None).select_related("approval", "asked_by")
    return [pin for pin in rows if pin.approval is None or pin.approval.state in ("waiting", "approved")]


def approved_pins(ledger: Ledger) -> dict[str, Seat]:
    """Child → class (``None``: 保留) of the pins that a run of the ledger has to respect."""
    rows = ledger.pins.filter(removed_at=None, approved_at__isnull=False).order_by("child_id")
    return {pin.child_id: pin.class_id or None for pin in rows}


def pins_changed(allocation: Allocation) -> bool:
    """Whether pins came into force or were removed after the run: its result is not the one they make."""
    return approved_pins(allocation.ledger) != (allocation.pins or {})


def preview(
    allocation: Allocation, child: str, class_id: Seat, say: Progress | None = None
) -> dict[str, Any]:
    """What the pin would change, from a run with it beside the shown result; ``PinError`` if it can't be.

    The result is a ``yakuba.nursery.difference/1`` document. It takes seconds for a big ledger: pages have
    a job do it (``pin_previews``). ``say`` hears how far it is, and may stop it by raising.
    """
    tell = say or _quiet
    tell(0.02, "割当の結果を読んでいます")
    base = base_of(allocation)
    waiting = {pin.child_id: pin.class_id or None for pin in current_pins(allocation.ledger)}
    _check(base, {**waiting, child: class_id})
    if base.loaded.pins.get(child, "") == class_id and child in base.loaded.pins:
        raise PinError(f"受付{child}：この割当は、すでにこの固定で計算しています。")
    tell(0.15, "固定して割り当てています")
    pinned = base.loaded.pinned({**base.loaded.pins, child: class_id})
    side = run_again(pinned, lambda share, text: tell(0.15 + 0.5 * share, text))
    tell(0.7, "変わる児童と理由を調べています")
    return document(base.side, side)


def _quiet(share: float, text: str) -> None:
    del share, text


def _check(base: Base, pins: Mapping[str, Seat]) -> None:
    try:
        check(base.market, pins)
    except BadInput as bad:
        raise PinError("".join(f"{fault.expected}。{fault.advice}。" for fault in bad.faults)) from bad


def ask_for_pin(allocation: Allocation, *, child: str, class_id: Seat, reason: str, by: Any) -> Pin:
    """Compute the consequences here and now, and ask with them. ``PinError``."""
    found = preview(allocation, child, class_id)
    return ask_with(allocation, found, child=child, class_id=class_id, reason=reason, by=by)


@transaction.atomic
def ask_with(
    allocation: Allocation, found: Mapping[str, Any], *, child: str, class_id: Seat, reason: str, by: Any
) -> Pin:
    """Send a pin with its consequences (of ``preview``) to an approver, who sees the same. ``PinError``."""
    ledger = Ledger.objects.select_for_update().get(pk=allocation.ledger_id)
    _clear_refused(ledger, child)
    if ledger.pins.filter(child_id=child, removed_at=None).exists():
        raise PinError(f"受付{child}：固定が依頼中か、承認済みです。前の固定を解除してください。")
    pin = Pin.objects.create(
        ledger=ledger,
        child_id=child,
        class_id=class_id or "",
        reason=reason,
        consequences={**found, "allocation": allocation.pk},
        asked_by=by,
    )
    pin.approval = request_approval(
        KIND,
        f"nursery.pin:{pin.pk}",
        {"pin": pin.pk, "title": str(ledger), "counts": found["counts"], "envy": len(found["envy"])},
        by=by,
        reason=reason,
        system="nursery",
    )
    pin.save(update_fields=["approval"])
    record(
        "nursery.pin.request",
        actor=by,
        target=f"nursery.pin:{pin.pk}",
        detail={"ledger": ledger.pk, "allocation": allocation.pk, **found["counts"]},
    )
    return pin


def _clear_refused(ledger: Ledger, child: str) -> None:
    """A refused or withdrawn pin makes room for a new one."""
    for old in ledger.pins.filter(child_id=child, removed_at=None).select_related("approval"):
        if old.approval is not None and old.approval.state in ("refused", "withdrawn"):
            old.removed_at, old.removed_by = timezone.now(), old.approval.decided_by
            old.save(update_fields=["removed_at", "removed_by"])


def remove_pin(pin: Pin, *, by: Any) -> None:
    """Take a pin off; the next run no longer respects it. A waiting request is withdrawn by its asker."""
    with transaction.atomic():
        locked = Pin.objects.select_for_update().get(pk=pin.pk)
        approval = None if locked.approval_id is None else Approval.objects.get(pk=locked.approval_id)
        if locked.removed_at is not None:
            raise PinError("この固定は解除済みです。")
        if approval is not None and approval.state == "waiting":
            try:
                withdraw(approval, by=by)
            except ApprovalError as error:
                raise PinError(str(error)) from error
        locked.removed_by, locked.removed_at = by, timezone.now()
        locked.save(update_fields=["removed_by", "removed_at"])
        record(
            "nursery.pin.remove",
            actor=by,
            target=f"nursery.pin:{locked.pk}",
            detail={"ledger": locked.ledger_id, "approved": locked.approved_at is not None},
        )


def register() -> None:
    """Tell the approval primitive what an approved pin does and how it reads."""
    on_approved(KIND, label="児童の固定")(make_valid)
    consequences(KIND)(tell_consequences)
    place(KIND)(pin_page)


def pin_page(approval: Approval) -> str:
    """Where the approver sees the consequences."""
    return reverse("nursery:pin", args=[approval.payload["pin"]])


def tell_consequences(approval: Approval) -> str:
    """What the approver reads before deciding; names nobody, the page does."""
    facts = approval.payload
    text = f"「{facts['title']}」の次の割当から、1人の児童を固定します。"
    text += f"結果が変わる児童は {facts['counts']['changed']:,}人です。"
    if facts["envy"]:
        text += f"固定がなければ上の希望に入れた世帯が {facts['envy']:,}世帯できます。"
    return text


def make_valid(approval: Approval) -> None:
    """The next runs of the ledger respect the pin. ``ApprovalError`` when it no longer can be."""
    pin = Pin.objects.select_for_update().select_related("ledger").get(pk=approval.payload["pin"])
    if pin.removed_at is not None:
        raise ApprovalError("この固定は解除済みです。差し戻してください。")
    finished = Allocation.objects.get(pk=pin.consequences["allocation"])
    try:
        _check(base_of(finished), {**approved_pins(pin.ledger), pin.child_id: pin.class_id or None})
    except PinError as error:
        raise ApprovalError(f"ほかの固定と両立しません。{error}差し戻してください。") from error
    pin.approved_at = timezone.now()
    pin.save(update_fields=["approved_at"])
    record(
        "nursery.pin.approved",
        actor=approval.decided_by or "system:people",
        target=f"nursery.pin:{pin.pk}",
        detail={"ledger": pin.ledger_id, "approval": approval.pk},
    )
