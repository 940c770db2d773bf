"""Where an installation keeps its state (``YAKUBA_HOME``)."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def yakuba_home() -> Path:
    """The folder of this installation's state, created on first use.

    ``YAKUBA_HOME`` when set, else ``var/`` in the current folder. Readable by its owner alone, because
    it holds keys, databases and uploaded files.
    """
    home = _resolved(os.environ.get("YAKUBA_HOME") or "var", os.getcwd())
    if not home.is_dir():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


@lru_cache(maxsize=8)
def _resolved(named: str, _here: str) -> Path:
    return Path(named).resolve()
