"""The pages of letters in a real Chromium: no accessibility fault, nothing cut off, no complaint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests.nursery.conftest import signed_in
from tests.nursery.letters.conftest import FORM, make
from tests.site.browser import WIDTHS, axe_faults, launch, session_cookie, sideways, watch
from yakuba.core.people.models import ProtectedPerson, User
from yakuba.nursery.models import Allocation, LetterBatch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def addresses(approved: Allocation, officer: User) -> list[str]:
    """Every page: a finished batch with a held back letter, a waiting one, a stopped one."""
    made = make(signed_in(officer), approved)
    waiting = LetterBatch.objects.create(
        allocation=approved, settings=made.settings, issued_on=made.issued_on, requested_by=officer
    )
    letters = list(made.letters.filter(family_id__in=["h81", "h82"]))
    return [
        reverse("nursery:letters", args=[approved.pk]),
        reverse("nursery:letter-batch", args=[made.pk]),
        reverse("nursery:letter-batch", args=[made.pk]) + "?q=zzz",
        reverse("nursery:letter-batch", args=[waiting.pk]),
        *(reverse("nursery:letter", args=[one.pk]) for one in letters),
    ]


def look(origin: str, cookie: str, pages: list[str]) -> list[str]:
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
        page.goto(origin + pages[0])
        page.locator("#id_number").fill("第{m}号")
        page.get_by_role("button", name="通知を作る").press("Enter")  # by keyboard alone
        page.wait_for_selector("text=入力を確かめてください")
        check("faults")
        page.locator("#id_number").fill(str(FORM["number"]))
        page.get_by_role("button", name="通知を作る").press("Enter")
        page.wait_for_selector("text=通知を作っています")
        check("running")
        browser.close()
    # The refused form answers 422, which the browser reports; it is what was asked for.
    return [one for one in faults + seen.faults + seen.outside if "422" not in one]


def test_every_page_of_letters_passes_axe_and_fits_its_window(
    live_server: Any, approved: Allocation, officer: User, shielded: ProtectedPerson
) -> None:
    pages = addresses(approved, officer)
    with ThreadPoolExecutor(1) as thread:  # other tests may keep a browser open in this one
        assert thread.submit(look, live_server.url, session_cookie(officer), pages).result() == []
