"""Who takes what: systems register a receiver per kind, and a gate for what needs a release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from yakuba.core.exchange.batch_file import Item

Receiver = Callable[[Item], None]
Gate = Callable[[Sequence[str], Any], bool]

_receivers: dict[str, Receiver] = {}
_gates: dict[str, Gate] = {}
_labels: dict[str, str] = {}


def receiver(kind: str, label: str = "") -> Callable[[Receiver], Receiver]:
    """Take items of a kind; called once an item, in order, inside the transaction of the whole batch.

    The same item again must change nothing. ``ExchangeError`` refuses the whole batch.
    """

    def register(take: Receiver) -> Receiver:
        _receivers[kind] = take
        _labels[kind] = label or kind
        return take

    return register


def gate(kind: str) -> Callable[[Gate], Gate]:
    """Ask before an item of a kind leaves: ``gate(subjects, by)`` is whether it may.

    Called in the transaction that makes the batch; it may use up a release. An item that may not leave
    stays in the outbox.
    """

    def register(ask: Gate) -> Gate:
        _gates[kind] = ask
        return ask

    return register


def receiver_of(kind: str) -> Receiver | None:
    """Who takes a kind here."""
    return _receivers.get(kind)


def gate_of(kind: str) -> Gate | None:
    """Who is asked before a kind leaves."""
    return _gates.get(kind)


def kind_label(kind: str) -> str:
    """A kind as people call it."""
    return _labels.get(kind, kind)
