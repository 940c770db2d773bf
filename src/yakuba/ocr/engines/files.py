"""Where the engines' weight files lie."""

from __future__ import annotations

import sys
from pathlib import Path


class MissingModel(RuntimeError):
    """A weight file is not installed."""


def model_path(name: str) -> Path:
    """The weight file of that name; ``MissingModel`` says how to install it."""
    path = Path(sys.prefix) / "share" / "yakuba" / "models" / name
    if not path.is_file():
        raise MissingModel(
            f"{path} がありません。make setup を実行するか、yakuba models unpack で入れてください。"
        )
    return path
