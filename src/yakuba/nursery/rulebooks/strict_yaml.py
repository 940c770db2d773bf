"""A rule book file with exact numbers.

Only ``true``, ``false``, ``null`` and plain decimal numbers are more than words, so that 「NO」 and 「1:30」
stay what they are. Every value's line is kept for faults.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from yakuba.core import strict_yaml
from yakuba.core.strict_yaml import Document
from yakuba.nursery.domain.market import BadInput, Fault

MOST_DEPTH = 12
LONGEST_NUMBER = 12
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "": None}


def decode(name: str, content: bytes) -> Document:
    """Decode YAML. Raises ``BadInput`` naming the file, the line and what is wrong."""
    try:
        return strict_yaml.decode(content, scalar=_scalar, most_depth=MOST_DEPTH, holds="基準表")
    except strict_yaml.Refused as refused:
        fault = Fault(name, refused.found, refused.expected, row=refused.line, column=refused.place)
        raise BadInput([fault]) from None


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted or a block; plain is None or "", by the loader
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text):
        return Decimal(text)
    return text
