"""Sealed heads: ``YAKUBA_HOME/audit-heads/latest.json`` after every commit, ``YYYY-MM-DD.json`` a day.

A head is never moved back and never moved onto a chain that does not contain the head before it: then it
stays as it is, so that ``yakuba audit verify`` finds the difference.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from yakuba.core.audit.domain.chain import HEAD_FORMAT, Head, head_seal
from yakuba.core.audit.keys import audit_key
from yakuba.core.crypto.keyfile import replace_private
from yakuba.core.home import yakuba_home

LATEST = "latest.json"
log = logging.getLogger(__name__)


class UnreadableHead(Exception):
    """A head file is not what it should be; the message names it."""


def heads_folder() -> Path:
    """The folder of the sealed heads."""
    folder = yakuba_home() / "audit-heads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def read_head(path: Path) -> Head:
    """The head in a file; ``UnreadableHead`` when it is not one."""
    try:
        body = json.loads(path.read_bytes())
        head = Head(path.name, body["sequence"], body["entry_hash"], body["sealed_at"], body["seal"])
        good = body["format"] == HEAD_FORMAT and isinstance(head.sequence, int) and isinstance(head.seal, str)
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise UnreadableHead(
            f"封印 {path.name} を読めません。バックアップにある同じファイルと比べてください。"
        )
    return head


def load_heads() -> list[Head]:
    """Every sealed head of this installation, in order of name."""
    return [read_head(path) for path in sorted(heads_folder().glob("*.json"))]


def latest_head() -> Head | None:
    """The running head, or ``None`` before the first line."""
    path = heads_folder() / LATEST
    return read_head(path) if path.exists() else None


def _text(head: Head) -> bytes:
    body = {
        "format": HEAD_FORMAT,
        "sequence": head.sequence,
        "entry_hash": head.entry_hash,
        "sealed_at": head.sealed_at,
        "seal": head.seal,
    }
    return (json.dumps(body, indent=1) + "\n").encode()


def make_head(name: str, sequence: int, entry_hash: str, now: datetime) -> Head:
    """A head sealed with this installation's key."""
    sealed_at = now.isoformat()
    return Head(
        name, sequence, entry_hash, sealed_at, head_seal(sequence, entry_hash, sealed_at, audit_key())
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _may_follow(path: Path, sequence: int, hash_at: Callable[[int], str | None]) -> bool:
    """Whether a head at ``sequence`` may replace the one in ``path``."""
    if not path.exists():
        return True
    before = read_head(path)
    if before.sequence > sequence:
        return False
    if hash_at(before.sequence) == before.entry_hash:
        return True
    log.error("audit chain does not contain its sealed head %s at line %d", path.name, before.sequence)
    return False


def advance(sequence: int, entry_hash: str, now: datetime, hash_at: Callable[[int], str | None]) -> None:
    """Move the running head forward. ``hash_at`` gives the chain's hash at a number.

    It is renamed into place but not synced: a synced write at every record would cost milliseconds, and
    each line's own seal already covers what a power cut may take.
    """
    folder = heads_folder()
    with _alone(folder):
        path = folder / LATEST
        if not _may_follow(path, sequence, hash_at):
            return
        temporary = folder / ".latest.tmp"  # one name is enough under the lock
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(_text(make_head(LATEST, sequence, entry_hash, now)))
        temporary.replace(path)


def write_daily(
    sequence: int, entry_hash: str, now: datetime, day: date, hash_at: Callable[[int], str | None]
) -> Head:
    """Seal the day's head, synced to the disk; an earlier one of the same day is moved forward."""
    folder = heads_folder()
    path = folder / f"{day.isoformat()}.json"
    with _alone(folder):
        if not _may_follow(path, sequence, hash_at):
            return read_head(path)
        head = make_head(path.name, sequence, entry_hash, now)
        replace_private(path, _text(head))
    return head
