"""JSON and JSON Lines files of the commands: there whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def line_of(data: dict[str, Any]) -> str:
    """The object as one line; the name of a file that is no UTF-8 is written in escapes, and comes back."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(data)
    return text + "\n"


def write_lines(output: Path, lines: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line, written beside the target and renamed. Raises ``OSError``."""
    temporary = output.with_name(f".{output.name}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as stream:
            for line in lines:
                stream.write(line_of(line))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
