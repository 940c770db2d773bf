"""Write, seal and check the audit chain.

``record`` is the last thing to do in a transaction: from it to the commit, other writers of the log wait.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yakuba.core.audit import heads
from yakuba.core.audit.domain.chain import (
    GENESIS,
    Flaw,
    Head,
    Verdict,
    canonical,
    chain_hash,
    line_seal,
    verify,
)
from yakuba.core.audit.keys import audit_key, existing_key
from yakuba.core.audit.models import AuditEntry, lines_of

SEAL_EVERY = 1000  # lines between two synced heads on a busy day
LONGEST_TEXT = 500
LONGEST_DETAIL = 64 * 1024
_LOCK = 0x79616B756261  # "yakuba": one advisory lock for the one chain


class BadRecord(ValueError):
    """A line that must not go into the log; a fault of the calling code."""


def _check_text(where: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise BadRecord(
            f"{where}: {len(text)} characters, at most {longest}. The log holds ids, counts and settings; "
            "free text may hold personal data, which can never be deleted from it."
        )
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
        raise BadRecord(f"{where}: control characters are not kept in the log.")


def _check_value(where: str, value: Any) -> None:
    if isinstance(value, str):
        _check_text(where, value, LONGEST_TEXT)
    elif isinstance(value, float):
        # PostgreSQL's jsonb gives large floats back as integers, which would change the hash
        if not math.isfinite(value) or abs(value) >= 1e15:
            raise BadRecord(f"{where}: {value!r} is not a number that every database keeps exactly.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(f"{where}: key", key, 100)
            _check_value(f"{where}.{key}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_value(f"{where}[{place}]", inner)


def _settled(value: Any) -> Any:
    """The value as every database gives it back: no negative zero."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, dict):
        return {key: _settled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_settled(inner) for inner in value]
    return value


def clean_detail(detail: Mapping[str, Any] | None) -> dict[str, Any]:
    """The detail as it will be kept; ``BadRecord`` for texts above 500 characters and the like."""
    try:
        body = json.loads(json.dumps(dict(detail or {}), ensure_ascii=False))
    except (TypeError, ValueError) as error:
        raise BadRecord(f"detail: {error}") from None
    _check_value("detail", body)
    settled = _settled(body)
    size = len(canonical(settled))
    if size > LONGEST_DETAIL:
        raise BadRecord(
            f"detail: {size} characters of JSON, at most {LONGEST_DETAIL}. Give counts, not lists."
        )
    assert isinstance(settled, dict)  # noqa: S101 - it came from a dict
    return settled


def _one_at_a_time() -> None:
    """Let only one transaction extend the chain; SQLite's IMMEDIATE transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def record(action: str, *, actor: object, target: str, detail: Mapping[str, Any] | None = None) -> AuditEntry:
    """Append one line, in the caller's transaction.

    ``actor`` is a user, or the name of a programme such as ``"system:sweeper"``. ``detail`` holds ids,
    counts and settings; never names, birth dates or numbers of persons. ``BadRecord`` refuses free text.
    """
    name = actor if isinstance(actor, str) else f"user:{getattr(actor, 'pk', '?')}"
    kept = clean_detail(detail)
    for where, text, longest in (("actor", name, 150), ("action", action, 100), ("target", target, 200)):
        _check_text(where, text, longest)
    with transaction.atomic():
        _one_at_a_time()
        last = AuditEntry.objects.order_by("-sequence").values("sequence", "entry_hash").first()
        sequence = 1 if last is None else last["sequence"] + 1
        previous = GENESIS if last is None else last["entry_hash"]
        at = timezone.now()
        entry_hash = chain_hash(
            previous,
            sequence=sequence,
            at=at.isoformat(),
            actor=name,
            action=action,
            target=target,
            detail=kept,
        )
        entry = AuditEntry.objects.create(
            sequence=sequence,
            at=at,
            actor=name,
            action=action,
            target=target,
            detail=kept,
            previous_hash=previous,
            entry_hash=entry_hash,
            seal=line_seal(entry_hash, audit_key()),
        )

        def committed() -> None:  # a function: Django names it when it logs the failure
            _committed(sequence, entry_hash, previous)

        # robust: a full disk must not undo what the person was told is done
        transaction.on_commit(committed, robust=True)
    return entry


def _hash_at(sequence: int) -> str | None:
    return AuditEntry.objects.filter(sequence=sequence).values_list("entry_hash", flat=True).first()


def _committed(sequence: int, entry_hash: str, previous: str) -> None:
    known = {sequence: entry_hash, sequence - 1: previous}
    heads.advance(sequence, entry_hash, timezone.now(), lambda n: known[n] if n in known else _hash_at(n))
    if sequence % SEAL_EVERY == 0:
        seal_head()


def seal_head(day: date | None = None) -> Head | None:
    """Write the day's sealed head (today's); ``None`` when the log is empty. Safe to call at any time.

    Copy the file to another place, or print its hash: it shows what the log was even if the whole
    machine is later rewritten.
    """
    last = AuditEntry.objects.order_by("-sequence").first()
    if last is None:
        return None
    return heads.write_daily(
        last.sequence, last.entry_hash, timezone.now(), day or timezone.localdate(), _hash_at
    )


def verify_chain() -> Verdict:
    """Check every line and every head of this installation. Reads only."""
    try:
        known = heads.load_heads()  # before the lines: lines written meanwhile are then simply newer
    except heads.UnreadableHead as error:
        return Verdict(0, Flaw.HEAD_FORGED, None, str(error))
    there = AuditEntry._meta.db_table in connection.introspection.table_names()
    entries = AuditEntry.objects.order_by("sequence").iterator(2000) if there else iter(())
    key = existing_key()
    if key is None and (known or (there and AuditEntry.objects.exists())):
        reason = "監査の鍵（keys/audit-key）がありません。バックアップから戻してください"
        return Verdict(0, Flaw.HEAD_FORGED, None, reason)
    return verify(lines_of(entries), known, key)
