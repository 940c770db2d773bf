"""The inbox on the residents' pages: exactly once, because it is our own table."""

from __future__ import annotations

import json
from datetime import datetime

from yakuba.core.notify.channels import Outgoing
from yakuba.core.notify.models import InboxItem


class InboxChannel:
    """アプリ内の受信箱."""

    name = "in_app"
    label = "受信箱"
    transactional = True

    def ready(self) -> bool:
        """Always."""
        return True

    def reaches(self, recipient: str) -> bool:
        """Everybody has one."""
        return True

    def deliver(self, one: Outgoing, now: datetime) -> str:
        """Put the notice in."""
        item = InboxItem.objects.create(
            message_id=one.message_pk,
            revision=one.revision,
            recipient=one.recipient,
            kind=one.kind.name,
            params=json.dumps({**one.params, "_all_day": one.all_day}, ensure_ascii=False),
            at=one.at,
            delivered_at=now,
        )
        return f"inbox:{item.pk}"

    def accepted(self, one: Outgoing) -> bool | None:
        """Never open."""
        return InboxItem.objects.filter(message_id=one.message_pk, revision=one.revision).exists()

    def withdraw(self, one: Outgoing, now: datetime) -> None:
        """Mark it: the date is not true any more."""
        InboxItem.objects.filter(message_id=one.message_pk, withdrawn_at=None).update(withdrawn_at=now)

    def close(self) -> None:
        """Nothing is kept open."""
