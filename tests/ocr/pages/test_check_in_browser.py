"""The check screen in a browser: by keyboard alone, counted; nothing for axe; at every width."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.ocr import check_desk
from tests.site.browser import Watched, axe_faults, make_user, session_cookie, sideways, watch
from yakuba.ocr.models import Check, FieldValue, ValueState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_KEYSTROKES = 1.3
SHOTS = os.environ.get("YAKUBA_SHOTS", "")


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def signed_in(chromium: Browser, live_server: Any, user: Any) -> tuple[Watched, Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session_cookie(user),
                "url": live_server.url,
            }
        ]
    )
    return watch(context, live_server.url), context


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def shows(page: Page, value: FieldValue) -> None:
    page.wait_for_selector(f'[data-ready] form[data-check="{value.pk}"]')


def test_twenty_fields_are_checked_by_keyboard_alone(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(24, fields=["paid"])
    values = list(FieldValue.objects.filter(page__batch=batch).order_by("page__number"))
    wrong = check_desk.doubt(values[5], "1270918")
    misread = values[9]
    seen, context = signed_in(chromium, live_server, make_user("officer", name="貝塚 みのり"))
    page = seen.page
    page.goto(f"{live_server.url}/staff/ocr/batches/{batch.pk}/check/{values[0].page.version_id}/paid/")
    shoot(page, "check-1280")
    keys = 0
    for value in values:
        shows(page, value)
        if value.pk == wrong.pk:
            shoot(page, "check-doubt-1280")
            assert "2つの読みが違う" in page.inner_text("[data-place-of-panel]")
            page.keyboard.press("2")
            keys += 1
        elif value.pk == misread.pk:
            page.keyboard.press("F2")
            page.keyboard.press("End")
            page.keyboard.press("Backspace")
            page.keyboard.type("5")
            page.keyboard.press("Enter")
            keys += 5
        elif value.pk == values[12].pk:
            page.keyboard.press(".")
            keys += 1
        else:
            page.keyboard.press("Enter")
            keys += 1
    page.wait_for_selector("text=すべて終わりました")
    shoot(page, "check-done-1280")
    assert keys / len(values) <= MOST_KEYSTROKES
    finals = {one.pk: one for one in FieldValue.objects.filter(page__batch=batch)}
    assert finals[wrong.pk].final == "1270918"
    assert finals[misread.pk].final == misread.text[:-1] + "5"
    assert finals[values[12].pk].state == ValueState.ILLEGIBLE
    rest = [one for one in values if one.pk not in (wrong.pk, misread.pk, values[12].pk)]
    assert all(finals[one.pk].final == one.text for one in rest)
    told = sum(Check.objects.values_list("keystrokes", flat=True))
    assert told == keys
    assert all(0 < one.seconds < 60 for one in Check.objects.all())
    assert seen.faults == []
    assert seen.outside == []
    context.close()


def test_undo_leaving_and_doubts_by_keys(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(3, fields=["born"])
    first, second, third = FieldValue.objects.filter(page__batch=batch).order_by("page__number")
    seen, context = signed_in(chromium, live_server, make_user("officer"))
    page = seen.page
    page.goto(f"{live_server.url}/staff/ocr/batches/{batch.pk}/check/{first.page.version_id}/born/")
    shows(page, first)
    page.keyboard.press("F2")
    page.keyboard.type("xyz")
    page.keyboard.press("Escape")
    assert page.input_value("#v") == "1985-05-01"
    page.keyboard.press("Enter")
    shows(page, second)
    page.keyboard.press("Control+z")
    shows(page, first)
    page.wait_for_function("document.querySelector('[data-left]').textContent === '3'")
    page.keyboard.press("F2")
    page.keyboard.type("令和6年2月30日")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-ready] [data-doubts]:not([hidden])")
    shoot(page, "check-date-1280")
    assert "ない日付" in page.inner_text("[data-doubts]")
    page.keyboard.press("Control+a")
    page.keyboard.type("S60.5.1")
    page.keyboard.press("Enter")
    shows(page, second)
    page.keyboard.press("ArrowRight")
    shows(page, third)
    page.keyboard.press("Enter")
    shows(page, second)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=すべて終わりました")
    assert {one.final for one in FieldValue.objects.filter(page__batch=batch)} == {"1985-05-01"}
    undone = Check.objects.get(undone_at__isnull=False)
    assert undone.value_id == first.pk
    assert seen.faults == []
    context.close()


def test_what_somebody_else_decided_meanwhile_is_skipped(chromium: Browser, live_server: Any) -> None:
    from yakuba.ocr.services import checking

    batch = check_desk.make_batch(3, fields=["paid"])
    first, second, third = FieldValue.objects.filter(page__batch=batch).order_by("page__number")
    seen, context = signed_in(chromium, live_server, make_user("officer"))
    page = seen.page
    page.goto(f"{live_server.url}/staff/ocr/batches/{batch.pk}/check/{first.page.version_id}/paid/")
    shows(page, first)
    other = make_user("officer", name="磯部 灯")
    checking.decide(first.pk, by=other, act="confirm", text="77", turn=1)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-failure]:not([hidden])")
    assert "先に確認" in page.inner_text("[data-failure]")
    shows(page, second)
    page.keyboard.press("Enter")
    shows(page, third)
    assert FieldValue.objects.get(pk=first.pk).final == "77"
    assert Check.objects.filter(value=first).count() == 1
    context.close()


def test_fifty_hasty_enters_confirm_no_field_that_was_not_shown(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(4, fields=["paid"])
    values = list(FieldValue.objects.filter(page__batch=batch).order_by("page__number"))
    seen, context = signed_in(chromium, live_server, make_user("officer"))
    page = seen.page
    page.goto(f"{live_server.url}/staff/ocr/batches/{batch.pk}/check/{values[0].page.version_id}/paid/")
    shows(page, values[0])
    page.evaluate(
        """() => { for (let n = 0; n < 50; n += 1) document.activeElement.dispatchEvent(
          new KeyboardEvent("keydown", { key: "Enter", bubbles: true })); }"""
    )
    shows(page, values[1])
    page.wait_for_selector("[data-settled] >> text=1")
    assert Check.objects.count() == 1
    page.keyboard.press("Enter")  # after a look it goes on
    shows(page, values[2])
    page.wait_for_selector("[data-settled] >> text=2")
    assert Check.objects.count() == 2
    context.close()
    assert seen.faults == []


def test_a_decision_that_could_not_be_sent_comes_back(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(2, fields=["paid"])
    first, second = FieldValue.objects.filter(page__batch=batch).order_by("page__number")
    seen, context = signed_in(chromium, live_server, make_user("officer"))
    page = seen.page
    down = False
    # From the start: a page that stands already may send once more before Chromium holds its requests back.
    page.route("**/*", lambda route: route.abort() if down else route.continue_())
    page.goto(f"{live_server.url}/staff/ocr/batches/{batch.pk}/check/{first.page.version_id}/paid/")
    shows(page, first)
    page.wait_for_load_state("networkidle")
    down = True
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-failure]:not([hidden])")
    shows(page, first)
    assert "送れませんでした" in page.inner_text("[data-failure]")
    page.keyboard.press("Enter")  # the network is still away: nothing is lost, and the screen stays
    page.wait_for_selector("[data-failure]:not([hidden])")
    shows(page, first)
    assert not Check.objects.exists()
    down = False
    page.keyboard.press("Enter")
    shows(page, second)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=すべて終わりました")
    context.close()


def test_a_grid_is_looked_over_and_the_wrong_one_is_picked_out(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(10, fields=["paid"])
    values = list(FieldValue.objects.filter(page__batch=batch).order_by("page__number"))
    seen, context = signed_in(chromium, live_server, make_user("officer"))
    page = seen.page
    page.goto(f"{live_server.url}/staff/ocr/batches/{batch.pk}/check/{values[0].page.version_id}/paid/all/")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    shoot(page, "check-bulk-1280")
    page.keyboard.press("Enter")
    shows(page, values[2])
    assert FieldValue.objects.filter(page__batch=batch, state=ValueState.DONE).count() == 9
    assert sum(Check.objects.values_list("keystrokes", flat=True)) <= MOST_KEYSTROKES * 9
    context.close()


def test_no_page_is_hard_to_reach_or_wider_than_its_window(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(12)
    values = list(FieldValue.objects.filter(page__batch=batch, name="paid").order_by("page__number"))
    check_desk.doubt(values[0], "1837153")
    check_desk.doubt(values[4], "1885765", "low_confidence")
    seen, context = signed_in(chromium, live_server, make_user("approver"))
    page = seen.page
    base = f"/staff/ocr/batches/{batch.pk}"
    field = f"{base}/check/{values[0].page.version_id}"
    faults = []
    for name, path in {
        "choose": f"{base}/check/",
        "choose-pages": f"{base}/check/?by=page",
        "field": f"{field}/paid/",
        "name": f"{field}/name/",
        "number": f"{field}/number/",
        "way": f"{field}/way/",
        "page": f"{base}/check/pages/1/",
        "bulk": f"{field}/paid/all/",
        "export": f"{base}/export/",
        "columns": reverse("ocr:export-columns", args=[values[0].page.version_id]),
    }.items():
        for width in (1280, 820, 390):
            page.set_viewport_size({"width": width, "height": 1000})
            answer = page.goto(live_server.url + path)
            assert answer is not None
            assert answer.status == 200, path
            page.wait_for_load_state("networkidle")
            shoot(page, f"{name}-{width}")
            faults += [f"{path} {width}: {one}" for one in axe_faults(page)]
            if wide := sideways(page):
                faults.append(f"{path} {width}: wider: {wide}")
    assert faults == []
    assert seen.faults == []
    context.close()


def test_the_warning_before_open_numbers_end_fits_every_width(chromium: Browser, live_server: Any) -> None:
    batch = check_desk.make_batch(3)
    batch.numbers_end_at = timezone.now() + timedelta(days=13)
    batch.save()
    batch.pages.filter(number=3).update(state="rescan")
    FieldValue.objects.filter(page__number=3).delete()
    seen, context = signed_in(chromium, live_server, make_user("officer"))
    page, faults = seen.page, []
    for name, path in (
        ("home-ending", reverse("ocr:home")),
        ("batch-ending", reverse("ocr:batch", args=[batch.pk])),
    ):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + path)
            assert "個人番号の欄 2、読めないページ 1" in page.inner_text(".notice-warn")
            shoot(page, f"{name}-{width}")
            faults += [f"{path} {width}: {one}" for one in axe_faults(page)]
            if wide := sideways(page):
                faults.append(f"{path} {width}: {wide}")
    assert faults == []
    context.close()


def test_tables_scroll_in_their_own_box_and_long_names_wrap(chromium: Browser, live_server: Any) -> None:
    name = "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴ" * 2  # nothing in it where a line may break
    fields = [{**one, "label": f"{name}{at}"} for at, one in enumerate(check_desk.DEFINITION["fields"])]
    version = check_desk.make_version({**check_desk.DEFINITION, "name": name, "fields": fields}, name)
    batch = check_desk.make_batch(2, version=version)
    batch.title = name
    batch.save()
    seen, context = signed_in(chromium, live_server, make_user("approver"))
    page, faults = seen.page, []
    for path in (
        reverse("ocr:batch", args=[batch.pk]),
        reverse("ocr:check", args=[batch.pk]),
        reverse("ocr:export", args=[batch.pk]),
        reverse("ocr:export-columns", args=[version.pk]),
        reverse("ocr:version", args=[version.pk]),
        reverse("ocr:form", args=[version.form_id]),
        reverse("border:home"),
    ):
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + path)
            page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            if wide := sideways(page):
                faults.append(f"{path} {width}: {wide}")
            loose = page.evaluate(
                """() => [...document.querySelectorAll("table")].filter((one) => {
                  const box = one.closest("[role=region][tabindex='0']");
                  return !box || !(box.ariaLabel || box.getAttribute("aria-labelledby"));
                }).length"""
            )
            if loose:
                faults.append(f"{path} {width}: {loose} tables without a box of their own")
    assert faults == []
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(live_server.url + reverse("ocr:export-columns", args=[version.pk]))
    page.get_by_role("region", name="列").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.scroll').scrollLeft > 0")
    assert page.evaluate("() => window.scrollX") == 0
    shoot(page, "columns-long-390")
    context.close()
