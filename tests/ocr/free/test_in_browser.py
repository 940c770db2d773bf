"""The pages of free documents in a real Chromium: fit, axe, lines and boxes, saving."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from tests.ocr.forms.test_in_browser import opened
from tests.ocr.free.conftest import WORDS, made
from tests.site.browser import WIDTHS, axe_faults, sideways
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.ocr.services import documents
from yakuba.ocr.services.document_lines import lines_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_fits_and_lines_are_corrected_by_keyboard(
    chromium: Browser, live_server: Any, officer: User
) -> None:
    document = made(officer, 5, 1)
    run_pending()
    waiting = made(officer, 1, title="港の修繕の記録")
    context, seen = opened(chromium, live_server, officer)
    page, faults = seen.page, []
    here = reverse("ocr:document", args=[document.pk])
    for address in (
        reverse("ocr:free"),
        reverse("ocr:free-new"),
        f"{here}?q=会議",
        reverse("ocr:document", args=[waiting.pk]),
    ):
        page.goto(live_server.url + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if wide := sideways(page):
                faults.append(f"{address} {width}: {wide}")
        page.set_viewport_size({"width": 1280, "height": 900})
        faults += [f"{address}: {one}" for one in axe_faults(page)]
    assert faults == []
    page.goto(live_server.url + here)
    page.locator(".line-box[data-line='5']").click()  # the doubtful line: its box leads to it
    assert page.evaluate("document.activeElement.name") == "line-5"
    assert "is-now" in (page.locator(".line-box[data-line='5']").get_attribute("class") or "")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("濃い字")
    page.keyboard.press("Enter")  # from the last line to the button, which saves
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("1行を直しました。").is_visible()
    assert [one.text for one in lines_of(document.pages.get(number=1))] == [*WORDS[:4], "濃い字"]
    with page.expect_navigation():
        page.get_by_role("button", name="5行目を読んだまま").click()
    assert page.input_value("[name=line-5]") == WORDS[4]
    page.get_by_role("button", name="このページの文字をコピーする").click()
    page.get_by_text("コピー").first.wait_for()
    assert documents.is_stopped(waiting, 1) is False
    context.close()
    assert seen.faults + seen.outside == []
