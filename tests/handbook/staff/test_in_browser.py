"""Every staff page of the handbook in a real Chromium: no accessibility fault, nothing cut off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests.handbook.staff.conftest import DOSE_HEAD, born, child_row, dose_row, table, take_children, today
from tests.handbook.staff.test_rulebooks import wider
from tests.handbook.staff.test_way import activate
from tests.site.browser import axe_faults, launch, session_cookie, sideways, watch
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.handbook.models import RegisteredChild
from yakuba.handbook.services import (
    dose_imports,
    entry_letters,
    imports,
    observations,
    outlooks,
    rulebooks,
    vouchers,
)
from yakuba.handbook.services.entry_letters import Choices
from yakuba.handbook.services.observations import ObservationFacts

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 390)


def next_sending() -> date:
    """The first month from the next on in which vouchers go out: which one depends on today's day."""
    month = today().replace(day=1)
    for _ in range(12):
        month = (month + timedelta(days=32)).replace(day=1)
        if any(one.sending for one in vouchers.plan(month)):
            return month
    raise AssertionError("no vouchers within a year")


def addresses(family: RegisteredChild, officer: User, nurse: User, manager: User) -> list[str]:
    """Every page with something on it."""
    activate(officer, nurse, manager)
    for code in ("LONG_ILLNESS", "HBIG_COURSE"):
        observations.record(family, ObservationFacts(code, today(), "医師の意見書"), by=officer)
    observations.take_back(family.observations.get(code="HBIG_COURSE"), by=officer)
    done = take_children(child_row("9", "堀 湊", born(days=0)), by=officer)
    data = table(DOSE_HEAD, dose_row("9", "Pentavalent", born(days=0)))
    take_children(child_row("10", "堀 渚", born(days=500), 性別=""), by=officer)
    unknown = RegisteredChild.objects.get(number="10")
    doses = dose_imports.receive_doses("予防接種台帳.csv", data, by=officer)
    held = imports.receive_children(
        "住民記録.csv", f"宛名番号,氏名,生年月日\n9,堀 湊,{born(days=1)}".encode("cp932"),
        whole=True, by=officer,
    )  # fmt: skip
    outlooks.request_run(by=officer)
    version = wider(officer)
    report = rulebooks.request_report(version, on=today(), by=officer)
    batch = entry_letters.request_letters(Choices("https://www.city.example/h/", "健康推進課"), by=officer)
    month = next_sending()
    sending = vouchers.request_batch(month, by=officer)
    run_pending()
    names = "home children imports children-new doses-new tasks letters rulebooks cohorts overdue"
    plain = [reverse(f"handbook:{name}") for name in f"{names} overdue-export vouchers".split()]
    task, dose = family.tasks.earliest("pk"), family.doses.earliest("pk")
    some: list[tuple[str, Any]] = [
        ("child", family.pk), ("child", unknown.pk), ("dose-new", family.pk), ("observation-new", family.pk),
        ("child-letters", family.pk), ("task", task.pk),
        ("dose-correct", dose.pk), ("import", done.pk), ("import", held.pk), ("import", doses.pk),
        ("rulebook", version.pk), ("rulebook-report", report.pk), ("entry-batch", batch.pk),
        ("voucher-month", f"{month:%Y-%m}"), ("voucher-batch", sending.pk),
        ("voucher", sending.vouchers.earliest("pk").pk),
    ]  # fmt: skip
    return [*plain, *(reverse(f"handbook:{name}", args=[key]) for name, key in some)]


def look(origin: str, cookie: str, pages: list[str]) -> list[str]:
    """Visit every page at both widths."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="ja-JP")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}])
        seen = watch(context, origin)
        page = seen.page
        for address in pages:
            answer = page.goto(origin + address)
            if answer is None or answer.status != 200:
                faults.append(f"{address}: {answer and answer.status}")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if wide := sideways(page):
                    faults.append(f"{address} {width}: {wide}")
            faults.extend(f"{address}: {fault}" for fault in axe_faults(page))
        faults.extend(seen.faults)
        browser.close()
    return faults


def test_every_page_is_accessible_and_fits(
    live_server: Any, family: RegisteredChild, officer: User, nurse: User, manager: User
) -> None:
    pages = addresses(family, officer, nurse, manager)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(look, live_server.url, session_cookie(officer), pages).result() == []
