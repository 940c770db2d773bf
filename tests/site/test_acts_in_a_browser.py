"""Menus, dialogs and tables work with script, without script, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, expect

from tests.site.browser import axe_faults, make_user, session_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def signed_in(chromium: Browser, origin: str, **options: Any) -> BrowserContext:
    context = chromium.new_context(locale="ja-JP", **options)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(make_user()), "url": origin}
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def context(request: Any, live_server: Any, chromium: Browser) -> Iterator[BrowserContext]:
    context = signed_in(
        chromium, live_server.url, java_script_enabled=request.param, viewport={"width": 390, "height": 844}
    )
    yield context
    context.close()


def test_menu_user_menu_and_dialog_open(context: BrowserContext, live_server: Any) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/staff/components")
    side = page.locator("#nav")
    expect(side).to_be_hidden()
    page.get_by_role("link", name="メニュー").click()
    expect(side).to_be_visible()
    page.locator("details.usermenu summary").click()
    expect(page.get_by_role("button", name="ログアウトする")).to_be_visible()
    page.locator("details.usermenu summary").click()
    page.locator('a[data-opens="sample-dialog"]').click()
    dialog = page.locator("#sample-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("link", name="やめる").click()
    expect(dialog).to_be_hidden()


def test_a_table_is_sorted_filtered_and_paged(context: BrowserContext, live_server: Any) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/staff/components")
    page.get_by_role("link", name="定員（人）").click()
    page.get_by_role("link", name="定員（人）").click()
    expect(page.locator('th[aria-sort="descending"]')).to_have_text("定員（人）")
    page.get_by_label("種別", exact=True).select_option("公立")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_text("18件中 1〜12件目")).to_be_visible()
    page.get_by_role("link", name="次へ").click()
    expect(page.get_by_text("18件中 13〜18件目")).to_be_visible()
    page.get_by_role("link", name="条件を消す").click()
    expect(page.get_by_text("54件中 1〜12件目")).to_be_visible()


def test_open_menus_and_dialogs_pass_axe(live_server: Any, chromium: Browser) -> None:
    context = signed_in(chromium, live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server.url}/staff/components")
    page.locator("details.usermenu summary").click()
    assert axe_faults(page) == []
    page.locator('a[data-opens="sample-dialog"]').click()
    assert axe_faults(page) == []
    context.close()


def test_everything_is_reached_by_keyboard(live_server: Any, chromium: Browser) -> None:
    context = signed_in(chromium, live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server.url}/staff/components")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ進む")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#table-q")).to_be_focused()
    page.keyboard.type("はまかぜ/")
    expect(page.locator("#table-q")).to_have_value("はまかぜ/")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.get_by_text("9件中 1〜9件目")).to_be_visible()
    page.locator("details.usermenu summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="ログアウトする")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="ログアウトする")).to_be_hidden()
    page.locator('a[data-opens="sample-dialog"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sample-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sample-dialog")).to_be_hidden()
    context.close()
