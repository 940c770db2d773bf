"""Three persons of the tax department, and an installation of the tests' own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.border.town import people
from yakuba.core.people.models import Role, User


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "home"))


@pytest.fixture
def staff(db: None) -> list[User]:
    """Two approvers and an officer."""
    return people(Role.APPROVER, Role.APPROVER, Role.OFFICER)
