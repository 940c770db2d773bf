"""A finished run over the small ledger, and what may be tried on it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.nursery.conftest import signed_in
from yakuba.core.people.models import User


@pytest.fixture
def approver_web(approver: User) -> Client:
    return signed_in(approver)


@pytest.fixture
def viewer_web(viewer: User) -> Client:
    return signed_in(viewer)
