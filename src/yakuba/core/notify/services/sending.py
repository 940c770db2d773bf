"""Send what is due: claim, ask, hand over, keep the receipt.

What «once» means here. The inbox and the letters are written in the same transaction as their receipt:
exactly once. Mail is handed to a server that takes no part in our transaction; if the sender dies between the
server's «accepted» and our note of it, the outcome of that one mail is open (never more than one a sender).
It is then looked up by its Message-ID, which is the same on every attempt: in the spool folder, or in the
list of accepted mails that the mail server keeps (``YAKUBA_MAIL_SENT_LOG``). Without either the installation
says what it prefers: to send again (at least once) or to ask the staff (at most once).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from yakuba.core.exchange.models import ItemForStaff
from yakuba.core.notify import channels
from yakuba.core.notify.channels import Channel, Outgoing, Refused, TryLater, Unknown
from yakuba.core.notify.domain.backoff import delay, jitter_of, spent
from yakuba.core.notify.domain.schedule import NO_QUIET, Quiet, next_allowed
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import Message
from yakuba.core.notify.outgoing import outgoing
from yakuba.core.notify.paper.channel import LETTER
from yakuba.core.notify.registry import Drop, Hold, Kind, Request, ask, kind_named
from yakuba.core.notify.services import claiming
from yakuba.core.notify.services.claiming import Lost
from yakuba.core.notify.services.planning import quiet_hours
from yakuba.core.notify.services.preferences import languages_of

ASK_AGAIN = timedelta(hours=1)  # a row that a gate holds
MINUTE = timedelta(minutes=1)
LETTERS_AT_ONCE = 300  # handed over in one short transaction

logger = logging.getLogger(__name__)


@dataclass
class Run:
    """What one run did: outcome → number of rows."""

    counts: Counter[str] = field(default_factory=Counter)
    handed_over: int = 0  # letters

    @property
    def letters_waiting(self) -> int:
        """Letters of this run that the staff's side does not have yet."""
        return self.counts["sent:letter"] - self.handed_over

    def note(self, outcome: str) -> None:
        """Count one."""
        self.counts[outcome] += 1


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender at work on one claim."""

    token: str
    clock: Callable[[], datetime]
    lease: timedelta
    quiet: Quiet
    run: Run
    languages: Mapping[str, str]


def anything_due(now: datetime | None = None) -> bool:
    """Whether a sender would find work."""
    return Message.objects.filter(next_attempt__lte=now or timezone.now()).exists() or letters_left()


def letters_left() -> bool:
    """Whether letters lie in the outbox that could cross now: a sender died before it handed them over."""
    if settings.YAKUBA_FACE != "both":
        return False
    return ItemForStaff.objects.filter(kind=LETTER, batch=None).exists()


def send_due(
    *,
    clock: Callable[[], datetime] = timezone.now,
    at_once: int = claiming.AT_ONCE,
    lease: timedelta = claiming.LEASE,
    go_on: Callable[[], bool] = lambda: True,
) -> Run:
    """Send everything whose time has come, until nothing is left or ``go_on`` says stop.

    Any number of senders may do so at once, and any of them may die at any point.
    """
    run = Run()
    try:
        while go_on():
            token, rows = claiming.claim(clock(), limit=at_once, lease=lease)
            if not rows:
                break
            languages = languages_of(row.event.recipient for row in rows)
            sender = Sender(token, clock, lease, quiet_hours(), run, languages)
            begun = clock()
            for at, row in enumerate(rows):
                # Half of a lease is the sender's; the other half keeps a slow one away from its successor.
                if not go_on() or clock() - begun > lease / 2:
                    claiming.let_go(rows[at:], token, clock())
                    break
                _one(sender, row)
            if run.letters_waiting >= LETTERS_AT_ONCE:
                _hand_letters_over(run)
    finally:
        for channel in channels.every():
            channel.close()
    _hand_letters_over(run)
    return run


def _hand_letters_over(run: Run) -> None:
    """With both faces on one machine the staff's letters cross at once, those of a dead sender too."""
    if letters_left():
        from yakuba.core.exchange.lanes import Lane
        from yakuba.core.exchange.sending import send

        send(Lane.STAFF)
        run.handed_over = run.counts["sent:letter"]


def _one(sender: Sender, row: Message) -> None:
    """One row, whatever happens to it; a fault in it leaves the others alone."""
    try:
        sender.run.note(_judge(sender, row))
    except Lost:
        sender.run.note("lost")
    except DatabaseError:
        raise
    except Exception as error:
        logger.error("notice %s failed: %s", row.uid, type(error).__name__)  # its text may quote a person
        sender.run.note(_failed(sender, row, "error"))


