"""Issue, check and revoke tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.models import User
from yakuba.core.tokens.models import ApiToken, ServiceAccount
from yakuba.core.tokens.scopes import BadScope, known

PREFIX = "ykb_"
LONGEST_DAYS = 400
HINT = 8


def digest_of(secret: str) -> str:
    """SHA-256 of a token. Enough without salt or stretching: a token is 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@transaction.atomic
def account_named(name: str, *, purpose: str = "", by: Any) -> ServiceAccount:
    """The service account of that name, registered when it is new."""
    account, new = ServiceAccount.objects.get_or_create(
        name=name, defaults={"purpose": purpose, "owner": by if isinstance(by, User) else None}
    )
    if new:
        record("tokens.account.add", actor=by, target=f"service_account:{account.pk}")
    return account


@transaction.atomic
def issue(account: ServiceAccount, scopes: Sequence[str], *, days: int, by: Any) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once and never kept.

    ``ValueError`` for no scope, an unknown scope, or a life outside 1 to 400 days.
    """
    if not scopes:
        raise ValueError("できることが1つも選ばれていません。1つ以上選んでください。")
    for scope in scopes:
        if scope not in known():
            raise BadScope(f"できること「{scope}」はありません。次から選んでください：{'、'.join(known())}。")
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"有効な日数が {days} です。1から{LONGEST_DAYS}までにしてください。")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account=account,
        digest=digest_of(secret),
        hint=secret[:HINT],
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(
        "tokens.add",
        actor=by,
        target=f"api_token:{token.pk}",
        detail={"account": account.pk, "scopes": token.scopes, "days": days},
    )
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: Any) -> None:
    """Make a token useless at once; doing it twice changes nothing."""
    locked = ApiToken.objects.select_for_update().get(pk=token.pk)
    if locked.revoked_at is None:
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
        record("tokens.revoke", actor=by, target=f"api_token:{locked.pk}")


def find(secret: str) -> ApiToken | None:
    """The valid token with that secret, noted as used today; ``None`` for any other."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    token = ApiToken.objects.select_related("account__owner").filter(digest=digest_of(secret)).first()
    if token is None or token.state(timezone.now()) != "active":
        return None
    today = timezone.localdate()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token
