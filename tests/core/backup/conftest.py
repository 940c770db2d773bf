"""Every test has an installation folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.installations import installation, postgres

__all__ = ["home", "installation", "postgres"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("YAKUBA_HOME", str(folder))
    return folder
