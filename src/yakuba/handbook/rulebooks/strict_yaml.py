"""A rule book file as texts: every value stays what is written; who reads it says what it must be."""

from __future__ import annotations

from typing import Any

from yakuba.core import strict_yaml
from yakuba.handbook.rulebooks.faults import BadRulebook, Fault


def decode(name: str, content: bytes) -> tuple[Any, dict[str, int]]:
    """Decoded texts, lists and mappings, and the line of every path. Raises ``BadRulebook``."""
    try:
        document = strict_yaml.decode(content, holds="規則の表")
    except strict_yaml.Refused as refused:
        raise BadRulebook(
            [Fault(name, refused.place, refused.found, refused.expected, refused.line)]
        ) from None
    return document.data, document.lines
