"""Events become outbox rows; changes move them, removals cancel them. Calling twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, IntegerField, Q
from django.utils import timezone

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.core.notify import channels
from yakuba.core.notify.domain.schedule import Quiet, clean_leads, next_allowed, parse_quiet, timetable
from yakuba.core.notify.domain.states import FINAL, State
from yakuba.core.notify.models import Event, Message
from yakuba.core.notify.outgoing import outgoing
from yakuba.core.notify.registry import Kind, kind_named
from yakuba.core.notify.services.preferences import Choice, choice, usable

MOVED = "moved"
WITHDRAWN = "withdrawn"
NOT_CHOSEN = "not_chosen"


def quiet_hours() -> Quiet:
    """The installation's quiet hours."""
    return parse_quiet(settings.YAKUBA_QUIET_HOURS)


def plan(
    recipient: str,
    event: str,
    *,
    kind: str,
    at: datetime,
    params: Mapping[str, Any] | None = None,
    until: datetime | None = None,
    all_day: bool = False,
    leads: Sequence[int] | None = None,
    channel_names: Sequence[str] | None = None,
    now: datetime | None = None,
) -> Event:
    """Have a recipient told of an event, or of its change; in the caller's transaction.

    ``recipient`` and ``event`` are the system's own opaque names. ``leads`` (minutes) and ``channel_names``
    overrule what the kind and the person say. The same call again changes nothing; another ``at`` moves the
    reminders, those that have left already included: they leave once more, of the new date.
    Raises ``KeyError`` for an unknown kind, ``ValueError`` for a naive date or bad lead times.
    """
    known = _kind(kind)
    if at.tzinfo is None or (until is not None and until.tzinfo is None):
        raise ValueError(f"{event}: the date needs a time zone")
    wanted = {
        "kind": kind,
        "at": at,
        "until": until,
        "all_day": all_day,
        "leads": None if leads is None else list(clean_leads(leads)),
        "channels": None if channel_names is None else list(channel_names),
        "params": json.dumps(dict(params or {}), ensure_ascii=False, sort_keys=True),
    }
    moment = now or timezone.now()
    with transaction.atomic():
        row, made = _locked(recipient, event, wanted, moment)
        moved = not made and (row.at != at or row.cancelled_at is not None)
        if not made and (moved or any(getattr(row, name) != value for name, value in wanted.items())):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.cancelled_at = None
            row.sequence += 1
            row.changed_at = moment
            row.save()
        _settle(row, known, moved, moment)
    return row


def _kind(name: str) -> Kind:
    known = kind_named(name)
    if known is None:
        raise KeyError(f"no kind of notice {name!r} is registered")
    return known


def _locked(recipient: str, event: str, wanted: Mapping[str, Any], moment: datetime) -> tuple[Event, bool]:
    """The event's row, locked until the end of the transaction; made when there was none."""
    found = _EVENT.first(recipient=recipient, key=event)
    if found is not None:
        return found, False
    values = {**wanted, "created_at": moment, "changed_at": moment}
    try:
        with transaction.atomic():
            return Event.objects.create(recipient=recipient, key=event, **values), True
    except IntegrityError:  # somebody else made it in this moment
        return _EVENT.ask(recipient=recipient, key=event)[0], False


_EVENT = KeptQuery(
    lambda: Event.objects.select_for_update().filter(recipient=Told("recipient"), key=Told("key")).order_by()
)
_MESSAGES = KeptQuery(lambda: Message.objects.select_for_update().filter(event=Told("event", IntegerField())))


def _settle(event: Event, kind: Kind, moved: bool, now: datetime) -> None:
    """Make the rows of an event what they should be."""
    chosen = choice(event.recipient, kind)
    names = _channels(event, kind, chosen)
    leads = chosen.leads if event.leads is None else clean_leads(event.leads)
    if kind.urgent:
        due = dict.fromkeys(leads[-1:] or (0,), now)
    else:
        due = timetable(event.at, leads, quiet_hours(), now)
    rows = {(row.channel, row.lead): row for row in _MESSAGES.ask(event=event.pk)}
    fresh = []
    for name in names:
        for lead, moment in due.items():
            row = rows.pop((name, lead), None)
            if row is None:
                fresh.append(_new(event, name, lead, moment))
            else:
                _adjust(row, moment, event, moved, now)
    Message.objects.bulk_create(fresh)
    for (name, lead), row in rows.items():
        if moved:
            _drop(row, event, MOVED, now)
        elif name not in names or lead not in leads:
            _drop(row, event, NOT_CHOSEN, now)


def _channels(event: Event, kind: Kind, chosen: Choice) -> tuple[str, ...]:
    if kind.direct:
        return tuple(event.channels or ())
    return chosen.channels if event.channels is None else usable(event.recipient, event.channels)


