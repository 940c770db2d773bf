"""Every page of bookings in a real Chromium: a family at work, the desk, axe, narrow windows."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from tests.handbook.bookings.conftest import (
    OFFICE,
    a_family,
    a_room,
    a_wish,
    an_offer,
    registered,
    signed_in,
    soon,
    staff,
)
from tests.handbook.bookings.test_desk_pages import RULE
from tests.site.browser import WIDTHS, axe_faults, session_cookie, sideways, watch
from yakuba.core.people.models import Role
from yakuba.handbook.family.session import cookie_name
from yakuba.handbook.models import Booking, RegisteredChild, ServiceOffer
from yakuba.handbook.services.bookings import holding, waiting
from yakuba.handbook.services.bookings.parties import party_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what was tested


def look(page: Page, name: str) -> list[str]:
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS and width != 320:
            page.screenshot(path=str(Path(SHOTS) / f"bookings-{name}-{width}.png"), full_page=True)
        if wide := sideways(page):
            found.append(f"{name} at {width}px scrolls sideways: {wide}")
        if width != 320:
            found += [f"{name} at {width}px: {fault}" for fault in axe_faults(page)]
    return found


def a_centre() -> tuple[ServiceOffer, ServiceOffer]:
    """A class with room, a health check that is nearly full, something for babies alone."""
    room, born = a_room(20), timezone.localdate() - timedelta(days=500)
    meal = an_offer(
        "離乳食教室（後期）", place="汐見区保健センター 3階", bring="母子健康手帳、エプロン",
        phone="03-0000-1234",
        text="かたさと量のめやすを、作りながら学びます。", age_from="9m", age_until="3y",
        words={"en": {"title": "Weaning class (later stage)"}, "ja-x-easy": {"title": "ごはんの きょうしつ"}},
    )  # fmt: skip
    check = an_offer(
        "1歳6か月児健診", kind="checkup", once=True, age_until="2y", place="汐見区保健センター 2階"
    )
    soon(an_offer("ベビーマッサージ", age_until="6m"), days=9)
    for days in (6, 7, 8):
        for hour in (0, 2):
            start = timezone.now().replace(hour=1, minute=0, second=0, microsecond=0)
            start += timedelta(days=days, hours=hour)
            slot = soon(meal, 8, start=start, end=start + timedelta(minutes=90), rooms=(room,))
            fill = 8 if (days, hour) == (6, 2) else 6 if days == 7 else 1
            for at in range(fill):
                holding.book(a_wish(slot, f"m{days}{hour}{at}", asker=OFFICE, birth=born), now=timezone.now())
    soon(check, 20, days=8)
    return meal, check


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_a_family_books_changes_and_cancels(chromium: Browser, live_server: Any, language: str) -> None:
    meal, _ = a_centre()
    account, (child,) = a_family(date.today() - timedelta(days=500), name="汐見 遥")  # noqa: DTZ011 - an age
    cookie = signed_in(account).cookies[cookie_name()].value
    context = chromium.new_context(locale="ja-JP")
    for name, value in ((cookie_name(), cookie), ("yakuba-language", language)):
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    seen = watch(context, live_server.url)
    page, faults = seen.page, []
    page.goto(f"{live_server.url}/handbook/bookings/")
    faults += look(page, f"home-empty-{language}")
    page.locator(".service").first.click()
    faults += look(page, f"offers-{language}")
    page.locator(f"a[href$='{meal.reference}/']").click()
    faults += look(page, f"times-{language}")
    page.locator("button[name='hold']").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator(".countdown:not(:empty)").wait_for()
    faults += look(page, f"held-{language}")
    page.locator("form[action$='/confirm/'] button").click()
    faults += look(page, f"booked-{language}")
    page.locator("a[href*='?move=']").click()
    faults += look(page, f"move-{language}")
    page.locator("button[name='hold']").last.click()
    assert Booking.objects.filter(child_reference=child.reference, state="booked").count() == 1
    page.goto(f"{live_server.url}/handbook/bookings/")
    faults += look(page, f"home-{language}")
    page.locator(".bookings .service").first.click()
    page.locator("details summary").click()
    page.locator("form[action$='/cancel/'] button").click()
    faults += look(page, f"cancelled-{language}")
    full = meal.slots.get(used=8)
    waiting.join(a_wish(full, child.reference, birth=child.birth), now=timezone.now())
    page.goto(f"{live_server.url}/handbook/bookings/")
    faults += look(page, f"line-{language}")
    context.close()
    assert faults + seen.faults + seen.outside == []


def the_desk(chromium: Browser, origin: str, role: Role) -> BrowserContext:
    context = chromium.new_context(locale="ja-JP")
    cookie = session_cookie(staff(role, f"310{role.value[:2]}"))
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}])
    return context


def test_the_desk_sees_and_changes(chromium: Browser, live_server: Any) -> None:
    meal, _ = a_centre()
    _, children = a_family(*[date.today() - timedelta(days=400 + 30 * at) for at in range(3)])  # noqa: DTZ011 - ages
    slot = meal.slots.get(used=8)
    names = ("磯部 湊", "浜口 凪", "沖 まひる", "岬 蒼", "入江 奏", "灘 ひより", "渚 結")
    for at, booking in enumerate(Booking.objects.filter(slot=slot)[1:]):
        RegisteredChild.objects.create(
            number=f"40{at}8",
            reference=booking.child_reference,
            name=names[at],
            birth=timezone.localdate() - timedelta(days=500 + 9 * (at % 3)),
        )
    for at, child in enumerate(children):
        child.name = ("千鳥 海音", "汐見 遥", "灯台 岳")[at]
        registered(child, f"41{at}0")
    first = Booking.objects.filter(slot=slot).first()
    assert first
    holding.cancel(first.reference, asker=OFFICE, now=timezone.now())
    for at, child in enumerate(children):
        wish = a_wish(slot, child.reference, asker=OFFICE, birth=child.birth)
        assert wish.party.reference == party_of(child).reference
        (holding.book if at == 0 else waiting.join)(wish, now=timezone.now())
    day = timezone.localtime(slot.start).date()
    context = the_desk(chromium, live_server.url, Role.OFFICER)
    seen = watch(context, live_server.url)
    page, faults = seen.page, []
    base = f"{live_server.url}/staff/handbook/bookings/"
    for name, path in (
        ("week", f"?day={day}"),
        ("month", f"?view=month&day={day}"),
        ("none", "?day=2031-01-01"),
        ("day", f"day/?day={day}"),
        ("slot", f"slots/{slot.pk}/"),
        ("slot-cancel", f"slots/{slot.pk}/cancel/"),
        ("desk-offers", "offers/"),
        ("offer-new", "offers/new/"),
        ("offer", f"offers/{meal.pk}/"),
        ("resource-new", "resources/new/"),
        ("open", f"offers/{meal.pk}/open/"),
    ):
        page.goto(base + path)
        faults += look(page, name)
    for name in ("first", "last", "begin", "end", "minutes", "capacity"):
        page.locator(f"#id_{name}").fill(str(RULE[name]))
    page.locator("#id_weekdays_1").check()
    page.locator("button[value='preview']").click()
    page.locator("#preview").wait_for()
    faults += look(page, "preview")
    page.goto(base + f"slots/{slot.pk}/")
    page.locator("#id_number").fill("9999")
    page.locator("button[value='wait']").click()
    page.locator("[role=alert]").wait_for()
    faults += look(page, "slot-refused")
    context.close()
    assert faults + seen.faults + seen.outside == []
