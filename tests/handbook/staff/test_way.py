"""Every staff page opens with something on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.handbook.staff.conftest import child_row, take_children, today
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.handbook.models import OutlookRun, RegisteredChild
from yakuba.handbook.services import books, outlooks, rulebooks
from yakuba.handbook.services.books import reminders_allowed

pytestmark = pytest.mark.django_db

OVERLAY = """
format: yakuba.handbook.overlay/1
name: test
municipality: 汐見区
as_of: 2026-04-01
source: {url: "https://www.city.example/", what: "試験"}
vouchers:
  - {vaccine: PCV, title: 小児用肺炎球菌, month_end_before: 2m}
  - {vaccine: MR, title: MR第1期, doses: ["1"], month_end_before: 12m}
"""


def activate(officer: User, nurse: User, manager: User) -> None:
    version = rulebooks.install_shipped(overlay=OVERLAY.encode(), by=officer)
    rulebooks.sign(version, name="保健師 浜田 栞", by=nurse)
    decide(rulebooks.ask_activation(version, by=officer, reason="確認済み"), by=manager, approve=True)


def test_every_page_opens(
    web: Client, family: RegisteredChild, officer: User, nurse: User, manager: User
) -> None:
    take_children(child_row("5002", "堀 湊", today().isoformat()), by=officer)
    assert not reminders_allowed(today())[0]
    activate(officer, nurse, manager)
    assert reminders_allowed(today()) == (True, "")
    outlooks.request_run(by=officer)
    month = f"{today().replace(day=1) + timedelta(days=32):%Y-%m}"
    web.post(reverse("handbook:voucher-month", args=[month]))
    web.post(
        reverse("handbook:letters"),
        {"page_address": "https://www.city.example/handbook/", "office": "健康推進課"},
    )
    ended = run_pending()
    assert [(one.kind, one.state, one.error) for one in ended] == [(one.kind, "done", "") for one in ended]
    assert OutlookRun.objects.get().children == 2
    pages = [
        reverse(f"handbook:{name}")
        for name in ("home", "children", "imports", "children-new", "doses-new", "tasks", "letters")
    ]
    pages += [
        reverse(f"handbook:{name}")
        for name in ("rulebooks", "cohorts", "overdue", "overdue-export", "vouchers")
    ]
    pages += [
        reverse(f"handbook:{name}", args=[family.pk])
        for name in ("child", "dose-new", "observation-new", "child-letters")
    ]
    pages += [reverse("handbook:dose-correct", args=[family.doses.all()[0].pk])]
    pages += [reverse("handbook:task", args=[family.tasks.all()[0].pk])]
    pages += [reverse("handbook:voucher-month", args=[month])]
    version = books.active_version()
    assert version is not None
    pages += [reverse("handbook:rulebook", args=[version.pk])]
    for page in pages:
        answer = web.get(page)
        assert answer.status_code == 200, (page, answer.content.decode()[:3000])
