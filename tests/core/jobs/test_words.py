"""Small parts: how long something took, and where the queue lives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from yakuba.core.jobs.durable import system_database_url
from yakuba.core.jobs.templatetags.jobs_ui import length_of_time
from yakuba.site.settings.database import database_settings


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0, "0.0秒"),
        (3.14, "3.1秒"),
        (10, "10秒"),
        (59.9, "59秒"),
        (125, "2分5秒"),
        (4320, "1時間12分"),
    ],
)
def test_a_length_of_time_is_written_in_the_units_people_say(seconds: float | None, text: str) -> None:
    assert length_of_time(None if seconds is None else timedelta(seconds=seconds)) == text


def test_the_queue_lies_beside_the_sqlite_database(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": "django.db.backends.sqlite3"})
    assert system_database_url() == f"sqlite:///{tmp_path}/jobs.sqlite3"


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        (
            "postgresql://yakuba:p%40ss@db.example:5433/hall?sslmode=require",
            "postgresql+psycopg://yakuba:p%40ss@db.example:5433/hall?sslmode=require",
        ),
        (
            "postgresql://postgres:@/hall?host=/run/pg",
            "postgresql+psycopg://postgres@/hall?host=%2Frun%2Fpg",
        ),
    ],
)
def test_the_queue_lies_in_the_products_own_postgresql(
    configured: str, expected: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAKUBA_DATABASE_URL", configured)
    monkeypatch.setitem(settings.DATABASES, "default", database_settings(tmp_path)["default"])
    assert system_database_url() == expected
