"""The service's log says where something failed and not what people typed."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client, RequestFactory

from yakuba.core.logs import PlacesOnly
from yakuba.core.people.signin.lockout import client_address


def failure() -> logging.LogRecord:
    try:
        raise ValueError("髙橋 凛 2025-08-01")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    return logging.LogRecord("yakuba", logging.ERROR, __file__, 1, "failed", (), info)


def test_an_exception_is_logged_by_type_and_place_without_its_message() -> None:
    text = PlacesOnly().format(failure())
    assert "builtins.ValueError" in text
    assert "test_logs.py" in text
    assert "in failure" in text
    assert "髙橋" not in text


@pytest.mark.django_db
def test_an_error_of_a_page_reaches_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("yakuba.site.pages.render", broken)
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR, logger="django.request"):
        assert client.get("/").status_code == 500
    (line,) = [line for line in caplog.records if line.name == "django.request"]
    assert line.exc_info is not None
    handlers = logging.getLogger("django").handlers
    assert any(isinstance(handler.formatter, PlacesOnly) for handler in handlers)


@pytest.mark.parametrize(
    ("behind", "forwarded", "address"),
    [
        (True, "203.0.113.9, 10.1.2.3", "10.1.2.3"),  # only what our own proxy added is believed
        (True, "10.1.2.3", "10.1.2.3"),
        (True, "not an address", "192.0.2.1"),
        (True, "", "192.0.2.1"),
        (False, "10.1.2.3", "192.0.2.1"),
    ],
)
def test_an_attempt_is_counted_where_it_comes_from(
    settings: Any, rf: RequestFactory, behind: bool, forwarded: str, address: str
) -> None:
    settings.YAKUBA_BEHIND_PROXY = behind
    request = rf.post("/staff/login/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.1")
    assert client_address(request) == address
