"""Who may open a page: the code on the letter and a child's birth date, tried only a few times.

Nothing says which of the two was wrong, and the same work is done for codes that do not exist. Failed
entries are counted per code and per address (OWASP ASVS 5.0, 6.3.1).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F

from yakuba.core.access_codes import BadCode
from yakuba.core.entry_limits import count_failure, limits_of, locked_until, source_of
from yakuba.core.exchange.sending import reply
from yakuba.nursery.family.digests import birth_digest, code_digest, limit_digest
from yakuba.nursery.family.receivers import OPENED
from yakuba.nursery.models import EntryLimit, FamilyNotice, FamilySession

MOST = {"code": 5, "address": 20}  # failures in a window
MOST_EVER = 30  # failures of one page until it is published again
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
NOBODY = "0" * 64


class Refused(Exception):
    """The page is not opened."""


class Wrong(Refused):
    """The code, the birth date or both are wrong."""


@dataclass
class Locked(Refused):
    """Too many failures. ``until`` is ``None`` when only the office can help."""

    until: datetime | None


@dataclass
class Gone(Refused):
    """Code and birth date are right, but the page was closed (``revoked``) or its time is over."""

    revoked: bool


def enter(typed: str, birth: date | None, address: str, now: datetime) -> tuple[FamilyNotice, str]:
    """The page and the secret of a new session. Raises ``Wrong``, ``Locked`` or ``Gone``."""
    try:
        digest = code_digest(typed)
    except BadCode:
        digest = NOBODY
    keys = {"address": limit_digest("address", source_of(address))}
    if digest != NOBODY:
        keys["code"] = limit_digest("code", digest)
    with transaction.atomic():
        outcome = _judge(digest, birth, keys, now)
    if isinstance(outcome, Refused):  # raised here, so that what was counted stays
        raise outcome
    return outcome


def _judge(
    digest: str, birth: date | None, keys: dict[str, str], now: datetime
) -> tuple[FamilyNotice, str] | Refused:
    limits = limits_of(EntryLimit, keys, now)
    if (until := locked_until(limits)) is not None:
        return Locked(until)
    notice = (
        FamilyNotice.objects.select_for_update().filter(code_digest=digest).order_by("-published_at").first()
    )
    right = _matches(notice, birth)
    if notice is not None and notice.failures >= MOST_EVER:
        return Locked(None)
    if notice is None or not right:
        return _failed(notice, limits, now)
    EntryLimit.objects.filter(key=keys.get("code")).delete()  # the address goes on being counted
    if notice.revoked_at is not None or notice.expires_at <= now:
        return Gone(revoked=notice.revoked_at is not None)
    return notice, _begin(notice, now)


def _matches(notice: FamilyNotice | None, birth: date | None) -> bool:
    """Whether the birth date is one of the page's; takes as long when there is no page."""
    reference = "-" if notice is None else notice.reference
    kept = [NOBODY] if notice is None else list(notice.birth_digests)
    tried = birth_digest(reference, birth or date.min)
    found = [hmac.compare_digest(tried, one) for one in kept]
    return notice is not None and birth is not None and any(found)


def _failed(notice: FamilyNotice | None, limits: dict[str, EntryLimit], now: datetime) -> Refused:
    locked = count_failure(limits, MOST, now)
    if notice is not None:
        FamilyNotice.objects.filter(pk=notice.pk).update(failures=F("failures") + 1)
    return Wrong() if locked is None else Locked(locked)


def _begin(notice: FamilyNotice, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    FamilySession.objects.filter(seen_at__lte=now - IDLE).delete()
    FamilySession.objects.create(notice=notice, digest=_digest(secret), started_at=now, seen_at=now)
    if notice.opened_at is None:
        reply(OPENED, notice.reference, {"on": now.date().isoformat()})
    FamilyNotice.objects.filter(pk=notice.pk).update(
        openings=F("openings") + 1, opened_at=notice.opened_at or now, failures=0
    )
    return secret


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def current(secret: str, now: datetime) -> FamilyNotice | None:
    """The page of a running session, which goes on for another half an hour. ``Gone`` when it was closed."""
    session = FamilySession.objects.select_related("notice").filter(digest=_digest(secret)).first()
    if session is None:
        return None
    if session.seen_at + IDLE <= now or session.started_at + LONGEST <= now:
        session.delete()
        return None
    notice = session.notice
    if notice.revoked_at is not None or notice.expires_at <= now:
        session.delete()
        raise Gone(revoked=notice.revoked_at is not None)
    FamilySession.objects.filter(pk=session.pk).update(seen_at=now)
    return notice


def leave(secret: str) -> None:
    """End a session."""
    FamilySession.objects.filter(digest=_digest(secret)).delete()
