"""Sharing a child with another adult by an invitation that is shown once, used once and ends by itself."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count

from django.db import transaction
from django.db.models import QuerySet

from yakuba.core import access_codes as codes
from yakuba.core.entry_limits import count_failure, limits_of, locked_until, source_of
from yakuba.core.exchange.sending import shared_key
from yakuba.handbook.models import Child, EntryLimit, FamilyAccount, Guardian, Invitation
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families.children import EDITOR, OWNER, RANK, READER
from yakuba.handbook.services.families.entry import MOST, Entered, limit_digest
from yakuba.handbook.services.families.errors import (
    BadField,
    Gone,
    Locked,
    NotAllowed,
    Refused,
    Repeated,
    Wrong,
)

LIFE = timedelta(days=7)
MOST_OPEN = 5  # invitations of one child at a time
MOST_GUARDIANS = 10  # adults of one child
REPEATED_WITHIN = timedelta(minutes=10)  # a form sent again so soon gets the answer it got before
INVITATION_USE, PURPOSE = "handbook.invitation", "yakuba.handbook.invitation"


def _digest(typed: str) -> str:
    key = shared_key().for_use(INVITATION_USE)
    return hmac.new(key, codes.digest(typed, key, PURPOSE).encode(), sha256).hexdigest()


def invite(
    child: Child, role: str, by: FamilyAccount, now: datetime, *, key: str = ""
) -> tuple[Invitation, str]:
    """An invitation and its code, which is not kept. Raises ``BadField``, ``NotAllowed``, ``Repeated``.

    ``key``: of the form. The same form sent twice (a second tap, a network that asks again) gets the same
    invitation and code for some minutes, then ``Repeated``; without a key every call makes a new one.
    """
    if child.sharing_closed:
        raise NotAllowed
    if role not in (READER, EDITOR):
        raise BadField("role", "choose")
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=child.pk)
        code = codes.draw(
            _drawing(f"{child.reference}/{by.reference}/{role}/{key}") if key else secrets.randbelow
        )
        same = child.invitations.filter(digest=_digest(code)).first()
        if same is not None:
            if not open_invitations(child, now).filter(pk=same.pk, invited_at__gt=now - REPEATED_WITHIN):
                raise Repeated
            return same, codes.shown(code)
        if open_invitations(child, now).count() >= MOST_OPEN:
            raise BadField("role", "too_many", {"most": MOST_OPEN})
        made = Invitation.objects.create(
            child=child,
            role=role,
            digest=_digest(code),
            invited_by=by,
            invited_at=now,
            expires_at=now + LIFE,
        )
    return made, codes.shown(code)


def _drawing(seed: str) -> Callable[[int], int]:
    """Numbers that follow from a form's key, and that nobody without this installation's key can tell."""
    key = shared_key().for_use(f"{INVITATION_USE}.code")
    place = count()

    def below(most: int) -> int:
        drawn = hmac.new(key, f"{next(place)}/{seed}".encode(), sha256).digest()
        return int.from_bytes(drawn, "big") % most

    return below


def open_invitations(child: Child, now: datetime) -> QuerySet[Invitation]:
    """Invitations that can still be taken."""
    return child.invitations.filter(taken_at=None, revoked_at=None, expires_at__gt=now)


def revoke(child: Child, pk: int, now: datetime) -> None:
    """Take an invitation back; one that is taken or gone stays so."""
    child.invitations.filter(pk=pk, taken_at=None, revoked_at=None).update(revoked_at=now)


def accept(
    typed: str, address: str, now: datetime, *, account: FamilyAccount | None = None, language: str = "ja"
) -> Entered:
    """Join the child of an invitation. Raises ``Wrong``, ``Locked`` or ``Gone``."""
    try:
        digest = _digest(typed)
    except codes.BadCode:
        digest = ""
    keys = {"address": limit_digest("address", source_of(address))}
    with transaction.atomic():
        outcome = _judge(digest, keys, now, account, language)
    if isinstance(outcome, Refused):  # raised here, so that what was counted stays
        raise outcome
    return outcome


def _judge(
    digest: str, keys: dict[str, str], now: datetime, account: FamilyAccount | None, language: str
) -> Entered | Refused:
    limits = limits_of(EntryLimit, keys, now)
    if (until := locked_until(limits)) is not None:
        return Locked(until)
    found = Invitation.objects.select_for_update().filter(digest=digest).first() if digest else None
    if found is None:
        locked = count_failure(limits, MOST, now)
        return Wrong() if locked is None else Locked(locked)
    child = found.child
    if found.revoked_at is not None or child.ended_at is not None or child.sharing_closed:
        return Gone("revoked")
    if found.taken_at is not None:
        return Gone("used")
    if found.expires_at <= now or child.guardians.filter(ended_at=None).count() >= MOST_GUARDIANS:
        return Gone("expired")
    new = account is None
    if account is None:
        account = FamilyAccount.objects.create(
            reference=secrets.token_urlsafe(24), language=language, created_at=now, seen_at=now
        )
    Invitation.objects.filter(pk=found.pk).update(taken_at=now, taken_by=account)
    held, made = Guardian.objects.get_or_create(
        account=account, child=child, ended_at=None, defaults={"role": found.role, "since": now}
    )
    if not made and RANK[held.role] < RANK[found.role]:
        Guardian.objects.filter(pk=held.pk).update(role=found.role)
    if new:
        reminders.language_chosen(account)
    reminders.sync(child, now)
    return Entered(account, child, new)


def end(child: Child, pk: int, by: FamilyAccount, now: datetime) -> None:
    """End somebody's sharing, or one's own. The last owner stays: ``NotAllowed``."""
    with transaction.atomic():
        held = list(child.guardians.select_for_update().filter(ended_at=None))
        target = next((one for one in held if one.pk == pk), None)
        mine = next((one for one in held if one.account_id == by.pk), None)
        if target is None or mine is None or (target.pk != mine.pk and mine.role != OWNER):
            raise NotAllowed
        if target.role == OWNER and sum(one.role == OWNER for one in held) == 1:
            raise NotAllowed
        Guardian.objects.filter(pk=target.pk).update(ended_at=now)
        reminders.sync(child, now)