def _judge(sender: Sender, row: Message) -> str:
    kind, channel = kind_named(row.event.kind), channels.named(row.channel)
    now = sender.clock()
    if kind is None or channel is None:
        return _held(sender, row, "unknown_kind", now)
    if row.handed_at is not None:
        settled = _resolve(sender, row, kind, channel)
        if settled:
            return settled
    if row.event.cancelled_at is not None:
        return _dropped(sender, row, "withdrawn")
    if row.event.at + kind.late * MINUTE <= now:
        return _dropped(sender, row, "too_late")
    allowed = next_allowed(now, NO_QUIET if kind.urgent else sender.quiet)
    if allowed > now:
        claiming.put_back(row, sender.token, State.WAITING, next_attempt=allowed)
        return "quiet"
    if not channel.ready():
        return _held(sender, row, "channel_off", now)
    return _send(sender, row, kind, channel)


def _send(sender: Sender, row: Message, kind: Kind, channel: Channel) -> str:
    now = sender.clock()
    one = outgoing(row, kind, language=sender.languages[row.event.recipient])
    try:
        with transaction.atomic():
            verdict = ask(_request(one, row))
            if isinstance(verdict, Hold):
                return _held(sender, row, verdict.reason, now)
            if isinstance(verdict, Drop):
                return _dropped(sender, row, verdict.reason)
            if channel.transactional:
                claiming.hold_row(row, sender.token)
                receipt = channel.deliver(one, now)
                if not claiming.complete(row, row.revision, receipt, sender.token, now):
                    raise Lost(str(row.uid))  # this revision had left before: undo the second delivery
                return f"sent:{row.channel}"
            claiming.hand(row, sender.token, now, sender.lease)
        receipt = channel.deliver(one, now)
    except TryLater as error:
        return _failed(sender, row, str(error))
    except Refused as error:
        return _given_up(sender, row, str(error))
    except Unknown:
        return "unknown"  # the row stays claimed; whoever finds its lease over looks it up
    claiming.complete(row, row.revision, receipt, sender.token, sender.clock())
    return f"sent:{row.channel}"


def _request(one: Outgoing, row: Message) -> Request:
    return Request(
        act="send",
        recipient=one.recipient,
        event=one.event,
        kind=one.kind.name,
        channel=row.channel,
        at=one.at,
        params=one.params,
        again=row.attempts > 0,
    )


def _resolve(sender: Sender, row: Message, kind: Kind, channel: Channel) -> str:
    """Find out what became of an earlier hand-over; an outcome, or "" to go on and send."""
    revision = row.handed_revision or row.revision
    accepted = channel.accepted(outgoing(row, kind, language="", revision=revision))
    if accepted is None and settings.YAKUBA_MAIL_UNKNOWN == "ask":
        claiming.put_back(row, sender.token, State.GIVEN_UP, reason="unknown", forget_hand=False)
        return "asked"
    if accepted:
        claiming.complete(row, revision, "looked-up", sender.token, sender.clock())
        return f"sent:{row.channel}"
    if revision != row.revision and row.due > sender.clock():  # it moved: this one never left
        claiming.put_back(row, sender.token, State.WAITING, next_attempt=row.due, attempts=0)
        return "moved"
    if accepted is None:
        sender.run.note("again")
    if spent(row.attempts):
        return _given_up(sender, row, "unknown")
    return ""


def _held(sender: Sender, row: Message, reason: str, now: datetime) -> str:
    ended = row.event.at  # asked once more then, so that it ends as «too late»
    after = min(now + ASK_AGAIN, ended) if ended > now else now + ASK_AGAIN
    claiming.put_back(row, sender.token, State.HELD, reason=reason[:60], next_attempt=after)
    return "held"


def _dropped(sender: Sender, row: Message, reason: str) -> str:
    claiming.put_back(row, sender.token, State.CANCELLED, reason=reason[:60])
    return "cancelled"


def _given_up(sender: Sender, row: Message, reason: str) -> str:
    claiming.put_back(row, sender.token, State.GIVEN_UP, reason=reason[:60])
    return "given_up"


def _failed(sender: Sender, row: Message, reason: str) -> str:
    """Try again later, or give up."""
    channel = channels.named(row.channel)
    before = Message.objects.filter(pk=row.pk).values_list("attempts", flat=True).first() or 0
    attempts = max(1, before) if channel is not None and not channel.transactional else before + 1
    if spent(attempts):
        claiming.put_back(row, sender.token, State.GIVEN_UP, reason=reason[:60], attempts=attempts)
        return "given_up"
    now = sender.clock()
    wait = delay(attempts, jitter_of(str(row.uid), attempts))
    quiet = NO_QUIET if _urgent(row) else sender.quiet
    after = next_allowed(now + wait, quiet)
    claiming.put_back(
        row, sender.token, State.FAILED, reason=reason[:60], next_attempt=after, attempts=attempts
    )
    return "failed"


def _urgent(row: Message) -> bool:
    kind = kind_named(row.event.kind)
    return kind is not None and kind.urgent
