"""The ways in which a notice can leave, as the sender sees them.

A **transactional** channel writes into our own database: its delivery and the receipt are one transaction,
so they happen once or not at all. Any other channel hands over to something that can't take part in our
transaction; before the call the row says so (``handed_at``), and after a crash ``accepted`` is asked whether
the hand-over had happened. Only where that can't be known the outcome is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from yakuba.core.notify.registry import Kind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One notice on its way."""

    uid: str
    revision: int
    recipient: str
    kind: Kind
    event: str
    event_pk: int
    message_pk: int
    at: datetime
    all_day: bool
    language: str
    params: dict[str, Any]

    @property
    def key(self) -> str:
        """The name of this delivery, the same on every attempt."""
        return f"{self.uid}.{self.revision}"


class TryLater(Exception):
    """It certainly did not leave, for a reason that may pass. ``str`` is a reason code."""


class Refused(Exception):
    """It certainly did not leave, and never will. ``str`` is a reason code."""


class Unknown(Exception):
    """The connection broke where the other side may or may not have taken it."""


class Channel(Protocol):
    """A way to tell somebody something."""

    name: str
    label: str  # Japanese, for the staff
    transactional: bool

    def ready(self) -> bool:
        """Whether this installation can use it at all."""

    def reaches(self, recipient: str) -> bool:
        """Whether a recipient can be reached by it now."""

    def deliver(self, one: Outgoing, now: datetime) -> str:
        """Hand it over; a receipt. Raises ``TryLater``, ``Refused`` or (not transactional) ``Unknown``."""

    def accepted(self, one: Outgoing) -> bool | None:
        """Whether a hand-over whose answer was never heard had happened; ``None``: can't be known."""

    def withdraw(self, one: Outgoing, now: datetime) -> None:
        """The event was cancelled or moved after delivery: take back what can be taken back."""

    def close(self) -> None:
        """Let go of what was kept open between deliveries."""


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Put a channel in its place; one of the same name gives way."""
    _channels[channel.name] = channel


def named(name: str) -> Channel | None:
    """A channel of this installation."""
    return _channels.get(name)


def every() -> tuple[Channel, ...]:
    """All channels in order of registration."""
    return tuple(_channels.values())


def label(name: str) -> str:
    """What the staff call a channel."""
    found = _channels.get(name)
    return name if found is None else found.label
