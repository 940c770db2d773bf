"""The signing key: from the environment, or made once and kept in the installation's key folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from yakuba.site.environment import setting


def secret_key(home: Path) -> str:
    """The configured key, or the stored one, or a new one written for the owner alone to read."""
    configured = setting("YAKUBA_SECRET_KEY")
    if configured:
        return configured
    keys = home / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    path = keys / "django-secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        key = secrets.token_urlsafe(64)
        stream.write(key)
    return key
