"""The pages in a real Chromium: one story from the letter to sharing, axe, narrow windows, passkeys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from tests.handbook.family.conftest import PASSWORD, account, code_of, guard, months_ago, registered
from tests.site.browser import WIDTHS, Watched, axe_faults, sideways, watch
from yakuba.core import access_codes as codes
from yakuba.handbook.models import Child, Dose, FamilyAccount, Guardian, Measurement, PlannedVisit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested


def look(page: Page, name: str) -> list[str]:
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS and width != 320:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
        if wide := sideways(page):
            found.append(f"{name} at {width}px scrolls sideways: {wide}")
        if width != 320:
            found += [f"{name} at {width}px: {fault}" for fault in axe_faults(page)]
    page.set_viewport_size({"width": 390, "height": 900})
    return found


@pytest.fixture
def opened(chromium: Browser, live_server: Any) -> Iterator[Watched]:
    context = chromium.new_context(locale="ja-JP", viewport={"width": 390, "height": 900})
    yield watch(context, live_server.url)
    context.close()


def press(page: Page, name: str, role: str = "button") -> None:
    """Use a button or link by what it says, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]


def test_from_the_letter_to_sharing(opened: Watched, live_server: Any, home: object) -> None:
    child = registered("hinata", months_ago(3, 3))
    page, faults = opened.page, []
    page.goto(f"{live_server.url}/")
    press(page, "母子手帳 お子さんの予防接種、健診、成長の記録です。", "link")
    faults += look(page, "sign-in")
    press(page, "登録コードを入力する", "link")
    page.locator("#code").fill(codes.shown(code_of("hinata")).lower())
    assert child.birth is not None
    for field, value in (
        ("#year", child.birth.year),
        ("#month", child.birth.month),
        ("#day", child.birth.day),
    ):
        page.locator(field).select_option(str(value))
    faults += look(page, "code")
    press(page, "手帳を開く")
    faults += look(page, "secure")
    page.locator("#login").fill("minato-2")
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    press(page, "決める")
    faults += look(page, "timeline-first")

    page.locator("details.why summary").first.click()
    assert page.locator("details.why[open] .steps-why li").count() >= 2
    faults += look(page, "timeline-why")
    press(page, "受診の予定を立てる", "link")
    faults += look(page, "plan")
    press(page, "この予定にする")
    first = PlannedVisit.objects.order_by("on").first()
    assert first is not None
    faults += look(page, "timeline-planned")
    page.locator("#days").select_option("14")
    press(page, "試しに組み直す")
    faults += look(page, "what-if")
    press(page, "この予定にする")
    moved = PlannedVisit.objects.order_by("on").first()
    assert moved is not None
    assert moved.on >= timezone.localdate() + timedelta(days=14)
    press(page, "前の予定に戻す")
    back = PlannedVisit.objects.order_by("on").first()
    assert back is not None
    assert back.on == first.on

    press(page, "接種を記録する", "link")
    page.locator("#vaccine").select_option("PCV")
    page.locator("#product").select_option("PCV:PCV20")
    page.locator("#clinic").fill("汐浜こどもクリニック")
    faults += look(page, "dose-form")
    press(page, "記録する")
    faults += look(page, "doses")
    assert Dose.objects.get().vaccine == "PCV"

    press(page, "成長", "link")
    for weight, height, months in (("3.05", "49.5", 0), ("4.8", "56", 1), ("6.1", "60.2", 2)):
        page.locator("#on").fill(str(child.birth + timedelta(days=30 * months)))
        page.locator("#weight").fill(weight)
        page.locator("#height").fill(height)
        press(page, "記録する")
    faults += look(page, "growth")
    assert Measurement.objects.count() == 3

    press(page, "書き出し", "link")
    faults += look(page, "export")
    with page.expect_download() as download:
        page.get_by_role("link", name="すべての記録（JSON）").click()
    assert "PCV20" in Path(download.value.path()).read_text("utf-8")
    press(page, "印刷用の画面 A4判。医療機関や保育園への提出、控えに", "link")
    faults += look(page, "print")

    press(page, "家族", "link")
    press(page, "招待のコードを作る")
    code = page.locator("#invitation-code").inner_text()
    faults += look(page, "sharing")
    press(page, "ログアウトする")
    press(page, "家族から招待された方", "link")
    page.locator("#code").fill(code)
    faults += look(page, "invitation")
    press(page, "手帳を開く")
    assert Guardian.objects.filter(child=child).count() == 2
    press(page, "あとで決める", "link")
    assert page.get_by_role("link", name="接種を記録する").count() == 0
    faults += look(page, "reader")
    assert faults + opened.faults + opened.outside == []


def signed_in(page: Page, origin: str, adult: FamilyAccount, login: str) -> None:
    page.goto(f"{origin}/handbook/")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    press(
        page,
        {"ja": "ログイン", "en": "Sign in"}.get(page.locator("html").get_attribute("lang") or "", "ログイン"),
    )


