"""The audit chain: hashing its lines, and finding the first line that is not as it was written.

Three things hold the chain together:

* each line's **hash** (SHA-256) covers its fields and the hash of the line before; anybody can check it;
* each line's **seal** (HMAC-SHA256 of the hash under a key kept outside the database) can't be made by
  somebody who can only write the database, so edited, added and re-chained lines are found;
* sealed **heads** (number and hash of the last line, HMACed, kept as files) say how long the chain was,
  so that lines cut off at its end are found, and so is a chain put back to an older state and regrown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
HEAD_FORMAT = "yakuba.audit-head/1"
_MOVED_WINDOW = 1000  # how far from its place a moved line is looked for


class Flaw(StrEnum):
    """What is wrong with the chain at its first bad line."""

    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    RECHAINED = "rechained"
    HEAD_FORGED = "head_forged"
    HEAD_MISSING = "head_missing"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is kept. ``at`` is ISO 8601 in UTC; hashes and the seal are lower-case hex."""

    sequence: int
    at: str
    actor: str
    action: str
    target: str
    detail: Mapping[str, Any]
    previous_hash: str
    entry_hash: str
    seal: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain had come at a moment; ``name`` is the file that says so."""

    name: str
    sequence: int
    entry_hash: str
    sealed_at: str
    seal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: ``flaw`` is ``None`` when every line and head is as written."""

    lines: int  # lines that were read up to the flaw (all of them when there is none)
    flaw: Flaw | None = None
    sequence: int | None = None  # the first bad line
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return self.flaw is None


def canonical(fields: Mapping[str, Any]) -> str:
    """JSON with sorted keys and without spaces: equal fields give equal text."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chain_hash(
    previous_hash: str,
    *,
    sequence: int,
    at: str,
    actor: str,
    action: str,
    target: str,
    detail: Mapping[str, Any],
) -> str:
    """SHA-256 in hex over the previous hash and this line's fields in canonical JSON."""
    fields = {
        "sequence": sequence,
        "at": at,
        "actor": actor,
        "action": action,
        "target": target,
        "detail": detail,
    }
    return hashlib.sha256(f"{previous_hash}\n{canonical(fields)}".encode()).hexdigest()


def line_seal(entry_hash: str, key: bytes) -> str:
    """The HMAC that only a holder of the key can put under a hash."""
    return hmac.new(key, f"line\n{entry_hash}".encode(), hashlib.sha256).hexdigest()


def head_seal(sequence: int, entry_hash: str, sealed_at: str, key: bytes) -> str:
    """The HMAC under a head."""
    body = f"head\n{HEAD_FORMAT}\n{sequence}\n{entry_hash}\n{sealed_at}"
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def _hash_of(line: Line, sequence: int) -> str:
    return chain_hash(
        line.previous_hash,
        sequence=sequence,
        at=line.at,
        actor=line.actor,
        action=line.action,
        target=line.target,
        detail=line.detail,
    )


def _place_of(line: Line) -> int | None:
    """The number under which a line was written, when it is near; ``None`` when its fields changed."""
    low = max(1, line.sequence - _MOVED_WINDOW)
    for sequence in range(low, line.sequence + _MOVED_WINDOW + 1):
        if _hash_of(line, sequence) == line.entry_hash:
            return sequence
    return None


def _flaw_of(line: Line, expected: int, previous_hash: str, key: bytes | None) -> tuple[Flaw, str] | None:
    """What is wrong with a line that stands where ``expected`` should stand."""
    if line.sequence > expected:
        return Flaw.MISSING, f"{expected}行目がありません（次にあるのは {line.sequence}行目）"
    if line.sequence < expected:
        return Flaw.REORDERED, f"{expected}行目があるはずの場所に {line.sequence}行目があります"
    if _hash_of(line, expected) != line.entry_hash:
        place = _place_of(line)
        if place is not None:
            return Flaw.REORDERED, f"{expected}行目に、{place}行目として書かれた内容があります"
        return Flaw.EDITED, f"{expected}行目の内容が、書かれたときのハッシュと一致しません"
    if key is not None and not hmac.compare_digest(line.seal, line_seal(line.entry_hash, key)):
        return (
            Flaw.RECHAINED,
            f"{expected}行目は、この環境の鍵で書かれた行ではありません（連結し直した疑い）",
        )
    if line.previous_hash != previous_hash:
        return Flaw.RECHAINED, f"{expected}行目が、前の行につながっていません"
    return None


def verify(lines: Iterable[Line], heads: Iterable[Head], key: bytes | None) -> Verdict:
    """Check lines (in the order in which they are kept) and heads; the first flaw by number.

    Without a key (an export checked on another machine) seals are not checked: hashes, order and heads
    still are.
    """
    known = sorted(heads, key=lambda head: (head.sequence, head.name))
    for head in known:
        if key is not None and not hmac.compare_digest(
            head.seal, head_seal(head.sequence, head.entry_hash, head.sealed_at, key)
        ):
            reason = f"封印 {head.name} が、この環境の鍵で作られたものではありません"
            return Verdict(0, Flaw.HEAD_FORGED, head.sequence, reason)
    by_number: dict[int, list[Head]] = {}
    for head in known:
        by_number.setdefault(head.sequence, []).append(head)
    count, previous = 0, GENESIS
    for line in lines:
        found = _flaw_of(line, count + 1, previous, key)
        if found is not None:
            return Verdict(count, found[0], count + 1, found[1])
        count, previous = count + 1, line.entry_hash
        for head in by_number.get(count, ()):
            if head.entry_hash != line.entry_hash:
                reason = f"{count}行目が、封印 {head.name} の時点の行と違います（古い状態に戻した疑い）"
                return Verdict(count - 1, Flaw.RECHAINED, count, reason)
    return _ending(count, known)


def _ending(count: int, heads: list[Head]) -> Verdict:
    """The verdict when every line that is there is good: is anything cut off?"""
    if heads and heads[-1].sequence > count:
        head = heads[-1]
        reason = f"封印 {head.name} では {head.sequence}行目まであった記録が、{count}行目で終わっています"
        return Verdict(count, Flaw.TRUNCATED, count + 1, reason)
    if count and not heads:
        reason = "封印がひとつもないため、末尾が切り取られていないことを確かめられません"
        return Verdict(count, Flaw.HEAD_MISSING, count, reason)
    return Verdict(count)
