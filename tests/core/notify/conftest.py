"""A kind of notice, a clock that stands still, and a mail server that counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from benchmarks.core.smtp_sink import Sink

from yakuba.core.notify import registry
from yakuba.core.notify.domain.schedule import JST
from yakuba.core.notify.domain.subjects import Subject
from yakuba.core.notify.mail import channel
from yakuba.core.notify.models import ContactPoint
from yakuba.core.notify.registry import DAY, kind

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=JST)
VISIT = "example.visit"
WHO = "example.family:7"


class Clock:
    """Says what it was told."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how_far: float) -> datetime:
        self.at += timedelta(**how_far)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of these tests; what they register goes away with them."""
    known = registry._known
    fresh = registry._Known(*(dict(getattr(known, one.name)) for one in fields(known)))
    monkeypatch.setattr(registry, "_known", fresh)
    kind(VISIT, label="接種の予定", subject=Subject.DATE_NEAR, leads=(7 * DAY, DAY))(
        lambda values: [f"{values.get('child', '')}: {values.get('vaccine', '')}", f"{values['when']}"]
    )


@pytest.fixture(autouse=True)
def fresh_transport() -> Iterator[None]:
    """No connection outlives a test."""
    channel._transport.cache_clear()
    yield
    channel._transport.cache_clear()


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    with Sink(tmp_path / "accepted.log") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mail(settings: Any, sink: Sink) -> Sink:
    """Mail is on, through the counting server."""
    settings.YAKUBA_MAIL_FROM = "oshirase@shiomi.example.jp"
    settings.YAKUBA_MAIL_HOST = "127.0.0.1"
    settings.YAKUBA_MAIL_PORT = sink.port
    settings.YAKUBA_MAIL_TLS = "none"
    return sink


@pytest.fixture
def verified() -> Callable[..., ContactPoint]:
    def make(recipient: str = WHO, address: str = "a@example.jp") -> ContactPoint:
        return ContactPoint.objects.create(
            recipient=recipient, channel="mail", address=address, verified_at=NOW
        )

    return make
