"""YAML with nothing clever in it: no anchors, no tags, no duplicate keys; numbers exact, places known.

Only ``true``, ``false``, ``null`` and plain decimal numbers are more than words, so that 「NO」 and 「1:30」
stay what they are. Every value's line is kept for faults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from yakuba.nursery.domain.market import BadInput, Fault

MOST_BYTES = 512 * 1024
MOST_DEPTH = 12
LONGEST_NUMBER = 12
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "": None}


@dataclass(slots=True)
class Document:
    """Decoded data and the line of every path (``basic[3].points``)."""

    data: Any
    lines: dict[str, int] = field(default_factory=dict)


def decode(name: str, content: bytes) -> Document:
    """Decode YAML. Raises ``BadInput`` naming the file, the line and what is wrong."""
    if len(content) > MOST_BYTES:
        raise _bad(name, f"{len(content):,}バイト", f"{MOST_BYTES:,}バイトまでです")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(name, f"{error.start}バイト目", "UTF-8の文字が必要です") from None
    document = Document(None)
    try:
        _refuse_events(name, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        found = error.problem or "YAMLの書き方"
        raise _bad(name, found, "YAMLとして読める書き方が必要です", mark.line + 1 if mark else None) from None
    except yaml.YAMLError:
        raise _bad(name, "使えない文字", "YAMLとして読める文字が必要です") from None
    if node is None:
        raise _bad(name, "空のファイル", "基準表が必要です")
    document.data = _Build(name, document).value(node, "")
    return document


def _refuse_events(name: str, text: str) -> None:
    """Anchors, tags, second documents and deep nesting are refused before any tree is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise _bad(name, "2つ目の文書", "文書は1つです", line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _bad(name, "参照（& や *）", "参照は使えません。値を書いてください", line)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _bad(name, f"型の指定 {tag}", "型の指定は使えません", line)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise _bad(name, f"{depth}段の入れ子", f"入れ子は{MOST_DEPTH}段までです", line)


class _Build:
    def __init__(self, name: str, document: Document) -> None:
        self.name, self.document = name, document

    def value(self, node: yaml.Node, path: str) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, f"{path}[{i}]") for i, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise _bad(self.name, "値の組", "項目名は文字です", line, path)
            if key.value in found:
                raise _bad(self.name, key.value, "同じ項目が2つあります", line, path)
            place = f"{path}.{key.value}".lstrip(".")
            self.document.lines[place] = line
            found[key.value] = self.value(child, place)
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        text: str = node.value
        if getattr(node, "style", None) is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text):
            return Decimal(text)
        return text


def _bad(name: str, found: str, expected: str, line: int | None = None, column: str = "") -> BadInput:
    return BadInput([Fault(name, found, expected, row=line, column=column)])
