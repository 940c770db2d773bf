"""A finished run over the small ledger, and what may be tried on it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.nursery.conftest import make_person, signed_in
from yakuba.core.people.models import Department, Role, User


@pytest.fixture
def approver_web(approver: User) -> Client:
    return signed_in(approver)


@pytest.fixture
def viewer_web(viewer: User) -> Client:
    return signed_in(viewer)


@pytest.fixture
def guard(db: None) -> User:
    """A manager of 支援措置."""
    room = Department.objects.create(code="150", name="市民相談室", systems=["protected"])
    return make_person("3001", room, Role.APPROVER, "磯部 汀")
