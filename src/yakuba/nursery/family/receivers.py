"""What the two sides take from each other for the families' pages."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.registry import gate, receiver
from yakuba.nursery.domain.family_view import FORMAT
from yakuba.nursery.models import FamilyNotice, PublishedNotice

NOTICE, OPENED = "nursery.family_notice", "nursery.family_opened"


def register() -> None:
    """Tell the exchange."""
    from yakuba.nursery.services.publication import may_leave

    receiver(NOTICE, "利用調整の結果（家庭）")(take_notice)
    receiver(OPENED, "家庭の閲覧")(take_opened)
    gate(NOTICE)(may_leave)


def take_notice(item: Item) -> None:
    """Resident side: keep one family's page, or close it and forget what it said."""
    if item.action == "revoke":
        FamilyNotice.objects.filter(reference=item.reference, revoked_at=None).update(
            revoked_at=timezone.now(), payload=""
        )
        return
    try:
        content = item.content
        payload = content["payload"]
        if payload["format"] != FORMAT:
            raise ValueError(f"format {payload['format']!r}")
        fields: dict[str, Any] = {
            "code_digest": str(content["code"]),
            "birth_digests": [str(one) for one in content["births"]],
            "payload": json.dumps(payload, ensure_ascii=False),
            "published_at": datetime.fromisoformat(content["published_at"]),
            "expires_at": datetime.fromisoformat(content["expires_at"]),
        }
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "利用調整の結果として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    FamilyNotice.objects.bulk_create(  # one statement, whether the page is new or not
        [FamilyNotice(reference=item.reference, revoked_at=None, failures=0, **fields)],
        update_conflicts=True,
        unique_fields=["reference"],
        update_fields=[*fields, "revoked_at", "failures"],
    )


def take_opened(item: Item) -> None:
    """Staff side: note the day on which a family first opened its page."""
    try:
        day = date.fromisoformat(item.content["on"])
    except (KeyError, TypeError, ValueError):
        raise ExchangeError("閲覧の記録として読めない項目があります。") from None
    PublishedNotice.objects.filter(reference=item.reference, opened_on=None).update(opened_on=day)
