"""Signed-in browsers of families. The cookie holds a secret of which only a digest is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.models import FamilyAccount, FamilySession

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
KEPT_IDLE, KEPT_LONGEST = timedelta(days=30), timedelta(days=180)  # «stay signed in on this device»
TOUCH = timedelta(minutes=1)  # «seen» is written down this often at most
MOST_DEVICE = 120
BY_DIGEST = KeptQuery(
    lambda: FamilySession.objects.select_related("account").filter(digest=Told("digest"))  # unique
)


def digest(secret: str) -> str:
    """What is kept of a secret with 256 bits of chance in it."""
    return sha256(secret.encode()).hexdigest()


def begin(account: FamilyAccount, device: str, now: datetime, *, kept: bool = False) -> str:
    """The secret of a new session."""
    secret = secrets.token_urlsafe(32)
    ended = Q(kept=False, seen_at__lte=now - IDLE) | Q(kept=True, seen_at__lte=now - KEPT_IDLE)
    FamilySession.objects.filter(ended, account=account).delete()
    FamilySession.objects.create(
        account=account,
        digest=digest(secret),
        device=device[:MOST_DEVICE],
        kept=kept,
        started_at=now,
        seen_at=now,
    )
    FamilyAccount.objects.filter(pk=account.pk).update(seen_at=now)
    return secret


def current(secret: str, now: datetime) -> FamilySession | None:
    """The running session of a secret, which goes on from now; ``None`` when there is none (any more)."""
    if not secret:
        return None
    session = BY_DIGEST.first(digest=digest(secret))
    if session is None:
        return None
    idle, longest = (KEPT_IDLE, KEPT_LONGEST) if session.kept else (IDLE, LONGEST)
    over = session.seen_at + idle <= now or session.started_at + longest <= now
    if over or session.account.closed_at is not None:
        session.delete()
        return None
    if session.seen_at + TOUCH <= now:
        FamilySession.objects.filter(pk=session.pk).update(seen_at=now)
    return session


def leave(secret: str) -> None:
    """End a session."""
    FamilySession.objects.filter(digest=digest(secret)).delete()


def end_others(account: FamilyAccount, keep: str = "") -> int:
    """End every session of an account but the one of this secret; how many ended."""
    ended, _ = account.sessions.exclude(digest=digest(keep)).delete()
    return ended
