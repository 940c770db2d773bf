"""A letter crosses to the staff's side through ``core.exchange``, in the transaction of its receipt."""

from __future__ import annotations

import json
from datetime import datetime

from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.sending import reply
from yakuba.core.notify.channels import Outgoing
from yakuba.core.notify.models import Letter

LETTER = "notify.letter"


class LetterChannel:
    """手紙."""

    name = "letter"
    label = "手紙"
    transactional = True

    def ready(self) -> bool:
        """Always: the staff print."""
        return True

    def reaches(self, recipient: str) -> bool:
        """Whether there is an address is known where it is printed."""
        return True

    def deliver(self, one: Outgoing, now: datetime) -> str:
        """Put it into the outbox for the staff's side."""
        content = {
            "recipient": one.recipient,
            "kind": one.kind.name,
            "language": one.language,
            "params": {**one.params, "_all_day": one.all_day},
            "at": one.at.isoformat(),
        }
        reply(LETTER, one.key, content)
        return f"letter:{one.key}"

    def accepted(self, one: Outgoing) -> bool | None:
        """Never open."""
        return True

    def withdraw(self, one: Outgoing, now: datetime) -> None:
        """Take it back if it is not printed yet."""
        reply(LETTER, one.key, {"withdrawn": True})

    def close(self) -> None:
        """Nothing is kept open."""


def take_letter(item: Item) -> None:
    """Staff side: keep a letter to print, or take one back. The same item again changes nothing."""
    content = item.content
    if isinstance(content, dict) and content.get("withdrawn"):
        Letter.objects.filter(reference=item.reference).exclude(state=Letter.State.PRINTED).update(
            state=Letter.State.WITHDRAWN, params=""
        )
        return
    try:
        fields = {
            "recipient": str(content["recipient"])[:120],
            "kind": str(content["kind"])[:60],
            "language": str(content["language"])[:10],
            "params": json.dumps(dict(content["params"]), ensure_ascii=False),
            "at": datetime.fromisoformat(content["at"]),
        }
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "通知の手紙として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    Letter.objects.get_or_create(reference=item.reference, defaults=fields)
