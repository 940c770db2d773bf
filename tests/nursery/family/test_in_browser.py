"""The families' pages in a real Chromium, in every language: entered by keyboard, axe, narrow windows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from tests.nursery.family.conftest import birth, code_of
from tests.site.browser import WIDTHS, axe_faults, session_cookie, sideways, watch
from yakuba.core import access_codes as codes
from yakuba.core.people.models import User
from yakuba.nursery.services.publication import Published, revoke_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested
LANGUAGES = ("ja", "ja-x-easy", "en")


def look(page: Page, name: str) -> list[str]:
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS and width != 320:
            page.screenshot(path=str(Path(SHOTS) / f"family-{name}-{width}.png"), full_page=True)
        if wide := sideways(page):
            found.append(f"{name} at {width}px scrolls sideways: {wide}")
        if width != 320:
            found += [f"{name} at {width}px: {fault}" for fault in axe_faults(page)]
    return found


def enter(page: Page, origin: str, family: str, at: int) -> None:
    """By keyboard alone, as a parent with one free hand would."""
    page.goto(f"{origin}/nursery/result/")
    day = birth(at)
    page.locator("#code").focus()
    page.keyboard.type(codes.shown(code_of(family)).lower())
    for field, value in (("#year", day.year), ("#month", day.month), ("#day", day.day)):
        page.keyboard.press("Tab")
        assert page.evaluate("'#' + document.activeElement.id") == field
        page.locator(field).select_option(str(value))
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def opened(chromium: Browser, origin: str, language: str) -> BrowserContext:
    context = chromium.new_context(locale="ja-JP")
    context.add_cookies([{"name": "yakuba-language", "value": language, "url": origin}])
    return context


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language(
    chromium: Browser, live_server: Any, published: Published, officer: User, language: str
) -> None:
    context = opened(chromium, live_server.url, language)
    seen = watch(context, live_server.url)
    page, faults = seen.page, []
    page.goto(f"{live_server.url}/nursery/result/")
    faults += look(page, f"entry-{language}")
    for family, at, name in (("h13", 13, "waiting"), ("h3", 3, "placed"), ("h7", 7, "siblings")):
        enter(page, live_server.url, family, at)
        assert page.url.endswith("/nursery/result/page/")
        faults += look(page, f"{name}-{language}")
    page.locator("form[action$='/close/'] button").press("Enter")
    page.wait_for_url("**/nursery/result/?left")
    faults += look(page, f"left-{language}")
    enter(page, live_server.url, "h3", 4)
    faults += look(page, f"wrong-{language}")
    for _ in range(4):
        enter(page, live_server.url, "h3", 4)
    faults += look(page, f"locked-{language}")
    revoke_all(published.publication, by=officer)
    enter(page, live_server.url, "h11", 11)
    faults += look(page, f"gone-{language}")
    page.goto(live_server.url)
    faults += look(page, f"home-{language}")
    context.close()
    assert faults + seen.faults + seen.outside == []


def test_the_officers_and_the_administrators_pages(
    chromium: Browser, live_server: Any, published: Published, officer: User, admin: User
) -> None:
    found = published.publication.allocation
    faults: list[str] = []
    for user, names in (
        (officer, [("families", found.pk), ("families-close", found.pk)]),
        (admin, [("exchange:list", None)]),
    ):
        context = chromium.new_context(locale="ja-JP")
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": live_server.url}]
        )
        seen = watch(context, live_server.url)
        for name, pk in names:
            path = reverse(name) if pk is None else reverse(f"nursery:{name}", args=[pk])
            seen.page.goto(live_server.url + path)
            faults += look(seen.page, name.replace(":", "-"))
        context.close()
        faults += seen.faults + seen.outside
    assert faults == []
