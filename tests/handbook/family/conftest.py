"""A family with a child that the office brought, and the code of its letter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.core import access_codes as codes
from yakuba.handbook.digests import birth_digest, code_digest
from yakuba.handbook.models import Child, EntryCode, FamilyAccount, Guardian

PASSWORD = "潮風と白い帆のまち 3 丁目"


def code_of(name: str) -> str:
    """A code that is the same in every test."""
    return codes.draw(Random(name).randrange)


def months_ago(months: int, day: int = 3) -> date:
    """A birth date some months before today."""
    today = timezone.localdate()
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, day)


def registered(name: str, birth: date | None, due: date | None = None, **more: Any) -> Child:
    """A child of the register with a valid code."""
    child = Child.objects.create(
        reference=f"ref-{name}",
        name=more.pop("called", "ひなた"),
        birth=birth,
        due=due,
        sex=more.pop("sex", "F"),
        from_register=True,
        created_at=timezone.now(),
        **more,
    )
    EntryCode.objects.create(
        child=child,
        digest=code_digest(code_of(name)),
        birth_digest=birth_digest(child.reference, birth or due or date.min),
        expires_at=timezone.now() + timedelta(days=60),
    )
    return child


def account(name: str = "", login: str = "") -> FamilyAccount:
    """An adult who signed in before."""
    from yakuba.handbook.services.families.accounts import choose_password

    made = FamilyAccount.objects.create(
        reference=f"acc-{FamilyAccount.objects.count()}", name=name, created_at=timezone.now()
    )
    choose_password(made, login or f"parent{made.pk}", PASSWORD, PASSWORD, timezone.now())
    return made


def guard(adult: FamilyAccount, child: Child, role: str = "owner") -> Guardian:
    """Put an adult beside a child."""
    return Guardian.objects.create(account=adult, child=child, role=role, since=timezone.now())


def signed_in(adult: FamilyAccount) -> Client:
    """A browser of this adult."""
    from yakuba.handbook.family.session import cookie_name
    from yakuba.handbook.services.families.sessions import begin

    client = Client()
    client.cookies[cookie_name()] = begin(adult, "Android, Chrome", timezone.now())
    return client


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder of its own, with its own keys."""
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def child(home: Path, db: None) -> Child:
    """A girl of about two months and a half."""
    return registered("hinata", months_ago(3, 3))


@pytest.fixture
def parent(child: Child) -> FamilyAccount:
    """Her mother."""
    adult = account("みなと")
    guard(adult, child)
    return adult


@pytest.fixture
def inside(parent: FamilyAccount) -> Client:
    """Her mother's browser."""
    return signed_in(parent)


@pytest.fixture
def now() -> datetime:
    return timezone.now()
