"""Hashing a password is slow on purpose, and slows nobody else down."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import ScryptPasswordHasher, get_hasher
from django.test import Client

from tests.core.people.conftest import GOOD, MakePerson
from yakuba.core.people.models import Department, Role
from yakuba.core.people.signin import hashing
from yakuba.core.people.signin.hashing import PoliteScryptHasher

HASHERS = list(configured.PASSWORD_HASHERS)  # before the fixture that makes the other tests fast
Scrypt = Any


@pytest.fixture
def scrypt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scrypt]:
    """Replaces the slow function by one that tells a listener about each call."""
    hashing._pool.cache_clear()
    yield lambda listener: monkeypatch.setattr(hashlib, "scrypt", listener)
    hashing._pool().shutdown()
    hashing._pool.cache_clear()


def test_the_installation_hashes_with_it_and_reads_what_django_wrote() -> None:
    assert HASHERS[0] == "yakuba.core.people.signin.hashing.PoliteScryptHasher"
    written = ScryptPasswordHasher().encode(GOOD, "a salt of sixteen")
    polite = PoliteScryptHasher()
    assert polite.encode(GOOD, "a salt of sixteen") == written
    assert polite.verify(GOOD, written)
    assert not polite.verify(GOOD + "!", written)
    assert not polite.must_update(written)


def test_a_password_is_stored_by_scrypt_with_a_recommended_cost(
    settings: Any, person: MakePerson, nursery: Department
) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    user = person("1001", nursery, Role.OFFICER, password=GOOD)
    kept = get_hasher().decode(user.password)
    assert user.password.startswith("scrypt$")
    # OWASP Password Storage Cheat Sheet: N=2^14 (16 MiB), r=8, p=5
    assert (kept["work_factor"], kept["block_size"], kept["parallelism"]) == (2**14, 8, 5)
    assert len(kept["salt"]) >= 22, "128 bits of salt"
    assert GOOD not in user.password
    answer = Client().post("/staff/login/", {"login": "1001", "password": GOOD})
    assert answer["Location"] == "/staff/"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_hashing_steps_back_and_the_serving_thread_does_not(scrypt: Scrypt) -> None:
    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    seen: list[int] = []

    def listener(*args: Any, **kwargs: Any) -> bytes:
        seen.append(nice())
        return b"x" * 64

    before = nice()
    scrypt(listener)
    PoliteScryptHasher().encode(GOOD, "salt")
    assert seen == [min(19, max(before, hashing.NICENESS))]
    assert nice() == before


def test_no_more_hashes_run_at_once_than_there_are_processors(scrypt: Scrypt) -> None:
    processors = os.cpu_count() or 1
    running, most, lock = 0, 0, threading.Lock()
    full = threading.Event()

    def listener(*args: Any, **kwargs: Any) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == processors:
                full.set()
        assert full.wait(60), "as many run at once as there are processors"
        with lock:
            running -= 1
        return b"x" * 64

    scrypt(listener)
    people = [
        threading.Thread(target=PoliteScryptHasher().encode, args=(GOOD, "salt"))
        for _ in range(processors * 4)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert most == processors


def test_a_fault_while_hashing_reaches_who_asked(scrypt: Scrypt) -> None:
    def listener(*args: Any, **kwargs: Any) -> bytes:
        raise MemoryError("planted")

    scrypt(listener)
    with pytest.raises(MemoryError, match="planted"):
        PoliteScryptHasher().encode(GOOD, "salt")


@pytest.mark.django_db
def test_a_town_hall_behind_one_address_can_sign_in_within_a_minute_and_a_flood_cannot(
    client: Client,
) -> None:
    answers = [
        client.post("/staff/login/", {"login": "", "password": ""}).status_code  # costs no hash
        for _ in range(121)
    ]
    assert answers[:120] == [200] * 120
    assert answers[120] == 429
