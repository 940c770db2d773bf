"""YAML with nothing clever in it: no anchors, no tags, one document, no key twice. Every value is a text.

So «NO» stays two letters and «2026-04-01» ten characters; who reads a value says what it must be.
"""

from __future__ import annotations

from typing import Any

import yaml

from yakuba.handbook.rulebooks.faults import BadRulebook, Fault

MOST_BYTES = 512 * 1024
MOST_DEPTH = 14


def decode(name: str, content: bytes) -> tuple[Any, dict[str, int]]:
    """Decoded texts, lists and mappings, and the line of every path. Raises ``BadRulebook``."""
    if len(content) > MOST_BYTES:
        raise _bad(name, f"{len(content):,}バイト", f"{MOST_BYTES:,}バイトまでです")
    try:
        text = content.decode("utf-8-sig")
        _refuse_events(name, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise _bad(name, f"{error.start}バイト目", "UTF-8の文字が必要です") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        found = error.problem or "YAMLの書き方"
        raise _bad(name, found, "YAMLとして読める書き方が必要です", line) from None
    except yaml.YAMLError:
        raise _bad(name, "使えない文字", "YAMLとして読める文字が必要です") from None
    if node is None:
        raise _bad(name, "空のファイル", "規則の表が必要です")
    lines: dict[str, int] = {}
    return _value(name, node, "", lines), lines


def _refuse_events(name: str, text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise _bad(name, "2つ目の文書", "文書は1つです", line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _bad(name, "参照（& や *）", "参照は使えません。値を書いてください", line)
        if getattr(event, "tag", None) is not None:
            raise _bad(name, "型の指定", "型の指定は使えません", line)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise _bad(name, f"{depth}段の入れ子", f"入れ子は{MOST_DEPTH}段までです", line)


def _value(name: str, node: yaml.Node, path: str, lines: dict[str, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(name, child, f"{path}[{number}]", lines) for number, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value)
    found: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _bad(name, "値の組", "項目名は文字です", line, path)
        if key.value in found:
            raise _bad(name, key.value, "同じ項目が2つあります", line, path)
        found[key.value] = _value(name, child, f"{path}.{key.value}".lstrip("."), lines)
    return found


def _bad(name: str, found: str, expected: str, line: int | None = None, place: str = "") -> BadRulebook:
    return BadRulebook([Fault(name, place, found, expected, line)])
