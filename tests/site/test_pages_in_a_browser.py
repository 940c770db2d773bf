"""Every page in a real browser: axe, narrow windows, the content policy, nothing from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from tests.site.browser import (
    WIDTHS,
    axe_faults,
    make_user,
    named_pages,
    registered_pages,
    session_cookie,
    sideways,
    watch,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested


def faults_of(path: str, seen: Any, origin: str, width: int) -> list[str]:
    page = seen.page
    answer = page.goto(origin + path, wait_until="load")
    kind = answer.headers.get("content-type", "") if answer else ""
    if answer is None or answer.status >= 400 or not kind.startswith("text/html"):
        return [] if answer is not None and answer.status in (400, 404, 405) else [f"{path}: no page"]
    if SHOTS:
        name = f"{path.strip('/').replace('/', '-') or 'root'}-{width}.png"
        page.screenshot(path=str(Path(SHOTS) / name), full_page=True)
    found = [f"{path} at {width}px: {fault}" for fault in seen.faults]
    seen.faults.clear()
    if width != 320:
        found += [f"{path} at {width}px: {fault}" for fault in axe_faults(page)]
    wide = sideways(page)
    if wide:
        found.append(f"{path} at {width}px scrolls sideways: {wide}")
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_passes_axe(width: int, live_server: Any, chromium: Browser) -> None:
    user = make_user()
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": live_server.url}]
    )
    seen = watch(context, live_server.url)
    faults: list[str] = []
    pages = [*named_pages(), *registered_pages(user), "/staff/not-there/", "/not-there/"]
    for path in pages:
        faults += faults_of(path, seen, live_server.url, width)
    context.close()
    assert "/" in pages
    assert "/staff/" in pages
    assert "/staff/components" in pages
    assert faults == []
    assert seen.outside == []
