"""JSON as RFC 8259 has it, for files that others wrote: standard library only.

Python's own reader lets through what other programs read differently or cannot write back: NaN and Infinity,
a name given twice in one object, halves of surrogate pairs, and nesting deep enough to end the program.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn


def loads(text: str) -> Any:
    """The decoded value. Raises ``ValueError`` whose text says what is wrong, in Japanese where it can."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise ValueError("入れ子が深すぎます") from None
    if "\\ud" in text or "\\uD" in text:
        _whole_characters(value)
    return value


def read(path: Path) -> Any:
    """The decoded file (UTF-8, with or without BOM). Raises ``ValueError`` and ``OSError``."""
    return loads(path.read_bytes().decode("utf-8-sig"))


def read_lines(path: Path) -> list[tuple[int, str]]:
    """Numbered lines that are not blank (UTF-8). Only line feeds end a line: other separators may stand
    inside a string. Raises ``ValueError`` and ``OSError``.
    """
    lines = path.read_bytes().decode("utf-8-sig").split("\n")
    return [(row, line) for row, line in enumerate(lines, start=1) if line.strip()]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"1つのオブジェクトに「{twice}」が2回あります")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} はJSONの数ではありません")


def _whole_characters(value: Any) -> None:
    """Half a surrogate pair cannot be written as UTF-8, so no output could hold it."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        raise ValueError(f"文字になっていない符号 \\u{ord(half):04x} があります") from None
