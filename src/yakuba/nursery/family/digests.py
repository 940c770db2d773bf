"""What both sides compute of a code and a birth date, under the key that they share."""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

from yakuba.core import access_codes as codes
from yakuba.core.exchange.sending import shared_key

CODE_PURPOSE = "yakuba.nursery.family-code"
CODE_USE, BIRTH_USE, LIMIT_USE = "nursery.family_code", "nursery.family_birth", "nursery.family_limit"


def code_key() -> bytes:
    """The key of ``codes.digest``, the same on both sides."""
    return shared_key().for_use(CODE_USE)


def code_digest(typed: str) -> str:
    """The digest of a code however it was typed; ``codes.BadCode`` for what can't be one."""
    return codes.digest(typed, code_key(), CODE_PURPOSE)


def birth_digest(reference: str, birth: date) -> str:
    """The digest of a child's birth date, of use for one page only."""
    return _keyed(BIRTH_USE, f"{reference}:{birth.isoformat()}")


def limit_digest(what: str, value: str) -> str:
    """What failed entries are counted under; addresses and codes themselves are not kept."""
    return _keyed(LIMIT_USE, f"{what}:{value}")


def _keyed(use: str, text: str) -> str:
    return hmac.new(shared_key().for_use(use), text.encode(), sha256).hexdigest()