def _new(event: Event, channel: str, lead: int, due: datetime) -> Message:
    return Message(event=event, channel=channel, lead=lead, due=due, next_attempt=due)


def _adjust(row: Message, due: datetime, event: Event, moved: bool, now: datetime) -> None:
    """A row that is wanted, at ``due``."""
    if not moved and not _may_be_put_off(row, due, now):
        return
    left = _may_have_left(row)
    if row.state == State.SENDING and row.handed_at is not None:
        row.due, row.revision = (
            due,
            row.revision + int(moved),
        )  # its sender, or the next one, goes on from here
        row.save(update_fields=["due", "revision"])
        return
    if row.state == State.SENT:
        _withdraw(row, event, now)
    if moved and left:
        row.revision += 1
        row.handed_at = row.handed_revision = None
    row.due = row.next_attempt = due
    row.state, row.token, row.reason, row.attempts = State.WAITING, "", "", 0
    row.save()


def _may_be_put_off(row: Message, due: datetime, now: datetime) -> bool:
    """Whether a row of an event that did not move takes another due time."""
    if row.state == State.CANCELLED:
        return row.reason in (NOT_CHOSEN, MOVED, WITHDRAWN)
    if row.state in FINAL or row.due == due:
        return False
    return due > next_allowed(now, quiet_hours())  # else it was put to «as soon as possible» before


def _may_have_left(row: Message) -> bool:
    """Whether the row's present revision is with its recipient, or could be."""
    if row.state == State.SENT or row.handed_revision == row.revision:
        return True
    return row.deliveries.filter(revision=row.revision).exists()


def _withdraw(row: Message, event: Event, now: datetime) -> None:
    channel = channels.named(row.channel)
    kind = kind_named(event.kind)
    if channel is not None and kind is not None:
        channel.withdraw(outgoing(row, kind, language=""), now)


def _drop(row: Message, event: Event, reason: str, now: datetime) -> None:
    """A row that is not wanted any more. What has left stays sent, taken back where that is possible."""
    if row.state == State.SENT:
        if reason != NOT_CHOSEN:
            _withdraw(row, event, now)
        return
    if row.state == State.CANCELLED:
        return
    row.state, row.token, row.reason, row.next_attempt = State.CANCELLED, "", reason, None
    row.save(update_fields=["state", "token", "reason", "next_attempt"])


def cancel(recipient: str, event: str, *, now: datetime | None = None) -> bool:
    """Nobody is told of the event any more; ``False`` when there was nothing to cancel.

    The calendar shows it as cancelled. What lies in the inbox is marked, unprinted letters are taken back.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        row = _EVENT.first(recipient=recipient, key=event)
        if row is None or row.cancelled_at is not None:
            return False
        row.cancelled_at = row.changed_at = moment
        row.sequence += 1
        row.save(update_fields=["cancelled_at", "changed_at", "sequence"])
        for message in _MESSAGES.ask(event=row.pk):
            _drop(message, row, WITHDRAWN, moment)
    return True


def standing(recipients: Iterable[str], prefix: str, *, now: datetime) -> list[tuple[str, str]]:
    """Recipient and key of the events ahead whose key begins with ``prefix``, without cancelled ones."""
    day_before = now - timedelta(days=1)
    return [
        (recipient, key)
        for recipient in dict.fromkeys(recipients)
        for key in _AHEAD.ask(recipient=recipient, prefix=prefix, now=now, day_before=day_before)
    ]


_AHEAD = KeptQuery(
    lambda: Event.objects.filter(
        Q(at__gt=Told("now", DateTimeField())) | Q(all_day=True, at__gt=Told("day_before", DateTimeField())),
        recipient=Told("recipient"),
        key__startswith=Told("prefix"),
        cancelled_at=None,
    ).values_list("key", flat=True)
)


def replan(recipient: str, *, now: datetime | None = None) -> int:
    """Put everything ahead of a recipient on its present channels and lead times; how many events."""
    moment = now or timezone.now()
    count = 0
    with transaction.atomic():
        rows = Event.objects.select_for_update().filter(recipient=recipient, at__gt=moment, cancelled_at=None)
        for row in rows:
            kind = kind_named(row.kind)
            if kind is not None and not kind.urgent:
                _settle(row, kind, False, moment)
                count += 1
    return count


def forget(recipient: str) -> int:
    """Delete everything about a recipient (who left, or whose records end); how many events."""
    from yakuba.core.notify.models import CalendarFeed, ContactPoint, InboxItem, Preference

    with transaction.atomic():
        count = Event.objects.filter(recipient=recipient).count()
        for model in (InboxItem, ContactPoint, Preference, CalendarFeed):
            model.objects.filter(recipient=recipient).delete()
        Event.objects.filter(recipient=recipient).delete()
    return count
