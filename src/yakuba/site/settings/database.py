"""SQLite embedded, PostgreSQL in production: the same code on both."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from yakuba.site.environment import setting

KEPT_SECONDS = 60  # a server thread keeps its connection this long


def database_settings(home: Path) -> dict[str, dict[str, Any]]:
    """``DATABASES`` for the configured URL; ``ValueError`` when the URL is not PostgreSQL's."""
    url = setting("YAKUBA_DATABASE_URL")
    if url:
        return {"default": _postgresql(url)}
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "yakuba.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
            # A new connection parses the whole schema: as much work as a page takes without it.
            "CONN_MAX_AGE": KEPT_SECONDS,
            # Tests use a file too: in memory, two requests at once fail instead of waiting.
            "TEST": {"NAME": home / "test.sqlite3"},
        }
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(
            f"YAKUBA_DATABASE_URL：「{parts.scheme}」で始まっています。"
            "postgresql:// で始まる接続先にするか、空にして SQLite を使ってください。"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }
