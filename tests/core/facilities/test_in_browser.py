"""The register's staff pages in a real Chromium: axe, narrow windows, the content policy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser

from tests.core.facilities.tables import childcare, table
from tests.core.facilities.test_staff_pages import a_draft, a_facility, load
from tests.site.browser import WIDTHS, axe_faults, make_user, session_cookie, sideways, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested


def test_every_page_of_the_register(chromium: Browser, live_server: Any, tmp_path: Path) -> None:
    load()
    user = make_user("officer", ["handbook"])
    context = chromium.new_context(locale="ja-JP")
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": live_server.url}
    context.add_cookies([cookie])
    seen = watch(context, live_server.url)
    page, faults = seen.page, []
    bad = tmp_path / "childcare.csv"
    bad.write_bytes(table(childcare({"緯度": "138.362", "経度": "33.597"}, {"開始時間": "25:00"}), "cp932"))

    def look(name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if SHOTS and width != 320:
                page.screenshot(path=str(Path(SHOTS) / f"facilities-{name}-{width}.png"), full_page=True)
            if wide := sideways(page):
                faults.append(f"{name} at {width}px scrolls sideways: {wide}")
            if width != 320:
                faults.extend(f"{name} at {width}px: {fault}" for fault in axe_faults(page))

    for name, address in {
        "home": reverse("facilities:home"),
        "facility": reverse("facilities:facility", kwargs=a_facility(user)),
        "check": reverse("facilities:import", kwargs=a_draft(user)),
        "undo": reverse("facilities:undo", args=["childcare"]),
        "new": reverse("facilities:import-new"),
    }.items():
        page.goto(live_server.url + address)
        look(name)
    page.locator("input[type=file]").set_input_files(str(bad))
    page.locator("#id_source").fill("汐見区オープンデータ")
    page.locator("button.primary").press("Enter")
    page.get_by_role("alert").wait_for()
    seen.faults.clear()  # the answer 422 is told in the console
    look("faults")
    context.close()
    assert faults == []
    assert seen.faults == []
    assert seen.outside == []
