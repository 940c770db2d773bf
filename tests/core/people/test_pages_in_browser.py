"""Every people page in a real browser: no accessibility fault, nothing wider than the screen."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.core.people.conftest import GOOD, MakePerson
from tests.site.browser import axe_faults, sideways
from yakuba.core.people import protected, services, transfers
from yakuba.core.people.approval import decide, request_approval
from yakuba.core.people.deputies import name_deputy
from yakuba.core.people.models import Assignment, Department, Role, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("YAKUBA_SHOTS", "")
WIDTHS = (1280, 390)


@pytest.fixture
def town(person: MakePerson, nursery: Department, general: Department, guard: Department) -> dict[str, Any]:
    """People, a transfer, a deputy, requests and a protected person, so that no page is empty."""
    today = timezone.localdate()
    boss = person("9001", general, Role.ADMIN, password=GOOD, name="中井 光", kana="ナカイ ヒカル")
    Assignment.objects.create(user=boss, department=guard, role=Role.APPROVER, starts_on=today)
    officer = person("1001", nursery, Role.OFFICER, name="千葉 奈緒", kana="チバ ナオ", password=GOOD)
    approver = person("1002", nursery, Role.APPROVER, name="浜田 栞", kana="ハマダ シオリ", password=GOOD)
    for number in range(1010, 1024):
        person(str(number), nursery, Role.VIEWER, name=f"磯部 {number}", kana="イソベ")
    data = "職員番号,課コード,権限\n1001,100,閲覧\n".encode()
    plan = transfers.make_plan(data, today + timedelta(days=40))
    transfers.confirm(data, plan.effective_on, digest=plan.digest, title="定期異動", by=boss)
    name_deputy(boss, approver, starts_on=today, ends_on=today + timedelta(days=4), reason="出張")
    asked = request_approval(
        "sample.pin", "child:0417", {}, by=officer, reason="きょうだい", system="nursery"
    )
    decided = request_approval("sample.pin", "child:0932", {}, by=officer, reason="同点", system="nursery")
    decide(decided, by=approver, approve=False, note="理由を足してください")
    one = protected.protect("nursery.child", "0288", officers=[officer, boss], by=boss)
    protected.request_release(one, "nursery.letter", by=officer, reason="内定の通知")
    code = services.issue_reset_code(officer, by=boss)
    return {"asked": asked, "one": one, "officer": officer, "approver": approver, "code": code}


def check(page: Page, name: str, faults: list[str]) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        if wide := sideways(page):
            faults.append(f"{name} {width}: wider than the screen: {wide}")
        faults.extend(f"{name} {width}: {fault}" for fault in axe_faults(page))
    page.set_viewport_size({"width": 1280, "height": 900})


def press(page: Page, selector: str) -> None:
    """Click what leads to another page, and wait until that one stands."""
    with page.expect_navigation():
        page.click(selector)


def sign_in(page: Page, base: str, number: str) -> None:
    page.goto(f"{base}/staff/login/")
    page.fill("#id_login", number)
    page.fill("#id_password", GOOD)
    press(page, "text=ログインする")


def tour(page: Page, base: str, town: dict[str, Any]) -> list[str]:
    faults: list[str] = []

    def visit(path: str, name: str) -> None:
        answer = page.goto(base + path)
        assert answer is not None
        assert answer.status == 200, path
        check(page, name, faults)

    visit("/staff/login/", "login")
    page.check("text=パスワードを表示する")
    assert page.get_attribute("#id_password", "type") == "text"
    page.fill("#id_login", "1001")
    page.fill("#id_password", "wrong wrong wrong")
    press(page, "text=ログインする")
    check(page, "login-wrong", faults)
    visit("/staff/login/reset/", "reset")
    sign_in(page, base, "9001")
    for path, name in [
        ("me/", "me"),
        ("", "list"),
        ("?q=no-such", "list-empty"),
        ("add/", "add"),
        (f"{town['officer'].pk}/", "person"),
        (f"{town['officer'].pk}/transfer/", "transfer-person"),
        ("departments/", "departments"),
        ("departments/add/", "department"),
        ("import/", "import"),
        ("transfers/", "transfers"),
        ("approvals/", "approvals"),
        ("deputies/", "deputies"),
        ("protected/", "protected"),
        (f"protected/{town['one'].pk}/", "protected-one"),
    ]:
        visit(f"/staff/people/{path}", name)
    staff = "職員番号,氏名,課コード,権限\n1001,千葉 奈緒子,,\n1050,岬 明,210,担当\n"
    page.goto(f"{base}/staff/people/import/")
    page.set_input_files("#id_file", {"name": "s.csv", "mimeType": "text/csv", "buffer": staff.encode()})
    press(page, "text=内容を確かめる")
    check(page, "import-preview", faults)
    page.goto(f"{base}/staff/people/import/")
    bad = (staff + "1051,,999,部長\n").encode()
    page.set_input_files("#id_file", {"name": "s.csv", "mimeType": "text/csv", "buffer": bad})
    press(page, "text=内容を確かめる")
    check(page, "import-faults", faults)
    page.goto(f"{base}/staff/people/transfers/")
    moves = "職員番号,課コード,権限\n1002,100,担当\n1010,,\n".encode()
    page.set_input_files("#id_file", {"name": "t.csv", "mimeType": "text/csv", "buffer": moves})
    page.fill("#id_effective_on", (timezone.localdate() + timedelta(days=20)).isoformat())
    press(page, "text=変わる権限を確かめる")
    check(page, "transfer-preview", faults)
    page.goto(f"{base}/staff/people/{town['officer'].pk}/")
    press(page, "text=再設定コードを発行する")
    check(page, "code", faults)
    visit("/staff/account/password/", "password")
    visit("/staff/account/totp/", "totp")
    visit("/staff/account/totp/activate/", "totp-activate")
    visit("/staff/logout/", "logout")
    press(page, "button:has-text('ログアウトする')")
    sign_in(page, base, "1002")
    visit("/staff/people/approvals/", "approvals-waiting")
    visit(f"/staff/people/approvals/{town['asked'].pk}/", "approval")
    return faults


def test_every_page_is_free_of_axe_faults_and_fits_the_screen(
    chromium: Browser, live_server: Any, town: dict[str, Any]
) -> None:
    context = chromium.new_context(locale="ja-JP")
    try:
        faults = tour(context.new_page(), live_server.url, town)
    finally:
        context.close()
    assert faults == []
    assert User.objects.filter(username="1002", last_login__isnull=False).exists()
