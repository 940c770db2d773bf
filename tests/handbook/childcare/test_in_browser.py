"""The childcare pages in a real Chromium: languages, widths, keyboard, with and without script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.site.browser import WIDTHS, axe_faults, register, sideways, watch
from yakuba.site.demo.city import make_city
from yakuba.site.demo.facilities import load_facilities

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested
BORN = "born=2025-08-10"


def a_place(user: Any) -> dict[str, Any]:
    load_facilities(make_city(1))
    return {"key": "childcare:K013"}


register("childcare:place", a_place)


def look(page: Page, name: str) -> list[str]:
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS and width != 320:
            page.screenshot(path=str(Path(SHOTS) / f"childcare-{name}-{width}.png"), full_page=True)
        if wide := sideways(page):
            found.append(f"{name} at {width}px scrolls sideways: {wide}")
        if width != 320:
            found += [f"{name} at {width}px: {fault}" for fault in axe_faults(page)]
    return found


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_every_page_in_every_language(chromium: Browser, live_server: Any, language: str) -> None:
    load_facilities(make_city(1))
    context = chromium.new_context(locale="ja-JP")
    context.add_cookies([{"name": "yakuba-language", "value": language, "url": live_server.url}])
    seen = watch(context, live_server.url)
    page, faults = seen.page, []
    for name, path in {
        "search": "",
        "list": f"?{BORN}&open=1&from=06",
        "map": f"?{BORN}&from=06&view=map",
        "faults": "?born=x&time=25:00",
        "empty": "?q=zzzz",
        "place": f"place/childcare:K013/?{BORN}&time=10:30",
        "schemes": f"schemes/?{BORN}",
        "vacancies": "vacancies/",
    }.items():
        page.goto(f"{live_server.url}/childcare/{path}")
        faults += look(page, f"{name}-{language}")
    context.close()
    assert faults == []
    assert seen.faults == []
    assert seen.outside == []


def test_a_parent_finds_a_place_by_keyboard_and_goes_back(chromium: Browser, live_server: Any) -> None:
    load_facilities(make_city(1))
    context = chromium.new_context(locale="ja-JP", viewport={"width": 390, "height": 844})
    seen = watch(context, live_server.url)
    page = seen.page
    page.goto(live_server.url + reverse("childcare:search"))
    page.locator("#q").focus()
    page.keyboard.type("子育てひろば")
    page.keyboard.press("Tab")
    page.locator("#born").fill("2025-08-10")
    with page.expect_navigation():
        page.locator("#born").press("Enter")
    assert page.locator("article.wish").count() == 2
    page.locator("article.wish a").first.press("Enter")
    page.wait_for_url("**/childcare/place/**")
    assert page.locator("h1").inner_text() in ("しおみ子育てひろば", "朝凪台子育てひろば")
    page.locator(".back a").press("Enter")
    page.wait_for_url("**/childcare/?**")
    assert page.locator("#q").input_value() == "子育てひろば"
    assert seen.faults == []
    context.close()


def test_the_device_tells_its_place_only_when_it_is_asked(chromium: Browser, live_server: Any) -> None:
    load_facilities(make_city(1))
    context = chromium.new_context(
        locale="ja-JP", geolocation={"latitude": 33.6123, "longitude": 138.3891}, permissions=["geolocation"]
    )
    seen = watch(context, live_server.url)
    page = seen.page
    page.goto(live_server.url + reverse("childcare:search"))
    page.locator("details.more > summary").press("Enter")
    with page.expect_navigation():
        page.locator("[data-locate] button").press("Enter")
    assert "at=33.612%2C138.389" in page.url
    away = page.locator("article.wish h3 small.nobreak").all_inner_texts()
    assert away
    assert away[0].endswith(" m")
    assert "at=" not in (page.locator(".share a").get_attribute("href") or "")
    assert seen.faults == []
    context.close()


def test_without_script_the_same_search_works(chromium: Browser, live_server: Any) -> None:
    load_facilities(make_city(1))
    context = chromium.new_context(locale="ja-JP", java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + reverse("childcare:search"))
    assert page.locator("[data-locate]").is_hidden()
    page.locator("details.more > summary").click()
    page.locator("#from").select_option(label="月待浜")
    page.locator("button.primary").click()
    page.wait_for_url("**from=07**")
    assert page.locator("article.wish").count() == 20
    page.get_by_role("link", name="地図").click()
    page.wait_for_url("**view=map**")
    assert page.locator(".cc-map a").count() == 20
    context.close()
