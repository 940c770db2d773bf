"""What both sides compute of a registration code and a birth date, under the key that they share."""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

from yakuba.core import access_codes as codes
from yakuba.core.exchange.sending import shared_key

CODE_PURPOSE = "yakuba.handbook.entry-code"
CODE_USE, BIRTH_USE = "handbook.entry_code", "handbook.birth"


def entry_key() -> bytes:
    """The key of ``code_digest``, the same on both sides."""
    return shared_key().for_use(CODE_USE)


def code_digest(typed: str) -> str:
    """The digest of a registration code however it was typed; ``codes.BadCode`` for what can't be one."""
    return codes.digest(typed, entry_key(), CODE_PURPOSE)


def birth_digest(reference: str, day: date) -> str:
    """The digest of a child's birth (or due) date, of use for one child only."""
    text = f"{reference}:{day.isoformat()}"
    return hmac.new(shared_key().for_use(BIRTH_USE), text.encode(), sha256).hexdigest()
