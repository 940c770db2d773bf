"""The states of a booking and which one may follow which."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

HOLD = timedelta(minutes=5)  # how long a place is kept while a family reads and confirms


class State(StrEnum):
    """Where a booking stands."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


# A place is used up: the slot's counter is the number of its bookings in these states.
CONSUMING = frozenset({State.HELD, State.BOOKED, State.ATTENDED, State.NO_SHOW})
# Still to come: these count against «at most n open bookings».
OPEN = frozenset({State.HELD, State.BOOKED})
# A child has had, or will have, what is offered once; not having come leaves the way open.
ONCE = frozenset({State.HELD, State.BOOKED, State.ATTENDED})

_MOVES: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.BOOKED, State.CANCELLED, State.EXPIRED}),
    State.BOOKED: frozenset({State.CANCELLED, State.ATTENDED, State.NO_SHOW}),
    # A mark made by mistake can be put right; the place stays used.
    State.ATTENDED: frozenset({State.BOOKED, State.NO_SHOW}),
    State.NO_SHOW: frozenset({State.BOOKED, State.ATTENDED}),
    State.CANCELLED: frozenset(),
    State.EXPIRED: frozenset(),
}


def may_become(state: State, wanted: State) -> bool:
    """Whether a booking may go from one state to the other."""
    return wanted in _MOVES[state]


def before(wanted: State) -> frozenset[State]:
    """The states from which a booking may go to ``wanted``."""
    return frozenset(state for state in State if wanted in _MOVES[state])
