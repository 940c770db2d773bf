"""Passkeys (WebAuthn level 2, discoverable credentials, the person verified by the device).

A challenge is kept on this side under the digest of a secret that the browser sends back; it is used once
and only for a few minutes. Attestation is not asked for: which make a device is does not matter here.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from yakuba.core.entry_limits import count_failure, limits_of, locked_until, source_of
from yakuba.handbook.models import EntryLimit, FamilyAccount, PasskeyChallenge
from yakuba.handbook.services.families.entry import MOST, limit_digest
from yakuba.handbook.services.families.errors import BadField, Locked, Wrong
from yakuba.handbook.services.families.sessions import digest

LIFE = timedelta(minutes=5)  # of a challenge
MOST_PASSKEYS = 10  # of an account
MOST_LABEL = 60  # characters


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is asked to do, and the secret that it sends back with its answer."""

    options: dict[str, Any]
    secret: str


def _server(host: str) -> Fido2Server:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return Fido2Server(PublicKeyCredentialRpEntity(name=settings.YAKUBA_CITY, id=name))


def _keep(state: Any, account: FamilyAccount | None, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    PasskeyChallenge.objects.filter(made_at__lte=now - LIFE).delete()
    PasskeyChallenge.objects.create(digest=digest(secret), state=state, account=account, made_at=now)
    return secret


def _state_of(secret: str, account: FamilyAccount | None, now: datetime) -> Any:
    """The state of a challenge, which is used up by asking for it. ``Wrong`` when there is none."""
    with transaction.atomic():
        rows = PasskeyChallenge.objects.select_for_update()
        found = rows.filter(digest=digest(secret), account=account, made_at__gt=now - LIFE).first()
        if found is None:
            raise Wrong
        state = found.state
        found.delete()
    return state


def _data(kept: Mapping[str, Any]) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(kept["data"]))


def begin_adding(account: FamilyAccount, host: str, now: datetime) -> Begun:
    """Ask the browser for a new passkey of this account. ``BadField`` when there are enough."""
    if len(account.passkeys) >= MOST_PASSKEYS:
        raise BadField("passkey", "too_many", {"most": MOST_PASSKEYS})
    user = PublicKeyCredentialUserEntity(
        name=account.name or settings.YAKUBA_CITY,
        id=account.reference.encode(),
        display_name=account.name or settings.YAKUBA_CITY,
    )
    options, state = _server(host).register_begin(
        user,
        [_data(one) for one in account.passkeys],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Begun(dict(options), _keep(state, account, now))


def finish_adding(
    account: FamilyAccount, host: str, secret: str, response: Mapping[str, Any], label: str, now: datetime
) -> None:
    """Keep the passkey that the browser made. ``Wrong`` when the answer doesn't fit what was asked."""
    state = _state_of(secret, account, now)
    try:
        made = _server(host).register_complete(state, response)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Wrong from None
    data = made.credential_data
    if data is None:
        raise Wrong
    with transaction.atomic():
        locked = FamilyAccount.objects.select_for_update().get(pk=account.pk)
        locked.passkeys = [
            *locked.passkeys,
            {
                "id": websafe_encode(data.credential_id),
                "data": websafe_encode(bytes(data)),
                "count": made.counter,
                "label": label[:MOST_LABEL],
                "added_on": timezone.localdate(now).isoformat(),
            },
        ]
        locked.save(update_fields=["passkeys"])
    account.passkeys = locked.passkeys


def remove(account: FamilyAccount, credential: str) -> None:
    """Forget a passkey; one that is gone already stays gone."""
    with transaction.atomic():
        locked = FamilyAccount.objects.select_for_update().get(pk=account.pk)
        locked.passkeys = [one for one in locked.passkeys if one["id"] != credential]
        locked.save(update_fields=["passkeys"])
    account.passkeys = locked.passkeys


def begin_sign_in(host: str, now: datetime) -> Begun:
    """Ask the browser for any passkey that it holds for this place."""
    options, state = _server(host).authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    return Begun(dict(options), _keep(state, None, now))


def finish_sign_in(
    host: str, secret: str, response: Mapping[str, Any], address: str, now: datetime
) -> FamilyAccount:
    """The account of a passkey. Raises ``Wrong`` or ``Locked``."""
    keys = {"address": limit_digest("address", source_of(address))}
    with transaction.atomic():
        if (until := locked_until(limits_of(EntryLimit, keys, now))) is not None:
            raise Locked(until)
    try:
        return _signed_in(host, _state_of(secret, None, now), response)
    except Wrong:
        with transaction.atomic():
            count_failure(limits_of(EntryLimit, keys, now), MOST, now)
        raise


def _signed_in(host: str, state: Any, response: Mapping[str, Any]) -> FamilyAccount:
    try:
        answer = AuthenticationResponse.from_dict(response)
        handle = (answer.response.user_handle or b"").decode()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Wrong from None
    with transaction.atomic():
        account = FamilyAccount.objects.select_for_update().filter(reference=handle, closed_at=None).first()
        if account is None:
            raise Wrong
        try:
            used = _server(host).authenticate_complete(
                state, [_data(one) for one in account.passkeys], answer
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Wrong from None
        count = answer.response.authenticator_data.counter
        kept = next(one for one in account.passkeys if one["id"] == websafe_encode(used.credential_id))
        if count and count <= kept["count"]:  # WebAuthn 7.2, step 22: a copied authenticator
            raise Wrong
        kept["count"] = count
        account.save(update_fields=["passkeys"])
    return account
