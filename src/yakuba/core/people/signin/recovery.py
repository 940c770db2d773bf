"""Recovery codes (予備コード) that are stored as hashes (ASVS V6.5.2).

allauth keeps a sealed seed from which it computes the codes again. Here the codes are drawn when the person
opens the page that shows them, once; only their scrypt digests stay. One salt a set: a code that is tried
then costs one digest, whatever the number of codes.
"""

from __future__ import annotations

import hmac
import secrets
import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth, flows
from django.db import transaction

from yakuba.core.people.signin.hashing import slow_digests

DIGITS = 12  # 39 bits, behind the rate limit of the sign-in and a slow digest
SALT_BYTES = 16
HIDDEN = "****"


def _plain(text: str) -> str:
    """A typed code without spaces and hyphens; full-width digits count as digits."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def _shown(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, DIGITS, 4))


class HashedRecoveryCodes(auth.RecoveryCodes):  # type: ignore[misc]  # allauth carries no types
    """A person's set of recovery codes; its data are ``{"salt": …, "digests": [unused ones], …}``.

    A set of an older form (a sealed seed) holds no usable code: the person draws a new one.
    """

    instance: Authenticator
    _drawn: list[str] | None = None

    @classmethod
    def activate(cls, user: object) -> HashedRecoveryCodes:
        """The person's set; a new one is empty until it is looked at."""
        instance, _ = Authenticator.objects.get_or_create(
            user=user, type=Authenticator.Type.RECOVERY_CODES, defaults={"data": {"digests": []}}
        )
        return cls(instance)

    def generate_codes(self) -> list[str]:
        """Codes can't be computed again; those of a page that just drew them, else none."""
        return self._drawn or []

    def mark_as_viewed(self) -> None:
        """Draw the codes at the first look: they exist in clear in this answer alone."""
        if self.did_view:
            return
        codes = [
            f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" for _ in range(app_settings.RECOVERY_CODE_COUNT)
        ]
        salt = secrets.token_bytes(SALT_BYTES)
        digests = slow_digests(codes, salt)  # seconds: not inside of the transaction
        with transaction.atomic():
            self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
            if self.did_view:
                return
            self.instance.data = {"salt": salt.hex(), "digests": digests, "viewed_at": time.time()}
            self.instance.save(update_fields=["data"])
        self._drawn = [_shown(code) for code in codes]

    def get_unused_codes(self) -> list[str]:
        """The codes when they were drawn for this page, else one ``****`` for each that is left."""
        return self._drawn or [HIDDEN] * len(self.instance.data.get("digests", []))

    def validate_code(self, code: str) -> bool:
        """Whether the code is an unused one of the set; it is then used up."""
        tried, salt = _plain(code), self.instance.data.get("salt")
        if len(tried) != DIGITS or not salt:
            return False
        (digest,) = slow_digests([tried], bytes.fromhex(salt))
        with transaction.atomic():
            self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
            left = self.instance.data.get("digests", [])
            fitting = [kept for kept in left if hmac.compare_digest(kept, digest)]
            if not fitting:
                return False
            self.instance.data["digests"] = [kept for kept in left if kept not in fitting]
            self.instance.save(update_fields=["data"])
        return True


def install() -> None:
    """Let allauth use this set: it looks the class up in these two places and offers no setting."""
    auth.RecoveryCodes = HashedRecoveryCodes
    flows.RecoveryCodes = HashedRecoveryCodes
