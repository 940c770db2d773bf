"""The desk in a real Chromium: every page passes axe and fits its window; a round by keyboard alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright

from tests.nursery import desk
from tests.nursery.ledger.helpers import book
from tests.nursery.pages.test_desk_rulebooks import w120_up
from tests.site.browser import WIDTHS, axe_faults, launch, session_cookie, sideways, watch
from yakuba.core.people.models import User
from yakuba.effects.models import WorkSession
from yakuba.nursery.models import Decision, Rulebook, Scoring
from yakuba.nursery.services import rulebooks
from yakuba.nursery.services.decisions import decide_order, decide_points

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def addresses(officer: User) -> list[str]:
    """Every page of the desk that can be opened by its address, with something on it."""
    scoring = desk.scored(officer)
    selection = scoring.applications.selection
    Rulebook.objects.filter(pk=scoring.rulebook_id).update(state="active")
    second = rulebooks.install(w120_up(), file_name="shiomi.yaml", by=officer)
    haebaru = rulebooks.install_shipped("haebaru", by=officer)
    empty = desk.opened(officer, "空の選考")
    Scoring.objects.filter(pk=scoring.pk).update(warnings=["世帯f4：きょうだいの順位が離れています。"])
    decide_order(selection, ["9002", "9001"], reason="会議で決めた", by=officer)
    decide_points(selection, subject="9003", code="SPECIAL", points="6", reason="区長の決裁", by=officer)
    pages = [reverse("nursery:home"), reverse("nursery:rulebooks"), reverse("nursery:round-new")]
    pages += [reverse("nursery:round", args=[one.pk]) for one in (selection, empty)]
    pages += [reverse("nursery:application", args=[scoring.applications_id])]
    pages += [
        reverse(f"nursery:{name}", args=[scoring.pk])
        for name in ("scoring", "scoring-questions", "scoring-ties")
    ]
    pages += [reverse("nursery:scoring-child", args=[scoring.pk, one]) for one in ("9003", "9004")]
    pages += [reverse("nursery:rulebook", args=[one.pk]) for one in (second, haebaru)]
    pages += [reverse("nursery:rulebook-changes", args=[one.pk]) for one in (second, haebaru)]
    return pages


def faulty() -> bytes:
    """A file with unknown columns and faults."""
    sheets = desk.grids()
    sheets["児童"][1][4] = 9
    sheets["児童"][2][6] = "NOPE"
    sheets["児童"][0][1] = "世帯の番号らしきもの"
    return book(sheets)


def look(origin: str, cookie: str, pages: list[str], upload: str) -> list[str]:
    """Visit every page at every width, then the steps of an import that fails."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="ja-JP")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}])
        seen = watch(context, origin)
        page = seen.page

        def check(name: str) -> None:
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if wide := sideways(page):
                    faults.append(f"{name} {width}: {wide}")
            faults.extend(f"{name}: {fault}" for fault in axe_faults(page))

        for address in pages:
            page.goto(origin + address)
            check(address)
        page.goto(origin + upload)
        check("upload")
        send(page, faulty())
        check("columns")
        page.locator("#c-3-1").select_option("児童:世帯番号")
        page.get_by_role("button", name="この対応で検査する").click()
        page.wait_for_selector("text=取り込めません")
        check("faults")
        browser.close()
    return faults + seen.faults + seen.outside


def send(page: Page, data: bytes) -> None:
    page.locator("#id_file").set_input_files(
        {"name": "申込.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="列の確認に進む").click()
    page.wait_for_selector("text=列の対応を確かめる")


def test_every_page_of_the_desk_passes_axe_and_fits_its_window(live_server: Any, officer: User) -> None:
    pages = addresses(officer)
    upload = reverse("nursery:applications-new", args=[desk.opened(officer, "取込み").pk])
    # A thread of its own: other tests may keep a browser open in this one.
    with ThreadPoolExecutor(1) as thread:
        asked = (live_server.url, session_cookie(officer), pages, upload)
        assert thread.submit(look, *asked).result() == []
    measured = set(WorkSession.objects.values_list("task", flat=True))
    assert {"nursery.import", "nursery.score", "nursery.ties", "nursery.review"} <= measured


def order_by_keyboard(origin: str, cookie: str, address: str) -> str:
    """Order the first tie without a mouse: tab to the numbers, type, tab to the reason, Enter."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="ja-JP", java_script_enabled=False)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}])
        page = context.new_page()
        page.goto(origin + address)
        typed = {"place-9001": "2", "place-9002": "1", "reason": "会議で決めた"}
        for _ in range(60):
            page.keyboard.press("Tab")
            name = page.locator(":focus").get_attribute("name") or ""
            if name in typed:
                page.keyboard.type(typed.pop(name))
            if not typed:
                break
        page.keyboard.press("Enter")
        page.wait_for_selector("text=順位を記録しました")
        body = page.content()
        browser.close()
    return body


def test_a_tie_is_ordered_by_keyboard_alone_and_without_script(live_server: Any, officer: User) -> None:
    scoring = desk.scored(officer)
    address = reverse("nursery:scoring-ties", args=[scoring.pk])
    with ThreadPoolExecutor(1) as thread:
        asked = (live_server.url, session_cookie(officer), address)
        assert "9002 ＞ 9001" in thread.submit(order_by_keyboard, *asked).result()
    assert Decision.objects.get().value == {"children": ["9002", "9001"]}
