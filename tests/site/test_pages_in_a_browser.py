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
    register,
    registered_pages,
    session_cookie,
    sideways,
    watch,
)
from yakuba.core import systems
from yakuba.core.audit.services import record
from yakuba.core.systems import Card, System
from yakuba.core.tokens import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested


def faults_of(path: str, seen: Any, origin: str) -> list[str]:
    """The page loaded once and looked at in every width; axe in the two that people have."""
    page = seen.page
    answer = page.request.get(origin + path)
    if answer.status >= 500:
        return [f"{path}: status {answer.status}"]
    if not answer.headers.get("content-type", "").startswith("text/html") or not answer.body():
        return []  # a download, or a refusal such as 405
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(origin + path, wait_until="load")
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            name = f"{path.strip('/').replace('/', '-') or 'root'}-{width}.png"
            page.screenshot(path=str(Path(SHOTS) / name), full_page=True)
        if width != 320:
            found += [f"{path} at {width}px: {fault}" for fault in axe_faults(page)]
        if wide := sideways(page):
            found.append(f"{path} at {width}px scrolls sideways: {wide}")
        found += [f"{path} at {width}px: {fault}" for fault in seen.faults]
        seen.faults.clear()
    return found


def a_token(user: Any) -> dict[str, Any]:
    account = services.account_named("住民記録システム", purpose="転入した世帯の照会", by=user)
    token, _ = services.issue(account, ["nursery:read", "jobs:read"], days=90, by=user)
    old, _ = services.issue(account, ["nursery:read"], days=1, by=user)
    services.revoke(old, by=user)
    return {"pk": token.pk}


register("tokens:revoke", a_token)


def plant_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three systems with all that a card can say, one of them broken, in place of the registered ones."""

    def broken(user: Any, today: Any) -> Card:
        raise RuntimeError("planted")

    cards = {
        "nursery": ("保育所利用調整", Card(6, "同点 4組、固定指定の承認 2件", "2,236人", 41.0)),
        "handbook": ("母子手帳・予防接種", Card(1204, "条件の確認 1,203件、予約 1件", "1,184通", None)),
        "rpa": ("RPA", Card(0, "", "—", -14.2)),
    }
    planted = {
        key: System(key, name, key, "staff_home", lambda user, today, card=card: card)
        for key, (name, card) in cards.items()
    }
    planted["ocr"] = System("ocr", "AI-OCR", "ocr", "nowhere", broken)
    monkeypatch.setattr(systems, "_systems", planted)


def test_every_page_passes_axe(live_server: Any, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    plant_systems(monkeypatch)
    user = make_user()
    record("nursery.allocation.finish", actor=user, target="job:1", detail={"children": 2236})
    record("approval.requested", actor=user, target="approval:1")
    context = chromium.new_context(viewport={"width": WIDTHS[0], "height": 900}, locale="ja-JP")
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": live_server.url}]
    )
    seen = watch(context, live_server.url)
    faults: list[str] = []
    pages = [*registered_pages(user), *named_pages(), "/staff/not-there/", "/not-there/"]
    for path in pages:
        faults += faults_of(path, seen, live_server.url)
    context.close()
    assert "/" in pages
    assert "/staff/" in pages
    assert "/staff/components" in pages
    assert faults == []
    assert seen.outside == []
