"""The designer and every page of forms and batches in a real Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.ocr import made_pages
from tests.ocr.forms.conftest import filled_file, make_draft
from tests.site.browser import WIDTHS, axe_faults, session_cookie, sideways, watch
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.ocr.models import FormVersion, VersionState
from yakuba.ocr.services import forms, read_tests
from yakuba.ocr.services.intake import Wanted, take_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHER = made_pages.Layout(
    title="児童手当認定請求書", rows=("甲", "乙", "丙", "丁"), step_mm=31.0, top_mm=60.0
)


def opened(chromium: Browser, live_server: Any, user: User, **more: Any) -> Any:
    context = chromium.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900}, **more)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context, watch(context, live_server.url)


def pages_of(officer: User) -> dict[str, str]:
    """Every page with something on it, by name."""
    draft = make_draft(officer)
    read_tests.add_samples(draft, [filled_file()], by=officer)
    run_pending()
    used = make_draft(officer, "給与支払報告書（窓口用）")
    FormVersion.objects.filter(pk=used.pk).update(state=VersionState.ACTIVE)
    used.refresh_from_db()
    batch = take_in(
        [filled_file(), filled_file("other.png", OTHER)], Wanted("1月15日受付", None, "複合機1"), by=officer
    )
    run_pending()
    waiting = take_in([filled_file()], Wanted("1月16日受付", used), by=officer)
    first, second = batch.pages.all()
    names: dict[str, tuple[str, list[int]]] = {
        "home": ("home", []),
        "forms": ("forms", []),
        "form-new": ("form-new", []),
        "form-import": ("form-import", []),
        "form": ("form", [draft.form_id]),
        "version": ("version", [draft.pk]),
        "version-active": ("version", [used.pk]),
        "design": ("design", [draft.pk]),
        "read-test": ("read-test", [draft.pk]),
        "batch-new": ("batch-new", []),
        "batch": ("batch", [batch.pk]),
        "batch-waiting": ("batch", [waiting.pk]),
        "page": ("page", [first.pk]),
        "page-stuck": ("page", [second.pk]),
    }
    return {name: reverse(f"ocr:{view}", args=args) for name, (view, args) in names.items()}


def test_every_page_passes_axe_and_fits_its_window(
    chromium: Browser, live_server: Any, officer: User
) -> None:
    pages = pages_of(officer)
    context, seen = opened(chromium, live_server, officer)
    faults = []
    for name, address in pages.items():
        seen.page.goto(live_server.url + address)
        for width in WIDTHS:
            seen.page.set_viewport_size({"width": width, "height": 900})
            if wide := sideways(seen.page):
                faults.append(f"{name} {width}: {wide}")
        seen.page.set_viewport_size({"width": 1280, "height": 900})
        faults += [f"{name}: {one}" for one in axe_faults(seen.page)]
    context.close()
    assert faults + seen.faults + seen.outside == []


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw on the sheet; places in millimetres."""
    frame = page.locator("#canvas").bounding_box()
    assert frame is not None
    scale = frame["width"] / 210
    x, y = frame["x"], frame["y"]
    page.mouse.move(x + start[0] * scale, y + start[1] * scale)
    page.mouse.down()
    page.mouse.move(x + (start[0] + end[0]) / 2 * scale, y + end[1] * scale)
    page.mouse.move(x + end[0] * scale, y + end[1] * scale)
    page.mouse.up()


def test_a_form_is_designed_with_mouse_and_keyboard_and_saved(
    chromium: Browser, live_server: Any, officer: User
) -> None:
    draft = make_draft(officer)
    empty = {**draft.definition, "fields": []}
    draft = forms.save_design(draft, empty, stamp=forms.stamp_of(draft), by=officer)
    context, seen = opened(chromium, live_server, officer)
    page = seen.page
    page.goto(live_server.url + reverse("ocr:design", args=[draft.pk]))
    page.select_option("#draw-kind", "amount")
    x, y, width, height = made_pages.row_box(1)
    drag(page, (x + 0.5, y - 0.4), (x + width - 0.6, y + height + 0.5))  # snaps to the printed lines
    numbers = [float(page.input_value(f"#f-box-{n}")) for n in range(4)]
    assert numbers == pytest.approx([x, y, width, height], abs=0.6)
    page.fill("#f-label", "支払金額")
    page.fill("#f-name", "paid")
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowDown")  # half a millimetre
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    moved = [float(page.input_value(f"#f-box-{n}")) for n in range(4)]
    assert moved == pytest.approx([numbers[0], numbers[1] + 1.0, numbers[2] - 0.5, numbers[3]], abs=0.051)
    page.keyboard.press("Control+d")
    assert page.locator("#field-rows tr").count() == 2
    assert page.input_value("#f-name") == "paid_2"
    page.keyboard.press("Control+z")
    assert page.locator("#field-rows tr").count() == 1
    page.keyboard.press("Control+y")
    page.keyboard.press("Delete")
    assert page.locator("#field-rows tr").count() == 1
    page.get_by_role("button", name="欄を足す").click()  # without a mouse on the sheet
    page.fill("#f-name", "paid")  # taken: said at the field
    page.locator("#f-name").blur()
    page.wait_for_selector("#f-name-faults >> text=ほかの欄と違う名前")
    assert page.get_attribute("#f-name", "aria-invalid") == "true"
    page.fill("#f-name", "tax")
    page.fill("#f-box-1", "150")
    page.locator("#f-box-1").blur()
    page.wait_for_selector("#design-status >> text=直すところはありません")
    with page.expect_navigation():
        page.get_by_role("button", name="保存する", exact=True).click()
    draft.refresh_from_db()
    names = [one["name"] for one in draft.definition["fields"]]
    assert names == ["paid", "tax"]
    assert draft.definition["fields"][0]["box"] == pytest.approx(moved)
    assert draft.definition["fields"][1]["box"][1] == 150
    page.reload()
    assert page.locator("#field-rows tr").count() == 2
    assert page.locator("#canvas .box").count() == 2
    assert axe_faults(page) == []
    context.close()
    assert seen.faults == []


def test_a_finger_draws_and_a_phone_has_the_table(chromium: Browser, live_server: Any, officer: User) -> None:
    draft = make_draft(officer)
    context, seen = opened(chromium, live_server, officer, has_touch=True)
    page = seen.page
    page.goto(live_server.url + reverse("ocr:design", args=[draft.pk]))
    page.evaluate(
        """() => {
          const canvas = document.getElementById("canvas");
          const frame = canvas.getBoundingClientRect();
          const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
            pointerId: 7, pointerType: "touch", bubbles: true, clientX: frame.x + x, clientY: frame.y + y }));
          send("pointerdown", 30, 30); send("pointermove", 120, 60); send("pointerup", 120, 60);
        }"""
    )
    assert page.locator("#field-rows tr").count() == 5
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator("#canvas").is_visible()
    page.get_by_role("button", name="氏名").click()
    page.fill("#f-box-0", "71.5")
    page.locator("#f-box-0").blur()
    with page.expect_navigation():
        page.get_by_role("button", name="保存する", exact=True).click()
    draft.refresh_from_db()
    assert draft.definition["fields"][1]["box"][0] == 71.5
    context.close()
    assert seen.faults == []
