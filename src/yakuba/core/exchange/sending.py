"""Put items into an outbox, make numbered batches of them, and write a batch as a file."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.exchange.batch_file import Content, Item, digest_of, pack
from yakuba.core.exchange.errors import ExchangeError, OutOfOrder
from yakuba.core.exchange.keys import SharedKey, load_key
from yakuba.core.exchange.lanes import Lane
from yakuba.core.exchange.models import Batch, Dispatch, ItemForResidents, ItemForStaff
from yakuba.core.exchange.registry import gate_of

AT_ONCE = 500  # rows of a statement

OUTBOXES: dict[Lane, type[ItemForResidents] | type[ItemForStaff]] = {
    Lane.RESIDENTS: ItemForResidents,
    Lane.STAFF: ItemForStaff,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a call of ``send`` did. ``batch`` is ``None`` when nothing could leave; ``held``: by a gate."""

    batch: Batch | None
    held: int


def shared_key() -> SharedKey:
    """The exchange's key; a resident installation never makes one of its own."""
    return load_key(make=settings.YAKUBA_FACE != "resident")


def post(
    kind: str, reference: str, content: Any, *, subjects: Sequence[str] = (), action: str = "put"
) -> ItemForResidents:
    """Put an item for the residents into the outbox, in the caller's transaction.

    It takes the place of one with the same kind and reference that has not left yet.
    """
    with transaction.atomic():
        ItemForResidents.objects.filter(kind=kind, reference=reference, batch=None).delete()
        return ItemForResidents.objects.create(
            kind=kind,
            reference=reference,
            action=action,
            content="" if content is None else json.dumps(content, ensure_ascii=False),
            subjects=list(subjects),
        )


def post_many(kind: str, items: Sequence[tuple[str, Any, Sequence[str]]], *, action: str = "put") -> None:
    """``post`` for many: (reference, content, subjects), each reference once."""
    with transaction.atomic():
        for begin in range(0, len(items), AT_ONCE):
            some = items[begin : begin + AT_ONCE]
            references = [reference for reference, _, _ in some]
            ItemForResidents.objects.filter(kind=kind, reference__in=references, batch=None).delete()
            ItemForResidents.objects.bulk_create(
                ItemForResidents(
                    kind=kind,
                    reference=reference,
                    action=action,
                    content="" if content is None else json.dumps(content, ensure_ascii=False),
                    subjects=list(subjects),
                )
                for reference, content, subjects in some
            )


def revoke(kind: str, reference: str) -> ItemForResidents:
    """Have the resident side take an item back; one that has not left yet doesn't leave any more."""
    return post(kind, reference, None, action="revoke")


def reply(kind: str, reference: str, content: Any) -> None:
    """Tell the staff side something, from the resident side."""
    with transaction.atomic():
        ItemForStaff.objects.filter(kind=kind, reference=reference, batch=None).delete()
        ItemForStaff.objects.create(
            kind=kind, reference=reference, action="put", content=json.dumps(content, ensure_ascii=False)
        )


def revoke_many(kind: str, references: Sequence[str]) -> None:
    """``revoke`` for many."""
    post_many(kind, [(reference, None, ()) for reference in references], action="revoke")


def send(lane: Lane, *, by: Any = None, sequence: int | None = None) -> Sent:
    """Make a batch of everything that waits and may leave; with both faces here it is handed over at once.

    ``sequence``: a number to go on with after a restored backup, larger than any used here.
    """
    with transaction.atomic():
        ready, held = _ready(lane, by)
        if not ready and not _must_acknowledge(lane):
            return Sent(None, held)
        batch = _number(lane, ready, sequence)
        chosen = [one.pk for one in ready]
        for begin in range(0, len(chosen), AT_ONCE):
            OUTBOXES[lane].objects.filter(pk__in=chosen[begin : begin + AT_ONCE]).update(batch=batch)
        if lane is Lane.RESIDENTS:
            Dispatch.objects.create(batch=batch, by=by)
            record(
                "exchange.send",
                actor=by or "system:exchange",
                target=f"exchange.batch:{batch.pk}",
                detail={"sequence": batch.sequence, "items": batch.items, "held": held},
            )
        if settings.YAKUBA_FACE == "both":
            from yakuba.core.exchange.receiving import receive

            receive(write(batch), by=by)
            batch.refresh_from_db()
    return Sent(batch, held)


def _ready(lane: Lane, by: Any) -> tuple[list[ItemForResidents] | list[ItemForStaff], int]:
    if lane is Lane.STAFF:
        return list(ItemForStaff.objects.select_for_update().filter(batch=None)), 0
    ready: list[ItemForResidents] = []
    held: list[ItemForResidents] = []
    for one in ItemForResidents.objects.select_for_update().filter(batch=None):
        ask = gate_of(one.kind) if one.action == "put" else None
        (ready if ask is None or ask(one.subjects, by) else held).append(one)
    ItemForResidents.objects.filter(pk__in=[one.pk for one in held], held_at=None).update(
        held_at=timezone.now()
    )
    return ready, len(held)


def last_number(side: str, lane: Lane) -> int:
    """The last number made or taken on a lane; 0 before the first."""
    return int(Batch.objects.filter(side=side, lane=lane).aggregate(last=Max("sequence"))["last"] or 0)


def _must_acknowledge(lane: Lane) -> bool:
    """Whether the staff side should hear of batches that were taken since the last reply."""
    if lane is Lane.RESIDENTS or settings.YAKUBA_FACE == "both":
        return False
    said = Batch.objects.filter(side=Batch.Side.SENT, lane=lane).aggregate(last=Max("acknowledges"))["last"]
    return last_number(Batch.Side.RECEIVED, Lane.RESIDENTS) > (said or 0)


def _number(lane: Lane, ready: Sequence[Any], sequence: int | None) -> Batch:
    last = last_number(Batch.Side.SENT, lane)
    if sequence is not None and sequence <= last:
        raise OutOfOrder(f"第{sequence}号は使えません。第{last + 1}号以上にしてください。")
    other = Lane.STAFF if lane is Lane.RESIDENTS else Lane.RESIDENTS
    batch = Batch(
        side=Batch.Side.SENT,
        lane=lane,
        sequence=last + 1 if sequence is None else sequence,
        batch_id=uuid.uuid4(),
        items=len(ready),
        revoked=sum(one.action == "revoke" for one in ready),
        acknowledges=last_number(Batch.Side.RECEIVED, other) or None,
        made_at=timezone.now(),
    )
    batch.digest = digest_of(_content(batch, ready))
    batch.save()
    return batch


def _content(batch: Batch, items: Sequence[ItemForResidents | ItemForStaff]) -> Content:
    return Content(
        lane=Lane(batch.lane),
        batch=str(batch.batch_id),
        sequence=batch.sequence,
        made_at=batch.made_at.isoformat(),
        items=tuple(
            Item(one.kind, one.action, one.reference, json.loads(one.content) if one.content else None)
            for one in items
        ),
        acknowledges=batch.acknowledges,
    )


def write(batch: Batch) -> bytes:
    """The file of a batch made here; it can be written again at any time."""
    items: list[ItemForResidents] | list[ItemForStaff]
    if batch.lane == Lane.RESIDENTS:
        items = list(ItemForResidents.objects.filter(batch=batch).order_by("pk"))
    else:
        items = list(ItemForStaff.objects.filter(batch=batch).order_by("pk"))
    content = _content(batch, items)
    if batch.side != Batch.Side.SENT or digest_of(content) != batch.digest:
        raise ExchangeError(f"{batch}：作成時と内容が違います。バックアップから戻してください。")
    return pack(content, shared_key())
