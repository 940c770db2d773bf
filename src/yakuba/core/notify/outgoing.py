"""An outbox row as its channel sees it."""

from __future__ import annotations

import json

from yakuba.core.notify.channels import Outgoing
from yakuba.core.notify.models import Message
from yakuba.core.notify.registry import Kind


def outgoing(row: Message, kind: Kind, *, language: str, revision: int | None = None) -> Outgoing:
    """The notice of a row; ``revision``: another one than the present, for what was handed over before."""
    event = row.event
    return Outgoing(
        uid=str(row.uid),
        revision=row.revision if revision is None else revision,
        recipient=event.recipient,
        kind=kind,
        event=event.key,
        event_pk=event.pk,
        message_pk=row.pk,
        at=event.at,
        all_day=event.all_day,
        language=language,
        params=json.loads(event.params or "{}"),
    )
