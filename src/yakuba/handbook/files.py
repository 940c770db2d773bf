"""Reading people and cases from JSON Lines, writing results whole or not at all."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from yakuba.core.whole import write_json, write_texts

MOST_BYTES = 512 * 1024 * 1024
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class BadInput(ValueError):
    """An input file cannot be used; ``problems`` names file, row, field, what was found and expected."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place («file 3行») and the object of every line that is not blank. Raises ``BadInput``."""
    for row, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            place = f"{path} {row}行"
            yield place, _object(place, line)


def read_object(path: Path) -> dict[str, Any]:
    """The one object of a JSON file. Raises ``BadInput``."""
    return _object(str(path), _text(path))


def write_object(path: Path, value: dict[str, Any]) -> None:
    """One indented object; whole or not at all."""
    try:
        write_json(path, value)
    except OSError as error:
        raise BadInput([f"{path}：書けません（{error.strerror}）。フォルダーを確かめてください。"]) from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput([f"{path}：{MOST_BYTES:,}バイトまでです。分けてください。"])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput([f"{path}：読めません（{error.strerror}）。パスを確かめてください。"]) from None
    except UnicodeDecodeError as error:
        raise BadInput([f"{path}：{error.start}バイト目がUTF-8の文字ではありません。"]) from None


def _object(place: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_constant, parse_float=_float)
        if _ESCAPED_HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a character cannot be written again
    except UnicodeEncodeError:
        raise BadInput(
            [f"{place}：片方だけのサロゲート（\\ud800 など）があります。文字が必要です。"]
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadInput([f"{place}：JSONとして読めません（{error}）。"]) from None
    if not isinstance(value, dict):
        raise BadInput([f"{place}：{type(value).__name__} です。1つのオブジェクトが必要です。"])
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("同じ名前が2回あります")
    return value


def _constant(name: str) -> Any:
    raise ValueError(f"{name} はJSONの数ではありません")


def _float(text: str) -> float:
    """A number that can be written again: ``1e999`` would become «Infinity», which is no JSON."""
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} は大きすぎる数です")
    return value


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """One object a line as ``rows`` yields them; the same bytes for the same rows; whole or not at all."""
    try:
        write_texts(path, (json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    except OSError as error:
        raise BadInput([f"{path}：書けません（{error.strerror}）。フォルダーを確かめてください。"]) from None
