"""Write and check the audit chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.models import AuditEntry

GENESIS = "0" * 64


def chain_hash(previous_hash: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and this line's fields in canonical JSON."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous_hash}\n{body}".encode()).hexdigest()


def record(action: str, *, actor: object, target: str, detail: Mapping[str, Any] | None = None) -> AuditEntry:
    """Append one line, in the caller's transaction.

    ``actor`` is a user, or the name of a programme such as ``"system:sweeper"``. ``detail`` holds ids,
    counts and settings; never names, birth dates or numbers of persons.
    """
    with transaction.atomic():
        last = AuditEntry.objects.order_by("-sequence").first()
        sequence = 1 if last is None else last.sequence + 1
        previous = GENESIS if last is None else last.entry_hash
        at = timezone.now()
        name = actor if isinstance(actor, str) else f"user:{getattr(actor, 'pk', '?')}"
        fields = {
            "sequence": sequence,
            "at": at.isoformat(),
            "actor": name,
            "action": action,
            "target": target,
            "detail": dict(detail or {}),
        }
        return AuditEntry.objects.create(
            sequence=sequence,
            at=at,
            actor=name,
            action=action,
            target=target,
            detail=fields["detail"],
            previous_hash=previous,
            entry_hash=chain_hash(previous, fields),
        )
