"""Files that are there whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """As ``write_texts``, one indented JSON document; names of files that are no UTF-8 in escapes."""
    text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(values, indent=1) + "\n"
    write_texts(path, (text,))


def write_texts(path: Path, texts: Iterable[str]) -> None:
    """UTF-8, piece by piece as ``texts`` yields it; as ``write_bytes``."""
    write_bytes(path, (text.encode() for text in texts))


def write_bytes(path: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the target, then rename: a reader sees the old file or the new one. Raises ``OSError``."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
