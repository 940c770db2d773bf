"""Shared fixtures: no test speaks to another machine; one Chromium a session."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.plugins import templates
from tests.site.browser import chromium_path, launch

# A busy machine is slow, not wrong: nothing is judged by its time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


class OutboundRefused(AssertionError):
    """Something tried to reach another machine."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_outbound_sockets() -> Iterator[None]:
    """Refuse every connection that leaves this machine, and every name look-up but localhost."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_local(address):
            raise OutboundRefused(f"a connection to {address!r} was tried")
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX and not _is_local(address):
            raise OutboundRefused(f"a connection to {address!r} was tried")
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name != socket.gethostname() and not _is_local((name, 0)):
            raise OutboundRefused(f"the name {name!r} was looked up")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None, django_db_blocker: Any) -> bool:
    """The database of each worker is a copy of one that was migrated for all; it goes with its folder."""
    with django_db_blocker.unblock():
        name = connection.creation._get_test_db_name()
    if connection.vendor == "postgresql":
        templates.postgresql(name)
    else:
        for left in (f"{name}-wal", f"{name}-shm"):  # of an earlier run in a folder that was kept
            Path(left).unlink(missing_ok=True)
        shutil.copyfile(templates.sqlite(), name)
    return True


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """People signed in by a test have no second factor; what asks for one is tested with the people."""
    settings.YAKUBA_REQUIRE_TOTP = "none"


@pytest.fixture(autouse=True)
def nothing_kept(settings: Any) -> None:
    """What a test writes is what the next page of the test shows."""
    settings.YAKUBA_LISTS_KEPT_S = 0.0


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A password of a test costs nothing; the hashes of an installation are tested in test_hashing."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ]


@pytest.fixture
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what a passphrase protects; the true cost is asked for in the tests of cryptography."""
    monkeypatch.setattr("yakuba.core.crypto.passphrase.COST", 2**10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole session."""
    if chromium_path() is None:
        pytest.fail("no Chromium: install the chromium package or set CHROMIUM to its path")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs a loop in this thread
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
