"""One batch as a file: a signed header line, then its content encrypted piece by piece.

::

    {"batch": …, "digest": …, "format": "yakuba.exchange/1", "items": 2, "key": …, "lane": …, …}\\n
    <HMAC-SHA256 of the header line, hex>\\n
    <frames: AES-256-GCM, see yakuba.core.crypto.frames>

The content is JSON Lines: a manifest that lists every item with the SHA-256 of its line, then the items.
Pure: bytes in, bytes out.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.core.crypto.errors import DamagedData, TruncatedData
from yakuba.core.crypto.frames import read_frames, write_frames
from yakuba.core.crypto.sealing import derive
from yakuba.core.exchange.errors import BadBatch
from yakuba.core.exchange.keys import SharedKey
from yakuba.core.exchange.lanes import Lane

FORMAT = "yakuba.exchange/1"
MAX_HEADER = 4096  # bytes
MAX_FILE = 256 * 1024 * 1024  # bytes
ACTIONS = ("put", "revoke")

_ALTERED = "内容が壊れているか、書き換えられています。作成元で書き出し直してください。"
_CUT = "途中で切れています。作成元で書き出し直してください。"
_FIELDS = frozenset({"format", "lane", "batch", "sequence", "made_at", "items", "key", "salt", "digest"})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing handed over. ``content`` is JSON; of a ``revoke`` it is empty."""

    kind: str  # "nursery.family_notice"
    action: str  # put | revoke
    reference: str
    content: Any = None


@dataclass(frozen=True, slots=True)
class Content:
    """A batch. ``acknowledges``: the last number that the sender took on the other lane."""

    lane: Lane
    batch: str  # a UUID
    sequence: int  # from 1
    made_at: str  # ISO 8601 with offset
    items: tuple[Item, ...]
    acknowledges: int | None = None


def _line(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def body_of(content: Content) -> bytes:
    """The content before encryption; the same bytes for the same batch, whenever it is written."""
    lines = [
        _line(
            {
                "n": number,
                "kind": one.kind,
                "action": one.action,
                "reference": one.reference,
                "content": one.content,
            }
        )
        for number, one in enumerate(content.items, start=1)
    ]
    manifest = {
        "format": FORMAT,
        "lane": content.lane.value,
        "batch": content.batch,
        "sequence": content.sequence,
        "made_at": content.made_at,
        "acknowledges": content.acknowledges,
        "items": [
            {
                "n": number,
                "kind": one.kind,
                "action": one.action,
                "reference": one.reference,
                "sha256": hashlib.sha256(line).hexdigest(),
            }
            for number, (one, line) in enumerate(zip(content.items, lines, strict=True), start=1)
        ],
    }
    return _line(manifest) + b"".join(lines)


def digest_of(content: Content) -> str:
    """SHA-256 of the content: which batch this is, whatever salt its file has."""
    return hashlib.sha256(body_of(content)).hexdigest()


def pack(content: Content, key: SharedKey) -> bytes:
    """The file of a batch."""
    body = body_of(content)
    header = _line(
        {
            "format": FORMAT,
            "lane": content.lane.value,
            "batch": content.batch,
            "sequence": content.sequence,
            "made_at": content.made_at,
            "items": len(content.items),
            "key": key.id,
            "salt": secrets.token_hex(32),
            "digest": hashlib.sha256(body).hexdigest(),
        }
    )
    sink = io.BytesIO()
    sink.write(header + _signature(header, key).encode() + b"\n")
    write_frames([body], sink, _content_key(header, key), header)
    return sink.getvalue()


def _signature(header: bytes, key: SharedKey) -> str:
    return hmac.new(key.for_use("header"), header, hashlib.sha256).hexdigest()


def _content_key(header: bytes, key: SharedKey) -> bytes:
    salt = bytes.fromhex(json.loads(header)["salt"])
    return derive(key.for_use("content"), b"frames", salt)


def unpack(data: bytes, key: SharedKey) -> Content:
    """Read and check a file; ``BadBatch`` says what is wrong with it, and nothing of it is returned."""
    if len(data) > MAX_FILE:
        raise BadBatch(f"大きすぎます（{len(data):,}バイト）。{MAX_FILE:,}バイトまでです。")
    source = io.BytesIO(data)
    header = source.readline(MAX_HEADER)
    head = _head(header)
    if head["key"] != key.id:
        raise BadBatch(
            f"別の鍵（{str(head['key'])[:16]}）で作られています。この環境の鍵は {key.id} です。"
            "組になっている職員側と住民側かどうかを確かめてください。"
        )
    signature = source.readline(65)
    if not hmac.compare_digest(signature, _signature(header, key).encode() + b"\n"):
        raise BadBatch(_ALTERED if len(signature) == 65 else _CUT)
    try:
        body = b"".join(read_frames(source, _content_key(header, key), header))
    except TruncatedData:
        raise BadBatch(_CUT) from None
    except DamagedData:
        raise BadBatch(_ALTERED) from None
    if hashlib.sha256(body).hexdigest() != head["digest"]:
        raise BadBatch(_ALTERED)
    return _content(body, head)


def _head(header: bytes) -> dict[str, Any]:
    """The header's fields; checked again after the signature through the digest and the manifest."""
    try:
        head = json.loads(header)
        good = isinstance(head, dict) and head.get("format") == FORMAT and set(head) == _FIELDS
    except (ValueError, RecursionError):
        good = False
    if not good or not header.endswith(b"\n"):
        raise BadBatch(
            "受渡しのファイルではありません。yakuba exchange export で作ったファイルを選んでください。"
        )
    found: dict[str, Any] = head
    return found


def _content(body: bytes, head: dict[str, Any]) -> Content:
    """The parsed content; a signed file that contradicts itself is refused too."""
    try:
        first, *lines = body.splitlines(keepends=True)
        manifest = json.loads(first)
        items = _items(manifest["items"], lines)
        content = Content(
            lane=Lane(manifest["lane"]),
            batch=str(manifest["batch"]),
            sequence=int(manifest["sequence"]),
            made_at=str(manifest["made_at"]),
            items=items,
            acknowledges=None if manifest["acknowledges"] is None else int(manifest["acknowledges"]),
        )
    except (ValueError, KeyError, TypeError):
        raise BadBatch(_ALTERED) from None
    said = (head["lane"], head["batch"], head["sequence"], head["made_at"], head["items"])
    if said != (content.lane.value, content.batch, content.sequence, content.made_at, len(items)):
        raise BadBatch(_ALTERED)
    if content.sequence < 1:
        raise BadBatch(_ALTERED)
    return content


def _items(listed: Sequence[dict[str, Any]], lines: Sequence[bytes]) -> tuple[Item, ...]:
    if len(listed) != len(lines):
        raise ValueError("the manifest lists another number of items")
    items = []
    for number, (entry, line) in enumerate(zip(listed, lines, strict=True), start=1):
        read = json.loads(line)
        same = all(read[field] == entry[field] for field in ("n", "kind", "action", "reference"))
        if not same or entry["n"] != number or entry["sha256"] != hashlib.sha256(line).hexdigest():
            raise ValueError("an item differs from the manifest")
        if entry["action"] not in ACTIONS:
            raise ValueError("an unknown action")
        items.append(Item(str(read["kind"]), str(read["action"]), str(read["reference"]), read["content"]))
    return tuple(items)
