"""The states of one reminder, and which may follow which."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a reminder stands."""

    WAITING = "waiting"  # its time has not come
    SENDING = "sending"  # claimed by a sender under a lease
    SENT = "sent"  # handed over, with a receipt
    FAILED = "failed"  # the last attempt failed; another one follows
    HELD = "held"  # may not leave now; asked again later
    GIVEN_UP = "given_up"  # no more attempts: the staff decide
    CANCELLED = "cancelled"  # not wanted any more


# A lease that runs out leaves SENDING to the next sender, hence SENDING → SENDING. SENT → WAITING: the event
# has moved, so a reminder of its new date leaves under the next revision.
FOLLOWS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset(State),
    State.SENT: frozenset({State.WAITING}),
    State.FAILED: frozenset({State.SENDING, State.WAITING, State.CANCELLED}),
    State.HELD: frozenset({State.SENDING, State.WAITING, State.CANCELLED}),
    State.GIVEN_UP: frozenset({State.WAITING, State.CANCELLED, State.SENT}),
    State.CANCELLED: frozenset({State.WAITING}),
}
FINAL = frozenset({State.SENT, State.GIVEN_UP, State.CANCELLED})
OPEN = frozenset(State) - FINAL


def may_follow(before: State, after: State) -> bool:
    """Whether ``after`` may follow ``before``."""
    return after in FOLLOWS[before]
