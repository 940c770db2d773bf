"""Who may send a row now: a claim with a lease and a token, and every change that its holder may make.

Every write names the token, so a sender that was frozen past its lease finds that it changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import Delivery, Message

LEASE = timedelta(minutes=5)
AT_ONCE = 50  # rows of a claim: all of them wait when their sender dies


class Lost(Exception):
    """The row belongs to another sender, or is not wanted any more."""


def claim(now: datetime, *, limit: int = AT_ONCE, lease: timedelta = LEASE) -> tuple[str, list[Message]]:
    """Take up to ``limit`` rows whose time has come, those of dead senders included: token and rows."""
    token = secrets.token_hex(16)
    with transaction.atomic():
        rows = Message.objects.filter(next_attempt__lte=now).order_by("next_attempt", "pk")
        # PostgreSQL: senders beside each other take other rows. SQLite: the transaction has the database.
        skip = connection.features.has_select_for_update_skip_locked
        chosen = list(rows.select_for_update(skip_locked=skip, of=("self",) if skip else ())[:limit])
        keys = [row.pk for row in chosen]
        Message.objects.filter(pk__in=keys).update(
            state=State.SENDING, token=token, fence=F("fence") + 1, next_attempt=now + lease
        )
        found = Message.objects.filter(pk__in=keys).select_related("event").order_by("due", "pk")
        return token, list(found)


def hand(row: Message, token: str, now: datetime, lease: timedelta = LEASE) -> None:
    """Note that the row is about to be handed to a transport. ``Lost`` when it may not be."""
    held = Message.objects.filter(pk=row.pk, token=token, revision=row.revision, state=State.SENDING)
    changed = held.update(
        handed_at=now,
        handed_revision=row.revision,
        attempts=F("attempts") + 1,
        next_attempt=now + lease,
    )
    if not changed:
        raise Lost(str(row.uid))


def hold_row(row: Message, token: str) -> None:
    """Lock the row until the end of the caller's transaction. ``Lost`` when it may not be sent."""
    held = Message.objects.select_for_update().filter(
        pk=row.pk, token=token, revision=row.revision, state=State.SENDING
    )
    if not held.exists():
        raise Lost(str(row.uid))


def complete(row: Message, revision: int, receipt: str, token: str, now: datetime) -> bool:
    """Write the receipt of what left; ``False`` when there was one already.

    The row becomes SENT, or waits again when its event has moved meanwhile. When the row was taken from
    this sender or cancelled, the receipt is kept all the same: it tells what left.
    """
    with transaction.atomic():
        new = _receipt(row, revision, receipt, now)
        mine = Message.objects.filter(pk=row.pk, token=token, state=State.SENDING)
        done = mine.filter(revision=revision).update(
            state=State.SENT,
            token="",
            next_attempt=None,
            sent_at=now,
            receipt=receipt,
            reason="",
            handed_at=None,
            handed_revision=None,
        )
        if not done:
            mine.update(
                state=State.WAITING,
                token="",
                next_attempt=F("due"),
                attempts=0,
                reason="",
                handed_at=None,
                handed_revision=None,
            )
    return new


def _receipt(row: Message, revision: int, receipt: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            Delivery.objects.create(
                message=row, revision=revision, channel=row.channel, at=now, receipt=receipt[:200]
            )
    except IntegrityError:
        return False
    return True


def put_back(
    row: Message,
    token: str,
    state: State,
    *,
    reason: str = "",
    next_attempt: datetime | None = None,
    attempts: int | None = None,
    forget_hand: bool = True,
) -> bool:
    """Let go of a row that did not leave; ``False`` when it was not this sender's any more."""
    changes: dict[str, object] = {"state": state, "token": "", "reason": reason, "next_attempt": next_attempt}
    if attempts is not None:
        changes["attempts"] = attempts
    if forget_hand:
        changes |= {"handed_at": None, "handed_revision": None}
    return bool(Message.objects.filter(pk=row.pk, token=token, state=State.SENDING).update(**changes))


def let_go(rows: Sequence[Message], token: str, now: datetime) -> int:
    """Hand back what a sender claimed and did not reach before it had to stop."""
    return Message.objects.filter(
        pk__in=[row.pk for row in rows], token=token, state=State.SENDING, handed_at=None
    ).update(state=State.WAITING, token="", next_attempt=now)
