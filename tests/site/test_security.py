"""What a browser is told, what is refused, and what no page contains."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.test import Client, RequestFactory, override_settings

from tests.conftest import OutboundRefused
from tests.site.browser import make_user, named_pages
from yakuba.site import errors

pytestmark = pytest.mark.django_db
SRC = Path(__file__).resolve().parents[2] / "src/yakuba"
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


def answers(client: Client) -> dict[str, Any]:
    client.force_login(make_user())
    return {address: client.get(address) for address in [*named_pages(), "/nowhere/", "/staff/nowhere/"]}


def test_every_answer_carries_the_headers(client: Client) -> None:
    for address, response in answers(client).items():
        if response.status_code >= 500:
            pytest.fail(f"{address}: {response.status_code}")
        assert set(response["Content-Security-Policy"].split("; ")) == POLICY, address
        assert response["X-Content-Type-Options"] == "nosniff", address
        assert response["Referrer-Policy"] in ("same-origin", "no-referrer"), address
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert response["Cross-Origin-Resource-Policy"] == "same-origin", address
        assert response["X-Frame-Options"] == "DENY", address
        assert "camera=()" in response["Permissions-Policy"], address
        assert "Server" not in response, address
        if address.startswith("/staff/"):
            assert response["Cache-Control"] == "no-store, private", address


class Addresses(HTMLParser):
    """Notes where a page leads and what it carries inline."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for name in ("src", "href", "action", "srcset", "poster", "data", "formaction"):
            value = values.get(name) or ""
            if re.match(r"(?:[a-z]+:)?//", value) or value.startswith(("http", "javascript:")):
                self.outside.append(value)
        if tag == "style" or "style" in values or (tag == "script" and "src" not in values):
            self.inline.append(tag)
        self.inline += [name for name in values if name.startswith("on")]


def test_no_page_leads_outside_or_carries_script_or_style_inline(client: Client) -> None:
    for address, response in answers(client).items():
        if response.get("Content-Type", "").startswith("text/html"):
            seen = Addresses()
            seen.feed(response.content.decode())
            assert (seen.outside, seen.inline) == ([], []), address


def test_no_template_carries_script_or_style_inline() -> None:
    for path in SRC.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"<style|\sstyle=|<[^%>]*\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text
        ), path
        assert "|safe" not in text.replace("{{ totp_svg|safe }}", ""), path  # drawn by allauth from our key
        assert "autoescape off" not in text, path


def test_static_files_name_no_other_host() -> None:
    for path in [*SRC.rglob("static/**/*.css"), *SRC.rglob("static/**/*.js")]:
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text)
        assert found == [], path


def test_what_people_typed_is_escaped(client: Client) -> None:
    client.force_login(make_user(name="<script>alert(1)</script>"))
    page = client.get("/staff/components", {"q": '"><img src=x onerror=alert(1)>'}).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_error_pages_need_no_database(client: Client, rf: RequestFactory) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError("the database was asked")

    with connection.execute_wrapper(refuse):
        for path in ("/x", "/staff/x", "/api/x"):
            for status in errors.FAULTS:
                response = errors.page(rf.get(path), status)
                assert response.status_code == status
                assert response.content
            assert errors.csrf_failure(rf.post(path)).status_code == 403
            assert errors.server_error(rf.get(path)).status_code == 500


def test_an_error_in_a_page_shows_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user())

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("planted secret")

    monkeypatch.setattr("yakuba.site.pages.events.recent", broken)
    response = client.get("/staff/")
    assert response.status_code == 500
    assert "planted" not in response.content.decode()
    assert "処理の途中で誤りが起きました" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post("/staff/tokens/issue/", {"account": "x"})
    assert response.status_code == 403
    assert "操作の確認の印が合いませんでした" in response.content.decode()


@pytest.mark.parametrize(
    ("length", "status"), [("101", 413), ("99999999999999", 413), ("x", 400), ("-1", 400)]
)
def test_a_body_over_the_limit_or_of_no_length_is_refused(client: Client, length: str, status: int) -> None:
    with override_settings(YAKUBA_BODY_LIMIT=100):
        response = client.post("/staff/", data=b"", content_type="text/plain", CONTENT_LENGTH=length)
    assert response.status_code == status


def test_a_form_over_the_limit_is_413_and_a_bad_one_400(rf: RequestFactory) -> None:
    assert errors.bad_request(rf.get("/staff/"), RequestDataTooBig()).status_code == 413
    assert errors.bad_request(rf.get("/staff/"), ValueError()).status_code == 400


def test_too_many_requests_say_when_to_come_back(rf: RequestFactory) -> None:
    response = errors.too_many(rf.get("/staff/login/"))
    assert response.status_code == 429
    assert response["Retry-After"] == "60"


def settings_with(**surroundings: str) -> dict[str, Any]:
    program = (
        "import json, yakuba.site.settings as s; "
        "print(json.dumps({k: getattr(s, k) for k in dir(s) "
        "if k.startswith(('SESSION', 'CSRF', 'SECURE', 'LANG')) "
        "and isinstance(getattr(s, k), (str, int, bool, tuple, type(None)))}))"
    )
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("YAKUBA_") or key == "YAKUBA_HOME"
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, **surroundings},
        capture_output=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_over_https_cookies_are_bound_to_the_host_and_hsts_is_sent() -> None:
    found = settings_with(YAKUBA_HTTPS="1", YAKUBA_BEHIND_PROXY="1")
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert found[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{cookie}_COOKIE_SECURE"] is True
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["SESSION_COOKIE_SAMESITE"] in ("Lax", "Strict")
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_a_header_of_a_proxy_is_believed_only_when_there_is_one() -> None:
    assert settings_with(YAKUBA_HTTPS="1")["SECURE_PROXY_SSL_HEADER"] is None


def test_the_api_is_not_redirected_but_refused_over_plain_http() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=["^api/"]):
        client = Client()
        refused = client.get("/api/v1/health")
        assert refused.status_code == 403
        assert refused["Content-Type"] == errors.PROBLEM
        assert client.get("/api/v1/health", secure=True).status_code == 200
        assert client.get("/")["Location"].startswith("https://")


@pytest.mark.parametrize("address", ["/", "/staff/", "/staff/components", "/api/v1/health"])
def test_trace_is_not_answered(client: Client, address: str) -> None:
    client.force_login(make_user())
    assert client.trace(address).status_code == 405


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "2001:db8::1"])
def test_the_test_suite_itself_can_reach_nobody(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as speaker, pytest.raises(OutboundRefused):
        speaker.connect((host, 80))
    with pytest.raises(OutboundRefused):
        socket.getaddrinfo(host, 80)


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.git/HEAD", "/static/../.git/config", "/pyproject.toml", "/.env"]
)
def test_no_file_of_the_checkout_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
