"""A second round in a real Chromium: a withdrawal, what is left, new applications, leave extension."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.nursery.later.helpers import applications, child, first_round, household
from tests.site.browser import WIDTHS, axe_faults, launch, session_cookie, sideways, watch
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.applications.export import to_workbook
from yakuba.nursery.models import SelectionRound
from yakuba.nursery.services.later_rounds import adopted, assignment

pytestmark = [pytest.mark.browser, pytest.mark.on_postgresql, pytest.mark.django_db(transaction=True)]


class Office:
    """An officer and an approver, each at a browser of their own, in the one thread that Chromium likes."""

    def __init__(self, origin: str, officer: str, approver: str) -> None:
        self.origin = origin
        self.playwright = sync_playwright().start()
        self.browser = launch(self.playwright)
        self.faults: list[str] = []
        self.desks: dict[str, Page] = {}
        self.seen = []
        for name, cookie in (("officer", officer), ("approver", approver)):
            context: BrowserContext = self.browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}])
            watched = watch(context, origin)
            self.seen.append(watched)
            self.desks[name] = watched.page

    def check(self, page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if wide := sideways(page):
                self.faults.append(f"{name} {width}: {wide}")
        self.faults.extend(f"{name}: {fault}" for fault in axe_faults(page))
        page.set_viewport_size({"width": 1280, "height": 900})

    def close(self) -> list[str]:
        self.browser.close()
        self.playwright.stop()
        return self.faults + [fault for one in self.seen for fault in one.faults + one.outside]

    # -- acts

    def bring_in(self, round_url: str, data: bytes) -> None:
        """From the round's own next act to the imported file."""
        page = self.desks["officer"]
        page.goto(self.origin + round_url)
        page.get_by_role("link", name="申込情報を取り込む").click()
        page.locator("#id_file").set_input_files(
            {"name": "申込.xlsx", "mimeType": "application/octet-stream", "buffer": data}
        )
        page.get_by_role("button", name="列の確認に進む").click()
        page.get_by_role("button", name="この対応で検査する").click()
        page.wait_for_load_state()
        if page.get_by_role("button", name="取り込む").count():
            page.get_by_role("button", name="取り込む").click()
        page.wait_for_load_state()

    def press(self, round_url: str, name: str, *, seed: str = "") -> None:
        """One button of the round page."""
        page = self.desks["officer"]
        page.goto(self.origin + round_url)
        if seed:
            page.locator("details", has=page.locator("#id_seed")).locator("summary").click()
            page.locator("#id_seed").fill(seed)
        page.get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_load_state()

    def ask_and_approve(self, round_url: str) -> None:
        """Two persons: the officer asks on the proof page, the approver decides, the officer adopts."""
        page = self.desks["officer"]
        page.goto(self.origin + round_url)
        page.get_by_role("link", name="結果を確かめる").click()
        page.get_by_role("link", name="承認を依頼する").click()
        page.get_by_label("依頼の内容").fill("結果を確かめました")
        page.get_by_role("button", name="承認を依頼する").click()
        page.wait_for_selector("text=承認を待っています")
        boss = self.desks["approver"]
        boss.goto(self.origin + reverse("people:approvals"))
        boss.get_by_role("link", name="割当の結果").first.click()
        boss.get_by_role("button", name="承認する").click()
        boss.wait_for_load_state()
        page.goto(self.origin + round_url)
        page.get_by_role("button", name="この結果を採用する").click()
        page.wait_for_selector("text=採用しました")

    def decline(self, round_url: str, child_id: str) -> None:
        """Record that a family gave an offer back."""
        page = self.desks["officer"]
        page.goto(self.origin + round_url)
        page.get_by_role("link", name="辞退・取下げ").click()
        self.check(page, "withdrawals, empty")
        page.get_by_label("受付番号").fill(child_id)
        page.get_by_label("内定の辞退").check()
        page.get_by_label("申出日").fill("2026-11-20")
        page.get_by_role("button", name="辞退・取下げを記録する").click()
        page.wait_for_selector("text=の内定の辞退を記録しました")
        self.check(page, "withdrawals")

    def go_on(self, data: bytes) -> None:
        """Start the next round from the withdrawals."""
        page = self.desks["officer"]
        page.get_by_role("link", name="次の選考を始める").click()
        self.check(page, "next round")
        page.locator("#id_file").set_input_files(
            {"name": "新規.xlsx", "mimeType": "application/octet-stream", "buffer": data}
        )
        page.get_by_role("button", name="次の選考を始める").click()
        page.wait_for_selector("text=を始めました")
        self.check(page, "second round")

    def look_at_publication(self, round_url: str) -> None:
        page = self.desks["officer"]
        page.goto(self.origin + round_url)
        page.get_by_role("link", name="公表用の集計").click()
        page.wait_for_selector("text=クラスの人数を伏せています")
        self.check(page, "publication")


def first_file() -> bytes:
    """1 and 2 get the two seats; 3 waits; 4 has the most points but may extend its leave."""
    return to_workbook(
        applications(
            [child("1", "11"), child("2", "11", "12"), child("3", "11", "12"), child("4", "11", "12")],
            [
                household("h1", 160),
                household("h2", 140),
                household("h3", 120),
                household("h4", 160, leave_extension_ok=True),
            ],
        )
    )


def test_withdrawal_second_round_and_leave_extension_from_page_to_page(
    live_server: Any, officer: User, approver: User
) -> None:
    first = first_round(officer)
    start = reverse("nursery:round", args=[first.pk])
    with ThreadPoolExecutor(1) as thread:

        def act(what: Callable[..., Any], *given: Any, **more: Any) -> Any:
            return thread.submit(what, *given, **more).result()

        office = act(Office, live_server.url, session_cookie(officer), session_cookie(approver))
        act(office.bring_in, start, first_file())
        act(office.press, start, "採点する")
        run_pending()
        act(office.press, start, "割り当てる")
        run_pending()
        act(office.ask_and_approve, start)
        first.refresh_from_db()
        assert assignment(adopted(first)) == {"1": "11-1", "2": "12-1", "3": None, "4": None}
        act(office.look_at_publication, start)
        act(office.decline, start, "1")
        act(office.go_on, to_workbook(applications([child("5", "11")], [household("h5", 140)])))
        second = SelectionRound.objects.get(previous=first)
        following = reverse("nursery:round", args=[second.pk])
        act(office.press, following, "採点する")
        run_pending()
        act(office.press, following, "割り当てる")
        run_pending()
        act(office.ask_and_approve, following)
        faults = act(office.close)
    second.refresh_from_db()
    assert assignment(adopted(second)) == {"3": None, "4": None, "5": "11-1"}
    assert faults == []
