"""What a field says, wherever it lies: personal numbers are kept sealed, all else in the open columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from yakuba.ocr.domain.form import Kind
from yakuba.ocr.models import FieldValue


@dataclass(frozen=True, slots=True)
class Content:
    """The reading of a field and what holds."""

    text: str
    raw: str
    candidates: tuple[dict[str, Any], ...]  # [{"text", "raw", "confidence", "source"}], best first
    final: str


def is_secret(value: FieldValue) -> bool:
    """Whether the field holds a personal number."""
    return value.kind == Kind.MY_NUMBER


def content_of(value: FieldValue) -> Content:
    """What the field says; for a personal number, what was sealed (empty once its time was over)."""
    if not is_secret(value):
        return Content(value.text, value.raw, tuple(value.candidates), value.final)
    found = json.loads(value.sealed) if value.sealed else {}
    return Content(
        found.get("text", ""),
        found.get("raw", ""),
        tuple(found.get("candidates", ())),
        found.get("final", ""),
    )


def set_final(value: FieldValue, text: str) -> None:
    """Put what holds where it belongs; the caller saves."""
    if not is_secret(value):
        value.final = text
        return
    found = json.loads(value.sealed) if value.sealed else {"text": "", "raw": "", "candidates": []}
    value.sealed = json.dumps({**found, "final": text}, ensure_ascii=False)


def holding_text(value: FieldValue) -> str:
    """What the field says now: what was decided, else what was read.

    A personal number that the AI passed has no sealed final value; its reading holds.
    """
    content = content_of(value)
    if value.state in ("done", "auto"):
        return content.final or (content.text if value.state == "auto" else "")
    return "" if value.state == "illegible" else content.text
