"""Who may come in: a registration code and a birth date, or a sign-in name and a password.

Nothing says which part was wrong, and the same work is done for codes and names that do not exist. Failures
are counted per code, name and address (OWASP ASVS 5.0, 6.3.1).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from yakuba.core.access_codes import BadCode
from yakuba.core.entry_limits import count_failure, limits_of, locked_until, source_of
from yakuba.core.exchange.sending import shared_key
from yakuba.handbook.digests import birth_digest, code_digest
from yakuba.handbook.models import Child, EntryCode, EntryLimit, FamilyAccount, Guardian
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families.errors import Gone, Locked, Refused, Wrong

MOST = {"code": 5, "name": 10, "address": 20}  # failures in a window
MOST_EVER = 30  # failures of one code; then only a new letter helps
NOBODY = "0" * 64
LIMIT_USE, NAME_USE = "handbook.family_limit", "handbook.family_name"


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came in, and for which child; ``new``: the account was made just now."""

    account: FamilyAccount
    child: Child
    new: bool


def limit_digest(what: str, value: str) -> str:
    """What failed entries are counted under; addresses, names and codes themselves are not kept."""
    return _keyed(LIMIT_USE, f"{what}:{value}")


def name_digest(name: str) -> str:
    """What a sign-in name is found by."""
    return _keyed(NAME_USE, name.strip().casefold())


def _keyed(use: str, text: str) -> str:
    return hmac.new(shared_key().for_use(use), text.encode(), sha256).hexdigest()


def enter_by_code(
    typed: str,
    day: date | None,
    address: str,
    now: datetime,
    *,
    account: FamilyAccount | None = None,
    language: str = "ja",
) -> Entered:
    """Open the child of a code to an account: the one that is signed in, or a new one.

    Raises ``Wrong``, ``Locked`` or ``Gone``. ``day``: the birth date, or the due date before birth.
    """
    try:
        digest = code_digest(typed)
    except BadCode:
        digest = NOBODY
    keys = {"address": limit_digest("address", source_of(address))}
    if digest != NOBODY:
        keys["code"] = limit_digest("code", digest)
    with transaction.atomic():
        outcome = _judge_code(digest, day, keys, now, account, language)
    if isinstance(outcome, Refused):  # raised here, so that what was counted stays
        raise outcome
    return outcome


def _judge_code(
    digest: str,
    day: date | None,
    keys: dict[str, str],
    now: datetime,
    account: FamilyAccount | None,
    language: str,
) -> Entered | Refused:
    limits = limits_of(EntryLimit, keys, now)
    if (until := locked_until(limits)) is not None:
        return Locked(until)
    code = EntryCode.objects.select_for_update().filter(digest=digest).first()
    right = _matches(code, day)
    if code is not None and code.failures >= MOST_EVER:
        return Locked(None)
    if code is None or not right:
        return _failed(code, limits, now)
    EntryLimit.objects.filter(key=keys.get("code")).delete()  # the address goes on being counted
    if why := _gone(code, account, now):
        return Gone(why)
    EntryCode.objects.filter(pk=code.pk).update(used_at=code.used_at or now)
    return _open(code.child, account, now, language)


def _matches(code: EntryCode | None, day: date | None) -> bool:
    """Whether the date is the child's; takes as long when there is no child."""
    reference, kept = ("-", NOBODY) if code is None else (code.child.reference, code.birth_digest)
    same = hmac.compare_digest(birth_digest(reference, day or date.min), kept)
    return code is not None and day is not None and same


def _gone(code: EntryCode, account: FamilyAccount | None, now: datetime) -> str:
    if code.revoked_at is not None or code.child.ended_at is not None:
        return "revoked"
    if code.used_at is not None:
        known = account is not None and code.child.guardians.filter(account=account, ended_at=None).exists()
        return "" if known else "used"
    return "expired" if code.expires_at <= now else ""


def _failed(code: EntryCode | None, limits: dict[str, EntryLimit], now: datetime) -> Refused:
    locked = count_failure(limits, MOST, now)
    if code is not None:
        EntryCode.objects.filter(pk=code.pk).update(failures=F("failures") + 1)
    return Wrong() if locked is None else Locked(locked)


def _open(child: Child, account: FamilyAccount | None, now: datetime, language: str) -> Entered:
    new = account is None
    if account is None:
        account = FamilyAccount.objects.create(
            reference=secrets.token_urlsafe(24), language=language, created_at=now, seen_at=now
        )
    held, made = Guardian.objects.get_or_create(
        account=account, child=child, ended_at=None, defaults={"role": "owner", "since": now}
    )
    if not made and held.role != "owner":
        Guardian.objects.filter(pk=held.pk).update(role="owner")
    if new:
        reminders.language_chosen(account)
    reminders.sync(child, now)
    return Entered(account, child, new)


@cache
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe(32))


def sign_in(name: str, password: str, address: str, now: datetime) -> FamilyAccount:
    """The account of a sign-in name. Raises ``Wrong`` or ``Locked``."""
    found = FamilyAccount.objects.filter(login=name_digest(name), closed_at=None).first() if name else None
    keys = {
        "address": limit_digest("address", source_of(address)),
        "name": limit_digest("name", name_digest(name)),
    }
    with transaction.atomic():
        until = locked_until(limits_of(EntryLimit, keys, now))
    if until is not None:
        raise Locked(until)
    # The slow comparison runs outside of any transaction: nobody waits for its locks.
    usable = found is not None and bool(found.password)
    kept = found.password if found is not None and usable else _nobodys_password()
    right = check_password(password, kept) and usable
    with transaction.atomic():
        limits = limits_of(EntryLimit, keys, now)
        if (until := locked_until(limits)) is not None:
            locked: datetime | None = until
        elif right and found is not None:
            EntryLimit.objects.filter(key=keys["name"]).delete()
            return found
        else:
            locked = count_failure(limits, MOST, now)
    raise Wrong if locked is None else Locked(locked)
