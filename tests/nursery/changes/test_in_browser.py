"""Scenarios, pins and comparisons in a real Chromium: by keyboard, axe, at every width."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright

from tests.nursery.changes.test_comparisons import ENVY, as_csv
from tests.site.browser import WIDTHS, axe_faults, launch, session_cookie, sideways, watch
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.models import Allocation, Comparison, Pin, Scenario
from yakuba.nursery.services.scenarios import request_scenario

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Worker:
    """What is queued is done in the thread of the test, which has the database, when the browser's asks."""

    def __init__(self) -> None:
        self.asked, self.done = Event(), Event()

    def work(self) -> None:
        self.asked.set()
        assert self.done.wait(60)

    def serve(self, visit: Future[list[str]]) -> list[str]:
        while not visit.done():
            if self.asked.wait(0.1):
                self.asked.clear()
                run_pending()
                self.done.set()
        return visit.result()


class Visit:
    """One browser page whose every stop is checked at every width."""

    def __init__(self, page: Page, origin: str, worker: Worker) -> None:
        self.page, self.origin, self.worker, self.faults = page, origin, worker, list[str]()

    def to(self, address: str) -> None:
        self.page.goto(self.origin + address)
        self.check(address)

    def check(self, name: str) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            if wide := sideways(self.page):
                self.faults.append(f"{name} {width}: {wide}")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.faults.extend(f"{name}: {fault}" for fault in axe_faults(self.page))

    def press(self, name: str) -> None:
        """Press a button by keyboard alone."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.focus()
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()


def look(origin: str, cookie: str, result: int, finished: int, worker: Worker) -> list[str]:
    """The three kinds of page, each reached and worked as an officer would."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="ja-JP")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}])
        seen = watch(context, origin)
        visit = Visit(seen.page, origin, worker)
        for name in ("scenarios", "scenario-new", "pins", "pin-new", "comparisons"):
            visit.to(reverse(f"nursery:{name}", args=[result]))
        visit.to(reverse("nursery:scenario", args=[finished]))
        scenario(visit, result)
        pin(visit, result)
        comparison(visit, result)
        browser.close()
    return visit.faults + seen.faults + seen.outside


def scenario(visit: Visit, result: int) -> None:
    """Search for a class, change it, and see that only its row is sent."""
    page = visit.page
    page.goto(visit.origin + reverse("nursery:scenario-new", args=[result]))
    page.get_by_label("クラスの検索").fill("なぎさ")
    assert page.locator("tbody tr:visible").count() == 1
    page.get_by_label("クラスの検索").fill("")
    page.locator("[id='seats-1-1']").fill("3")
    assert "変更 1クラス" in page.locator("#seats-count").inner_text()
    with page.expect_request(lambda asked: asked.method == "POST") as sent:
        visit.press("試算する")
    body = sent.value.post_data or ""
    assert "seats-1-1=3" in body
    assert "seats-2-2" not in body
    page.wait_for_url("**/nursery/scenarios/*/")
    visit.check("scenario running")


def pin(visit: Visit, result: int) -> None:
    page = visit.page
    page.goto(visit.origin + reverse("nursery:child", args=[result, "7003"]))
    page.get_by_role("link", name="固定する").click()
    page.locator("#class").select_option("1-1")
    page.locator("#reason").fill("児童相談所からの要請")
    visit.press("影響を確かめる")
    page.wait_for_selector("text=処理係が空くのを待っています")
    visit.check("consequences running")
    visit.worker.work()
    page.wait_for_selector("text=結果が変わります")  # the page leads on by itself
    visit.check("consequences")
    visit.press("固定の承認を依頼する")
    page.wait_for_url("**/nursery/pins/*/")
    visit.check("pin")


def comparison(visit: Visit, result: int) -> None:
    page = visit.page
    for data, words in ((as_csv([["9999", "1", ""]]), "照合できませんでした"), (as_csv(ENVY), "相違の一覧")):
        page.goto(visit.origin + reverse("nursery:comparisons", args=[result]))
        page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": data})
        visit.press("照合する")
        page.wait_for_selector(f"text={words}")
        visit.check(words)


def test_scenarios_pins_and_comparisons_work_by_keyboard_and_pass_axe_at_every_width(
    live_server: Any, result: Allocation, officer: User
) -> None:
    finished = request_scenario(result, title="1席増やす", capacity={"1-1": 2}, ledger=None, by=officer)
    run_pending()
    # A thread of its own: other tests may keep a browser open in this one.
    with ThreadPoolExecutor(1) as thread:
        worker = Worker()
        asked = (live_server.url, session_cookie(officer), result.pk, finished.pk, worker)
        assert worker.serve(thread.submit(look, *asked)) == []
    assert Scenario.objects.latest("pk").changes == {"capacity": {"1-1": 3}}
    assert Pin.objects.get().class_id == "1-1"
    assert Comparison.objects.get().figures["different"] >= 2
