"""Every nursery page in a real Chromium: no accessibility fault, nothing cut off, no complaint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests.nursery.conftest import small_ledger, tied_ledger, upload
from tests.nursery.ledger.helpers import book
from tests.site.browser import WIDTHS, axe_faults, launch, session_cookie, sideways, watch
from yakuba.core.jobs.services import cancel
from yakuba.core.people.models import User
from yakuba.effects.models import WorkSession
from yakuba.nursery.models import Allocation
from yakuba.nursery.services.allocations import request_allocation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def addresses(result: Allocation, officer: User) -> list[str]:
    """Every page, also with ties, blocking households, a waiting and a cancelled run."""
    result.child_rows.filter(child_id="7003").update(blocking=True)
    Allocation.objects.filter(pk=result.pk).update(blocking_families=["h82"], status="minimal")
    tied = upload(tied_ledger(), officer, "同点のある選考")
    tied.warnings = ["世帯 h82：同じ年齢のきょうだい（受付番号 7003、7004）の優先順位が違います。" * 2]
    tied.save()
    waiting = request_allocation(tied, seed=1, by=officer)
    stopped = request_allocation(tied, seed=2, by=officer)
    assert stopped.job is not None
    cancel(stopped.job, officer)
    pages = [
        reverse("nursery:home"),
        reverse("nursery:ledger-new"),
        reverse("nursery:ledger", args=[tied.pk]),
    ]
    pages += [reverse("nursery:allocation", args=[one.pk]) for one in (result, waiting, stopped)]
    pages += [
        reverse(f"nursery:{name}", args=[result.pk]) for name in ("children", "ranks", "proof", "export")
    ]
    child = reverse("nursery:child", args=[result.pk, "7003"])
    return [*pages, child, f"{child}?for=parent", f"{reverse('nursery:children', args=[result.pk])}?q=zzz"]


def look(origin: str, cookie: str, pages: list[str], faulty: bytes) -> list[str]:
    """Visit every page at every width; then a faulty upload and the list of lost characters."""
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
        page.goto(origin + reverse("nursery:ledger-new"))
        page.locator("#id_title").fill("選考")
        page.locator("#id_file").set_input_files(
            {"name": "台帳.xlsx", "mimeType": "application/octet-stream", "buffer": faulty}
        )
        page.get_by_role("button", name="台帳を取り込む").click()
        page.wait_for_selector("text=取り込めませんでした")
        check("faults")
        page.goto(origin + next(address for address in pages if address.endswith("/export/")))
        page.locator("#form-sjis").check()
        page.get_by_role("button", name="書き出す", exact=True).click()
        page.wait_for_selector("text=表せない文字が")
        check("losses")
        browser.close()
    return faults + seen.faults + seen.outside


def test_every_page_passes_axe_and_fits_its_window(
    live_server: Any, result: Allocation, officer: User
) -> None:
    sheets = small_ledger()
    sheets["申込"][1][4] = "2025/2/30"
    pages = addresses(result, officer)
    # A thread of its own: other tests may keep a browser open in this one.
    with ThreadPoolExecutor(1) as thread:
        asked = (live_server.url, session_cookie(officer), pages, book(sheets))
        assert thread.submit(look, *asked).result() == []
    measured = set(WorkSession.objects.values_list("task", "case_ref"))
    row = result.child_rows.get(child_id="7003").pk
    assert {
        ("nursery.review", f"allocation:{result.pk}"),
        ("nursery.explain", f"child:{row}"),
        ("nursery.import", ""),
    } <= measured
