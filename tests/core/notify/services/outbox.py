"""An event with one reminder that is due, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from benchmarks.core.smtp_sink import Sink

from tests.core.notify.conftest import NOW, VISIT, WHO
from yakuba.core.notify.models import Event, Message
from yakuba.core.notify.registry import DAY
from yakuba.core.notify.services.planning import plan

AT = NOW + timedelta(days=1)
LEASE = timedelta(minutes=5)


def visit(key: str = "visit:1", *, names: tuple[str, ...] = ("in_app",), **more: Any) -> Event:
    values = {"child": "髙橋 﨑", "vaccine": "五種混合"}
    return plan(WHO, key, kind=VISIT, at=more.pop("at", AT), params=values, channel_names=names, **more)


def due(key: str = "visit:1", *, names: tuple[str, ...] = ("in_app",)) -> Event:
    """An event whose only reminder is due now."""
    return visit(key, names=names, leads=[DAY], now=NOW - timedelta(hours=1))


def row(channel: str = "mail") -> Message:
    return Message.objects.get(channel=channel)


def mails(sink: Sink) -> list[EmailMessage]:
    return [message_from_bytes(text, policy=policy.default) for text in sink.mails]  # type: ignore[misc]
