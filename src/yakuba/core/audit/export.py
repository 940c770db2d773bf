"""The audit log as JSON Lines: for keeping elsewhere, and for checking without this installation."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from yakuba.core.audit.domain.chain import Line


def to_json(line: Line) -> str:
    """One line as one line of JSON, keys in the order of the fields."""
    return json.dumps(asdict(line), ensure_ascii=False)


def write_jsonl(lines: Iterable[Line], path: Path) -> int:
    """Write the lines to ``path`` in one step; how many there were."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    count = 0
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as stream:
            temporary.chmod(0o600)
            for line in lines:
                stream.write(to_json(line) + "\n")
                count += 1
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count
