"""People who may and may not be measured."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.core.people.models import Assignment, Department, Role, User


def person(username: str, systems: list[str], role: Role = Role.OFFICER) -> User:
    user = User.objects.create_user(username, "correct horse battery staple", name=username)
    department, _ = Department.objects.get_or_create(
        code="-".join(systems) or "none", defaults={"name": "課", "systems": systems}
    )
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


@pytest.fixture
def officer(db: None) -> User:
    return person("1001", ["nursery"])


@pytest.fixture
def colleague(db: None) -> User:
    return person("1002", ["nursery"])


@pytest.fixture
def stranger(db: None) -> User:
    return person("2001", ["roads"])
