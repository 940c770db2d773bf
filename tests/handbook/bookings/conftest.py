"""A small health centre: two children, an offer, slots."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.handbook.domain.bookings.eligibility import Candidate
from yakuba.handbook.family.session import cookie_name
from yakuba.handbook.models import (
    Child,
    FamilyAccount,
    FamilySession,
    Guardian,
    RegisteredChild,
    Resource,
    ServiceOffer,
    Slot,
)
from yakuba.handbook.services.bookings.parties import COUNTER, FAMILY, Asker, Party, Wish, fresh_reference
from yakuba.handbook.services.bookings.slots import occupy

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 10:00 in Japan
STARTS = datetime(2026, 12, 8, 4, 0, tzinfo=UTC)
BORN = date(2025, 5, 1)
FAMILIES = Asker("family:a", FAMILY)
OFFICE = Asker("staff:1", COUNTER)


def an_offer(title: str = "離乳食教室", **more: Any) -> ServiceOffer:
    fields = {"reference": fresh_reference(), "kind": "class", "title": title, "age_until": "18y", **more}
    return ServiceOffer.objects.create(**fields)


def a_slot(
    offer: ServiceOffer, capacity: int = 2, at: int = 0, *, rooms: tuple[Resource, ...] = (), **more: Any
) -> Slot:
    start = more.pop("start", STARTS + timedelta(minutes=30 * at))
    fields = {
        "reference": fresh_reference(),
        "start": start,
        "end": start + timedelta(hours=1),
        "capacity": capacity,
        "channel": "both",
        "opens_at": NOW - timedelta(days=1),
        "closes_at": start - timedelta(hours=24),
        **more,
    }
    slot = Slot.objects.create(offer=offer, **fields)
    for room in rooms:
        occupy(room, [slot])
    return slot


def a_room(most: int) -> Resource:
    return Resource.objects.create(reference=fresh_reference(), kind="room", name="相談室", most=most)


def a_wish(
    slot: Slot, child: str = "c1", *, key: str = "", asker: Asker = FAMILIES, birth: date = BORN
) -> Wish:
    party = Party(child, Candidate(birth, resident=True))
    return Wish(slot.pk, party, asker, key or fresh_reference(), fresh_reference())


def a_family(*births: date, name: str = "波") -> tuple[FamilyAccount, list[Child]]:
    """An account that is owner of children."""
    reference = fresh_reference()
    account = FamilyAccount.objects.create(reference=reference, name=name, created_at=NOW)
    children = []
    for number, birth in enumerate(births):
        child = Child.objects.create(
            reference=f"{reference[:8]}-{number}",
            name=f"子{number + 1}",
            birth=birth,
            from_register=True,
            created_at=NOW,
        )
        Guardian.objects.create(account=account, child=child, role="owner", since=NOW)
        children.append(child)
    return account, children


def registered(child: Child, number: str) -> RegisteredChild:
    """The same child in the office's register."""
    return RegisteredChild.objects.create(
        number=number, reference=child.reference, name=child.name, birth=child.birth, guardian="保護者"
    )


def staff(role: Role, number: str) -> User:
    department, _ = Department.objects.get_or_create(
        code="310", defaults={"name": "健康推進課", "systems": ["handbook"]}
    )
    user = User.objects.create_user(number, "汐見の海は青い 7 回", name="職員")
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


@pytest.fixture
def officer(db: None) -> User:
    return staff(Role.OFFICER, "31001")


@pytest.fixture
def viewer(db: None) -> User:
    return staff(Role.VIEWER, "31002")


HOME = "/handbook/bookings/"
DESK = "/staff/handbook/bookings/"


def soon(offer: ServiceOffer, capacity: int = 2, days: int = 10, **more: Any) -> Slot:
    """A slot some days from today that families may book now."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    start = now + timedelta(days=days)
    times = {"start": start, "end": start + timedelta(hours=1), "opens_at": now, "closes_at": start}
    return a_slot(offer, capacity, **{**times, **more})


def signed_in(account: FamilyAccount, language: str = "ja") -> Client:
    secret = f"secret-{account.pk}"
    now = timezone.now()
    digest = sha256(secret.encode()).hexdigest()
    FamilySession.objects.create(account=account, digest=digest, started_at=now, seen_at=now)
    client = Client()
    client.cookies[cookie_name()] = secret
    client.cookies["yakuba-language"] = language
    return client


@pytest.fixture
def child(db: None) -> Child:
    return a_family(date.today() - timedelta(days=500))[1][0]  # noqa: DTZ011 - an age, to the day


@pytest.fixture
def family(child: Child) -> Client:
    return signed_in(child.guardians.get().account)


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def times_of(child: Child, slot: Slot) -> str:
    return f"{HOME}for/{child.reference}/{slot.offer.reference}/"


def chosen(family: Client, child: Child, slot: Slot, act: str = "hold", **more: str) -> Any:
    fields = {act: slot.reference, "key": "k", **more}
    return family.post(f"{times_of(child, slot)}hold/", fields)
