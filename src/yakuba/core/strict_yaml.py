"""YAML with nothing clever in it: no anchors, no tags, one document, no key twice; every value's line known.

Who reads a file decides what a scalar means (``scalar``); without it every value stays a text, so that «NO»
is two letters and «2026-04-01» ten characters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST_BYTES = 512 * 1024
MOST_DEPTH = 14
# libyaml's, where the package was built with it: a rule book is read ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNUSABLE = "使えない文字"
_REMOVE_UNSEEN = "YAMLとして読める文字が必要です。見えない文字を取り除いてください"


class Refused(ValueError):
    """The file cannot be used: what was found, what was expected, and where."""

    def __init__(self, found: str, expected: str, line: int | None = None, place: str = "") -> None:
        super().__init__(f"{found}：{expected}")
        self.found, self.expected, self.line, self.place = found, expected, line, place


@dataclass(slots=True)
class Document:
    """Decoded data and the line of every path (``basic[3].points``)."""

    data: Any
    lines: dict[str, int] = field(default_factory=dict)


def as_text(node: yaml.ScalarNode) -> Any:
    """The letters as they stand."""
    return str(node.value)


def decode(
    content: bytes,
    *,
    scalar: Callable[[yaml.ScalarNode], Any] = as_text,
    most_bytes: int = MOST_BYTES,
    most_depth: int = MOST_DEPTH,
    holds: str = "中身",
) -> Document:
    """Decode YAML. Raises ``Refused`` with what is wrong; an empty file lacks what it ``holds``."""
    if len(content) > most_bytes:
        raise Refused(f"{len(content):,}バイト", f"{most_bytes:,}バイトまでです。分けてください")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            f"{error.start}バイト目", "UTF-8の文字が必要です。UTF-8で保存し直してください"
        ) from None
    if (at := text.find("\ufeff")) >= 0:  # libyaml passes over it, PyYAML takes it for a letter
        raise Refused(_UNUSABLE, _REMOVE_UNSEEN, text.count("\n", 0, at) + 1)
    try:
        _refuse_clever(text, most_depth)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        fault = _explained(text, error)
        line = fault.problem_mark.line + 1 if fault.problem_mark else None
        hint = "YAMLとして読める書き方が必要です。行頭の空白と「:」を確かめてください"
        raise Refused(fault.problem or "YAMLの書き方", hint, line) from None
    except yaml.YAMLError:
        raise Refused(_UNUSABLE, _REMOVE_UNSEEN) from None
    if node is None:
        raise Refused("空のファイル", f"{holds}が必要です")
    lines: dict[str, int] = {}
    return Document(_value(node, "", lines, scalar), lines)


def _explained(text: str, error: yaml.MarkedYAMLError) -> yaml.MarkedYAMLError:
    """What PyYAML's own reader says of the same fault: it names the character that libyaml does not."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.MarkedYAMLError as said:
        return said
    except yaml.YAMLError:  # signs further on that it refuses before it reads anything
        return error
    return error


def _refuse_clever(text: str, most_depth: int) -> None:
    """Anchors, tags, second documents and deep nesting are refused before any tree is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise Refused("2つ目の文書", "文書は1つです。1つにしてください", line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Refused("参照（& や *）", "参照は使えません。値を書いてください", line)
        if (tag := getattr(event, "tag", None)) is not None:
            raise Refused(f"型の指定 {tag}", "型の指定は使えません。消してください", line)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > most_depth:
            raise Refused(f"{depth}段の入れ子", f"入れ子は{most_depth}段までです", line)


def _value(
    node: yaml.Node, path: str, lines: dict[str, int], scalar: Callable[[yaml.ScalarNode], Any]
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, scalar)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, f"{path}[{at}]", lines, scalar) for at, child in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - the third and last kind of node
    return scalar(node)


def _mapping(
    node: yaml.MappingNode, path: str, lines: dict[str, int], scalar: Callable[[yaml.ScalarNode], Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Refused("値の組", "項目名は文字です", line, path)
        if key.value in found:
            raise Refused(key.value, "同じ項目が2つあります。1つにしてください", line, path)
        place = f"{path}.{key.value}".lstrip(".")
        lines[place] = line
        found[key.value] = _value(child, place, lines, scalar)
    return found
