"""``capture.js`` in a real Chromium, against a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import include, path
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from yakuba.core.people.models import User
from yakuba.effects.models import WorkSession

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def page_to_measure(request: HttpRequest) -> HttpResponse:
    """A page as systems write them, under the strictest policy for scripts."""
    answer = HttpResponse(
        f"""<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>審査</title>
        <meta name="csrf-token" content="{get_token(request)}">
        <script src="/script.js" defer></script></head>
        <body data-effects-task="nursery.review" data-effects-case="c12"><p>1</p></body></html>"""
    )
    answer["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; connect-src 'self'"
    return answer


def script(request: HttpRequest) -> HttpResponse:
    """The file itself, whatever serves static files in production."""
    from pathlib import Path

    import yakuba.effects

    source = Path(yakuba.effects.__file__).parent / "static/effects/capture.js"
    return HttpResponse(source.read_bytes(), content_type="text/javascript")


urlpatterns = [
    path("page", page_to_measure),
    path("script.js", script),
    path("elsewhere", lambda request: HttpResponse("<!doctype html><title>x</title>")),
    path("staff/effects/", include("yakuba.effects.urls")),
]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, officer: User) -> Iterator[Page]:
    client = Client()
    client.force_login(officer)
    context = chromium.new_context()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


def ended(what: str) -> Callable[..., bool]:
    return lambda answer: answer.url.endswith(f"/capture/{what}") and answer.status == 200


def test_a_visit_is_measured_from_start_to_leaving(
    page: Page, live_server: LiveServer, officer: User
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    with page.expect_response(ended("begin")):
        page.goto(f"{live_server.url}/page")
    page.wait_for_selector("html[data-effects-state=measuring]")
    session = WorkSession.objects.get()
    assert (session.task, session.case_ref, session.user) == ("nursery.review", "c12", officer)

    reports: list[str] = []
    page.on("request", lambda request: reports.append(request.url.rsplit("/", 1)[-1]))
    page.keyboard.press("a")
    assert reports == []  # less than five seconds after the last report
    page.clock.fast_forward(5100)
    with page.expect_response(ended("activity")):
        page.keyboard.press("b")
    page.keyboard.press("c")
    assert reports == ["activity"]

    with page.expect_response(ended("end")):
        page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    session.refresh_from_db()
    assert session.ended_at is not None
    assert session.active_seconds > 0
    assert [text for text in problems if "favicon" not in text and "404" not in text] == []


def test_a_page_without_the_attribute_measures_nothing(page: Page, live_server: LiveServer) -> None:
    reports: list[str] = []
    page.on("request", lambda request: reports.append(request.url))
    page.goto(f"{live_server.url}/elsewhere")
    page.add_script_tag(url="/script.js")
    page.keyboard.press("a")
    assert not any("/capture/" in url for url in reports)
    assert not WorkSession.objects.exists()
