"""The page of effects in a real Chromium: no accessibility fault, nothing wider than the screen."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.site.browser import make_user, session_cookie
from yakuba.effects.models import BaselineSample, CaseCount, Cost, WorkSession

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "figures": "/staff/effects/",
    "empty": "/staff/effects/?since=2020-01-01&until=2020-01-02",
    "wrong": "/staff/effects/?since=2026-12-01&until=2020-01-02",
}


def measure() -> None:
    """A gain, a loss and a task without a baseline."""
    chance, today = random.Random(1), timezone.localdate()
    for task, before, now, cases in (
        ("review", 600, 150, 30),
        ("import", 300, 640, 9),
        ("explain", 0, 90, 12),
    ):
        for number in range(cases):
            at = timezone.now() - timedelta(minutes=number)
            seconds = chance.uniform(0.5, 1.5) * now
            WorkSession.objects.create(
                task=f"nursery.{task}", case_ref=str(number), started_at=at, last_activity_at=at,
                active_seconds=seconds,
            )  # fmt: skip
            if before:
                BaselineSample.objects.create(
                    task=f"nursery.{task}", seconds=chance.uniform(0.5, 1.5) * before, measured_on=today
                )
    CaseCount.objects.create(task="nursery.review", date=today, count=12_500)
    Cost.objects.create(system="nursery", name="保守", yen=150_000, per="month", starts_on=today)


def test_the_page_has_no_fault_at_any_width(chromium: Browser, live_server: LiveServer) -> None:
    measure()
    context = chromium.new_context()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(make_user())}
    context.add_cookies([{**cookie, "url": live_server.url}])
    page = context.new_page()
    faults = []
    for kind, path in PAGES.items():
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + path)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                faults.append(f"{kind} {width}: wider than the screen")
            for violation in Axe().run(page).response["violations"]:
                faults.append(f"{kind} {width}: {violation['id']} {violation['nodes'][0]['html'][:160]}")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(live_server.url + PAGES["figures"])
    for region in page.locator(".scroll").all():
        assert region.evaluate("e => e.scrollWidth <= e.clientWidth"), "the tables fit an office's screen"
    page.get_by_text("数字の読み方").click()
    assert page.get_by_text("職員ごとの数字は出しません。").is_visible()
    context.close()
    assert faults == []
