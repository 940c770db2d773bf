"""Take a batch: everything is checked, then everything is kept, or nothing is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.exchange.batch_file import Content, digest_of, unpack
from yakuba.core.exchange.errors import BadBatch, ExchangeError, OutOfOrder
from yakuba.core.exchange.lanes import Lane, lanes_to
from yakuba.core.exchange.models import Batch
from yakuba.core.exchange.registry import receiver_of
from yakuba.core.exchange.sending import last_number, shared_key


@dataclass(frozen=True, slots=True)
class Received:
    """A batch, and whether it was new (``False``: the same file once more, nothing changed)."""

    batch: Batch
    new: bool


def receive(data: bytes, *, by: Any = None) -> Received:
    """Take the file of a batch.

    ``BadBatch``: not a batch, cut off, altered or of another key; ``OutOfOrder``: a number is missing or was
    used; ``ExchangeError``: the wrong side, or a kind that nobody here takes. Then nothing is kept.
    """
    content = unpack(data, shared_key())
    if content.lane not in lanes_to(settings.YAKUBA_FACE):
        raise ExchangeError(
            f"このファイルは「{content.lane.label}」のものです。宛先の側の環境で取り込んでください。"
        )
    takers = {one.kind: receiver_of(one.kind) for one in content.items}
    strange = sorted(kind for kind, take in takers.items() if take is None)
    if strange:
        raise ExchangeError(
            f"この版では受け取れない種類があります（{'、'.join(strange)}）。両方の環境を同じ版にしてください。"
        )
    with transaction.atomic():
        known = _known(content)
        if known is not None:
            return Received(known, new=False)
        batch = _keep(content)
        for one in content.items:
            take = takers[one.kind]
            if take is not None:
                take(one)
        _settle(content)
        if content.lane is Lane.STAFF:
            record(
                "exchange.receive",
                actor=by or "system:exchange",
                target=f"exchange.batch:{batch.pk}",
                detail={"sequence": batch.sequence, "items": batch.items},
            )
    return Received(batch, new=True)


def _known(content: Content) -> Batch | None:
    """The batch if it was taken before; ``OutOfOrder`` when its number is not the next one."""
    taken = Batch.objects.filter(side=Batch.Side.RECEIVED, lane=content.lane)
    known = taken.select_for_update().filter(sequence=content.sequence).first()
    if known is not None:
        if str(known.batch_id) == content.batch and known.digest == digest_of(content):
            return known
        raise OutOfOrder(
            f"第{content.sequence}号は、別の内容ですでに取り込んでいます。作成元をバックアップから戻したときは、"
            f"作成元で yakuba exchange export --sequence "
            f"{last_number(Batch.Side.RECEIVED, content.lane) + 1} を付けて書き出してください。"
        )
    following = last_number(Batch.Side.RECEIVED, content.lane) + 1
    if content.sequence > following:
        last = content.sequence - 1
        missing = f"第{following}号" if last == following else f"第{following}号から第{last}号まで"
        raise OutOfOrder(
            f"第{content.sequence}号の前の{missing}を取り込んでいません。番号の順に取り込んでください。"
            "ファイルがないときは、作成元で yakuba exchange export --again 番号 で書き出せます。"
        )
    if content.sequence < following:
        raise OutOfOrder(
            f"第{content.sequence}号より後の号を取り込んだ後です。作成元の番号を確かめてください。"
        )
    return None


def _keep(content: Content) -> Batch:
    try:
        made_at, batch_id = datetime.fromisoformat(content.made_at), uuid.UUID(content.batch)
    except ValueError:
        raise BadBatch("作成日時か番号が読めません。作成元で書き出し直してください。") from None
    return Batch.objects.create(
        side=Batch.Side.RECEIVED,
        lane=content.lane,
        sequence=content.sequence,
        batch_id=batch_id,
        digest=digest_of(content),
        items=len(content.items),
        revoked=sum(one.action == "revoke" for one in content.items),
        acknowledges=content.acknowledges,
        made_at=made_at,
        settled_at=timezone.now(),
    )


def _settle(content: Content) -> None:
    """Note on the batches made here that the other side has taken them."""
    sent = Batch.objects.filter(side=Batch.Side.SENT, settled_at=None)
    if settings.YAKUBA_FACE == "both":
        sent.filter(lane=content.lane, sequence=content.sequence).update(settled_at=timezone.now())
    elif content.acknowledges is not None:
        other = Lane.STAFF if content.lane is Lane.RESIDENTS else Lane.RESIDENTS
        sent.filter(lane=other, sequence__lte=content.acknowledges).update(settled_at=timezone.now())