def a_full_handbook() -> tuple[FamilyAccount, Child]:
    """A preterm child with doses, one of them outside the rules; a brother; a pregnancy."""
    now = timezone.now()
    birth = months_ago(6, 3)
    adult = account("みなと", login="minato-2")
    child = registered("hinata", birth, birth + timedelta(days=40))
    guard(adult, child)
    guard(adult, registered("sou", months_ago(38, 20), called="そう", sex="M"))
    guard(adult, registered("unborn", None, timezone.localdate() + timedelta(days=75), called="", sex=""))
    for vaccine, days, source in (
        ("HEPB", 62, "register"), ("PCV", 62, "register"), ("DPT_IPV_HIB", 62, "family"),
        ("PCV", 70, "family"), ("DPT_IPV_HIB", 95, "family"),
    ):  # fmt: skip
        Dose.objects.create(
            child=child, reference=f"{vaccine}-{days}", vaccine=vaccine, source=source, lot="AB123",
            given_on=birth + timedelta(days=days), recorded_at=now, clinic="汐浜こどもクリニック",
        )  # fmt: skip
    for days, weight in ((0, 1980), (40, 3100), (80, 4600), (130, 6000)):
        Measurement.objects.create(
            child=child, on=birth + timedelta(days=days), weight_g=weight, height_mm=430 + days,
            head_mm=310 + days // 2, recorded_at=now,
        )  # fmt: skip
    return adult, child


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_every_page_in_every_language(opened: Watched, live_server: Any, home: object, language: str) -> None:
    adult, child = a_full_handbook()
    page, faults = opened.page, []
    page.context.add_cookies([{"name": "yakuba-language", "value": language, "url": live_server.url}])
    signed_in(page, live_server.url, adult, "minato-2")
    base = f"/handbook/children/{child.reference}/"
    unborn = Child.objects.get(birth=None)
    unknown = registered("sexless", months_ago(30, 9), sex="")
    guard(adult, unknown)
    paths = {
        "children": "/handbook/children/?all",
        "timeline": base,
        "month": f"{base}month/",
        "doses": f"{base}doses/",
        "correct": f"{base}doses/DPT_IPV_HIB-95/",
        "plan": f"{base}plan/?days=28",
        "plan-fault": f"{base}plan/?first=2026-12-01&last=2026-11-01",
        "weekday-fault": f"{base}plan/?weekday=9",
        "growth": f"{base}growth/",
        "family": f"{base}family/",
        "export": f"{base}export/",
        "print": f"{base}print/",
        "edit": f"{base}details/",
        "unborn": f"/handbook/children/{unborn.reference}/",
        "born": f"/handbook/children/{unborn.reference}/born/",
        "unborn-growth": f"/handbook/children/{unborn.reference}/growth/",
        "unknown-sex": f"/handbook/children/{unknown.reference}/",
        "unknown-sex-print": f"/handbook/children/{unknown.reference}/print/",
        "add": "/handbook/children/add/",
        "account": "/handbook/account/",
        "delete": "/handbook/account/delete/",
        "rules": "/handbook/rules/",
    }
    for name, path in paths.items():
        page.goto(live_server.url + path)
        faults += look(page, f"{language}-{name}")
    page.goto(f"{live_server.url}{base}doses/add/")
    page.locator("#vaccine").select_option("BCG")
    page.evaluate("document.querySelector('#given_on').removeAttribute('max')")
    page.locator("#given_on").fill("2999-01-01")
    with page.expect_navigation():
        page.locator("form button.primary").click()
    faults += look(page, f"{language}-dose-fault")
    assert faults + opened.faults + opened.outside == []


def virtual_authenticator(context: BrowserContext, page: Page) -> Any:
    """A device in the browser that holds passkeys and always verifies its person (WebDriver's, over CDP)."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_a_passkey_is_made_and_signs_in_and_is_forgotten(
    opened: Watched, live_server: Any, home: object
) -> None:
    adult, child = a_full_handbook()
    page = opened.page
    session, device = virtual_authenticator(page.context, page)
    signed_in(page, live_server.url, adult, "minato-2")
    page.goto(f"{live_server.url}/handbook/account/")
    press(page, "この端末のパスキーを使う")
    adult.refresh_from_db()
    assert len(adult.passkeys) == 1
    faults = look(page, "account-passkey")
    press(page, "ログアウトする")
    press(page, "パスキーでログインする")
    assert page.url.endswith("/handbook/children/") or child.reference in page.url
    adult.refresh_from_db()
    assert adult.passkeys[0]["count"] > 0
    page.goto(f"{live_server.url}/handbook/account/")
    press(page, f"削除する {adult.passkeys[0]['label']}")
    adult.refresh_from_db()
    assert adult.passkeys == []
    press(page, "ログアウトする")
    page.get_by_role("button", name="パスキーでログインする").click()
    page.get_by_text("パスキーを使えませんでした").wait_for()
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    assert faults + opened.outside == []


def test_a_long_name_makes_no_page_wider_than_the_window(
    opened: Watched, live_server: Any, home: object
) -> None:
    adult, child = a_full_handbook()
    child.name = "W" * 60
    child.save(update_fields=["name"])
    page, faults = opened.page, []
    signed_in(page, live_server.url, adult, "minato-2")
    base = f"/handbook/children/{child.reference}/"
    paths = ("/handbook/children/?all", base, f"{base}print/", "/handbook/bookings/",
             f"/handbook/bookings/for/{child.reference}/")  # fmt: skip
    for path in paths:
        page.goto(live_server.url + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if wide := sideways(page):
                faults.append(f"{path} at {width}px: {wide}")
    assert faults + opened.faults + opened.outside == []
