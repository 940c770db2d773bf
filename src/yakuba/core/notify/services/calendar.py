"""A person's dates as a calendar: a secret address to subscribe to, or a file."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from yakuba.core.notify.domain import ics
from yakuba.core.notify.domain.texts import without_ruby
from yakuba.core.notify.models import CalendarFeed, Event
from yakuba.core.notify.registry import all_kinds, kind_named
from yakuba.core.notify.services.preferences import language_of
from yakuba.core.notify.wording import subject_of

KEPT = timedelta(days=90)  # how long past and removed dates stay in the calendar
DAY = timedelta(days=1)


@transaction.atomic
def make_feed(recipient: str, *, now: datetime) -> str:
    """A new secret, shown this once; the earlier address ends."""
    revoke_feed(recipient, now=now)
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(recipient=recipient, digest=_digest(secret), made_at=now)
    return secret


def revoke_feed(recipient: str, *, now: datetime) -> bool:
    """End the address; ``False`` when there was none."""
    living = CalendarFeed.objects.filter(recipient=recipient, revoked_at=None)
    return bool(living.update(revoked_at=now))


def has_feed(recipient: str) -> bool:
    """Whether an address is in use."""
    return CalendarFeed.objects.filter(recipient=recipient, revoked_at=None).exists()


def feed(secret: str, *, now: datetime) -> bytes | None:
    """The calendar behind an address; ``None`` when there is none or it ended."""
    found = CalendarFeed.objects.filter(digest=_digest(secret), revoked_at=None).first()
    if found is None:
        return None
    if found.read_at is None or now - found.read_at >= DAY:
        CalendarFeed.objects.filter(pk=found.pk).update(read_at=now)
    return calendar(found.recipient, now=now)


def calendar(recipient: str, *, now: datetime) -> bytes:
    """The person's dates as an iCalendar file. It says when, and no more: a calendar lies open."""
    kinds = [kind.name for kind in all_kinds() if kind.calendar]
    rows = Event.objects.filter(recipient=recipient, kind__in=kinds, at__gte=now - KEPT).order_by("at", "pk")
    with override(language_of(recipient)):
        entries = [entry for row in rows if (entry := _entry(row)) is not None]
        return ics.render(entries, name=gettext("Dates from the town hall"))


def _entry(row: Event) -> ics.Entry | None:
    kind = kind_named(row.kind)
    if kind is None:
        return None
    start, end = timezone.localtime(row.at), row.until
    return ics.Entry(
        uid=f"{row.uid}@{_domain()}",
        sequence=row.sequence,
        summary=without_ruby(subject_of(kind)),
        description=without_ruby(gettext("Please sign in to read it.")),
        start=start.date() if row.all_day else start,
        end=None if row.all_day or end is None or end <= row.at else end,
        changed=row.changed_at,
        url=settings.YAKUBA_PUBLIC_ADDRESS,
        cancelled=row.cancelled_at is not None,
    )


def _domain() -> str:
    return settings.YAKUBA_MAIL_FROM.rpartition("@")[2] or "yakuba.invalid"


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
