"""A small town hall: three departments and the people that the tests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from yakuba.core.people.models import Assignment, Department, Role, User

GOOD = "misaki no toudai 7 sou"

MakePerson = Callable[..., User]


@pytest.fixture(autouse=True)
def _own_cache(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "cache",
        }
    }
    cache.clear()
    yield
    cache.close()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def nursery(db: None) -> Department:
    return Department.objects.create(code="210", name="保育課", systems=["nursery"])


@pytest.fixture
def general(db: None) -> Department:
    return Department.objects.create(code="100", name="総務課", systems=[])


@pytest.fixture
def guard(db: None) -> Department:
    return Department.objects.create(code="150", name="市民相談室", systems=["protected"])


@pytest.fixture
def person(db: None) -> MakePerson:
    """Makes a person: ``person("1001", department, Role.OFFICER, password=None, days_ago=400)``."""

    def make(
        number: str,
        department: Department | None = None,
        role: Role | None = None,
        *,
        password: str | None = None,
        days_ago: int = 400,
        **fields: Any,
    ) -> User:
        user = User.objects.create_user(number, password, **({"name": f"職員{number}"} | fields))
        if department is not None and role is not None:
            Assignment.objects.create(
                user=user,
                department=department,
                role=role,
                starts_on=timezone.localdate() - timedelta(days=days_ago),
            )
        return user

    return make


@pytest.fixture
def admin(person: MakePerson, general: Department) -> User:
    return person("9001", general, Role.ADMIN, name="中井 光")


@pytest.fixture
def admin_client(admin: User, settings: Any) -> Client:
    settings.YAKUBA_REQUIRE_TOTP = "none"
    client = Client()
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def roads(db: None) -> Department:
    return Department.objects.create(code="300", name="道路課", systems=["roads"])


@pytest.fixture
def officer(person: MakePerson, nursery: Department) -> User:
    return person("1001", nursery, Role.OFFICER, name="千葉 奈緒")
