"""Reading the inbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yakuba.core.notify.models import InboxItem
from yakuba.core.notify.registry import kind_named
from yakuba.core.notify.wording import Text, text_of


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as a page shows it."""

    pk: int
    kind: str
    params: Mapping[str, Any]
    text: Text
    at: datetime
    delivered_at: datetime
    unread: bool
    withdrawn: bool


def unread(recipient: str) -> int:
    """How many notices are not read yet."""
    return InboxItem.objects.filter(recipient=recipient, read_at=None, withdrawn_at=None).count()


def notices(recipient: str, language: str, *, most: int = 100) -> list[Notice]:
    """The latest notices, newest first, in a language."""
    return [_notice(item, language) for item in InboxItem.objects.filter(recipient=recipient)[:most]]


def read(recipient: str, pk: int, language: str, *, now: datetime) -> Notice | None:
    """One notice, from now on read; ``None`` when it is not this recipient's."""
    item = InboxItem.objects.filter(recipient=recipient, pk=pk).first()
    if item is None:
        return None
    InboxItem.objects.filter(pk=pk, read_at=None).update(read_at=now)
    item.read_at = item.read_at or now
    return _notice(item, language)


def read_all(recipient: str, *, now: datetime) -> int:
    """Mark everything as read; how many."""
    return InboxItem.objects.filter(recipient=recipient, read_at=None).update(read_at=now)


def _notice(item: InboxItem, language: str) -> Notice:
    kind = kind_named(item.kind)
    params = json.loads(item.params or "{}")
    all_day = bool(params.pop("_all_day", False))
    text = Text("", ()) if kind is None else text_of(kind, params, item.at, language, all_day=all_day)
    return Notice(
        pk=item.pk,
        kind=item.kind,
        params=params,
        text=text,
        at=item.at,
        delivered_at=item.delivered_at,
        unread=item.read_at is None,
        withdrawn=item.withdrawn_at is not None,
    )
